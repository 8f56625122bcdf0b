"""Who came to a split, which way did they go, and did they reach the goal? Read by `orchestrator.experimenting`."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from journeys.vocabulary import Event
from orchestrator.reports.experiments import Exposure
from orchestrator.sources.event_log import decode_event
from orchestrator.store import codec
from orchestrator.store.codes import from_ms, to_ms

_BATCH = 500
# A profile that joined another counts as the one it became.
_SPLITS = (
    "SELECT COALESCE(p.merged_into, t.profile_id), t.body FROM trace t JOIN profiles p ON p.id = t.profile_id "
    "WHERE instr(t.body, CAST(? AS BLOB)) > 0 ORDER BY t.id"
)
_HELD = (
    "SELECT COALESCE(p.merged_into, n.profile_id), n.entered_at, n.reason, n.goal_at FROM enrollments n "
    "JOIN profiles p ON p.id = n.profile_id WHERE n.journey = ? ORDER BY n.entered_at, n.id"
)
_EVENTS = (
    "SELECT COALESCE(p.merged_into, e.profile_id), e.seq, e.body FROM events e JOIN profiles p ON p.id = e.profile_id "
    "WHERE e.profile_id IN (SELECT id FROM profiles WHERE id IN (SELECT value FROM json_each(?)) "
    "OR merged_into IN (SELECT value FROM json_each(?))) AND e.at >= ? AND instr(e.body, CAST(? AS BLOB)) > 0 "
    "ORDER BY e.at, e.seq"
)

Counts = Callable[[Event], bool]


def came_to(connection: Connection, journey: str, step: str) -> dict[int, tuple[datetime, str]]:
    """Give for everybody who came to a split when they first did, and the arm they went."""
    found: dict[int, tuple[datetime, str]] = {}
    for profile_id, body in connection.exec_driver_sql(_SPLITS, ('"split"',)):
        for ms, _, of, at_step, what, arm in msgspec.json.decode(body):
            if what == "split" and of == journey and at_step == step:
                at = from_ms(ms)
                if profile_id not in found or at < found[profile_id][0]:
                    found[profile_id] = at, arm
    return found


def with_goal(
    connection: Connection, came: dict[int, tuple[datetime, str]], event: str, counts: Counts, within: timedelta
) -> Iterator[list[Exposure]]:
    """Give these people in batches, each with when they first reached the goal in the time after."""
    ids = sorted(came)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        reached = _first_reached(connection, {known: came[known][0] for known in batch}, (event, counts, within))
        yield [Exposure(known, *came[known], reached.get(known)) for known in batch]


def _first_reached(
    connection: Connection, since: dict[int, datetime], goal: tuple[str, Counts, timedelta]
) -> dict[int, datetime]:
    event, counts, within = goal
    batch, earliest = codec.encode_text(sorted(since)), to_ms(min(since.values()))
    found: dict[int, datetime] = {}
    for profile_id, seq, body in connection.exec_driver_sql(_EVENTS, (batch, batch, earliest, event)):
        if profile_id in found or profile_id not in since:
            continue
        happened = decode_event(body, seq)
        in_time = since[profile_id] <= happened.at <= since[profile_id] + within
        if happened.name == event and in_time and counts(happened):
            found[profile_id] = happened.at
    return found


def of_holdout(connection: Connection, journey: str, held_out: str) -> list[Exposure]:
    """Give everybody who was let into a journey, by whether they were kept out of it, with their goal."""
    first: dict[int, Exposure] = {}
    for profile_id, entered_ms, reason, goal_ms in connection.exec_driver_sql(_HELD, (journey,)):
        arm = held_out if reason == held_out else "journey"
        at, goal_at = from_ms(entered_ms), None if goal_ms is None else from_ms(goal_ms)
        first.setdefault(profile_id, Exposure(profile_id, at, arm, goal_at))
    return list(first.values())
