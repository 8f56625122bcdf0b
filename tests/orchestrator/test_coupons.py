"""Does every message carry a code of its own, on every try the same, and does none leave without one?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.base import Rejected, RetryLater
from orchestrator.clock import HistoryMoments
from orchestrator.handover import Report
from orchestrator.project import check_project
from orchestrator.store import coupons
from tests.conftest import OpenShop
from tests.fakes.calls import identify, moment, track
from tests.fakes.workspace import SHOP, Workspace

WELCOME = """
journeys:
  welcome:
    entry: {event: Signed Up}
    steps:
      - {id: hello, send: email, coupon: spring, text: "Your code: {{ coupon }}"}
      - {id: done, exit: greeted}
"""


def people(*names: str) -> list[bytes]:
    return [line for name in names for line in (identify(name, "07:00"), track("Signed Up", "09:00", user=name))]


def texts(workspace: Workspace) -> list[str]:
    """Give what the messages said, in order of the calls."""
    return [each.content.text for each in workspace.email.assignments if each.content is not None]


def free(workspace: Workspace) -> list[str]:
    """Give the codes that nobody has."""
    with workspace.store.reading() as connection:
        return [code.text for code in coupons.free_codes(connection, "spring", 0, 10)]


@pytest.fixture
def welcome(shop: OpenShop) -> Workspace:
    """Give a workspace with two codes in the pool."""
    workspace = shop(WELCOME)
    workspace.store.add_codes("spring", ["ONE", "TWO"], moment("08:00"))
    return workspace


def test_every_message_carries_a_code_of_its_own(welcome: Workspace) -> None:
    welcome.ingest(*people("ann", "bob"))
    welcome.settle()
    assert sorted(texts(welcome)) == ["Your code: ONE", "Your code: TWO"]
    assert free(welcome) == []


def test_a_code_is_the_same_on_every_try(welcome: Workspace) -> None:
    welcome.email.answers.append(RetryLater("email.busy", timedelta(minutes=1)))
    welcome.ingest(*people("ann"))
    welcome.settle()
    welcome.restart()
    welcome.live_until("12:00")
    assert texts(welcome) == ["Your code: ONE", "Your code: ONE"]
    assert free(welcome) == ["TWO"]


def test_a_code_goes_back_when_its_message_was_refused(welcome: Workspace) -> None:
    welcome.email.answers.append(Rejected("email.no_such_mailbox"))
    welcome.ingest(*people("ann"))
    welcome.settle()
    assert free(welcome) == ["ONE", "TWO"]


def test_a_code_goes_back_when_its_message_is_called_off_before_the_next_try(shop: OpenShop) -> None:
    workspace = shop(WELCOME.replace("    steps:", "    exit: [{event: Signed Off}]\n    steps:"))
    workspace.store.add_codes("spring", ["ONE"], moment("08:00"))
    workspace.email.answers.append(RetryLater("email.busy", timedelta(hours=1)))
    workspace.ingest(*people("ann"))
    workspace.settle()
    assert free(workspace) == []
    workspace.ingest(track("Signed Off", "09:30", user="ann"))
    workspace.settle("09:30")
    assert free(workspace) == ["ONE"]


def test_with_an_empty_pool_a_message_waits_for_codes_and_an_import_wakes_it(welcome: Workspace) -> None:
    welcome.ingest(*people("ann", "bob", "cid"))
    welcome.settle()
    assert [fate for fate in welcome.fates() if fate[1] != "sent"] == [("hello", "delayed", "coupon.pool_empty")]
    welcome.settle("11:00")
    assert len(texts(welcome)) == 2
    welcome.store.add_codes("spring", ["THREE"], moment("11:00"))
    welcome.settle("11:00")
    assert texts(welcome)[2:] == ["Your code: THREE"]


def test_codes_of_another_pool_are_of_no_use(welcome: Workspace) -> None:
    welcome.store.add_codes("autumn", ["LEAF"], moment("08:00"))
    welcome.ingest(*people("ann", "bob", "cid"))
    welcome.settle()
    assert sorted(texts(welcome)) == ["Your code: ONE", "Your code: TWO"]


def test_two_workers_never_give_one_code_twice(welcome: Workspace) -> None:
    welcome.store.add_codes("spring", [f"CODE-{place}" for place in range(18)], moment("08:00"))
    names = [f"p{place}" for place in range(20)]
    welcome.ingest(*people(*names))
    other = welcome.another()
    welcome.engine.batch_size = other.engine.batch_size = 3
    reports: dict[int, list[Report]] = {}
    for _ in range(12):
        for worker in (welcome, other):
            # The other one has its turn before this one's calls are settled.
            reports[id(worker)] = worker.perform(worker.turn(reports.get(id(worker), ())))
    given = [text for (text,) in welcome.rows("SELECT coupon FROM deliveries WHERE state = 4")]
    assert (len(given), len(set(given))) == (20, 20)
    assert sorted(texts(welcome)) == sorted(f"Your code: {code}" for code in given)
    other.store.close()


def test_a_message_without_a_coupon_asks_no_pool(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any) -> list[coupons.Code]:
        raise AssertionError("a pool was read")

    monkeypatch.setattr(coupons, "free_codes", read)
    workspace = shop(WELCOME.replace("coupon: spring, ", "").replace("{{ coupon }}", "none"))
    workspace.ingest(*people("ann"))
    workspace.settle()
    assert texts(workspace) == ["Your code: none"]


def test_in_a_history_the_code_is_an_example(shop: OpenShop) -> None:
    workspace = shop(WELCOME, moments=HistoryMoments(moment("12:00")))
    workspace.store.add_codes("spring", ["ONE"], moment("08:00"))
    workspace.ingest(*people("ann"))
    workspace.settle()
    assert texts(workspace) == ["Your code: EXAMPLE"]
    assert free(workspace) == ["ONE"]


def test_codes_that_are_there_already_change_nothing(welcome: Workspace) -> None:
    assert welcome.store.add_codes("spring", ["TWO", "THREE"], moment("08:00")) == {"TWO"}
    assert free(welcome) == ["ONE", "TWO", "THREE"]


# The file.


def faults(steps: str, templates: dict[str, str] | None = None) -> list[str]:
    guards = "guards: {frequency_cap: {any: 4 per 7d}}"
    text = f"{SHOP}\n{guards}\njourneys:\n  welcome:\n    entry: {{event: Signed Up}}\n    steps:\n      - {steps}\n"
    return [f"{each.code}: {each.message}" for each in check_project(text, templates or {}, Path()).problems]


def test_a_coupon_that_is_printed_must_be_taken() -> None:
    assert faults('{id: a, send: email, text: "{{ coupon }}"}') == [
        'send.coupon: step "a": the message prints a coupon and takes none; add "coupon: POOL"'
    ]


def test_a_coupon_that_is_taken_must_be_printed() -> None:
    assert faults('{id: a, send: email, coupon: spring, text: "x"}') == [
        'send.coupon: step "a": takes a code from "spring" and its message prints none; add {{ coupon }}'
    ]


def test_a_coupon_may_be_printed_by_a_block() -> None:
    templates = {"a.txt": '---\nsubject: x\n---\n{{ block("code") }}\n', "blocks/code.txt": "{{ coupon }}\n"}
    assert faults("{id: a, send: email, coupon: spring, template: a.txt}", templates) == []
