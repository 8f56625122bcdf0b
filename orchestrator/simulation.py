"""What would this journey make of this customer?

A story is lived through under a virtual clock, as scenarios are, and told as `explain` tells a past one: its lines have
the same shapes. What was lived through can be kept as a scenario.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from journeys.decision import Trace
from journeys.keys import enrollment_of
from journeys.localtime import zone_named
from journeys.vocabulary import Facts
from orchestrator.customer import Judged, Outgoing
from orchestrator.explain import Asked, Explanation, Past, explain
from orchestrator.imagined_life import ImaginedLife, Record, person, staged
from orchestrator.program import Program
from orchestrator.scenario import LONGEST, Calendar, Scenario
from orchestrator.scenario_text import expectations_of
from orchestrator.seat import Seat
from orchestrator.store.codec import encode_answers
from orchestrator.store.codes import VERDICT_CODES, VERDICT_WORDS
from orchestrator.wording import Wording

Fields = dict[str, Any]

_KEPT_OUT = "re_entry or if_active kept them out: they have been in this journey before"
_NOT_RUNNING = "everything spoke for it, but the journey was not running then"


@dataclass(frozen=True, slots=True)
class Simulation:
    """A story that was lived through: whose, how it is told, how long it went on, and as a scenario."""

    past: Past
    explanation: Explanation
    until: datetime
    scenario: Scenario
    problems: tuple[str, ...] = ()


def simulate(scenario: Scenario, program: Program, wording: Wording, seat: Seat | None = None) -> Simulation:
    """Live through a scenario that expects nothing yet; with a `seat`, as somebody who is known, as they stand now."""
    stage = staged(scenario, program)
    calendar = Calendar(scenario.at, zone_named(scenario.zone, wording.zone))
    begin = calendar.instant(scenario.at)
    begun = Facts(person(scenario.profile, begin)) if seat is None else _copied(seat.customer.facts)
    was_inside = seat is not None and scenario.journey in seat.customer.memory.entered
    record = ImaginedLife(scenario, stage, calendar, wording=wording, seat=seat).live()
    past = _past(begun, record, stage)
    until = _end(scenario, calendar)
    asked = Asked(stage, tuple(stage.journeys), begun.profile.timezone or wording.zone, until)
    explanation = explain(past, asked)
    kept = replace(scenario, expectations=expectations_of(record.story(), calendar))
    return Simulation(past, _corrected(explanation, was_inside=was_inside), until, kept, tuple(record.problems))


def _copied(facts: Facts) -> Facts:
    """Copy what is known of a customer, but not the goods, which all customers share."""
    return deepcopy(facts, {id(facts.goods): facts.goods})


def _end(scenario: Scenario, calendar: Calendar) -> datetime:
    moments = [calendar.instant(happening.when) for happening in scenario.happenings]
    last = max(moments, default=calendar.instant(scenario.at))
    return last + LONGEST if scenario.until is None else calendar.instant(scenario.until)


def _corrected(explanation: Explanation, *, was_inside: bool) -> Explanation:
    """Say of somebody who was here before what kept them out: the file runs in a story, so it cannot be that."""
    if not was_inside:
        return explanation
    journeys = {
        name: {**answer, "why_not": answer["why_not"].replace(_NOT_RUNNING, _KEPT_OUT)}
        for name, answer in explanation.journeys.items()
    }
    return replace(explanation, journeys=journeys)


# In the shapes of `orchestrator.store.views`.


def _past(begun: Facts, record: Record, program: Program) -> Past:
    return Past(
        profile=begun.profile,
        events=record.events,
        steps=[_step(trace) for trace in record.trace],
        judgements=[_judgement(judged, entry, program) for judged, entry in record.judged],
        outcomes=[_outcome(entry, record) for entry in record.settled],
        entered={name: record.entered.count(name) for name in record.entered},
        begun=begun,
    )


def _step(trace: Trace) -> Fields:
    return {
        "at": trace.at,
        "kind": "step",
        "journey": trace.journey,
        "enrollment": trace.enrollment_id,
        "step": trace.step,
        "what": trace.what,
        "why": trace.why,
    }


def _judgement(judged: Judged, entry: Outgoing, program: Program) -> Fields:
    verdict = judged.judgement.verdict
    places = {rule.name: rule.place for rule in program.book_for(entry.delivery).rules}
    answers = msgspec.json.decode(encode_answers(judged.judgement.answers))
    for answer in answers:
        if "verdict" in answer and places.get(answer["guard"]):
            answer["rule"] = places[answer["guard"]]
    return {
        "at": judged.at,
        "kind": "judgement",
        "occasion": judged.kind,
        "journey": entry.delivery.journey,
        "step": entry.delivery.step,
        "enrollment": enrollment_of(judged.delivery_id),
        "delivery": judged.delivery_id,
        "verdict": VERDICT_WORDS[VERDICT_CODES[type(verdict).__name__]],
        "reason": getattr(verdict, "reason", ""),
        "answers": answers,
    }


def _outcome(entry: Outgoing, record: Record) -> Fields:
    delivery = entry.delivery
    said = record.said.get(delivery.id)
    words: Mapping[str, str] = {} if said is None else {"subject": said.subject, "task": said.task, "note": said.note}
    return {
        "at": entry.settled_at,
        "kind": "delivery",
        "journey": delivery.journey,
        "step": delivery.step,
        "delivery": delivery.id,
        "state": entry.state,
        "reason": entry.reason,
        "channel": delivery.channel,
        "dropped_items": len(entry.left_out),
        "detail": record.unsayable.get(delivery.id, ""),
        "operation": entry.parameters.get("operation", ""),
        "audience": entry.parameters.get("audience", ""),
        **{name: text for name, text in words.items() if text},
    }
