"""Is the process alive, and can it take calls? `GET /health/live` and `GET /health/ready`."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from orchestrator.http.answers import refusal
from orchestrator.store.base import Store


def health_router(store: Store) -> APIRouter:
    """Give the routes of the health checks."""
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> Response:
        """Say that the event loop turns; nothing else is looked at."""
        return JSONResponse({"status": "alive"})

    @router.get("/health/ready")
    async def ready() -> Response:
        """Say whether the database can be reached and is of this version."""
        if await asyncio.to_thread(store.is_current):
            return JSONResponse({"status": "ready"})
        message = "/health/ready: expected a database of this version, got none that can be read; run `tactful status`"
        return refusal(503, "not_ready", message)

    return router
