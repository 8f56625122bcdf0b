"""What is a vendor answered, and what became of its call by then?"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from orchestrator import group_commit
from orchestrator.clock import wall_now
from orchestrator.group_commit import GroupCommit
from orchestrator.http import body, reception
from orchestrator.http.application import web_application
from orchestrator.http.reception import Desk, Reception
from orchestrator.rejected import RejectedEvents
from orchestrator.silence import Heard, Terms
from orchestrator.sources.base import Accepted
from orchestrator.sources.event_log import decode_event
from orchestrator.sources.hooks import HookParams
from orchestrator.sources.segment import SegmentSource
from orchestrator.store import arrivals
from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival, Outcome
from orchestrator.store.sqlite import SqliteStore
from tests.fakes.hooks import PING, SECRET, FakeShop, order, payload, signed

ADDRESS = "http://shop.test"


@dataclass
class GatedStore:
    """The real store behind a gate, with the sizes of the groups that came through it."""

    store: SqliteStore
    gate: Event
    sizes: list[int] = field(default_factory=list)

    def append_each(self, coming: Sequence[Arrival]) -> list[Outcome]:
        """Wait at the gate, then write."""
        self.sizes.append(len(coming))
        self.gate.wait(10)
        return self.store.append_each(coming)


@dataclass
class Shop:
    """A workspace with one hook, and everything that came of its calls."""

    folder: Path
    store: SqliteStore
    gated: GatedStore
    application: FastAPI
    wakes: list[str]

    def run(self, *calls: Awaitable[httpx.Response]) -> list[httpx.Response]:
        """Make these calls at the same time."""

        async def together() -> list[httpx.Response]:
            return list(await asyncio.gather(*calls))

        return asyncio.run(together())

    def post(self, content: bytes, headers: dict[str, str] | None = None, name: str = "shop") -> httpx.Response:
        """Post one body, signed unless headers are given."""
        return self.run(self.posting(content, headers, name))[0]

    async def posting(
        self, content: bytes | AsyncIterator[bytes], headers: dict[str, str] | None = None, name: str = "shop"
    ) -> httpx.Response:
        """Post one body."""
        if headers is None:
            assert isinstance(content, bytes)
            headers = signed(content)
        async with self.client() as client:
            return await client.post(f"/hooks/{name}", content=content, headers=headers)

    def get(self, path: str) -> httpx.Response:
        """Get a page."""

        async def getting() -> httpx.Response:
            async with self.client() as client:
                return await client.get(path)

        return self.run(getting())[0]

    def client(self) -> httpx.AsyncClient:
        """Give a client that talks to the application without a network."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.application), base_url=ADDRESS)

    def events(self) -> list[tuple[str, str]]:
        """Give message id and source of every event in the log, in its order."""
        with self.store.reading() as connection:
            rows = connection.exec_driver_sql("SELECT body FROM events ORDER BY seq").all()
        return [(event.message_id, event.source) for event in (decode_event(line) for (line,) in rows)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    store = SqliteStore(f"sqlite:///{tmp_path / 'tactful.db'}")
    store.migrate()
    gated = GatedStore(store, Event())
    gated.gate.set()
    wakes: list[str] = []
    commits = GroupCommit(gated, lambda: wakes.append("woken"))  # type: ignore[arg-type]  # only append_each is used
    hook = FakeShop(HookParams(secret_env="ANY"), lambda _: SECRET)
    desk = Desk(hook, SegmentSource("LV", name="shop"))
    front = Reception({"shop": desk}, commits, RejectedEvents(tmp_path))
    terms = {"shop": Terms(FakeShop.tells, HookParams().silent_after)}
    yield Shop(tmp_path, store, gated, web_application(front, store, terms), wakes)
    gated.gate.set()
    store.close()


# What is taken.


def test_a_signed_call_is_taken_and_its_events_carry_the_name_of_the_source(shop: Shop) -> None:
    answer = shop.post(payload(order("o1"), order("o2")))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "duplicate": 0, "rejected": 0})
    assert shop.events() == [("o1", "shop"), ("o2", "shop")]


def test_a_call_that_comes_again_is_a_duplicate(shop: Shop) -> None:
    shop.post(payload(order("o1")))
    answer = shop.post(payload(order("o1")))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "duplicate": 1, "rejected": 0})


