"""How does a vendor's call come in over HTTP, and what is it answered? `POST /hooks/<source>`."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from orchestrator.clock import wall_now
from orchestrator.http.answers import refusal
from orchestrator.http.body import LARGEST, BrokenOff, TooLarge, read_body
from orchestrator.http.metrics import Counters
from orchestrator.http.reception import Answer, Broken, NotTaken, Reception, Taken
from orchestrator.sources.hooks import Denied, HookRequest

RETRY_AFTER = {"Retry-After": "5"}
# The metrics' name for a source that there is none of: whatever a stranger writes is no label.
NOBODY = "-"


def hooks_router(reception: Reception, counters: Counters) -> APIRouter:
    """Give the routes of the hooks."""
    router = APIRouter()

    @router.post("/hooks/{source}")
    async def receive(source: str, request: Request) -> Response:
        """Take one call of a vendor; the answer comes after the commit."""
        if source not in reception.desks:
            counters.denied(NOBODY, "unknown_source")
            return _no_such_hook(source)
        counters.received(source)
        body = await read_body(request)
        match body:
            case TooLarge():
                counters.denied(source, "too_large")
                return refusal(413, "too_large", f"/hooks/{source}: expected at most {LARGEST:,} bytes, got more")
            case BrokenOff():
                counters.denied(source, "broken_off")
                return refusal(408, "broken_off", f"/hooks/{source}: expected a whole body, got a part; send it again")
        answer = await reception.take(source, hook_request(request, body), wall_now())
        count_answer(counters, source, answer)
        return respond(answer)

    return router


def _no_such_hook(source: str) -> Response:
    message = (
        f'/hooks/{source[:60]}: expected a source of journeys.yaml that is called, got "{source[:60]}"; '
        "correct the address at the sender"
    )
    return refusal(404, "unknown_source", message)


def hook_request(request: Request, body: bytes) -> HookRequest:
    """Give a call in the shape that adapters read."""
    remote = request.client.host if request.client else ""
    return HookRequest(body, dict(request.headers), dict(request.query_params), remote)


def count_answer(counters: Counters, source: str, answer: Answer) -> None:
    """Count what became of a call."""
    match answer:
        case Taken(accepted, duplicate, rejected):
            counters.events(source, accepted=accepted, duplicate=duplicate, rejected=rejected)
        case Denied(why):
            counters.denied(source, why)
        case NotTaken():
            counters.denied(source, "unavailable")
        case Broken():
            counters.denied(source, "broken")


def respond(answer: Answer) -> Response:
    """Say what became of a call."""
    match answer:
        case Taken(accepted, duplicate, rejected):
            return JSONResponse({"accepted": accepted, "duplicate": duplicate, "rejected": rejected})
        case Denied(why, message):
            return refusal(400 if why == "malformed" else 401, why, message)
        case NotTaken(message):
            return refusal(503, "unavailable", message, RETRY_AFTER)
        case Broken(message):
            return refusal(500, "broken", message)
