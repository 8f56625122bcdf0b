"""Is it said of anybody where they stand in a journey, and what keeps them?"""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from journeys.catalog import Catalog
from orchestrator.cli import app
from orchestrator.customer import DeliveryState
from orchestrator.program import Program
from orchestrator.standing import Pass, Standing, Waiting, tell_standing
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.journeys import CARE, CART
from tests.fakes.workspace import SHOP, Workspace, check

CARE_AND_CART = CARE + CART.replace("\njourneys:", "")


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def workspace(shop: OpenShop) -> Workspace:
    """A shop in which Ann waits for her guide, because the grinder it is about is on its way."""
    workspace = shop(CARE_AND_CART)
    (workspace.folder / "journeys.yaml").write_text(SHOP + CARE_AND_CART, encoding="utf-8")
    workspace.ingest(
        identify("ann", "08:00"),
        track("Order Completed", "08:10", order_id="o1", products=GRINDER),
        track("Guide Requested", "08:20", products=GRINDER),
    )
    workspace.settle("09:00")
    return workspace


def why_not(workspace: Workspace, person: str, journey: str) -> list[str]:
    return tactful("why-not", person, journey, "-C", workspace.folder).stdout.splitlines()


# Never


def test_whoever_never_entered_is_told_why(workspace: Workspace) -> None:
    assert why_not(workspace, "ann", "cart") == ["ann never entered cart", "  no Checkout Started event came"]


def test_every_missed_chance_has_a_line_of_its_own(workspace: Workspace) -> None:
    workspace.clock.now = moment("09:02")
    workspace.ingest(track("Checkout Started", "09:01", value=9), track("Checkout Started", "09:02", value=9))
    assert why_not(workspace, "ann@example.com", "cart") == [
        "ann never entered cart",
        "  at 2026-03-02 09:01 event.checkout_id, the key of an enrollment, is missing",
        "  at 2026-03-02 09:02 event.checkout_id, the key of an enrollment, is missing",
    ]


# Inside


def test_whoever_waits_inside_is_told_what_for_and_until_when(workspace: Workspace) -> None:
    assert why_not(workspace, "ann", "care") == [
        "ann entered care once, at 2026-03-02 08:20",
        "  stands at letter, whose message waits until 2026-03-23 08:20, or until a fact changes: "
        "in_delivery.not_shipped (The goods are ordered and have not left the shop.)",
    ]


def test_a_programs_answer_has_exactly_these_members(workspace: Workspace) -> None:
    found: dict[str, Any] = json.loads(tactful("why-not", "ann", "care", "-C", workspace.folder, "--json").stdout)
    (key,) = [row["key"] for row in workspace.deliveries()]
    assert found == {
        "profile": "ann",
        "journey": "care",
        "entered": 1,
        "why_not": "",
        "set_aside": "",
        "passes": [
            {
                "entered": "2026-03-02T08:20:00Z",
                "step": "letter",
                "due": None,
                "ended": None,
                "reason": "",
                "delivery": {
                    "key": key,
                    "state": "delayed",
                    "reason": "in_delivery.not_shipped",
                    "until": "2026-03-23T08:20:00Z",
                    "on_change": True,
                },
            }
        ],
    }


def test_whoever_waits_for_an_event_is_told_which(workspace: Workspace) -> None:
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="c1"))
    workspace.live_until("11:00")
    assert (
        why_not(workspace, "ann", "cart")[1]
        == "  stands at watch, which waits for Email Clicked until 2026-03-03 10:00"
    )


def test_whoever_pauses_is_told_until_when(workspace: Workspace) -> None:
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="c1"))
    workspace.settle()
    assert why_not(workspace, "ann", "cart")[1] == "  stands at settle, which waits until 2026-03-02 10:00"


