"""Does marketing go only to those who said yes?"""

import pytest
from msgspec.structs import replace

from journeys.vocabulary import Purpose, Reach
from operational_guards.consent import Consent
from operational_guards.verdict import Allow, Evidence, Suppress
from tests.operational_guards.people import ANN, NOW, about, guard_of, known


def answer(consent, channel="email"):
    return guard_of(Consent).judge(about(channel=channel), known(profile=replace(ANN, consent=consent)), NOW)


@pytest.mark.parametrize("consent", [{"email": True}, {"marketing": True}, {"email": True, "marketing": False}])
def test_a_yes_to_the_channel_or_to_marketing_is_enough(consent):
    assert answer(consent) == Allow()


@pytest.mark.parametrize("consent", [{"email": False}, {"marketing": False}, {"email": False, "marketing": True}])
def test_a_no_suppresses(consent):
    assert answer(consent) == Suppress("consent.refused", (Evidence("consent", "email", "refused"),))


def test_a_person_who_was_never_asked_has_not_agreed():
    assert answer({}) == Suppress("consent.unknown", (Evidence("consent", "email", "unknown"),))


def test_a_yes_to_email_is_no_yes_to_sms():
    assert answer({"email": True}, channel="sms") == Suppress(
        "consent.unknown", (Evidence("consent", "sms", "unknown"),)
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"reach": Reach.AUDIENCE}, True),
        ({"reach": Reach.CRM}, False),
        ({"purpose": Purpose.TRANSACTIONAL}, False),
    ],
)
def test_it_looks_at_marketing_messages_and_audiences(changes, expected):
    assert guard_of(Consent).applies_to(about(**changes)) is expected
