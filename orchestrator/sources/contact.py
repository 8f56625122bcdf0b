"""How is an e-mail address or a phone number written, so that one is always the same text?"""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

LONGEST_EMAIL = 254
LONGEST_PHONE = 40

# Addresses of this plain kind need no further look; all others, such as those with an international domain, get it.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII
)
# Countries where people still write the old Soviet trunk prefix 8 before a national number.
_TRUNK_EIGHT = frozenset({"AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT", "LV", "MD", "RU", "TJ", "TM", "UA", "UZ"})


@lru_cache(maxsize=65_536)
def normal_email(raw: str) -> str:
    """Give the address in lower case with its domain in ASCII; empty when it is no address."""
    text = raw.strip().casefold()
    if len(text) > LONGEST_EMAIL:
        return ""
    if _PLAIN_EMAIL.fullmatch(text) and text.index("@") <= 64 and "xn--" not in text:
        return text
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return ""
    return f"{valid.local_part.casefold()}@{valid.ascii_domain or valid.domain}"


@lru_cache(maxsize=65_536)
def normal_phone(raw: str, country: str) -> str:
    """Give the number as E.164 (`+37129123456`); empty when it is no valid number seen from this country.

    `00` before a number means the same as `+`, whatever the country dials; a leading 8 is the old trunk prefix where
    the number is not valid with it.
    """
    text = raw.strip()
    if not text or len(text) > LONGEST_PHONE:
        return ""
    if text.startswith("00"):
        text = f"+{text[2:]}"
    without_trunk = text[1:] if country in _TRUNK_EIGHT and text.startswith("8") else ""
    return _valid(text, country) or (_valid(without_trunk, country) if without_trunk else "")


def _valid(text: str, country: str) -> str:
    try:
        number = parse(text, country)
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if is_valid_number(number) else ""
