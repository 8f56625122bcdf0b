"""What does a person, a mail program or a scanner get that follows the link of a message?"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from actions.lead_magnet import sign_link
from orchestrator import letterbox
from orchestrator.group_commit import GroupCommit
from orchestrator.http import people as pages
from orchestrator.http.application import web_application
from orchestrator.http.reception import Reception
from orchestrator.letterbox import Letterbox
from orchestrator.links import Links
from orchestrator.people import People
from orchestrator.rejected import RejectedEvents
from orchestrator.store.arrivals import Arrival, Outcome
from orchestrator.store.base import Store
from tests.conftest import OpenShop
from tests.fakes.calls import anonymous, identify, moment, track
from tests.fakes.workspace import KEYS, Workspace

SHOP = "https://shop.example"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/150.0"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
LETTER = """
journeys:
  letters:
    entry: {event: Signed Up}
    steps:
      - {id: letter, send: email, text: "Hello!", at: "12:00"}
  guides:
    entry: {event: Guide Requested}
    steps:
      - {id: guide, send: email, text: "Your guide.", purpose: transactional, if_suppressed: exit}
      - {id: watch, wait_for: {event: Lead Magnet Downloaded, of: guide, at_most: 2d}, then: read, otherwise: unread}
      - {id: read, exit: read}
      - {id: unread, exit: unread}
"""


@dataclass
class Gated:
    """The real store behind a gate."""

    store: Store
    gate: Event = field(default_factory=Event)

    def append_each(self, coming: Sequence[Arrival]) -> list[Outcome]:
        """Wait at the gate, then write."""
        self.gate.wait(10)
        return self.store.append_each(coming)


@dataclass
class Front:
    """A workspace whose links are served."""

    workspace: Workspace
    gated: Gated
    people: People
    client: Callable[[], httpx.AsyncClient]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make one call."""

        async def asking() -> httpx.Response:
            async with self.client() as client:
                return await client.request(method, path, **options)

        return asyncio.run(asking())

    def link(self, profile_id: int = 1, channel: str = "email", keys: Sequence[str] = KEYS) -> str:
        """Give the path of an unsubscribe link."""
        return Links(keys, SHOP).unsubscribe(profile_id, channel).removeprefix(SHOP)

    def file_link(self, file: str, *, delivery: str = "7", hours: int = 1, keys: Sequence[str] = KEYS) -> str:
        """Give the path of a lead magnet's link, made at nine for so many hours."""
        return sign_link(keys, SHOP, file, delivery, moment("09:00") + timedelta(hours=hours)).removeprefix(SHOP)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Give name and properties of what the links brought about."""
        return [
            (event.name, dict(event.properties))
            for event in self.workspace.events_of("ann")
            if event.source == "tactful"
        ]


def _front(workspace: Workspace, keys: Sequence[str] = KEYS) -> Front:
    gated = Gated(workspace.store)
    gated.gate.set()
    commits = GroupCommit(gated, lambda: None)  # type: ignore[arg-type]  # only append_each is used
    magnets = workspace.folder / "magnets"
    magnets.mkdir(parents=True, exist_ok=True)
    people = People("Nordic <Roast>", Links(keys, SHOP), keys, magnets, Letterbox(workspace.store, commits))
    reception = Reception({}, commits, RejectedEvents(workspace.folder))
    application = web_application(reception, workspace.store, {}, people)

    def client() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(application)
        return httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=BROWSER)

    return Front(workspace, gated, people, client)


@pytest.fixture
def front(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Give a workspace with Ann in it, at half past nine."""
    monkeypatch.setattr(pages, "wall_now", lambda: moment("09:30"))
    workspace = shop(LETTER)
    workspace.ingest(identify("ann", "07:00"))
    workspace.settle("09:30")
    return _front(workspace)


# To look changes nothing.


def test_the_page_asks_with_one_button_and_changes_nothing(front: Front) -> None:
    answer = front.ask("GET", front.link())
    assert answer.status_code == 200
    assert answer.text.count("<button") == 1
    assert '<form method="post">' in answer.text
    assert "No more offers and news by email?" in answer.text
    assert front.told() == []


def test_the_page_runs_nothing_loads_nothing_and_leaves_nothing_behind(front: Front) -> None:
    answer = front.ask("GET", front.link())
    policy = answer.headers["content-security-policy"]
    assert re.sub("sha256-[^']+", "sha256-...", policy) == (
        "default-src 'none'; style-src 'sha256-...'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "sandbox allow-forms"
    )
    kept = {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-content-type-options")}
    assert kept == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}
    assert "set-cookie" not in answer.headers
    assert not re.search(r"<script|<img|<link|src=|href=|http", answer.text)


