"""What is a source that can be asked?

Right before a send a guard may want fresher facts than those that were told: the shop, the carrier or an endpoint of
the shop's own is then asked about this one customer. Which questions there are is pure; only `ask` reaches the network,
outside every transaction. What comes back are calls like those of a webhook (`orchestrator.sources.calls`), so that a
fact is read in one way however it came. No answer is `NoAnswer`, never "nothing".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias

from journeys.vocabulary import FactKind, Facts, Item
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Secrets, SourceParams
from orchestrator.sources.web import Web


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One thing to ask, such as `Question("orders", "ann@shop.example")`; equal questions are asked once a batch."""

    kind: FactKind
    about: str


@dataclass(frozen=True, slots=True)
class Told:
    """The source's answer; without calls it says that there is nothing."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The source could not be asked, or did not answer; `reason` is a dotted code such as `shopify.timeout`."""

    reason: str


Answer: TypeAlias = Told | NoAnswer


class Asked(Protocol):
    """A source that can be asked. It is built once per process and keeps its connections."""

    name: ClassVar[str]
    tells: ClassVar[frozenset[FactKind]]
    Params: ClassVar[type[SourceParams]]

    def __init__(self, params: Any, secrets: Secrets, web: Web) -> None:
        """Raises MissingSecret when the environment does not hold what the source needs."""
        ...

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:
        """Say what it would ask about this customer and these goods; nothing when there is nothing to learn.

        A carrier, for instance, is asked about open parcels only.
        """
        ...

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        """Ask all of these, in one call where the API can; every question has an answer. Never raises."""
        ...
