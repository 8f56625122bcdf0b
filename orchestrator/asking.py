"""Whom is the question about, and what was kept about them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from journeys.errors import OrchestratorError
from journeys.spelling import nearest
from orchestrator.explain import Asked, Fields, Past, explain
from orchestrator.in_force import InForce
from orchestrator.sources.contact import normal_email, normal_phone
from orchestrator.standing import Standing
from orchestrator.store import standings, views
from orchestrator.store.base import Store

_BEGINNING = 2


class UnknownDelivery(OrchestratorError):
    """There is no delivery of this key."""


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """One delivery as it stands, and its judgements and fate in order of time."""

    delivery: Fields
    timeline: Sequence[Fields]


class UnknownProfile(OrchestratorError):
    """Nobody is known by this name."""


def load_past(store: Store, name: str, country: str) -> Past:
    """Load all that was kept about the person of a user id, an e-mail address, a phone number or `#17`.

    A phone number may be written as in `country`. Raises UnknownProfile.
    """
    with store.reading() as connection:
        spellings = dict.fromkeys((name, normal_email(name), normal_phone(name, country)))
        ids = next((found for each in spellings if each and (found := views.find_profiles(connection, each))), [])
        if not ids:
            # People misspell the end of a name more often than its beginning, and only that is cheap to look for.
            alike = nearest(name, standings.names_beginning(connection, name[:_BEGINNING].lower()))
            meant = f'did you mean "{alike}"? Else ' if alike else ""
            raise UnknownProfile(
                f'expected a person known here, got "{name}"; '
                f"{meant}give the user id, e-mail address, phone number, or the number as #17"
            )
        return Past(
            profile=views.profile(connection, ids[0]),
            events=views.events(connection, ids),
            steps=list(views.trace(connection, ids)),
            judgements=views.judgements(connection, ids),
            outcomes=list(views.outcomes(connection, ids)),
            entered=views.entered(connection, ids),
            undecided=frozenset(views.undecided(connection, ids)),
            set_aside=views.set_aside(connection, ids),
        )


def known_journeys(running: InForce, past: Past) -> tuple[str, ...]:
    """Name the journeys a question about a person can be about: those in force, and those they ever entered."""
    return tuple(dict.fromkeys((*running.names, *past.entered)))


def load_delivery(store: Store, key: int) -> DeliveryStory:
    """Load the story of one delivery. Raises UnknownDelivery."""
    with store.reading() as connection:
        delivery = views.delivery(connection, key)
        if delivery is None:
            raise UnknownDelivery(f"expected the key of a delivery, got {key}; `tactful deliveries` lists the keys")
        family = views.find_profiles(connection, f"#{delivery.pop('profile_id')}")
        lines = [*views.judgements(connection, family), *views.outcomes(connection, family)]
    return DeliveryStory(delivery, sorted((line for line in lines if line["delivery"] == key), key=_when))


def _when(line: Fields) -> tuple[datetime, bool]:
    return line["at"], line["kind"] == "delivery"


def load_standing(store: Store, past: Past, asked: Asked, journey: str) -> Standing:
    """Load where a person stands in a journey that is asked about."""
    profile = past.profile
    with store.reading() as connection:
        family = views.find_profiles(connection, f"#{profile.id}")
        passes = standings.passes(connection, family, journey)
    why_not = "" if passes else explain(past, asked).journeys[journey]["why_not"]
    return Standing(views.profile_name(profile), journey, passes, why_not, past.set_aside)
