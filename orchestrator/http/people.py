"""What does a person get who follows the link of a message? `/unsubscribe/`, `/magnet/` and `/l/`, each with a token.

Scanners of mail follow every link before its reader does, so to look changes nothing: only a POST unsubscribes, from
the button of the page or by a mail program (RFC 8058), without cookies, redirects or a second question. A token that
was not made here leads nowhere. Tokens are in no log.
"""

import asyncio
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from actions.lead_magnet import PATH as MAGNET_PATH
from actions.lead_magnet import BadLink, SignedFile, is_plain_file, verify_link
from orchestrator.clock import wall_now
from orchestrator.http.pages import kept_to_itself, page, page_with_button
from orchestrator.letterbox import Kept
from orchestrator.links import CLICK_PATH
from orchestrator.links import PATH as UNSUBSCRIBE_PATH
from orchestrator.people import People

LOOK = ["GET", "HEAD"]
RETRY_AFTER = {"Retry-After": "5"}
# Parts of what scanners, previews and programs call themselves; who says nothing about themselves is no browser.
_MACHINES = (
    "barracuda", "bot", "crawl", "curl", "forcepoint", "go-http-client", "headless", "java/", "libwww", "mimecast",
    "monitor", "okhttp", "preview", "proofpoint", "python", "safelinks", "scan", "spider", "symantec", "trendmicro",
    "wget", "zscaler",
)  # fmt: skip


def people_router(people: People) -> APIRouter:
    """Give the routes for people."""
    router = APIRouter()

    @router.api_route(f"{UNSUBSCRIBE_PATH}{{token}}", methods=LOOK)
    async def ask(token: str) -> Response:
        """Ask whether to unsubscribe."""
        wish = people.links.read_unsubscribe(token)
        if wish is None:
            return _no_such_link(people)
        return page_with_button(people.shop, f"No more offers and news by {wish.channel}?")

    @router.post(f"{UNSUBSCRIBE_PATH}{{token}}")
    async def unsubscribe(token: str) -> Response:
        """Unsubscribe; the answer comes after the commit."""
        wish = people.links.read_unsubscribe(token)
        if wish is None:
            return _no_such_link(people)
        match await people.letterbox.unsubscribe(wish, wall_now()):
            case Kept.DONE:
                return page(people.shop, f"You are unsubscribed: no more offers and news by {wish.channel}.")
            case Kept.NOBODY:
                return _no_such_link(people)
            case Kept.NOT_NOW:
                return page(people.shop, "That did not work. Please try again.", status=503, headers=RETRY_AFTER)

    @router.api_route(f"{MAGNET_PATH}{{token}}", methods=LOOK)
    async def fetch(token: str, request: Request) -> Response:
        """Give the file that somebody asked for."""
        answer = verify_link(people.link_keys, token, wall_now())
        if isinstance(answer, BadLink):
            return _too_late(people) if answer.reason == "link.expired" else _no_such_link(people)
        path = await asyncio.to_thread(_file_within, people.magnets, answer.file)
        return _no_such_link(people) if path is None else _file(people, path, answer, request)

    _lead_on(router, people)
    return router


def _lead_on(router: APIRouter, people: People) -> None:
    """Add the route of tracked links."""

    @router.api_route(f"{CLICK_PATH}{{token}}", methods=LOOK)
    async def follow(token: str, request: Request) -> Response:
        """Lead on to the shop's page, and note the click."""
        click = people.links.read_click(token)
        if click is None:
            return _no_such_link(people)
        # A person's program fetches the page; only scanners ask for its head alone.
        by_machine = request.method == "HEAD" or _is_machine(request.headers.get("user-agent", ""))
        note = BackgroundTask(people.letterbox.clicked, click, wall_now(), by_machine=by_machine)
        return RedirectResponse(click.url, 302, kept_to_itself(), note)


def _no_such_link(people: People) -> Response:
    return page(people.shop, "This link leads nowhere. Perhaps a part of it is missing.", status=404)


def _too_late(people: People) -> Response:
    return page(people.shop, "This link is no longer valid. Please ask for the file again.", status=410)


def _file_within(folder: Path, name: str) -> Path | None:
    """Find a file of the folder; nothing outside it is ever found, not even through a link of the file system."""
    if not is_plain_file(name):
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def _file(people: People, path: Path, signed: SignedFile, request: Request) -> Response:
    note = None
    if request.method == "GET":
        by_machine = _is_machine(request.headers.get("user-agent", ""))
        note = BackgroundTask(people.letterbox.downloaded, signed, wall_now(), by_machine=by_machine)
    return FileResponse(path, filename=path.name, headers=kept_to_itself(), background=note)


def _is_machine(user_agent: str) -> bool:
    called = user_agent.lower()
    return not called or any(name in called for name in _MACHINES)
