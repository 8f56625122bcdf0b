"""Which calls to a source are made, and which are spared it?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.sources.breaker import Guarded, Limits
from orchestrator.sources.circuit import Patience
from orchestrator.sources.rate import Rate
from orchestrator.sources.web import Request, Response, Unreachable
from tests.fakes.web import FakeWeb, answered

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
REQUEST = Request("GET", "https://shop.example/orders")
LIMITS = Limits(Patience(failures=2, pause=30 * SECOND, longest=60 * SECOND), Rate(100, timedelta(minutes=1)))


def calls(web: Guarded, *moments: datetime) -> list[Response | Unreachable]:
    async def make() -> list[Response | Unreachable]:
        return [await web.call(REQUEST, now) for now in moments]

    return asyncio.run(make())


def test_a_call_goes_through_and_its_answer_comes_back():
    web = FakeWeb.saying(answered({"ok": True}))
    assert calls(Guarded(web, LIMITS), NOW) == [Response(200, {}, b'{"ok": true}')]


@pytest.mark.parametrize(
    "failure",
    [Unreachable("unreachable"), Unreachable("timeout"), Response(500, {}, b""), Response(429, {}, b"")],
)
def test_what_fails_again_and_again_is_not_called_any_more(failure):
    web = FakeWeb.saying(failure)
    assert calls(Guarded(web, LIMITS), NOW, NOW, NOW)[2] == Unreachable("circuit_open")


@pytest.mark.parametrize("answer", [Response(404, {}, b""), Response(401, {}, b""), Unreachable("too_large")])
def test_a_refusal_is_no_failure(answer):
    web = FakeWeb.saying(answer)
    assert calls(Guarded(web, LIMITS), NOW, NOW, NOW)[2] == answer


def test_an_open_circuit_reaches_nobody():
    web = FakeWeb.saying(Unreachable("timeout"))
    calls(Guarded(web, LIMITS), NOW, NOW, NOW, NOW)
    assert len(web.asked) == 2


def test_after_the_pause_a_source_that_is_well_again_is_called_as_before():
    web = FakeWeb.saying(Unreachable("timeout"), Unreachable("timeout"), answered({}))
    guarded = Guarded(web, LIMITS)
    calls(guarded, NOW, NOW, NOW + 30 * SECOND, NOW + 30 * SECOND)
    assert (len(web.asked), guarded.standing(NOW + 30 * SECOND)) == (4, "closed")


def test_while_one_call_tries_the_others_are_spared():
    async def try_twice() -> Response | Unreachable:
        web = FakeWeb.saying(Unreachable("timeout"))
        guarded = Guarded(web, LIMITS)
        await guarded.call(REQUEST, NOW)
        await guarded.call(REQUEST, NOW)
        web.gate = asyncio.Event()
        first = asyncio.create_task(guarded.call(REQUEST, NOW + 30 * SECOND))
        await asyncio.sleep(0)
        second = await guarded.call(REQUEST, NOW + 30 * SECOND)
        web.gate.set()
        await first
        return second

    assert asyncio.run(try_twice()) == Unreachable("circuit_open")


def test_calls_that_fail_together_open_it_once():
    async def fail_together() -> list[Response | Unreachable]:
        web = FakeWeb.saying(Unreachable("timeout"))
        guarded = Guarded(web, LIMITS)
        await asyncio.gather(*(guarded.call(REQUEST, NOW) for _ in range(10)))
        web.answers.append(answered({}))
        web.answers.popleft()
        return [await guarded.call(REQUEST, NOW + 30 * SECOND)]

    assert asyncio.run(fail_together()) == [answered({})]


def test_a_try_that_is_broken_off_is_a_failure_and_not_a_try_for_ever():
    async def break_off() -> tuple[str, str]:
        web = FakeWeb.saying(Unreachable("timeout"))
        guarded = Guarded(web, LIMITS)
        await guarded.call(REQUEST, NOW)
        await guarded.call(REQUEST, NOW)
        web.gate = asyncio.Event()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await guarded.call(REQUEST, NOW + 30 * SECOND)
        return guarded.standing(NOW + 89 * SECOND), guarded.standing(NOW + 90 * SECOND)

    assert asyncio.run(break_off()) == ("open", "half_open")


def test_more_calls_than_the_rate_allows_are_not_made():
    web = FakeWeb.saying(answered({}))
    guarded = Guarded(web, Limits(rate=Rate(2, timedelta(minutes=1))))
    assert calls(guarded, NOW, NOW, NOW, NOW + 30 * SECOND) == [
        answered({}),
        answered({}),
        Unreachable("rate_limited"),
        answered({}),
    ]


def test_a_vendor_that_asks_to_wait_is_not_called_before():
    web = FakeWeb.saying(answered({}, 429, retry_after="40"), answered({}))
    moments = (NOW, NOW + 39 * SECOND, NOW + 40 * SECOND)
    assert calls(Guarded(web, LIMITS), *moments)[1:] == [Unreachable("rate_limited"), answered({})]


def test_a_wish_to_wait_for_days_is_granted_for_an_hour():
    web = FakeWeb.saying(answered({}, 503, retry_after="864000"), answered({}))
    moments = (NOW, NOW + timedelta(minutes=59), NOW + timedelta(minutes=60))
    assert calls(Guarded(web, LIMITS), *moments)[1:] == [Unreachable("rate_limited"), answered({})]
