"""Is every answer of a provider, and every silence, read rightly?"""

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import http as http_module
from actions.base import HttpRequest, Rejected, RetryLater, Sent, Unknown
from actions.http import Http, retry_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def request(url: str = "https://hooks.example/in", has_key: bool = False, seconds: float = 5.0) -> HttpRequest:
    return HttpRequest(url, b"{}", {"content-type": "application/json"}, seconds, has_key)


def post(handler, wanted: HttpRequest | None = None):
    return asyncio.run(Http(httpx.MockTransport(handler)).post(wanted or request(), action="webhook", now=NOW))


def answering(status: int, **headers: str):
    return lambda _: httpx.Response(status, headers=headers)


def failing(error: type[httpx.TransportError]):
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("broken")

    return fail


def test_a_success_is_sent_with_the_providers_id():
    assert post(answering(202, **{"x-message-id": "m1"})) == Sent("m1")


def test_too_many_requests_come_again_when_the_provider_says():
    assert post(answering(429, **{"retry-after": "120"})) == RetryLater("webhook.status_429", timedelta(seconds=120))


def test_an_unavailable_provider_is_tried_later():
    assert post(answering(503)) == RetryLater("webhook.status_503", None)


def test_a_server_error_without_a_key_may_have_happened():
    assert post(answering(500)) == Unknown("webhook.status_500")


def test_a_server_error_with_a_key_is_tried_again():
    assert post(answering(500), request(has_key=True)) == RetryLater("webhook.status_500")


def test_a_refusal_is_final():
    assert post(answering(404)) == Rejected("webhook.status_404")


def test_a_redirect_is_not_followed():
    assert post(answering(302, location="https://elsewhere.example")) == Rejected("webhook.status_302")


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_without_a_connection_nothing_happened(error):
    assert post(failing(error)) == RetryLater("webhook.unreachable")


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_a_connection_that_breaks_after_the_request_leaves_it_unknown(error):
    assert post(failing(error)) == Unknown("webhook.no_answer")


def test_an_address_of_another_kind_is_refused():
    assert asyncio.run(Http().post(request("ftp://hooks.example"), action="webhook", now=NOW)) == Rejected(
        "webhook.bad_url"
    )


def test_a_body_that_breaks_off_after_the_status_changes_nothing():
    class Broken(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"par"
            raise httpx.ReadError("broken")

    assert post(lambda _: httpx.Response(200, stream=Broken())) == Sent("")


def test_a_real_server_gets_the_body_and_the_headers(httpserver):
    httpserver.expect_ordered_request(
        "/in", method="POST", data="{}", headers={"content-type": "application/json"}
    ).respond_with_data("ok")
    assert asyncio.run(Http().post(request(httpserver.url_for("/in")), action="webhook", now=NOW)) == Sent("")


def test_a_closed_port_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = asyncio.run(Http().post(request(f"http://127.0.0.1:{port}/"), action="webhook", now=NOW))
    assert outcome == RetryLater("webhook.unreachable")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2"])
def test_a_server_that_hangs_up_without_an_answer_leaves_it_unknown(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up, args=(server, answer))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        outcome = asyncio.run(Http().post(request(url), action="webhook", now=NOW))
        thread.join()
    assert outcome == Unknown("webhook.no_answer")


def hang_up(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    connection.recv(65_536)
    connection.sendall(answer)
    connection.close()


def test_a_server_that_is_silent_for_too_long_leaves_it_unknown():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        outcome = asyncio.run(Http().post(request(url, seconds=0.2), action="webhook", now=NOW))
    assert outcome == Unknown("webhook.no_answer")


def test_one_client_serves_one_loop_after_another(httpserver):
    httpserver.expect_request("/in").respond_with_data("ok")
    http = Http()
    outcomes = [asyncio.run(http.post(request(httpserver.url_for("/in")), action="webhook", now=NOW)) for _ in range(2)]
    assert outcomes == [Sent(""), Sent("")]


def test_connections_are_used_again(httpserver):
    httpserver.expect_request("/in").respond_with_data("ok")

    async def twice() -> tuple[object, object]:
        http = Http()
        for _ in range(2):
            await http.post(request(httpserver.url_for("/in")), action="webhook", now=NOW)
            client = http._client
        await http.close()
        return client, http._client

    client, after = asyncio.run(twice())
    assert client.is_closed
    assert after is None


def test_only_this_module_knows_httpx():
    importers = {
        file.name
        for file in Path(http_module.__file__).parent.glob("*.py")
        if "import httpx" in file.read_text(encoding="utf-8") or "from httpx" in file.read_text(encoding="utf-8")
    }
    assert importers == {"http.py"}


def test_a_wish_in_seconds_is_read():
    assert retry_after("90", NOW) == timedelta(seconds=90)


def test_a_wish_as_a_date_counts_from_now():
    assert retry_after("Mon, 02 Mar 2026 09:05:00 GMT", NOW) == timedelta(minutes=5)


@pytest.mark.parametrize("value", ["", "soon", "-5", "Mon, 02 Mar 2026 08:00:00 GMT", "²"])
def test_no_wish_is_read_from_nonsense_and_from_the_past(value):
    assert retry_after(value, NOW) is None


@given(st.text(max_size=30))
def test_no_header_makes_reading_a_wish_fail(value):
    wish = retry_after(value, NOW)
    assert wish is None or wish >= timedelta(0)
