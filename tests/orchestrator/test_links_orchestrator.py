"""Does a link take exactly the person it was made for off exactly the channel it names?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.lead_magnet import sign_link
from orchestrator.links import PATH, Links, Unsubscription
from tests.fakes.calls import moment

KEYS = ("new key", "old key")
SHOP = "https://shop.example"


def token(keys: tuple[str, ...] = KEYS, profile_id: int = 7, channel: str = "email") -> str:
    return Links(keys, SHOP).unsubscribe(profile_id, channel).rpartition("/")[2]


def test_a_link_is_below_the_shops_own_address() -> None:
    assert Links(KEYS, f"{SHOP}/").unsubscribe(7, "email").startswith(f"https://shop.example{PATH}")


def test_without_an_address_of_the_shop_there_is_no_link() -> None:
    assert Links(KEYS, "").unsubscribe(7, "email") == ""


@given(st.integers(1, 2**31 - 1), st.sampled_from(["email", "sms", "marketing"]))
def test_a_link_names_its_person_and_channel(profile_id: int, channel: str) -> None:
    made = token(profile_id=profile_id, channel=channel)
    assert Links(KEYS, SHOP).read_unsubscribe(made) == Unsubscription(profile_id, channel)


def test_the_same_person_gets_the_same_link_every_time() -> None:
    assert token() == token()


def test_the_first_key_signs() -> None:
    assert token(KEYS) == token(("new key",))


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        pytest.param(KEYS, Unsubscription(7, "email"), id="kept"),
        pytest.param(("new key",), None, id="given up"),
    ],
)
def test_a_link_of_an_old_key_works_as_long_as_the_key_is_kept(
    keys: tuple[str, ...], answer: Unsubscription | None
) -> None:
    assert Links(keys, SHOP).read_unsubscribe(token(("old key",))) == answer


@given(st.integers(0, 80), st.characters(codec="ascii", categories=("L", "N")))
def test_a_link_that_was_changed_takes_nobody_off(place: int, letter: str) -> None:
    good = token()
    changed = good[: place % len(good)] + letter + good[place % len(good) + 1 :]
    assert changed == good or Links(KEYS, SHOP).read_unsubscribe(changed) is None


@given(st.text(max_size=60))
def test_no_text_takes_anybody_off(text: str) -> None:
    assert Links(KEYS, SHOP).read_unsubscribe(text) is None


def test_the_link_of_a_file_takes_nobody_off() -> None:
    magnet = sign_link(KEYS, SHOP, "guide.pdf", "k1", moment("09:00")).rpartition("/")[2]
    assert Links(KEYS, SHOP).read_unsubscribe(magnet) is None
