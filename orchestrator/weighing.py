"""How did the guards do, by all that was kept? Goes through the ledger once, a few hundred customers at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchestrator.reports.guards import GuardReport, Line, Question
from orchestrator.reports.worth import Objection, OnTrial, WorthReport, first_objections
from orchestrator.store import guard_views, views
from orchestrator.store.base import Store

Objections = dict[str, Objection]


def weigh_guards(
    store: Store, question: Question, within: timedelta, *, currency: str, now: datetime
) -> tuple[GuardReport, WorthReport]:
    """Count what the guards did, and what customers did `within` a time after a guard on trial first objected."""
    with store.reading() as connection:
        # Of a history that ended long ago nothing is known after its end.
        report = GuardReport(question)
        worth = WorthReport(within, min(now, views.last_event_at(connection) or now))
        trials = guard_views.on_trial(connection)
        for customers in guard_views.judged_customers(connection):
            for lines in customers:
                report.add(lines)
            objections = _objections(customers, trials, question)
            if objections:
                did = guard_views.doings(connection, objections, _earliest(objections.values()), currency)
                for customer, found in objections.items():
                    worth.add(found, did[customer])
    return report, worth


def _objections(customers: Iterable[list[Line]], trials: OnTrial, question: Question) -> dict[int, Objections]:
    """Give by customer the objections that count; what the others did need not be looked up."""
    if not trials:
        return {}
    found = {lines[0].customer: first_objections(lines, trials, question) for lines in customers}
    return {customer: objections for customer, objections in found.items() if objections}


def _earliest(objections: Iterable[Objections]) -> datetime:
    return min(objection.at for found in objections for objection in found.values())
