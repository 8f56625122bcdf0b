"""How does an inquiry become an answer?

All sources and endpoints that a turn's inquiries need are asked at once, outside every transaction. What sources told
is read like everything else that comes in and committed to the inbox before the answer is given, so the turn that hears
the answer also sees the facts. Refused events are kept aside like those of a webhook.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from journeys.vocabulary import Outside
from orchestrator.asker import Asker
from orchestrator.clock import wall_now
from orchestrator.inquiries import Answered, Inquiry
from orchestrator.outside import Endpoint
from orchestrator.rejected import RejectedEvents, Rejection
from orchestrator.sources.asked import Answer, Told
from orchestrator.sources.base import Accepted, Source
from orchestrator.store.base import Store


@dataclass(frozen=True, slots=True)
class Enquirer:
    """Asks for a workspace. `readers` give what a source told the source's own name; `endpoints` go by their rules."""

    store: Store
    rejected: RejectedEvents
    asker: Asker
    readers: Mapping[str, Source] = field(default_factory=dict)
    endpoints: Mapping[int, Endpoint] = field(default_factory=dict)

    async def ask(self, inquiries: Sequence[Inquiry]) -> list[Answered]:
        """Ask everything these inquiries want. Raises what the database raises; a source never does."""
        now = wall_now()
        wanted = {inquiry.delivery.profile_id: inquiry.wanted for inquiry in inquiries}
        told, outside = await asyncio.gather(
            self.asker.ask(wanted, now),
            asyncio.gather(*(self._ask_endpoint(inquiry, now) for inquiry in inquiries)),
        )
        await asyncio.to_thread(self._keep, told.values(), now)
        return [
            _answered(inquiry, told[inquiry.delivery.profile_id], said)
            for inquiry, said in zip(inquiries, outside, strict=True)
        ]

    async def _ask_endpoint(self, inquiry: Inquiry, now: datetime) -> Outside | None:
        if not inquiry.asks_endpoint:
            return None
        endpoint = self.endpoints.get(inquiry.edition)
        return Outside(now, None) if endpoint is None else await endpoint.ask(inquiry.delivery, inquiry.profile, now)

    def _keep(self, told: Iterable[Mapping[str, tuple[Answer, ...]]], now: datetime) -> None:
        accepted: list[Accepted] = []
        for answers in told:
            for source, each in answers.items():
                accepted += self._read(source, each, now)
        if accepted:
            self.store.append(accepted, now)

    def _read(self, source: str, answers: Sequence[Answer], now: datetime) -> list[Accepted]:
        accepted: list[Accepted] = []
        rejections: list[Rejection] = []
        for answer in answers:
            for call in answer.calls if isinstance(answer, Told) else ():
                line = msgspec.json.encode(dict(call))
                reading = self.readers[source].read(line, now, f"asked/{source}")
                if isinstance(reading, Accepted):
                    accepted.append(reading)
                else:
                    rejections.append(Rejection(line, reading))
        if rejections:
            self.rejected.keep(source, rejections, now)
        return accepted


def _answered(inquiry: Inquiry, told: Mapping[str, tuple[Answer, ...]], outside: Outside | None) -> Answered:
    """A source that was asked and did not answer one of its questions has not answered."""
    complete = {name for name, answers in told.items() if all(isinstance(answer, Told) for answer in answers)}
    return Answered(
        delivery_id=inquiry.delivery.id,
        profile_id=inquiry.delivery.profile_id,
        told=frozenset(complete),
        untold=frozenset(told.keys() - complete) | inquiry.speechless,
        outside=outside,
    )
