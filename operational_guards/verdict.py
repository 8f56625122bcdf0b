"""Which answers can a guard give?

A guard looks at one delivery and the facts and gives one of four verdicts, or is unsure. Everything but `Allow`
carries a reason (a dotted code that begins with the guard's name) and the evidence: the facts it used, or what it could
not know.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct


class Evidence(Struct, frozen=True, order=True, gc=False):
    """One fact a guard used: `Evidence("order", "o9", "placed", at)`; `state` is `unknown` where nothing is known.

    `at` is when it came to be so, `observed_at` when we learned of it, and `source` who said so.
    """

    kind: str
    id: str
    state: str
    at: datetime | None = None
    source: str = ""
    observed_at: datetime | None = None


class Allow(Struct, frozen=True, gc=False):
    """Nothing speaks against the message."""


class DropItems(Struct, frozen=True, gc=False):
    """The message may go without the items at these places of `delivery.items`."""

    places: frozenset[int]
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Delay(Struct, frozen=True, gc=False):
    """Not now: judge again at `until`, or as soon as a fact of the customer changes when `on_change` is true.

    `until` is always set: it is the time itself, or the deadline of a delay that waits for a fact.
    """

    until: datetime
    reason: str
    evidence: tuple[Evidence, ...] = ()
    on_change: bool = False


class Suppress(Struct, frozen=True, gc=False):
    """Never: the delivery is settled without being sent; its enrollment goes to the step `divert`, if there is one."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    divert: str = ""


Verdict: TypeAlias = Allow | DropItems | Delay | Suppress


class Unsure(Struct, frozen=True, gc=False):
    """The guard cannot know: the rule's `if_unknown` says whether the delivery waits, goes or is suppressed.

    A guard that drops goods names the `places` it is unsure about: unless they may go, these are dropped and the others
    go. `known` is what it is sure of beside. Waiting, the delivery is looked at again after `first_pause`, then after
    pauses that grow: long where only a fact can help, which wakes it anyway.
    """

    reason: str
    evidence: tuple[Evidence, ...]
    places: frozenset[int] = frozenset()
    known: Allow | DropItems = Allow()
    first_pause: timedelta = timedelta(minutes=15)


Unheeded: TypeAlias = Literal["", "shadow", "holdout", "exempt"]


class Answer(Struct, frozen=True, gc=False):
    """What one guard said, and why it was not heeded, if it was not.

    `shadow`: the guard only records. `holdout`: chance let this one through, so that the guard's worth can be measured.
    `exempt`: the step names an exemption.
    """

    guard: str
    verdict: Verdict
    unheeded: Unheeded = ""


class Judgement(Struct, frozen=True, gc=False):
    """The verdict that won, and every guard's own answer in order of the guards' names."""

    verdict: Verdict
    answers: tuple[Answer, ...]
