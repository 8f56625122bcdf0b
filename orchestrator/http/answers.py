"""How does an error read over HTTP? `{"error": code, "message": sentence}`, whatever went wrong."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException


def refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Say no, with a code for programs and a sentence for people."""
    return JSONResponse({"error": code, "message": message}, status, headers)


async def as_refusal(request: Request, error: Exception) -> Response:
    """Write the framework's own refusals, such as those of a wrong path or method, like all others."""
    if not isinstance(error, HTTPException):
        return refusal(500, "internal", "something went wrong here; the log has the time and the kind of error")
    code = HTTPStatus(error.status_code).name.lower()
    allowed = f"; use {error.headers['Allow']}" if error.headers and "Allow" in error.headers else ""
    message = f"{request.method} {request.url.path[:100]}: {HTTPStatus(error.status_code).phrase}{allowed}"
    return refusal(error.status_code, code, message, error.headers)
