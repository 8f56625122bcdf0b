"""Whom is the question about, and what was kept about them?"""

from journeys.errors import OrchestratorError
from orchestrator.explain import Past
from orchestrator.sources.contact import normal_email, normal_phone
from orchestrator.store import views
from orchestrator.store.base import Store


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
            raise UnknownProfile(
                f'expected a person known here, got "{name}"; '
                "give the user id, e-mail address, phone number, or the number as #17"
            )
        return Past(
            profile=views.profile(connection, ids[0]),
            events=views.events(connection, ids),
            steps=list(views.trace(connection, ids)),
            judgements=list(views.judgements(connection, ids)),
            outcomes=list(views.outcomes(connection, ids)),
            entered=views.entered(connection, ids),
            undecided=frozenset(views.undecided(connection, ids)),
            set_aside=views.set_aside(connection, ids),
        )
