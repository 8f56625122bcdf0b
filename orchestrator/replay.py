"""Would a past judgement be given again?

A judgement notes which rules it was given by (their edition), which events were known (`seen`) and what came from
elsewhere (`given`). So the customer is brought back as they were: the events of the log that were known then, and had
happened by then, act on an empty profile in the order in which they were taken in, with the merges of that time and
without any journey; what had been sent by then comes from the attempts. The same guards then judge the same delivery at
the same moment.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import structs

from journeys.vocabulary import NO_GOODS, Delivery, Event, Facts, Goods, Outside, PastSend, Profile
from operational_guards.judge import judge
from operational_guards.rule import Rule
from operational_guards.verdict import Judgement
from orchestrator.customer import Customer, Doubts, Memory
from orchestrator.program import build_program
from orchestrator.seat import Seat, play

_NO_JOURNEYS = build_program(())


@dataclass(frozen=True, slots=True)
class Member:
    """One profile of a family, as it is now, with its events as they were taken in, and when it joined `survivor`."""

    profile: Profile
    events: Sequence[Event]
    survivor: int | None = None
    merged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastJudgement:
    """One line of the ledger with everything it was given on; `cause` as in `orchestrator.customer.Judged`."""

    delivery: Delivery
    at: datetime
    rules: Sequence[Rule]
    seen: int
    goods: Goods = field(default_factory=lambda: NO_GOODS)
    sends: tuple[PastSend, ...] = ()
    doubts: Doubts = field(default_factory=dict)
    outside: Mapping[str, Outside] = field(default_factory=dict)
    cause: str | None = None


def judge_again(past: PastJudgement, family: Mapping[int, Member]) -> Judgement:
    """Give a past judgement again, on what was known about the customer then."""
    return _judge(past, family, past.seen)


def judge_knowing_all(past: PastJudgement, family: Mapping[int, Member]) -> Judgement:
    """Judge the same delivery at the same moment by everything that is known of its customer now.

    Whoever turned out to be somebody else by that moment is judged as the person they were.
    """
    owner = _known_as(past.delivery.profile_id, family, past.at)
    return _judge(replace(past, delivery=structs.replace(past.delivery, profile_id=owner)), family, None)


def _known_as(profile_id: int, family: Mapping[int, Member], at: datetime) -> int:
    member = family.get(profile_id)
    if member is None or member.survivor is None or member.merged_at is None or member.merged_at > at:
        return profile_id
    return _known_as(member.survivor, family, at)


def _judge(past: PastJudgement, family: Mapping[int, Member], seen: int | None) -> Judgement:
    facts = _known_by(past.delivery.profile_id, family, past.at, seen)
    facts.sends[:] = past.sends
    facts.goods, facts.doubts, facts.outside = past.goods, past.doubts, past.outside
    if past.cause is not None and seen is not None:
        facts.profile = _listed(facts.profile, past.delivery.channel, past.cause)
    return judge(past.rules, past.delivery, facts, past.at)


def _listed(profile: Profile, channel: str, cause: str) -> Profile:
    """Put the channel's address on the suppression list for this cause, or take it off when there is none."""
    return structs.replace(profile, suppressed={profile.address(channel): cause} if cause else {})


def _known_by(profile_id: int, family: Mapping[int, Member], at: datetime, seen: int | None) -> Facts:
    """Give a profile's facts by the events that had happened at a moment.

    Only those up to the place `seen` in the log count; with None all that are known by now, however late they came.
    """
    seats = {known: _seat(member, at, seen) for known, member in family.items()}
    _note_merges(seats, family, _merges(family, at, seen))
    joining = [known for known, seat in seats.items() if seat.until is not None]
    for known in [*sorted(joining, key=lambda known: seats[known].until or at), profile_id]:
        if known in seats:
            play(seats[known], seats, at, _NO_JOURNEYS, by_delivery=True, take_over=_join_quietly)
    return seats[profile_id].customer.facts


def _seat(member: Member, at: datetime, seen: int | None) -> Seat:
    """Take a profile back to its beginning: everything that was said about it is unsaid.

    An address stays where no event says it: then it is known from the identifiers that came with one.
    """
    events = [event for event in member.events if event.at <= at and (seen is None or event.seq <= seen)]
    profile = member.profile
    blank = structs.replace(
        profile,
        traits={},
        consent={},
        suppressed={},
        changed_at={},
        timezone="",
        email=_first_said("email", events) if _first_said("email", member.events) else profile.email,
        phone=_first_said("phone", events) if _first_said("phone", member.events) else profile.phone,
    )
    return Seat(Customer(Facts(blank), Memory(blank.created_at)), events=deque(events))


def _first_said(name: str, events: Iterable[Event]) -> str:
    """Give the first address that came in: a profile has it from its receipt on, before the event is read."""
    said = ((event.seq, event.properties.get(name)) for event in events)
    return min(((seq, address) for seq, address in said if isinstance(address, str) and address), default=(0, ""))[1]


def _note_merges(seats: dict[int, Seat], family: Mapping[int, Member], merges: Mapping[int, tuple[int, int]]) -> None:
    """Let each absorbed profile join at the event that merged it; the others stay apart."""
    for known, (survivor, seq) in merges.items():
        seats[survivor].merges.setdefault(seq, []).append(known)
        merging = next(event for event in family[survivor].events if event.seq == seq)
        seats[known].until = merging.known_at or merging.at


def one_person(profile_id: int, family: Mapping[int, Member], at: datetime, seen: int | None) -> frozenset[int]:
    """Name the profiles that were part of this one at a moment, itself included."""
    merges = _merges(family, at, seen)
    found, before = {profile_id}, set[int]()
    while found != before:
        before = set(found)
        found |= {known for known, (survivor, _) in merges.items() if survivor in found}
    return frozenset(found)


def _merges(family: Mapping[int, Member], at: datetime, seen: int | None) -> dict[int, tuple[int, int]]:
    """Map each profile that had been absorbed by then to the one it joined, and the place in the log of the event."""
    found = {}
    for known, member in family.items():
        if member.survivor is None or member.merged_at is None or member.merged_at > at:
            continue
        # Whoever it joined may have joined another since: then the event is one of theirs.
        candidates = [member.survivor, *(other for other in family if other not in (known, member.survivor))]
        merging = (
            (other, event.seq)
            for other in candidates
            for event in family[other].events
            if event.at == member.merged_at and (seen is None or event.seq <= seen)
        )
        first = next(merging, None)
        if first is not None:
            found[known] = first
    return found


def _join_quietly(absorbed: Customer, survivor: int, moved: list[int], /) -> None:
    """Nothing is written: it all has happened before."""
