"""Whose event is this, and are two profiles one person?

Kinds by strength: user_id, order_id and checkout_id, email, phone, tracking_number, anonymous_id. An identifier links
an event to a profile, or two profiles, unless they disagree on a stronger distinguishing kind (user_id, email, phone):
both have values of it and share none. For an order or a checkout only the user id distinguishes. So a household's
e-mail address or a shared computer never makes one person of two who have logged in, and an alias call, which carries
two user ids, always does. A tracking number, which carriers use again after a while, leads to a person but makes one of
two profiles only where one of them is nobody yet: it has no identifier of a distinguishing kind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias

from journeys.vocabulary import Identifier, IdentifierKind

Claims: TypeAlias = dict[IdentifierKind, set[str]]

# The kinds whose disagreement forbids a link by the kind on the left.
_FORBIDDING: dict[IdentifierKind, tuple[IdentifierKind, ...]] = {
    "user_id": (),
    "order_id": ("user_id",),
    "checkout_id": ("user_id",),
    "email": ("user_id",),
    "phone": ("user_id", "email"),
    "tracking_number": ("user_id", "email", "phone"),
    "anonymous_id": ("user_id", "email", "phone"),
}
_STRENGTH = {kind: place for place, kind in enumerate(_FORBIDDING)}
_DISTINGUISHING: tuple[IdentifierKind, ...] = ("user_id", "email", "phone")


@dataclass(slots=True)
class Known:
    """What must be known of a profile to tell it from others: its identifiers of the distinguishing kinds."""

    id: int
    created_at: datetime
    identifiers: Claims = field(default_factory=dict)


class Resolved(NamedTuple):
    """The profile an event belongs to, and the profiles that turned out to be the same person."""

    profile_id: int
    absorbed: tuple[int, ...] = ()


def needed(batch: Iterable[Sequence[Identifier]]) -> set[Identifier]:
    """List the identifiers whose owners a batch of events needs, each once."""
    return {identifier for identifiers in batch for identifier in identifiers}


class Resolver:
    """Resolves the events of a batch one by one and collects what is to be written.

    `owners` and `known` are what the store knows of the identifiers in `needed(batch)` (both empty for a backtest), and
    grow as the batch goes on. `merges` are in the order they happened; a profile made in this batch may be absorbed in
    it, and then stands in both `new_profiles` and `merges`. `new_identities` names the owner at the time of writing:
    apply `merges` after them, or read `owner`.
    """

    def __init__(self, owners: dict[Identifier, int], known: dict[int, Known], next_id: int) -> None:
        self._owners = owners
        self._known = known
        self._next_id = next_id
        self._survivors: dict[int, int] = {}
        self.new_profiles: list[Known] = []
        self.new_identities: list[tuple[Identifier, int]] = []
        self.merges: list[tuple[int, int]] = []

    @property
    def next_id(self) -> int:
        """The id the next new profile gets."""
        return self._next_id

    def owner(self, identifier: Identifier) -> int | None:
        """Give the profile an identifier leads to now; None when it is unknown."""
        owner = self._owners.get(identifier)
        return owner if owner is None or owner not in self._survivors else self._survivor(owner)

    def home(self, identifiers: Sequence[Identifier]) -> int | None:
        """Give the profile that every one of these leads to; None when there is no such profile.

        Whoever is found this way is found again, until profiles are merged.
        """
        home = self.owner(identifiers[0])
        for other in identifiers[1:]:
            if home is None or self.owner(other) != home:
                return None
        return home

    def resolve(self, identifiers: Sequence[Identifier], at: datetime) -> Resolved:
        """Find the profile of an event that happened at `at`, or make one; merge profiles it shows to be one person."""
        # A profile never disagrees with identifiers of its own, so there is nothing to weigh.
        if (known := self.home(identifiers)) is not None:
            return Resolved(known)
        ordered = sorted(identifiers, key=_strength)
        leads = [(each.kind, owner) for each in ordered if (owner := self.owner(each)) is not None]
        claims = _claims(ordered)
        home = next((owner for kind, owner in leads if _agree(kind, claims, self._known[owner].identifiers)), None)
        if home is None:
            home = self._new(at)
        if len(leads) < len(ordered):
            self._claim(ordered, home)
        return self._join(home, claims, leads)

    def _join(self, home: int, claims: Claims, leads: list[tuple[IdentifierKind, int]]) -> Resolved:
        """Merge the other profiles the event leads to with the event's own, where they do not disagree."""
        absorbed: list[int] = []
        for kind, lead in leads:
            other = self._survivor(lead)
            if other == home:
                continue
            together = _united(claims, self._known[home].identifiers)
            if kind == "tracking_number" and together and self._known[other].identifiers:
                continue
            if _agree(kind, together, self._known[other].identifiers):
                home, gone = self._merge(home, other)
                absorbed.append(gone)
        return Resolved(home, tuple(absorbed))

    def _survivor(self, profile_id: int) -> int:
        while profile_id in self._survivors:
            profile_id = self._survivors[profile_id]
        return profile_id

    def _new(self, at: datetime) -> int:
        profile = Known(self._next_id, at)
        self._next_id += 1
        self._known[profile.id] = profile
        self.new_profiles.append(profile)
        return profile.id

    def _claim(self, identifiers: Iterable[Identifier], home: int) -> None:
        """Give the unknown identifiers to the event's profile; taken ones stay where they are."""
        known = self._known[home].identifiers
        for identifier in identifiers:
            if identifier in self._owners:
                continue
            self._owners[identifier] = home
            self.new_identities.append((identifier, home))
            if identifier.kind in _DISTINGUISHING:
                known.setdefault(identifier.kind, set()).add(identifier.value)

    def _merge(self, one: int, other: int) -> tuple[int, int]:
        """Merge two profiles and give the survivor, then the absorbed one. The oldest known one survives."""
        first, second = sorted((self._known[one], self._known[other]), key=_seniority)
        first.identifiers = _united(first.identifiers, second.identifiers)
        first.created_at = min(first.created_at, second.created_at)
        del self._known[second.id]
        self._survivors[second.id] = first.id
        self.merges.append((second.id, first.id))
        return first.id, second.id


def _strength(identifier: Identifier) -> int:
    return _STRENGTH[identifier.kind]


def _seniority(profile: Known) -> tuple[int, datetime, int]:
    """Order profiles: those with a user id first, then those with an e-mail, then the rest; the oldest first."""
    has = profile.identifiers.get
    return 0 if has("user_id") else 1 if has("email") else 2, profile.created_at, profile.id


def _claims(identifiers: Iterable[Identifier]) -> Claims:
    claims: Claims = {}
    for identifier in identifiers:
        if identifier.kind in _DISTINGUISHING:
            claims.setdefault(identifier.kind, set()).add(identifier.value)
    return claims


def _agree(kind: IdentifierKind, one: Claims, other: Claims) -> bool:
    """Say whether an identifier of this kind may link the two."""
    for stronger in _FORBIDDING[kind]:
        mine, theirs = one.get(stronger), other.get(stronger)
        if mine and theirs and mine.isdisjoint(theirs):
            return False
    return True


def _united(one: Claims, other: Claims) -> Claims:
    return {
        kind: one.get(kind, set()) | other.get(kind, set()) for kind in _DISTINGUISHING if kind in one or kind in other
    }
