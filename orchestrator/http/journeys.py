"""How does a program let a person into a journey over HTTP? `POST /journeys/<name>/calls`."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from orchestrator.clock import wall_now
from orchestrator.http.answers import refusal
from orchestrator.http.body import LARGEST, BrokenOff, TooLarge, read_body
from orchestrator.http.hooks import count_answer, hook_request, respond
from orchestrator.http.metrics import Counters
from orchestrator.http.reception import Reception
from orchestrator.sources.journey_calls import SOURCE


def journeys_router(reception: Reception, counters: Counters) -> APIRouter:
    """Give the route of the calls."""
    router = APIRouter()

    @router.post("/journeys/{name}/calls")
    async def call(name: str, request: Request) -> Response:
        """Take one call of a journey; the answer comes after the commit."""
        counters.received(SOURCE)
        body = await read_body(request)
        match body:
            case TooLarge():
                counters.denied(SOURCE, "too_large")
                return refusal(413, "too_large", f"/journeys: expected at most {LARGEST:,} bytes, got more")
            case BrokenOff():
                counters.denied(SOURCE, "broken_off")
                return refusal(408, "broken_off", "/journeys: expected a whole body, got a part; send it again")
        answer = await reception.take(SOURCE, replace(hook_request(request, body), query={"journey": name}), wall_now())
        count_answer(counters, SOURCE, answer)
        return respond(answer)

    return router
