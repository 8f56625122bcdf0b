"""How does an advertising platform want addresses before they are hashed?

There is no common rule; each platform's own page is followed:

    meta     developers.facebook.com, Conversions API, customer information parameters
    google   developers.google.com, Data Manager API, formatting
    tiktok   ads.tiktok.com, supported ids for a customer file; its pages disagree about the + of a phone number

What cannot be normalised is empty and has no hash: the hash of nothing would match strangers with each other.
"""

import re
from hashlib import sha256
from typing import Literal, TypeAlias
from unicodedata import category, normalize

Vendor: TypeAlias = Literal["meta", "google", "tiktok"]
PhoneFormat: TypeAlias = Literal["digits", "e164"]

PHONE_FORMATS: dict[Vendor, PhoneFormat] = {"meta": "digits", "google": "e164", "tiktok": "e164"}
_GMAIL = frozenset(("gmail.com", "googlemail.com"))
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_MARKS = re.compile(r"[\s().\-/\u00a0]+")


def hashed(normalised: str) -> str:
    """Give the SHA-256 in hex, and nothing for nothing."""
    return sha256(normalised.encode()).hexdigest() if normalised else ""


def normalise_email(vendor: Vendor, email: str) -> str:
    """Write an e-mail address the way the platform hashes it; empty when it is none."""
    address = "".join(email.split()).lower()
    local, at, domain = address.rpartition("@")
    if not (local and at and "." in domain):
        return ""
    if vendor == "google" and domain in _GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}@{domain}" if local else ""


def normalise_phone(phone: str, form: PhoneFormat) -> str:
    """Write an international phone number (`+` or `00` first) with or without its +; empty when it is none."""
    number = _PHONE_MARKS.sub("", phone)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not number.isascii() or not _E164.fullmatch(number):
        return ""
    return number if form == "e164" else number[1:]


def normalise_name(name: str) -> str:
    """Write a first or last name: lower case, without spaces, digits and punctuation, letters of any script kept.

    Combining marks stay with their letters, so that Hindi or Thai names are not cut to pieces.
    """
    letters = normalize("NFC", name).lower()
    return "".join(letter for letter in letters if category(letter)[0] in "LM")