def test_a_call_that_says_nothing_of_interest_is_taken(shop: Shop) -> None:
    assert shop.post(payload()).json() == {"accepted": 0, "duplicate": 0, "rejected": 0}


def test_an_event_of_a_clock_that_is_ahead_happened_when_it_came(shop: Shop) -> None:
    shop.post(payload({**order("o1"), "timestamp": (wall_now() + timedelta(hours=2)).isoformat()}))
    with shop.store.reading() as connection:
        at, received = connection.exec_driver_sql("SELECT at, received_at FROM events").one()
    assert at == received


def test_the_worker_is_woken_by_news_and_not_by_repeats(shop: Shop) -> None:
    shop.post(payload(order("o1")))
    shop.post(payload(order("o1")))
    assert shop.wakes == ["woken"]


# When it is answered.


def test_a_call_is_answered_after_its_commit_and_health_is_answered_meanwhile(shop: Shop) -> None:
    shop.gated.gate.clear()

    async def story() -> tuple[bool, int, int]:
        call = asyncio.create_task(shop.posting(payload(order("o1"))))
        async with shop.client() as client:
            health = await client.get("/health/live")
        await asyncio.sleep(0.1)
        was_answered = call.done()
        shop.gated.gate.set()
        return was_answered, health.status_code, (await call).status_code

    assert asyncio.run(story()) == (False, 200, 200)


def test_calls_that_wait_at_the_same_time_share_one_commit(shop: Shop) -> None:
    shop.gated.gate.clear()

    async def story() -> list[int]:
        calls = [asyncio.create_task(shop.posting(payload(order("o0"))))]
        while not shop.gated.sizes:
            await asyncio.sleep(0.01)
        calls += [asyncio.create_task(shop.posting(payload(order(f"o{number}")))) for number in range(1, 11)]
        await asyncio.sleep(0.2)
        shop.gated.gate.set()
        return [answer.json()["accepted"] for answer in await asyncio.gather(*calls)]

    assert asyncio.run(story()) == [1] * 11
    assert shop.gated.sizes == [1, 10]


def test_a_call_that_cannot_be_written_does_not_take_the_others_down(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = arrivals.append

    def failing(connection: Any, accepted: Any, received_at: Any, goods: Any) -> Appended:
        appended = real(connection, accepted, received_at, goods)
        if accepted[0].event.message_id == "bad":
            raise ValueError("this one cannot be written")
        return appended

    monkeypatch.setattr(arrivals, "append", failing)
    calls = [payload(order(name)) for name in ("first", "bad", "last")]
    answers = shop.run(*(shop.posting(call) for call in calls))
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert sorted(shop.events()) == [("first", "shop"), ("last", "shop")]


def test_goods_of_a_call_that_could_not_be_written_are_learned_when_it_comes_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = arrivals.hearing.hear

    def failing(*_: Any) -> None:
        raise ValueError("not now")

    call = payload(order("o1", products=[{"product_id": "grinder", "name": "Grinder", "price": 80}]))
    monkeypatch.setattr(arrivals.hearing, "hear", failing)
    assert shop.post(call).status_code == 503
    monkeypatch.setattr(arrivals.hearing, "hear", real)
    assert shop.post(call).status_code == 200
    assert [item.product_id for item in shop.store.catalog().newest(wall_now(), 5)] == ["grinder"]


def test_goods_that_another_process_saw_earlier_keep_their_first_day(shop: Shop) -> None:
    def viewed(name: str, hour: int) -> dict[str, Any]:
        products = [{"product_id": "grinder", "name": name, "price": 80}]
        return {**order(name, products=products), "timestamp": f"2026-03-02T{hour:02}:00:00Z"}

    shop.post(payload(order("o1")))
    with closing(SqliteStore(f"sqlite:///{shop.folder / 'tactful.db'}")) as other:
        reading = SegmentSource("LV").read(json.dumps(viewed("early", 8)).encode(), wall_now(), "test")
        assert isinstance(reading, Accepted)
        other.append([reading], wall_now())
    shop.post(payload(viewed("late", 9)))
    assert [item.name for item in shop.store.catalog().newest(wall_now(), 5)] == ["early"]


# What is not taken.


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_call_without_a_signature_is_not_taken(shop: Shop) -> None:
    answer = shop.post(payload(order("o1")), headers={})
    assert refusal(answer) == (401, "unsigned")
    assert answer.json()["message"] == "fake_shop: expected a signature, got none; turn signing on at the sender"
    assert shop.events() == []


def test_a_call_with_somebody_elses_signature_is_not_taken(shop: Shop) -> None:
    call = payload(order("o1"))
    assert refusal(shop.post(call, signed(call, "another"))) == (401, "unsigned")


def test_a_malformed_call_is_the_senders_fault(shop: Shop) -> None:
    assert refusal(shop.post(b"{}")) == (400, "malformed")


def test_a_call_for_a_source_that_is_not_there_is_not_found(shop: Shop) -> None:
    assert refusal(shop.post(payload(order("o1")), name="shpo")) == (404, "unknown_source")


def test_a_call_that_only_looks_is_the_wrong_method(shop: Shop) -> None:
    answer = shop.get("/hooks/shop")
    assert (refusal(answer), answer.headers["allow"]) == ((405, "method_not_allowed"), "POST")


def test_a_page_that_is_not_there_is_refused_like_everything_else(shop: Shop) -> None:
    assert refusal(shop.get("/docs")) == (404, "not_found")


def test_a_body_that_says_it_is_too_large_is_not_read(shop: Shop) -> None:
    read: list[bytes] = []

    async def chunks() -> AsyncIterator[bytes]:
        read.append(b"x")
        yield b"x"

    headers = {"content-length": str(body.LARGEST + 1)}
    answer = shop.run(shop.posting(chunks(), headers))[0]
    assert (refusal(answer), read) == ((413, "too_large"), [])


def test_a_body_that_turns_out_too_large_is_not_read_to_its_end(shop: Shop) -> None:
    read: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x" * 100_000

    answer = shop.run(shop.posting(chunks(), {}))[0]
    assert (refusal(answer), len(read)) == ((413, "too_large"), 11)


def test_a_body_of_just_the_limit_is_read(shop: Shop) -> None:
    start = payload(order("o1", note=""))
    call = payload(order("o1", note="x" * (body.LARGEST - len(start))))
    assert len(call) == body.LARGEST
    assert shop.post(call).status_code == 200


def test_a_body_that_comes_too_slowly_is_given_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "READ_SECONDS", 0.05)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)

    assert refusal(shop.run(shop.posting(chunks(), {}))[0]) == (408, "broken_off")


