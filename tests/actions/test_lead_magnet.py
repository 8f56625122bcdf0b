"""Does a signed link open its file, and only that, and only in time?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.base import Content, Rejected, Sent
from actions.errors import ActionError, MissingSecret
from actions.lead_magnet import (
    MARK,
    BadLink,
    LeadMagnet,
    LeadMagnetParams,
    SignedFile,
    read_link_keys,
    sign_link,
    verify_link,
)
from actions.testing import assignment, surroundings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEK = NOW + timedelta(days=7)
KEYS = ("new key", "old key")


def token(keys=KEYS, file: str = "guide.pdf") -> str:
    return sign_link(keys, "https://shop.example/", file, "k1", WEEK).rpartition("/")[2]


def test_a_link_is_below_the_shops_own_address():
    assert sign_link(KEYS, "https://shop.example/", "guide.pdf", "k1", WEEK).startswith("https://shop.example/magnet/")


def test_a_link_opens_its_file():
    assert verify_link(KEYS, token(), NOW) == SignedFile("guide.pdf", "k1")


def test_a_link_expires():
    assert [verify_link(KEYS, token(), WEEK - timedelta(seconds=1)), verify_link(KEYS, token(), WEEK)] == [
        SignedFile("guide.pdf", "k1"),
        BadLink("link.expired"),
    ]


def test_a_link_of_an_old_key_opens_while_that_key_is_kept():
    old = token(("old key",))
    assert [verify_link(KEYS, old, NOW), verify_link(("new key",), old, NOW)] == [
        SignedFile("guide.pdf", "k1"),
        BadLink("link.forged"),
    ]


def test_the_first_key_signs():
    assert token(KEYS) == token(("new key",))


@given(st.integers(0, 80), st.characters(codec="ascii", categories=("L", "N")))
def test_a_link_that_was_changed_opens_nothing(place, letter):
    good = token()
    changed = good[: place % len(good)] + letter + good[place % len(good) + 1 :]
    assert changed == good or verify_link(KEYS, changed, NOW) == BadLink("link.forged")


@given(st.text(max_size=60))
def test_no_text_opens_anything(text):
    assert verify_link(KEYS, text, NOW) == BadLink("link.forged")


@pytest.mark.parametrize("file", ["", "../secrets", "/etc/passwd", "a//b", "a\\b", "a\nb", "guides/.."])
def test_a_file_outside_its_folder_is_not_signed(file):
    with pytest.raises(ActionError, match=r"a file name such as guide.pdf is expected"):
        sign_link(KEYS, "https://shop.example", file, "k1", WEEK)


def test_without_a_key_nothing_is_signed():
    with pytest.raises(MissingSecret, match="lead_magnet: the secret TACTFUL_LINK_KEY is needed"):
        sign_link((), "https://shop.example", "guide.pdf", "k1", WEEK)


def test_keys_are_separated_by_commas():
    assert read_link_keys(" a, b ,,") == ("a", "b")


def action(folder: Path, **params: object) -> LeadMagnet:
    known = LeadMagnetParams.model_validate(params)
    return LeadMagnet(known, surroundings(folder, {"TACTFUL_LINK_KEY": "new key,old key"}))


def wish(file: str = "guide.pdf", **parameters: object):
    return assignment(content=Content(f"Here: {MARK}", subject="x"), parameters={"file": file, **parameters})


def mail(folder: Path, name: str = "mail") -> str:
    (message,) = (folder / name / "new").iterdir()
    return message.read_text()


def test_the_action_puts_the_link_into_the_mail(tmp_path, monkeypatch):
    seen = []
    magnet = action(tmp_path, **{"with": {"folder": "out"}})
    monkeypatch.setattr(magnet._email, "perform", lambda given: seen.append(given.content.text) or Sent("m"))
    assert magnet.perform(wish(expires=timedelta(days=1))) == Sent("m")
    opened = verify_link(KEYS, seen[0].rpartition("/")[2], NOW + timedelta(hours=23))
    assert opened == SignedFile("guide.pdf", "1-reminder-1")


def test_the_action_hands_the_mail_to_the_one_it_names(tmp_path):
    magnet = action(tmp_path, via="email.file", **{"with": {"folder": "out"}})
    assert magnet.perform(wish()) == Sent("1-reminder-1.eml")
    assert magnet.find("1-reminder-1") == Sent("1-reminder-1.eml")
    assert "Subject: x" in mail(tmp_path, "out")


def test_the_action_refuses_a_file_outside_its_folder(tmp_path):
    assert action(tmp_path).perform(wish("../secrets")) == Rejected("lead_magnet.bad_file")


def test_the_action_needs_a_key(tmp_path):
    with pytest.raises(MissingSecret):
        LeadMagnet(LeadMagnetParams(), surroundings(tmp_path))
