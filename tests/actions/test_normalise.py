"""Are addresses hashed the way each platform publishes it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.normalise import hashed, normalise_email, normalise_name, normalise_phone

HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_metas_vector_for_an_email():
    assert hashed(normalise_email("meta", " John_Smith@gmail.com ")) == (
        "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
    )


def test_metas_vector_for_a_phone():
    assert hashed(normalise_phone("+1 (650) 555-1212", "digits")) == (
        "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
    )


def test_metas_vector_for_a_name():
    assert hashed(normalise_name("Valéry")) == "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"


@pytest.mark.parametrize(
    ("vendor", "email", "normalised"),
    [
        ("google", "Jane.Doe+shop@gmail.com", "janedoe@gmail.com"),
        ("google", "Jane.Doe+shop@GoogleMail.com", "janedoe@googlemail.com"),
        ("google", "Jane.Doe+shop@example.com", "jane.doe+shop@example.com"),
        ("google", "jane doe@example.com", "janedoe@example.com"),
        ("meta", "Jane.Doe+shop@gmail.com", "jane.doe+shop@gmail.com"),
        ("tiktok", " JANE@example.com", "jane@example.com"),
        ("google", "+x@gmail.com", ""),
        ("meta", "jane", ""),
        ("meta", "@example.com", ""),
        ("meta", "jane@localhost", ""),
        ("meta", "", ""),
    ],
)
def test_an_email_is_written_as_its_platform_wants(vendor, email, normalised):
    assert normalise_email(vendor, email) == normalised


@pytest.mark.parametrize(
    ("phone", "form", "normalised"),
    [
        ("+371 20 000 000", "digits", "37120000000"),
        ("+371 20 000 000", "e164", "+37120000000"),
        ("0037120000000", "e164", "+37120000000"),
        ("20000000", "e164", ""),
        ("0151 2345678", "digits", ""),
        ("+0151 2345678", "digits", ""),
        ("call me", "digits", ""),
        ("+٣٧١٢٠٠٠٠٠٠٠", "digits", ""),
        ("", "digits", ""),
    ],
)
def test_a_phone_is_written_as_its_platform_wants(phone, form, normalised):
    assert normalise_phone(phone, form) == normalised


@pytest.mark.parametrize(
    ("name", "normalised"),
    [
        ("Anna-Māra", "annamāra"),
        ("O'Brien", "obrien"),
        ("Мария", "мария"),
        ("李 明", "李明"),
        ("अनीता", "अनीता"),
        ("7", ""),
    ],
)
def test_a_name_keeps_the_letters_of_its_script(name, normalised):
    assert normalise_name(name) == normalised


def test_nothing_has_no_hash():
    assert hashed("") == ""


@given(st.text(), st.sampled_from(["meta", "google", "tiktok"]), st.sampled_from(["digits", "e164"]))
def test_nothing_anybody_writes_has_the_hash_of_nothing(text, vendor, form):
    hashes = (hashed(normalise_email(vendor, text)), hashed(normalise_phone(text, form)), hashed(normalise_name(text)))
    assert HASH_OF_NOTHING not in hashes


@given(st.emails(), st.sampled_from(["meta", "google", "tiktok"]))
def test_normalising_twice_changes_nothing(email, vendor):
    once = normalise_email(vendor, email)
    assert normalise_email(vendor, once) == once