# What cannot be kept.


def test_while_the_database_fails_the_sender_is_told_to_come_again(shop: Shop) -> None:
    shop.store.close()
    with shop.store.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO gone")
    answer = shop.post(payload(order("o1")))
    assert (refusal(answer), answer.headers["retry-after"]) == ((503, "unavailable"), "5")


def test_a_database_that_is_too_slow_is_busy_and_the_repeat_is_recognised(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "PATIENCE_SECONDS", 0.05)
    shop.gated.gate.clear()

    async def story() -> tuple[httpx.Response, httpx.Response]:
        first = await shop.posting(payload(order("o1")))
        monkeypatch.setattr(reception, "PATIENCE_SECONDS", 5.0)
        shop.gated.gate.set()
        return first, await shop.posting(payload(order("o1")))

    first, second = asyncio.run(story())
    assert refusal(first) == (503, "unavailable")
    assert second.json() == {"accepted": 0, "duplicate": 1, "rejected": 0}


def test_when_too_much_waits_already_the_sender_is_told_to_come_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING_BYTES", 10)
    assert refusal(shop.post(payload(order("o1")))) == (503, "unavailable")


def test_an_adapter_that_fails_is_our_fault_and_nothing_of_the_payload_is_told_or_logged(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = shop.post(b'{"explode": true, "email": "ann@shop.example"}')
    assert refusal(answer) == (500, "broken")
    assert "ann@" not in answer.text + caplog.text
    assert "event=hook.broken source=shop error=KeyError" in caplog.text


# Events that are refused.


def rejected(shop: Shop) -> list[dict[str, Any]]:
    lines = (shop.folder / "rejected" / "shop.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_an_event_about_nobody_is_kept_aside_and_the_others_of_its_call_are_taken(shop: Shop) -> None:
    answer = shop.post(payload(order("o1"), order("o2", order_id=None)))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "duplicate": 0, "rejected": 1})
    (entry,) = rejected(shop)
    assert (entry["reason"], json.loads(entry["text"])["messageId"]) == ("line.no_identifier", "o2")
    assert entry["message"] == (
        "hooks/shop:2: an event says who it is about, got none; send a userId, an anonymousId, an e-mail, "
        "a phone number, an order_id or a checkout_id"
    )


