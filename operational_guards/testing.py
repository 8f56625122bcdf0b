"""Does a guard keep the contract?

For authors of guards: call `check_guard` in a test of your own with deliveries and facts that your guard allows and
with some that it holds. It raises `BrokenContract` (an AssertionError) that says what is broken and what to do.
"""

from copy import deepcopy
from datetime import datetime, timedelta

from journeys.vocabulary import Delivery, Facts
from operational_guards.base import Guard
from operational_guards.verdict import Allow, Delay, DropItems, Suppress, Unsure, Verdict

# A guard that sleeps more often than this with nothing changed would hold a message for ever.
LONGEST_CHAIN = 100


class BrokenContract(AssertionError):
    """A guard does what a guard must not do."""


def check_guard(guard: Guard, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure | None:
    """Check one guard against one delivery and give its verdict, None when the guard does not look at it.

    A guard is pure, declares its reasons, names its evidence, delays into the future, drops goods that are there and
    lets the others go, and does not delay for ever while nothing changes.
    """
    _check_reasons(guard)
    verdict = _check_purity(guard, delivery, facts, now)
    if verdict is None or isinstance(verdict, Allow):
        return verdict
    _check_explanation(guard, verdict)
    match verdict:
        case Delay():
            _check_delay(guard, verdict, now)
            _check_end(guard, delivery, facts, now)
        case DropItems():
            _check_drop(guard, verdict, delivery, facts, now)
    return verdict


def _require(kept: bool, guard: Guard, expected: str, got: object) -> None:
    if not kept:
        raise BrokenContract(f'guard "{guard.name}": expected {expected}, got {got!r}; see docs/guards.md')


def _check_reasons(guard: Guard) -> None:
    foreign = [code for code in guard.reasons if not code.startswith(f"{guard.name}.")]
    _require(not foreign, guard, "reasons that begin with the guard's name", foreign)
    wordless = [code for code, sentence in guard.reasons.items() if not sentence.endswith(".")]
    _require(not wordless, guard, "one sentence for each reason", wordless)


def _check_purity(guard: Guard, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure | None:
    before = deepcopy((delivery, facts))
    applies = guard.applies_to(delivery)
    _require(isinstance(applies, bool), guard, "applies_to to say true or false", applies)
    if not applies:
        return None
    verdict = guard.judge(delivery, facts, now)
    _require(isinstance(verdict, Allow | DropItems | Delay | Suppress | Unsure), guard, "a verdict", verdict)
    again = guard.judge(*deepcopy((delivery, facts)), now)
    _require(again == verdict, guard, f"the same answer to the same question ({verdict!r})", again)
    _require((delivery, facts) == before, guard, "the delivery and the facts left as they were", "changed ones")
    return verdict


def _check_explanation(guard: Guard, verdict: DropItems | Delay | Suppress | Unsure) -> None:
    _require(verdict.reason in guard.reasons, guard, "a reason that it declares", verdict.reason)
    _require(bool(verdict.evidence), guard, "evidence, of state unknown where nothing is known", verdict.evidence)


def _check_delay(guard: Guard, verdict: Delay, now: datetime) -> None:
    aware = verdict.until.utcoffset() == timedelta(0)
    _require(aware, guard, "a delay until a moment in aware UTC", verdict.until)
    _require(verdict.until > now, guard, f"a delay until after {now}", verdict.until)


def _check_end(guard: Guard, delivery: Delivery, facts: Facts, now: datetime) -> None:
    moment = now
    for _ in range(LONGEST_CHAIN):
        verdict = guard.judge(delivery, facts, moment)
        if not isinstance(verdict, Delay):
            return
        _check_delay(guard, verdict, moment)
        moment = verdict.until
    _require(False, guard, f"another answer after {LONGEST_CHAIN} delays in a row", "one more delay")


def _check_drop(guard: Guard, verdict: DropItems, delivery: Delivery, facts: Facts, now: datetime) -> None:
    there = frozenset(range(len(delivery.items)))
    _require(bool(verdict.places), guard, "at least one of the goods to drop", verdict.places)
    _require(verdict.places <= there, guard, f"places among {sorted(there)}", sorted(verdict.places))
    rest = guard.judge(delivery.without(verdict.places), facts, now)
    _require(isinstance(rest, Allow), guard, "the goods it leaves to be let go", rest)
