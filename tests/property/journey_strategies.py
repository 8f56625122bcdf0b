"""Which journeys could a shop write? Small ones of every kind of entry, step and wait, all of them right.

Every loop waits, every target exists, and journeys start one another in one direction only.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.spec import ENTRY_KINDS, STEP_KINDS
from orchestrator.program import Program
from tests.fakes.workspace import check

MOST_STEPS = 6
EVENTS = ("Email Clicked", "Form Submitted", "Order Completed")
ENTRY = "Form Submitted"
CALLED = "called"
TEMPLATES = {"guide.txt": "---\nsubject: Guide\n---\n{{ magnet_url }}\n"}
GUARDS = """
guards:
  frequency_cap: {email: 2 per day}
  quiet_hours: {from: '21:00', to: '09:00'}
  in_delivery: {do: delay, until: delivered, at_most: 5d, then: suppress}
attributes: {mood: text, renewal: date}
events: {Form Submitted: {form: text, due: date}}
segments: {lively: 'count("Email Clicked", 3d) > 0'}
"""
# The journey that every file has besides, for those that start and stop others.
ANOTHER = {
    "entry": {"call": {"form": "text"}},
    "steps": [{"id": "rest", "wait": "1d"}, {"id": "note", "crm": {"note": "Called."}}],
}

# `use` is gone when a file has been read; `unsure` stands for every wait that may be over already. Steps at which
# people stand come more often than those they pass.
_KINDS = [*sorted(STEP_KINDS.keys() - {"use"}), *["wait_for", "unsure", "unsure", "unsure", "send", "branch"]]
_pauses = st.sampled_from(["4h", "1d", "9d"])
_clocks = st.sampled_from(["09:00", "Tue 10:00", "02:30"])
_days = st.sampled_from(["2026-03-05", "2026-03-29 02:30", "2026-02-01"])
_dates = st.sampled_from(
    ["profile.renewal - 1d", "enrollment.entered_at + 2d", "profile.orders.last.at + 1d", "now + 30h"]
)
_past = st.sampled_from([{"if_past": rule} for rule in ("send", "skip", "exit")])
_purposes = st.sampled_from(["marketing", "transactional"])
_late = st.sampled_from([{}, {"late": {"after": "2h"}}, {"late": {"after": "1h", "do": "reschedule"}}])
_CONDITIONS = (
    "profile.orders.count > 0",
    "profile.consent.email",
    'profile.mood == "merry"',
    "profile in segment.lively",
    "now - enrollment.entered_at > 2d",
    "now - profile.orders.last.at > 3d",
)
_OF_ENTRY = ('entry.form == "guide"',)
_OPENING = ("profile.orders.count > 1", "profile in segment.lively", "now - profile.orders.last.at > 2d")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step stands: what it may ask and where it may lead. `messages` are the steps an event may be about."""

    conditions: tuple[str, ...]
    targets: st.SearchStrategy[str]
    messages: tuple[str, ...]
    calls: tuple[str, ...]
    levels: int = 1
    ids: Iterator[int] = field(default_factory=lambda: iter(range(100)))


@st.composite
def journey_documents(
    draw: st.DrawFn, entries: Sequence[str] = ("event",), calls: Sequence[str] = (CALLED,), follows: str = CALLED
) -> dict[str, Any]:
    """Write one journey as its file would say it; `calls` are those it may start, `follows` one it may come after."""
    kind = draw(st.sampled_from(list(entries)))
    kinds = [*draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=MOST_STEPS)), "exit"]
    # What it follows may not be started by it again, or the two would go round.
    calls = (CALLED,) if kind == "journey" else tuple(calls)
    asks = _CONDITIONS + (_OF_ENTRY if kind in ("event", "call") else ())
    exits = st.sampled_from([[], [{"event": "Left"}], *([{"event": event}] for event in EVENTS), _UNHAPPY])
    goal = draw(st.sampled_from([{}, {"within": "2d"}]))
    holdout = draw(st.sampled_from([{}, {}, {"holdout": "50%"}]))
    return {
        "entry": draw(_entries(kind, follows)),
        "re_entry": draw(st.sampled_from(["always", "after 1d", *([] if kind in ("schedule", "date") else ["never"])])),
        "if_active": draw(
            st.sampled_from(["ignore", "restart", "parallel"] if kind == "event" else ["ignore", "restart"])
        ),
        "goal": {"event": "Order Completed", **goal},
        "exit": draw(exits),
        **holdout,
        **draw(_late),
        "steps": [_step(draw, place, kinds, asks, calls) for place in range(len(kinds))],
    }


