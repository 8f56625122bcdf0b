"""How is a body read without ever holding more than it may be large?"""

import asyncio
from dataclasses import dataclass

from fastapi import Request
from starlette.requests import ClientDisconnect

LARGEST = 1_000_000
READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The body is larger than is taken."""


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """The body did not come to its end, or not in time."""


async def read_body(request: Request, largest: int = LARGEST) -> bytes | TooLarge | BrokenOff:
    """Read the raw body; one that says it is too large is not begun, and one that turns out so is not finished."""
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > largest:
        return TooLarge()
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    return TooLarge()
    except (TimeoutError, ClientDisconnect):
        return BrokenOff()
    return bytes(body)
