"""Which journeys could a shop write? Small ones of every step kind, all of them right: loops wait, targets exist."""

import json
from typing import Any

from hypothesis import strategies as st

from journeys.catalog import Catalog
from journeys.compile import Journey
from journeys.spec import STEP_KINDS
from orchestrator.program import Program
from tests.fakes.workspace import check

MOST_STEPS = 6
EVENTS = ("Email Clicked", "Form Submitted", "Order Completed")
ENTRY = "Form Submitted"
TEMPLATES = {"guide.txt": "---\nsubject: Guide\n---\n{{ magnet_url }}\n"}
GUARDS = "guards: {frequency_cap: {email: 2 per day}, quiet_hours: {from: '21:00', to: '09:00'}}"

_KINDS = sorted(STEP_KINDS)
_PAUSING = ("wait", "wait_for")
_pauses = st.sampled_from(["4h", "1d", "9d"])
_moments = st.sampled_from(["09:00", "Tue 10:00"])
_purposes = st.sampled_from(["marketing", "transactional"])
_conditions = st.sampled_from(['entry.form == "guide"', "profile.orders.count > 0", "profile.consent.email"])


@st.composite
def journey_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Write one journey as its file would say it."""
    kinds = [*draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=MOST_STEPS)), "exit"]
    exits = draw(st.lists(st.sampled_from(EVENTS), max_size=1))
    return {
        "entry": {"event": ENTRY},
        "re_entry": draw(st.sampled_from(["always", "never", "after 1d"])),
        "if_active": draw(st.sampled_from(["ignore", "restart"])),
        "goal": {"event": "Order Completed"},
        "exit": [{"event": event} for event in exits],
        "steps": [{"id": f"s{place}", **_step(draw, place, kinds)} for place in range(len(kinds))],
    }


def program_of(*documents: dict[str, Any]) -> Program:
    """Check these journeys as a file is checked and give what runs; a problem fails the test."""
    journeys = json.dumps({f"journey_{place}": document for place, document in enumerate(documents)})
    return check(f"{GUARDS}\njourneys: {journeys}\n", TEMPLATES).program(Catalog())


def journey_of(document: dict[str, Any]) -> Journey:
    """Check and compile one journey."""
    return program_of(document).journeys["journey_0"]


def _step(draw: st.DrawFn, place: int, kinds: list[str]) -> dict[str, Any]:
    targets = st.sampled_from(_targets(place, kinds))
    match kinds[place]:
        case "wait":
            return {"wait": draw(_pauses | st.builds(lambda until: {"until": until}, _moments))}
        case "wait_for":
            return _wait_for(draw, place, kinds, targets)
        case "branch":
            arms = [{"if": draw(_conditions), "go": draw(targets)} for _ in range(draw(st.integers(1, 2)))]
            return {"branch": arms + draw(st.sampled_from([[], [{"else": True, "go": draw(targets)}]]))}
        case "send":
            when = draw(st.sampled_from([{}, {"at": draw(_moments)}]))
            rest = {"purpose": draw(_purposes), "if_suppressed": draw(st.sampled_from(["exit", "continue"]) | targets)}
            return {"send": "email", "text": "Hello!", **when, **rest}
        case "lead_magnet":
            return {"lead_magnet": {"file": "guide.pdf", "template": "guide.txt"}, "if_suppressed": draw(targets)}
        case kind:
            return draw(_plain_steps(kind, targets))


def _wait_for(draw: st.DrawFn, place: int, kinds: list[str], targets: st.SearchStrategy[str]) -> dict[str, Any]:
    messages = [f"s{other}" for other, kind in enumerate(kinds) if kind in ("send", "lead_magnet")]
    about = draw(st.sampled_from([{}, *({"of": message} for message in messages)]))
    awaited = {"event": draw(st.sampled_from(EVENTS)), "at_most": draw(_pauses), **about}
    return {"wait_for": awaited, "then": draw(targets), "otherwise": draw(targets)}


def _plain_steps(kind: str, targets: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    changes: list[dict[str, Any]] = [{"add": "readers", "for": "3d"}, {"add": "readers"}, {"remove": "readers"}]
    values: list[dict[str, Any]] = [{"city": "Riga"}, {"city": {"from": "entry.form"}}]
    match kind:
        case "audience":
            return st.sampled_from([{"audience": change} for change in changes])
        case "set":
            return st.sampled_from([{"set": value} for value in values])
        case "crm":
            return st.just({"crm": {"note": "Seen."}})
        case "go":
            return st.builds(lambda target: {"go": target}, targets)
        case _:
            return st.just({"exit": "finished"})


def _targets(place: int, kinds: list[str]) -> list[str]:
    """List where a step may lead: anywhere below it, or back to a pause, so that every loop waits.

    The last step is an exit, which leads nowhere.
    """
    later = [f"s{other}" for other in range(place + 1, len(kinds))]
    pauses = [f"s{other}" for other in range(place + 1) if kinds[other] in _PAUSING]
    return later + pauses or ["nowhere"]