_UNHAPPY = [{"if": "facts.tickets.open > 0", "reason": "unhappy"}]


@st.composite
def suites(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    """Write some journeys that start, stop and follow one another, opened in every way there is."""
    number = draw(st.integers(1, 3))
    kinds = [kind for kind in ENTRY_KINDS if kind != "journey"]
    documents: list[dict[str, Any]] = []
    for place in reversed(range(number)):
        later = [f"journey_{number - 1 - other}" for other, each in enumerate(documents) if "call" in each["entry"]]
        follows = f"journey_{place + 1}" if place + 1 < number else CALLED
        entries = kinds if place else [*kinds, "journey"]
        documents.append(draw(journey_documents(entries, (CALLED, *later), follows)))
    return tuple(reversed(documents))


def _entries(kind: str, follows: str) -> st.SearchStrategy[dict[str, Any]]:
    match kind:
        case "event":
            said: list[dict[str, Any]] = [{"event": ENTRY}]
            rest = [{"key": "event.form"}]
        case "when":
            said, rest = [{"when": condition} for condition in _OPENING], [{"if": "profile.email"}]
        case "schedule":
            said = [{"schedule": at} for at in ("Tue 10:00", "02:30", "0 3 * * 0", "15 */6 * * *")]
            rest = [{}, {"in": "shop.timezone"}]
        case "date":
            said = [{"date": "profile.renewal"}, {"date": "profile.birthday", "every": "year"}]
            rest = [{}, {"offset": "-1d"}, {"offset": "+5h", "at": "23:30"}]
        case "call":
            said, rest = [{"call": {"form": "text"}}], [{}, {"if": 'event.form == "guide"'}]
        case _:
            said, rest = [{"journey": follows}], [{}]
    return st.builds(lambda one, other: {**one, **other}, st.sampled_from(said), st.sampled_from(rest))


def program_of(*documents: dict[str, Any]) -> Program:
    """Check these journeys as a file is checked and give what runs; a problem fails the test."""
    journeys = {f"journey_{place}": document for place, document in enumerate(documents)}
    text = json.dumps({**journeys, CALLED: ANOTHER})
    return check(f"{GUARDS}\njourneys: {text}\n", TEMPLATES).program(Catalog())


def journey_of(document: dict[str, Any]) -> Journey:
    """Check and compile one journey."""
    return program_of(document).journeys["journey_0"]


# Steps.


def _step(
    draw: st.DrawFn, place: int, kinds: list[str], asks: tuple[str, ...], calls: tuple[str, ...]
) -> dict[str, Any]:
    messages = tuple(f"s{other}" for other, kind in enumerate(kinds) if kind in ("send", "lead_magnet"))
    where = _Place(asks, st.sampled_from(_targets(place, kinds)), messages, calls)
    return {"id": f"s{place}", **_said(draw, kinds[place], where, f"s{place}")}


def _said(draw: st.DrawFn, kind: str, place: _Place, name: str) -> dict[str, Any]:
    """Write what a step of this kind says beside its id."""
    match kind:
        case "wait":
            return {"wait": draw(_pauses | st.builds(lambda until: {"until": until}, _clocks))}
        case "wait_for":
            return _wait_for(draw, place)
        case "branch":
            arms = [{"if": draw(st.sampled_from(place.conditions)), "go": draw(place.targets)} for _ in range(2)]
            return {"branch": arms + draw(st.sampled_from([[], [{"else": True, "go": draw(place.targets)}]]))}
        case "split":
            return _split(draw, place, name)
        case "send":
            when = draw(st.sampled_from([{}, {"at": draw(_clocks)}]))
            unsent = {"if_suppressed": draw(st.sampled_from(["exit", "continue"]) | place.targets)}
            rest = {"purpose": draw(_purposes), **unsent, **draw(_failing(place)), **draw(_late)}
            return {"send": "email", "text": "Hello!", **when, **rest}
        case "lead_magnet":
            rest = {"if_suppressed": draw(place.targets), **draw(_failing(place))}
            return {"lead_magnet": {"file": "guide.pdf", "template": "guide.txt"}, **rest}
        case "audience" | "crm" | "webhook" | "action":
            return {**draw(_TELLING[kind]), **draw(_failing(place))}
        case _:
            return draw(_plain_steps(kind, place))


def _wait_for(draw: st.DrawFn, place: _Place) -> dict[str, Any]:
    about = st.sampled_from([{}, *({"of": message} for message in place.messages)])
    ways = {"then": draw(place.targets), "otherwise": draw(place.targets)}
    at_most = {"at_most": draw(_pauses)}
    if draw(st.booleans()):
        return {"wait_for": {"event": draw(st.sampled_from(EVENTS)), **draw(about), **at_most}, **ways}
    names = draw(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=3))
    several = [{"event": name, **draw(about), **draw(_going(place))} for name in names]
    if all("go" in each for each in several):
        del ways["then"]
    return {"wait_for": {"first_of": several, **at_most}, **ways}


