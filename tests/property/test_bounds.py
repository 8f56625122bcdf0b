"""Does no customer ever get more messages in a week than was proved?"""

import json
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.catalog import Catalog
from journeys.decision import Fate
from journeys.vocabulary import Event, Reach
from orchestrator.advance import advance
from orchestrator.customer import Customer, Outgoing
from orchestrator.project import Project
from orchestrator.proofs import prove
from orchestrator.sending import judge_next, settle
from tests.fakes.workspace import check
from tests.property.journey_strategies import ANOTHER, CALLED, GUARDS, TEMPLATES, suites
from tests.property.test_lives import END, MOST_TURNS, Fates, life_of, lives, some_fates, traveller

A_WEEK = timedelta(days=7)
WORDS = f"attributes:{GUARDS.partition('attributes:')[2]}"
CAPS = (
    "",
    "frequency_cap: {email: 1 per day}",
    "frequency_cap: {any: [2 per 3d, 3 per 7d]}\n  quiet_hours: {from: '21:00', to: '09:00'}",
    "frequency_cap: {groups: {news: 1 per week}}\n  in_delivery: {do: delay, until: delivered, at_most: 5d}",
    "frequency_cap: {email: 2 per 7d, mode: shadow}",
)
OWN = ({}, {}, {"guards": {"frequency_cap": {"email": "3 per 2d"}}}, {"except": {"frequency_cap": "it was asked for"}})
# A week is counted on a clock that stays where it is.
MOVES = ("moves", "moves back")


def sends_in(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Find the messages, those in the arms of splits too."""
    for step in steps:
        if "send" in step:
            yield step
        for arm in step.values():
            if isinstance(arm, list) and "split" in step:
                yield from sends_in(arm)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Write journeys of all kinds under caps that hold all of their messages, some of them or none."""
    documents, cap = draw(suites()), draw(st.sampled_from(CAPS))
    for document in documents:
        document["group"] = "news"
        for send in sends_in(document["steps"]):
            send |= draw(st.sampled_from(OWN if cap else OWN[:1]))
    journeys = {f"journey_{place}": document for place, document in enumerate(documents)} | {CALLED: ANOTHER}
    guards = f"guards:\n  {cap}\n" if cap else ""
    return check(f"{guards}{WORDS}\njourneys: {json.dumps(journeys)}\n", TEMPLATES)


def sent_to(customer: Customer, events: deque[Event], project: Project, fates: Fates) -> list[tuple[datetime, str]]:
    """Let one customer live; give when each message got out, and of which journey."""
    program, left = project.program(Catalog()), list[tuple[datetime, str]]()
    for _ in range(MOST_TURNS):
        advance(customer, events, END, program, by_delivery=True)
        due = customer.next_delivery(program.running)
        if due is None or due.due_at > END:
            return left
        entry: Outgoing | None = judge_next(customer, max(due.due_at, customer.memory.clock), program)
        if entry is not None:
            fate = fates.of(entry)
            # What a channel refuses for good reaches nobody, so no cap counts it either.
            if entry.delivery.reach is Reach.MESSAGE and fate is not Fate.FAILED:
                left.append((customer.memory.clock, entry.delivery.journey))
            settle(customer, entry, fate, "", customer.memory.clock, program)
    raise AssertionError(f"still busy after {MOST_TURNS} turns")


def busiest(times: list[datetime]) -> int:
    """Count the messages of the busiest week."""
    return max((sum(1 for at in times if begin <= at < begin + A_WEEK) for begin in times), default=0)


@given(projects(), lives, some_fates)
@settings(max_examples=200, deadline=None)
def test_nobody_gets_more_messages_in_a_week_than_was_proved(
    project: Project, story: list[tuple[timedelta, str]], fates: Fates
) -> None:
    proved, whole = prove(project)
    stays = [(pause, done) for pause, done in story if done not in MOVES]
    left = sent_to(traveller(""), life_of(stays), project, fates)
    assert whole.most is None or busiest([at for at, _ in left]) <= whole.most
    for each in proved:
        own = [at for at, journey in left if journey == each.journey]
        assert each.bound.most is None or busiest(own) <= each.bound.most, each.bound.words
