"""What does a shop meet that we ask? A system that knows orders, and an endpoint that has the last word on a message.

Both are one `Web`: the real adapter `http_facts` and the real guard `http` make the calls. What a test puts in is what
they answer; when they are ill, nothing comes back.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from orchestrator.sources.calls import Call
from orchestrator.sources.web import Request, Response, Unreachable
from tests.fakes.web import answered

FACTS_URL = "https://erp.example/facts"
ENDPOINT_URL = "https://shop.example/may-send"
ENVIRONMENT = {
    "ERP_TOKEN": "not-a-real-token",
    "HOOK_SECRET": "not-a-real-secret",
    "TACTFUL_GUARD_SECRET": "whsec_dGVzdCBzZWNyZXQgb2YgdGhlIHNob3A=",
}
# A system that is asked before each message, and one that calls and is missed after three hours.
SOURCES = f"""
sources:
  erp: {{adapter: http_facts, url: "{FACTS_URL}", tells: [%(tells)s], max_age: 1m, token_env: ERP_TOKEN, timeout: 0.05}}
  till:
    adapter: mapping
    tells: [%(tells)s]
    secret_env: HOOK_SECRET
    silent_after: 3h
    rules: [{{event: Order Completed, at: created, properties: {{order_id: id}}}}]
"""
Health = Literal["up", "slow", "refused", "broken"]


@dataclass(slots=True)
class AskedShop:
    """Knows calls by what they are about, and objections by product; of the `mute` it says nothing at all.

    `meanwhile` happens once, while a question is under way. With a `gate` every call waits until it opens.
    """

    known: dict[str, list[Call]] = field(default_factory=dict)
    objections: dict[str, object] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)
    health: Health = "up"
    meanwhile: Callable[[], object] | None = None
    gate: asyncio.Event | None = None
    asked: list[Request] = field(default_factory=list)

    async def call(self, request: Request, now: datetime) -> Response | Unreachable:
        """Take a call, and give what there is to say about it."""
        self.asked.append(request)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        if self.gate is not None:
            await self.gate.wait()
        match self.health:
            case "slow":
                # It would answer in the end, but nobody waits for so long.
                await asyncio.sleep(request.seconds)
                return Unreachable("timeout")
            case "refused":
                return Unreachable("unreachable")
            case "broken":
                return answered({"error": "out of order"}, 500)
        said = json.loads(request.body)
        return answered(self._facts(said) if request.url == FACTS_URL else self._word(said))

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Give the kind and the subject of every question for facts, in the order they came."""
        asked = [json.loads(request.body) for request in self.asked if request.url == FACTS_URL]
        return [(each["kind"], each["about"]) for said in asked for each in said["questions"]]

    @property
    def words_asked_for(self) -> list[str]:
        """Name the deliveries the endpoint was asked about, in the order it was."""
        return [json.loads(request.body)["delivery"] for request in self.asked if request.url == ENDPOINT_URL]

    def _facts(self, said: Mapping[str, Any]) -> object:
        told = [{**each, "calls": self._calls(each)} for each in said["questions"] if each["about"] not in self.mute]
        return {"answers": told}

    def _calls(self, question: Mapping[str, str]) -> list[Call]:
        """All that is known of somebody is said with their orders."""
        return self.known.get(question["about"], []) if question["kind"] == "orders" else []

    def _word(self, said: Mapping[str, Any]) -> object:
        products = [item["product_id"] for item in said["items"]]
        return next((self.objections[each] for each in products if each in self.objections), {"verdict": "allow"})


def sources(*kinds: str) -> str:
    """Write the two sources, which tell of these kinds."""
    return SOURCES % {"tells": ", ".join(kinds)}