def _going(place: _Place) -> st.SearchStrategy[dict[str, Any]]:
    return st.just(dict[str, Any]()) | st.builds(lambda target: {"go": target}, place.targets)


def _failing(place: _Place) -> st.SearchStrategy[dict[str, Any]]:
    targets = st.sampled_from(["continue", "exit"]) | place.targets
    return st.just(dict[str, Any]()) | st.builds(lambda target: {"on_failure": target}, targets)


def _split(draw: st.DrawFn, place: _Place, name: str) -> dict[str, Any]:
    """Write a split of two or three arms: steps, even another split, a way elsewhere, or nothing."""
    names = draw(st.lists(st.sampled_from("abc"), min_size=2, max_size=3, unique=True))
    weights = {arm: draw(st.sampled_from([0, 1, 3])) for arm in names} | {names[-1]: 1}
    arms: dict[str, Any] = {arm: draw(place.targets) for arm in names if draw(st.booleans())}
    inside = replace(place, levels=place.levels - 1)
    kinds = [*_INSIDE, "split"] if place.levels else _INSIDE
    for arm in names[:1] if place.levels else ():
        chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2))
        ids = [f"{name}{arm}{number}" for number in range(len(chosen))]
        arms[arm] = [{"id": each, **_said(draw, kind, inside, each)} for each, kind in zip(ids, chosen, strict=True)]
    return {"split": weights, **arms}


_INSIDE = ("wait", "wait_for", "send", "set", "crm", "unsure", "branch")
_TELLING: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "audience": st.sampled_from(
        [
            {"audience": change}
            for change in ({"add": "readers", "for": "3d"}, {"add": "readers"}, {"remove": "readers"})
        ]
    ),
    "crm": st.just({"crm": {"note": "Seen."}}),
    "webhook": st.just({"webhook": {"channel": "crm", "with": {"mood": {"from": "profile.mood"}}}}),
    "action": st.just({"action": {"channel": "crm", "with": {"colour": "red"}}}),
}


def _plain_steps(kind: str, place: _Place) -> st.SearchStrategy[dict[str, Any]]:
    match kind:
        case "unsure":
            return _unsure(place)
        case "set":
            return st.sampled_from([{"set": {"mood": "merry"}}, {"set": {"mood": {"from": "profile.email"}}}])
        case "start":
            return st.builds(lambda name: {"start": name, "with": {"form": "guide"}}, st.sampled_from(place.calls))
        case "stop":
            return st.builds(lambda name: {"stop": name}, st.sampled_from(place.calls))
        case "go":
            return st.builds(lambda target: {"go": target}, place.targets)
        case _:
            return st.just({"exit": "finished"})


def _unsure(place: _Place) -> st.SearchStrategy[dict[str, Any]]:
    """Wait for what may be there or past already: a condition, a date. No loop may rely on such a wait."""
    until = st.builds(lambda day, past: {"wait": {"until": day, **past}}, _days | _dates, _past)
    timed = st.builds(lambda day, at: {"wait": {"until": day, "at": at, "if_past": "skip"}}, _dates, st.just("02:30"))
    asked = st.builds(
        lambda condition, at_most, then: {"wait_for": {"condition": condition, "at_most": at_most}, "then": then},
        st.sampled_from(place.conditions),
        _pauses,
        place.targets,
    )
    return until | timed | asked


def _targets(place: int, kinds: list[str]) -> list[str]:
    """List where a step may lead: anywhere below it, or back to a pause, so that every loop waits.

    The last step is an exit, which leads nowhere.
    """
    later = [f"s{other}" for other in range(place + 1, len(kinds))]
    pauses = [f"s{other}" for other in range(place + 1) if kinds[other] in ("wait", "wait_for")]
    return later + pauses or ["nowhere"]