def test_what_the_shop_calls_itself_is_text_and_nothing_else(front: Front) -> None:
    text = front.ask("GET", front.link(channel="<b>sms</b>")).text
    assert "Nordic &lt;Roast&gt;" in text
    assert "&lt;b&gt;sms&lt;/b&gt;" in text
    assert "<b>" not in text


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_scanner_that_follows_the_link_a_hundred_times_unsubscribes_nobody(front: Front, method: str) -> None:
    front.workspace.ingest(track("Signed Up", "09:10"))
    for _ in range(100):
        assert front.ask(method, front.link()).status_code == 200
    front.workspace.live_until("13:00")
    assert front.workspace.fates() == [("letter", "sent", "")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_other_method_is_known(front: Front, method: str) -> None:
    assert front.ask(method, front.link()).status_code == 405
    assert front.told() == []


# One POST unsubscribes.

BODIES = [
    pytest.param({"data": ONE_CLICK}, id="a form"),
    pytest.param(
        {
            "content": b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "headers": {"content-type": "multipart/form-data; boundary=x"},
        },
        id="a form in parts",
    ),
]


@pytest.mark.parametrize("body", BODIES)
def test_one_post_unsubscribes_without_cookies_or_redirects(front: Front, body: dict[str, Any]) -> None:
    answer = front.ask("POST", front.link(), **body)
    assert (answer.status_code, answer.history, "set-cookie" in answer.headers) == (200, [], False)
    assert "You are unsubscribed: no more offers and news by email." in answer.text
    assert front.told() == [("Email Unsubscribed", {"channel": "email"})]


def test_a_letter_that_was_planned_stays_here(front: Front) -> None:
    front.workspace.ingest(track("Signed Up", "09:10"))
    front.workspace.settle()
    front.ask("POST", front.link(), data=ONE_CLICK)
    front.workspace.live_until("13:00")
    assert front.workspace.fates() == [("letter", "suppressed", "consent.refused")]


def test_only_the_channel_of_the_link_is_left(front: Front) -> None:
    front.ask("POST", front.link(channel="sms"), data=ONE_CLICK)
    front.workspace.ingest(track("Signed Up", "09:10"))
    front.workspace.live_until("13:00")
    assert front.workspace.fates() == [("letter", "sent", "")]


def test_only_the_person_of_the_link_leaves(front: Front) -> None:
    front.workspace.ingest(identify("bob", "07:00"))
    front.workspace.settle()
    front.ask("POST", front.link(profile_id=2), data=ONE_CLICK)
    front.workspace.ingest(track("Signed Up", "09:10"), track("Signed Up", "09:10", "bob"))
    front.workspace.live_until("13:00")
    assert [state for _, state, _ in front.workspace.fates()] == ["sent", "suppressed"]


def test_asked_again_it_is_done_already(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in ("09:30", "09:31", "2026-05-02 09:00"):
        monkeypatch.setattr(pages, "wall_now", lambda at=at: moment(at))
        assert front.ask("POST", front.link(), data=ONE_CLICK).status_code == 200
        front.workspace.settle(at)
    assert front.told() == [("Email Unsubscribed", {"channel": "email"})]


def test_whoever_subscribed_again_can_unsubscribe_again_by_the_same_link(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.ask("POST", front.link(), data=ONE_CLICK)
    front.workspace.settle("09:40")
    front.workspace.ingest(track("Subscribed", "09:40", channel="email"), track("Signed Up", "09:41"))
    front.workspace.settle("09:50")
    monkeypatch.setattr(pages, "wall_now", lambda: moment("09:50"))
    front.ask("POST", front.link(), data=ONE_CLICK)
    front.workspace.live_until("13:00")
    assert front.workspace.fates() == [("letter", "suppressed", "consent.refused")]


def test_whoever_subscribed_again_a_moment_ago_is_taken_off_again(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.ask("POST", front.link(), data=ONE_CLICK)
    front.workspace.settle("09:40")
    front.workspace.ingest(track("Subscribed", "09:40", channel="email"))
    monkeypatch.setattr(pages, "wall_now", lambda: moment("09:50"))
    front.ask("POST", front.link(), data=ONE_CLICK)
    assert len(front.told()) == 2


def test_the_link_of_a_visitor_leads_to_whom_they_became(front: Front) -> None:
    workspace = front.workspace
    workspace.ingest(anonymous("Form Submitted", "09:00", "v1", email="v@example.com"))
    workspace.settle()
    assert workspace.rows("SELECT id FROM profiles ORDER BY id") == [(1,), (2,)]
    workspace.ingest(identify("ann", "09:05", visitor="v1", email="v@example.com"))
    workspace.settle()
    assert workspace.rows("SELECT merged_into FROM profiles ORDER BY id") == [(None,), (1,)]
    front.ask("POST", front.link(profile_id=2), data=ONE_CLICK)
    workspace.ingest(track("Signed Up", "09:10"))
    workspace.live_until("13:00")
    assert workspace.fates() == [("letter", "suppressed", "consent.refused")]


def test_somebody_known_by_a_visit_alone_can_leave_as_well(front: Front) -> None:
    front.workspace.ingest(anonymous("Page Viewed", "09:00", "v1"))
    front.workspace.settle()
    assert front.ask("POST", front.link(profile_id=2), data=ONE_CLICK).status_code == 200
    assert front.workspace.rows("SELECT profile_id, COUNT(*) FROM events GROUP BY 1 ORDER BY 1")[1] == (2, 2)


def test_it_is_answered_after_the_commit(front: Front) -> None:
    front.gated.gate.clear()

    async def story() -> tuple[bool, int]:
        async with front.client() as client:
            call = asyncio.create_task(client.post(front.link(), data=ONE_CLICK))
            await asyncio.sleep(0.2)
            was_answered = call.done()
            front.gated.gate.set()
            return was_answered, (await call).status_code

    assert asyncio.run(story()) == (False, 200)


def test_while_nothing_can_be_written_nobody_is_told_that_it_was_done(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letterbox, "PATIENCE_SECONDS", 0.05)
    front.gated.gate.clear()

    async def story() -> httpx.Response:
        async with front.client() as client:
            answer = await client.post(front.link(), data=ONE_CLICK)
        front.gated.gate.set()
        return answer

    answer = asyncio.run(story())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "try again" in answer.text


# Tokens that were not made here.


def _forged(front: Front) -> dict[str, str]:
    good = front.link()
    return {
        "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "cut short": good[:-5],
        "made elsewhere": front.link(keys=("another key",)),
        "about nobody": front.link(profile_id=99),
        "a file's": "/unsubscribe/" + front.file_link("guide.pdf").rpartition("/")[2],
        "odd": "/unsubscribe/%00%ff..",
    }


@pytest.mark.parametrize("kind", ["changed", "cut short", "made elsewhere", "about nobody", "a file's", "odd"])
def test_a_token_that_is_not_ours_takes_nobody_off(front: Front, kind: str) -> None:
    answer = front.ask("POST", _forged(front)[kind], data=ONE_CLICK)
    assert (answer.status_code, front.told()) == (404, [])
    assert "This link leads nowhere." in answer.text


def test_the_page_of_a_token_that_is_not_ours_is_not_found(front: Front) -> None:
    assert front.ask("GET", _forged(front)["made elsewhere"]).status_code == 404


def test_a_link_signed_with_an_older_key_works_until_that_key_is_given_up(front: Front) -> None:
    older = front.link(keys=("old",))
    assert _front(front.workspace, ("new", "old")).ask("POST", older, data=ONE_CLICK).status_code == 200
    assert _front(front.workspace, ("new",)).ask("POST", older, data=ONE_CLICK).status_code == 404


# Files.


@pytest.fixture
def guide(front: Front) -> Path:
    """Put a guide into the folder of lead magnets."""
    path = front.people.magnets / "brewing guide.html"
    path.write_text("<script>alert(1)</script>", encoding="utf-8")
    return path


def test_the_file_is_given_to_be_kept_and_not_to_be_run(front: Front, guide: Path) -> None:
    answer = front.ask("GET", front.file_link(guide.name))
    assert (answer.status_code, answer.content) == (200, guide.read_bytes())
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''brewing%20guide.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_file_in_a_folder_of_its_own_is_found(front: Front) -> None:
    (front.people.magnets / "2026").mkdir()
    (front.people.magnets / "2026" / "guide.txt").write_text("Brew.", encoding="utf-8")
    assert front.ask("GET", front.file_link("2026/guide.txt")).text == "Brew."


def test_to_look_at_a_file_gives_its_size_and_notes_nothing(front: Front, guide: Path) -> None:
    answer = front.ask("HEAD", front.file_link(guide.name))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "25", b"")


def test_after_its_time_a_link_is_gone(front: Front, guide: Path) -> None:
    answer = front.ask("GET", front.file_link(guide.name, hours=0))
    assert answer.status_code == 410
    assert "no longer valid" in answer.text


def test_a_link_signed_elsewhere_gives_no_file(front: Front, guide: Path) -> None:
    assert front.ask("GET", front.file_link(guide.name, keys=("another key",))).status_code == 404


def test_the_token_of_an_unsubscription_gives_no_file(front: Front) -> None:
    assert front.ask("GET", "/magnet/" + front.link().rpartition("/")[2]).status_code == 404


def test_a_file_that_is_not_there_is_not_found(front: Front) -> None:
    assert front.ask("GET", front.file_link("gone.pdf")).status_code == 404


@pytest.mark.parametrize(
    "name", ["../secret.txt", "/etc/passwd", "..\\secret.txt", "a/../../secret.txt", "", ".", "a\0b"]
)
def test_no_name_leads_out_of_the_folder(front: Front, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even for somebody who holds the key."""
    (front.workspace.folder / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr("actions.lead_magnet.is_plain_file", lambda _: True)
    assert front.ask("GET", front.file_link(name)).status_code == 404


def test_a_link_of_the_file_system_leads_out_of_the_folder_neither(front: Front) -> None:
    (front.workspace.folder / "secret.txt").write_text("secret", encoding="utf-8")
    (front.people.magnets / "guide.txt").symlink_to(front.workspace.folder / "secret.txt")
    assert front.ask("GET", front.file_link("guide.txt")).status_code == 404


# Who fetched it.


def _guided(front: Front) -> str:
    """Let Ann ask for the guide; gives the key of the delivery that brought it."""
    front.workspace.ingest(track("Guide Requested", "09:20"))
    front.workspace.settle()
    return str(front.workspace.deliveries()[0]["key"])


def test_a_person_who_fetches_the_file_is_heard_of_once(front: Front, guide: Path) -> None:
    key = _guided(front)
    for _ in range(3):
        front.ask("GET", front.file_link(guide.name, delivery=key))
    said = {"file": guide.name, "delivery": int(key), "journey": "guides", "step": "guide", "channel": "email"}
    assert front.told() == [("Lead Magnet Downloaded", {**said, "machine": False})]
    front.workspace.settle()
    assert front.workspace.enrollments() == [("guides", "read", "read")]


@pytest.mark.parametrize("agent", ["", "Googlebot/2.1", "python-requests/2.32", "BarracudaScan", "curl/8.0"])
def test_a_machine_that_fetches_the_file_decides_nothing(front: Front, guide: Path, agent: str) -> None:
    key = _guided(front)
    assert front.ask("GET", front.file_link(guide.name, delivery=key), headers={"user-agent": agent}).status_code == 200
    assert [properties["machine"] for _, properties in front.told()] == [True]
    front.workspace.live_until("2026-03-05 09:00")
    assert front.workspace.enrollments() == [("guides", "unread", "unread")]


def test_a_person_is_heard_of_although_a_machine_was_there_before(front: Front, guide: Path) -> None:
    key = _guided(front)
    front.ask("GET", front.file_link(guide.name, delivery=key), headers={"user-agent": ""})
    front.ask("GET", front.file_link(guide.name, delivery=key))
    assert [properties["machine"] for _, properties in front.told()] == [True, False]


@pytest.mark.parametrize("delivery", ["7", "somebody else's key"])
def test_a_file_of_a_delivery_that_is_not_ours_is_given_all_the_same(front: Front, guide: Path, delivery: str) -> None:
    assert front.ask("GET", front.file_link(guide.name, delivery=delivery)).status_code == 200
    assert front.told() == []


# Logs.


def test_no_token_and_no_address_is_ever_logged(
    front: Front, guide: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "tactful")
    caplog.set_level(logging.DEBUG, "uvicorn")
    links = [front.link(), front.file_link(guide.name, delivery=_guided(front)), *_forged(front).values()]
    for link in links:
        for method in ("GET", "POST"):
            front.ask(method, link)
    front.workspace.store.close()
    monkeypatch.setattr(front.workspace.store, "reading", lambda: 1 / 0)
    assert front.ask("POST", front.link()).status_code == 503
    assert "event=letterbox.failed error=ZeroDivisionError" in caplog.text
    tokens = [link.rpartition("/")[2] for link in links]
    assert [secret for secret in (*tokens, "ann@example.com") if secret in caplog.text] == []
