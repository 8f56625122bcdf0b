"""Does a source reach a real server?"""

import asyncio
import socket
from datetime import UTC, datetime

from actions.http import Http
from orchestrator.sources.http_web import HttpWeb
from orchestrator.sources.web import Request, Response, Unreachable

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def call(request: Request) -> Response | Unreachable:
    async def make() -> Response | Unreachable:
        http = Http()
        try:
            return await HttpWeb(http).call(request, NOW)
        finally:
            await http.close()

    return asyncio.run(make())


def test_a_post_reaches_the_server_and_its_answer_comes_back(httpserver):
    httpserver.expect_ordered_request("/facts", method="POST", data="{}", headers={"x-token": "t"}).respond_with_data(
        "[]", status=201
    )
    answer = call(Request("POST", httpserver.url_for("/facts"), {"x-token": "t"}, b"{}"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (201, b"[]")


def test_a_get_carries_its_query_and_no_body(httpserver):
    httpserver.expect_ordered_request("/orders", method="GET", query_string="include=1%2C2", data="").respond_with_data(
        "[]"
    )
    answer = call(Request("GET", httpserver.url_for("/orders?include=1%2C2")))
    assert isinstance(answer, Response)
    assert answer.body == b"[]"


def test_a_server_that_says_nothing_is_a_timeout():
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert call(Request("GET", url, seconds=0.2)) == Unreachable("timeout")


def test_a_closed_port_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert call(Request("GET", f"http://127.0.0.1:{port}/")) == Unreachable("unreachable")
