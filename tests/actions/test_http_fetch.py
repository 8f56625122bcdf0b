"""What does a whole answer over HTTP bring?"""

import asyncio

import httpx
import pytest

from actions.base import HttpRequest
from actions.http import MOST_FETCHED, Fetch, Fetched, Http, NotFetched


def fetch(handler, url: str = "https://shop.example/orders", method: str = "GET") -> Fetch:
    request = HttpRequest(url, b"", {"x-token": "t"}, 1.0)
    return asyncio.run(Http(httpx.MockTransport(handler)).fetch(request, method=method))


def failing(error: type[Exception]):
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("broken")

    return fail


def test_the_answer_comes_whole_with_small_header_names():
    handler = lambda _: httpx.Response(418, headers={"Retry-After": "3"}, content=b"[1]")  # noqa: E731
    fetched = fetch(handler)
    assert fetched == Fetched(418, {"retry-after": "3", "content-length": "3"}, b"[1]")


def test_the_method_and_the_headers_go_out():
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=f"{request.method} {request.headers['x-token']}".encode())

    assert fetch(echo).body == b"GET t"


def test_no_packed_answer_is_asked_for():
    assert fetch(lambda request: httpx.Response(200, text=request.headers["accept-encoding"])).body == b"identity"


def test_an_answer_as_large_as_allowed_is_read():
    assert len(fetch(lambda _: httpx.Response(200, content=b"x" * MOST_FETCHED)).body) == 2_000_000


def test_a_larger_answer_is_too_large():
    assert fetch(lambda _: httpx.Response(200, content=b"x" * (MOST_FETCHED + 1))) == NotFetched("too_large")


def test_a_redirect_is_not_followed():
    assert fetch(lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example"})).status == 302


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpx.ConnectError, "unreachable"),
        (httpx.ReadError, "unreachable"),
        (httpx.RemoteProtocolError, "unreachable"),
        (httpx.DecodingError, "unreachable"),
        (httpx.ConnectTimeout, "timeout"),
        (httpx.ReadTimeout, "timeout"),
        (httpx.PoolTimeout, "timeout"),
    ],
)
def test_what_goes_wrong_on_the_way_is_named(error, why):
    assert fetch(failing(error)) == NotFetched(why)


@pytest.mark.parametrize("url", ["ftp://shop.example", "https://", "shop.example", "https://shop.example:x"])
def test_what_is_no_address_is_named(url):
    assert asyncio.run(Http().fetch(HttpRequest(url, b"", {}, 1.0))) == NotFetched("bad_url")


def test_a_header_that_cannot_be_written_does_not_raise():
    request = HttpRequest("https://shop.example", b"", {"x-token": "schlüssel\u2713"}, 1.0)
    assert asyncio.run(Http(httpx.MockTransport(failing(httpx.ReadError))).fetch(request)) == NotFetched("bad_url")


def test_an_answer_that_drips_is_cut_off_when_the_time_is_over():
    async def drip() -> Fetch:
        class Endless(httpx.AsyncByteStream):
            async def __aiter__(self):
                while True:
                    yield b"x"
                    await asyncio.sleep(0.01)

        http = Http(httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless())))
        return await http.fetch(HttpRequest("https://shop.example", b"", {}, 0.05))

    assert asyncio.run(drip()) == NotFetched("timeout")