def test_nothing_of_a_refused_event_is_logged_but_its_reason(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.post(payload(order("o2", order_id=None, first_name="Annabel")))
    assert ("Annabel" in caplog.text, "reason=line.no_identifier" in caplog.text) == (False, True)


def test_where_refused_events_cannot_be_kept_the_call_is_not_acknowledged(shop: Shop) -> None:
    (shop.folder / "rejected").write_text("in the way", encoding="utf-8")
    assert refusal(shop.post(payload(order("o2", order_id=None)))) == (503, "unavailable")


def test_a_ping_is_answered_although_nothing_of_it_is_taken_in(shop: Shop) -> None:
    answer = shop.post(PING, {})
    assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "duplicate": 0, "rejected": 0})


# Who was heard.


def heard(shop: Shop) -> dict[str, Heard]:
    return shop.store.heard()


@pytest.mark.parametrize(
    ("call", "headers", "is_heard"),
    [
        pytest.param(payload(order("o1")), None, True, id="news"),
        pytest.param(payload(), None, True, id="nothing of interest"),
        pytest.param(payload(order("o1")), {}, False, id="unsigned"),
        pytest.param(payload(order("o1", order_id=None)), None, False, id="only what is refused"),
        pytest.param(PING, {}, False, id="a ping that anybody can send"),
    ],
)
def test_a_source_is_heard_when_its_call_was_understood(
    shop: Shop, call: bytes, headers: dict[str, str] | None, is_heard: bool
) -> None:
    shop.post(call, headers)
    assert ("shop" in heard(shop)) is is_heard


def test_a_repeat_is_a_sign_of_life(shop: Shop) -> None:
    shop.post(payload(order("o1")))
    first = heard(shop)["shop"].heard_at
    shop.post(payload(order("o1")))
    second = heard(shop)["shop"].heard_at
    assert first is not None
    assert second is not None
    assert second > first


# Health and figures.


def test_a_process_whose_event_loop_turns_is_alive(shop: Shop) -> None:
    assert (shop.get("/health/live").status_code, shop.get("/health/live").json()) == (200, {"status": "alive"})


def test_a_process_with_its_database_is_ready(shop: Shop) -> None:
    assert (shop.get("/health/ready").status_code, shop.get("/health/ready").json()) == (200, {"status": "ready"})


def test_a_process_whose_database_is_of_another_version_is_not_ready(shop: Shop) -> None:
    with shop.store.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert refusal(shop.get("/health/ready")) == (503, "not_ready")


def figures(shop: Shop) -> dict[str, float]:
    lines = [line for line in shop.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(figure) for name, _, figure in (line.rpartition(" ") for line in lines)}


def test_the_figures_say_what_came_and_what_was_refused(shop: Shop) -> None:
    shop.post(payload(order("o1"), order("o2", order_id=None)))
    shop.post(payload(order("o1")), headers={})
    shop.post(payload(order("o1")), name="nobody@shop.example")
    found = figures(shop)
    assert found['tactful_hooks_received_total{source="shop"}'] == 2
    assert found['tactful_hooks_denied_total{reason="unsigned",source="shop"}'] == 1
    assert found['tactful_hooks_denied_total{reason="unknown_source",source="-"}'] == 1
    assert found['tactful_hook_events_total{outcome="accepted",source="shop"}'] == 1
    assert found['tactful_hook_events_total{outcome="rejected",source="shop"}'] == 1
    assert found["tactful_inbox_events"] == 1


def test_no_label_holds_what_a_stranger_wrote(shop: Shop) -> None:
    shop.post(payload(order("o1")), name="ann@shop.example")
    assert "ann@shop.example" not in shop.get("/metrics").text


def test_the_figures_say_when_a_source_was_last_heard_and_whether_it_is_silent(shop: Shop) -> None:
    shop.post(payload(order("o1")))
    found = figures(shop)
    assert found['tactful_source_silent{source="shop"}'] == 0
    assert 0 <= found['tactful_source_last_heard_seconds{source="shop"}'] < 60


def test_a_source_that_was_last_heard_long_ago_is_shown_as_silent(shop: Shop) -> None:
    shop.post(payload(order("o1")))
    with shop.store.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE sources SET since = 0, heard_at = 0")
    assert figures(shop)['tactful_source_silent{source="shop"}'] == 1
