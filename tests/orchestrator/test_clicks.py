"""Does a link of a message lead to the shop and nowhere else, and is a click told from a scanner's?"""

from typing import Any

import httpx
import pytest

from orchestrator.http import people as pages
from orchestrator.links import Click, Links
from orchestrator.settings import WrongPublicUrl, public_url
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import KEYS, Workspace
from tests.orchestrator.test_http_people import SHOP, Front, _front

MAIL = "https://mail.shop.example"
PAGE = "https://shop.example/cart?a=1&utm_source=tactful#top"
LETTER = """
journeys:
  letters:
    entry: {event: Signed Up}
    steps:
      - {id: letter, send: email, text: "{{ link(shop.url ~ '/cart') }}"}
"""
LINKS = Links(KEYS, MAIL, shop_url=SHOP)


def token(url: str = PAGE, delivery_id: int = 7) -> str:
    return LINKS.track(delivery_id, url).rpartition("/")[2]


# The link.


def test_a_tracked_link_leads_back_to_its_page_with_query_and_fragment() -> None:
    assert LINKS.read_click(token()) == Click(7, PAGE)


def test_the_same_message_and_page_give_the_same_link() -> None:
    assert LINKS.track(7, PAGE) == LINKS.track(7, PAGE)


ELSEWHERE = (
    "https://elsewhere.example/",
    "https://shop.example.evil.example/",
    "https://shop.example@evil.example/",
    "https://evil.example\\@shop.example/",
    "https://shop.example\n.evil.example/",
    "//shop.example/",
    "javascript:alert(1)//shop.example",
    "https://[shop.example/",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_page_of_another_host_is_not_tracked(url: str) -> None:
    assert LINKS.track(7, url) == url


@pytest.mark.parametrize("url", ELSEWHERE)
def test_even_a_signed_link_leads_nowhere_else(url: str) -> None:
    signed = LINKS._clicks.dumps([7, url])
    assert LINKS.read_click(signed) is None


@pytest.mark.parametrize("made_up", ["", "x", "WzEsImEiXQ.abc", f"{token()}x"])
def test_a_token_that_was_not_made_here_is_none(made_up: str) -> None:
    assert LINKS.read_click(made_up) is None


def test_an_unsubscribe_link_is_no_tracked_link() -> None:
    assert LINKS.read_click(LINKS.unsubscribe(1, "email").rpartition("/")[2]) is None


def test_our_own_address_must_be_a_web_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TACTFUL_PUBLIC_URL", "mail.shop.example")
    with pytest.raises(WrongPublicUrl, match="expected an address such as"):
        public_url()


# The click.


@pytest.fixture
def front(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Give a workspace that sent Ann a letter at half past nine; it is ten."""
    monkeypatch.setattr(pages, "wall_now", lambda: moment("10:00"))
    workspace = shop(LETTER)
    workspace.ingest(identify("ann", "07:00"), track("Signed Up", "09:00"))
    workspace.settle("09:30")
    return _front(workspace)


def key(workspace: Workspace) -> int:
    return int(workspace.deliveries()[0]["key"])


def follow(front: Front, method: str = "GET", **headers: Any) -> httpx.Response:
    return front.ask(method, f"/l/{token(delivery_id=key(front.workspace))}", **headers)


def machines(front: Front) -> list[bool]:
    front.workspace.settle("10:05")
    return [said["machine"] for name, said in front.told() if name == "Email Clicked"]


def test_a_click_leads_on_and_is_noted_once(front: Front) -> None:
    answers = [follow(front) for _ in range(3)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(302, PAGE)] * 3
    assert front.told() == [
        (
            "Email Clicked",
            {
                "link": PAGE,
                "delivery": key(front.workspace),
                "journey": "letters",
                "step": "letter",
                "channel": "email",
                "machine": False,
            },
        )
    ]


def test_asking_for_the_head_alone_is_a_machine(front: Front) -> None:
    assert follow(front, "HEAD").status_code == 302
    assert machines(front) == [True]


@pytest.mark.parametrize("name", ["", "Barracuda Sentinel", "Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.0"])
def test_a_scanner_is_a_machine(front: Front, name: str) -> None:
    follow(front, headers={"user-agent": name})
    assert machines(front) == [True]


def test_a_click_within_two_seconds_of_the_sending_is_a_machine(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "wall_now", lambda: moment("2026-03-02 09:30:01"))
    follow(front)
    assert machines(front) == [True]


def test_a_link_nobody_signed_leads_nowhere_and_notes_nothing(front: Front) -> None:
    assert front.ask("GET", "/l/WzEsImh0dHBzOi8vZXZpbCJd.x").status_code == 404
    assert machines(front) == []