def test_every_enrollment_that_is_live_is_told(workspace: Workspace) -> None:
    workspace.ingest(*(track("Checkout Started", "09:00", checkout_id=f"c{n}", message_id=f"m{n}") for n in (1, 2)))
    workspace.settle()
    assert why_not(workspace, "ann", "cart") == [
        "ann entered cart 2 times, last at 2026-03-02 09:00",
        "  stands at settle, which waits until 2026-03-02 10:00",
        "  stands at settle, which waits until 2026-03-02 10:00",
    ]


# Gone through


def test_whoever_has_left_is_told_when_and_because_of_what(workspace: Workspace) -> None:
    workspace.ingest(track("Checkout Started", "09:00", checkout_id="c1"))
    workspace.live_until("09:30")
    workspace.ingest(track("Order Completed", "09:30", order_id="o2", checkout_id="c1", products=GRINDER))
    workspace.settle("09:31")
    assert why_not(workspace, "ann", "cart") == [
        "ann entered cart once, at 2026-03-02 09:00",
        "  ended at settle, at 2026-03-02 09:30, because: bought",
    ]


# Wrong


def test_an_unknown_journey_is_a_problem_with_a_suggestion(workspace: Workspace) -> None:
    done = tactful("why-not", "ann", "crt", "-C", workspace.folder)
    assert (done.exit_code, 'got "crt"; did you mean "cart"?' in done.stderr) == (1, True)


def test_a_journey_unlike_any_is_told_which_there_are(workspace: Workspace) -> None:
    done = tactful("why-not", "ann", "zzz", "-C", workspace.folder)
    assert (done.exit_code, "the journeys are care, cart" in done.stderr) == (1, True)


def test_a_misspelt_person_is_a_problem_with_a_suggestion(workspace: Workspace) -> None:
    done = tactful("why-not", "Ann@exmple.com", "care", "-C", workspace.folder)
    assert (done.exit_code, 'did you mean "ann@example.com"?' in done.stderr) == (1, True)


def test_a_person_unlike_any_is_a_problem_without_a_suggestion(workspace: Workspace) -> None:
    done = tactful("why-not", "zoe@example.com", "care", "-C", workspace.folder)
    assert (done.exit_code, "did you mean" in done.stderr, "give the user id" in done.stderr) == (1, False, True)


# What a message waits for

PROGRAM: Program = check(CARE).program(Catalog())
NOON = moment("12:00")


def told(state: DeliveryState, reason: str = "", *, on_change: bool = False) -> str:
    waiting = Waiting(1, state, reason, NOON + timedelta(hours=1), on_change)
    standing = Standing("ann", "care", [Pass(NOON, "letter", waiting=waiting)])
    return list(tell_standing(standing, PROGRAM, ZoneInfo("Europe/Riga")))[1]


def test_a_planned_message_is_told_its_time_on_the_clock_of_the_shop() -> None:
    assert told("planned") == "  stands at letter, whose message is planned for 2026-03-02 15:00"


def test_a_message_under_way_is_told_to_be() -> None:
    assert told("attempting") == "  stands at letter, whose message is being handed over"


def test_a_message_whose_fate_nobody_knows_is_told_to_be_held() -> None:
    held = "  stands at letter, whose message may or may not have left: it is held until the provider can say"
    assert told("unknown") == held


def test_a_delay_that_no_fact_can_end_is_told_without_one() -> None:
    delayed = "  stands at letter, whose message waits until 2026-03-02 15:00: my_own.reason"
    assert told("delayed", "my_own.reason") == delayed


def test_a_reason_of_the_judge_is_told_in_words() -> None:
    assert told("delayed", "in_delivery.unknown").endswith(
        "(The facts the guard needs cannot be relied on; `if_unknown` decided.)"
    )


def test_an_error_that_keeps_somebody_inside_is_told() -> None:
    standing = Standing("ann", "care", [Pass(NOON, "letter")], set_aside="ValueError: boom")
    assert list(tell_standing(standing, PROGRAM, ZoneInfo("UTC")))[1:] == [
        "  stands at letter",
        "  this person was set aside after an error: ValueError: boom",
    ]
