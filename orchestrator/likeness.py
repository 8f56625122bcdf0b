"""Who is it that a story is imagined about, as they stand now? Only looked at: nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from journeys.catalog import Catalog
from journeys.errors import OrchestratorError
from orchestrator.asking import load_past
from orchestrator.seat import Seat
from orchestrator.store.base import Store
from orchestrator.store.goods import load_goods
from orchestrator.store.loading import load


class SetAside(OrchestratorError):
    """The profile was set aside after an error, and cannot be decided on."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A copy of somebody who is known, with the goods the shop has."""

    seat: Seat
    catalog: Catalog


def load_likeness(store: Store, name: str, country: str, now: datetime) -> Likeness:
    """Load the person of a user id, an address or `#17`. Raises UnknownProfile and SetAside."""
    profile_id = load_past(store, name, country).profile.id
    with store.reading() as connection:
        seat = load(connection, [profile_id], {}, now).get(profile_id)
        goods = load_goods(connection)
    if seat is None:
        remedy = f"`tactful explain {name}` says which, correct its cause first"
        raise SetAside(f'"{name}" was set aside after an error and cannot be decided on; {remedy}')
    seat.customer.facts.goods = goods
    return Likeness(seat, store.catalog())
