"""Do the reports on guards tell what the ledger holds: counts, worth and regrets?"""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from orchestrator.cli import app
from orchestrator.store.codes import to_ms
from orchestrator.store.guard_views import MOST_CUSTOMERS, judged_customers
from orchestrator.store.sqlite import open_database
from orchestrator.store.tables import RegretRow
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace

CARE = """
guards:
  in_delivery: {do: delay, until: delivered, at_most: 21d, then: suppressCONDUCT}
journeys:
  care:
    entry: {event: Guide Requested}
    steps:
      - {id: letter, send: email, text: "How to use it.", items: entry.products, intent: follow_up}
      - {id: thanks, exit: cared}
"""
PEOPLE = [f"ann{number}" for number in range(12)]


def tactful(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def opened(shop: OpenShop, conduct: str = "") -> Workspace:
    """Open a shop whose guard `in_delivery` holds letters about goods on their way."""
    text = CARE.replace("CONDUCT", conduct)
    workspace = shop(text)
    (workspace.folder / "journeys.yaml").write_text(SHOP + text, encoding="utf-8")
    return workspace


def waits_for_the_parcel(workspace: Workspace, *people: str) -> None:
    """Let people ask for the guide to a grinder that they have ordered and that is not there yet."""
    workspace.ingest(
        *(identify(person, "08:00") for person in people),
        *(track("Order Completed", "08:10", person, order_id=f"o-{person}", products=GRINDER) for person in people),
        *(track("Guide Requested", "08:20", person, products=GRINDER) for person in people),
    )
    workspace.settle("09:00")


def report(workspace: Workspace, *arguments: object) -> dict[str, Any]:
    done = tactful("guards", "report", "-C", workspace.folder, "--json", *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of_the_guard(workspace: Workspace, *arguments: object) -> dict[str, Any]:
    (only,) = report(workspace, "--guard", "in_delivery", *arguments)["counts"]
    return dict(only)


# report: counts


def test_a_letter_that_was_delayed_and_then_suppressed_counts_as_suppressed(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    workspace.live_until("2026-03-31 09:00")
    assert of_the_guard(workspace) == {
        "guard": "in_delivery",
        "journey": "care",
        "week": "2026-W10",
        "judged": 1,
        "held": {"suppress": 1, "delay": 0, "drop_items": 0},
        "shadow": {"suppress": 0, "delay": 0, "drop_items": 0},
        "holdout": 0,
        "exempt": 0,
        "left_audiences": 0,
    }


def test_a_guard_that_only_records_is_reported_by_what_it_would_have_done(shop: OpenShop) -> None:
    workspace = opened(shop, ", mode: shadow")
    waits_for_the_parcel(workspace, "ann", "bob")
    found = of_the_guard(workspace)
    assert (found["judged"], found["held"]["delay"], found["shadow"]["delay"]) == (2, 0, 2)


def test_what_chance_let_through_is_reported_as_that(shop: OpenShop) -> None:
    workspace = opened(shop, ", holdout: 100%")
    waits_for_the_parcel(workspace, "ann")
    found = of_the_guard(workspace)
    assert (found["judged"], found["held"]["delay"], found["holdout"]) == (1, 0, 1)


def test_all_guards_are_reported_unless_one_is_asked_about(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    assert [each["guard"] for each in report(workspace)["counts"]] == ["consent", "in_delivery", "suppression_list"]


def test_nothing_is_reported_before_the_span_begins(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    assert report(workspace, "--from", "2026-03-03")["counts"] == []


def test_the_last_day_of_a_span_belongs_to_it(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    assert of_the_guard(workspace, "--to", "2026-03-02")["judged"] == 1


def test_the_table_leaves_out_what_is_zero_everywhere(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    told = tactful("guards", "report", "--guard", "in_delivery", "-C", workspace.folder).stdout.splitlines()
    assert told[:2] == [
        "guard        journey  week      judged  delayed",
        "in_delivery  care     2026-W10       1        1",
    ]


def test_without_a_judgement_the_report_says_so(shop: OpenShop) -> None:
    told = tactful("guards", "report", "-C", opened(shop).folder).stdout
    assert told.startswith("no delivery was judged in this time\n")


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--guard", "in_delivry", 'did you mean "in_delivery"?'),
        ("--journey", "cares", 'did you mean "care"?'),
        ("--within", "a while", "expected a duration like 3d"),
        ("--within", "0d", "expected a duration longer than none"),
        ("--from", "2026-02-30", "expected a date like 2011-03-31"),
    ],
)
def test_an_option_that_makes_no_sense_is_wrong_usage(shop: OpenShop, option: str, value: str, hint: str) -> None:
    done = tactful("guards", "report", option, value, "-C", opened(shop).folder)
    assert (done.exit_code, hint in " ".join(done.stderr.split())) == (2, True)


# report: worth


@pytest.fixture
def weighed(shop: OpenShop) -> Workspace:
    """Twelve people whose letters had to wait, but for those that chance let through; some of them did something."""
    workspace = opened(shop, ", holdout: 50%")
    waits_for_the_parcel(workspace, *PEOPLE)
    workspace.live_until("2026-03-31 10:00")
    workspace.ingest(
        track("Order Completed", "2026-03-05 10:00", "ann0", order_id="again", total=30, products=GRINDER),
        track("Order Completed", "2026-03-05 10:00", "ann1", order_id="foreign", total=900, currency="SEK"),
        track("Order Completed", "2026-03-06 10:00", "ann2", order_id="gone", total=70, products=GRINDER),
        track("Order Cancelled", "2026-03-06 11:00", "ann2", order_id="gone"),
        track("Return Requested", "2026-03-07 10:00", "ann3", return_id="r1", order_id="o-ann3", products=GRINDER),
        track("Return Requested", "2026-03-07 10:00", "ann4", return_id="r2", order_id="o-ann4", products=GRINDER),
        track("Return Cancelled", "2026-03-07 11:00", "ann4", return_id="r2", order_id="o-ann4", products=GRINDER),
        track("Unsubscribed", "2026-03-08 10:00", "ann5", channel="email"),
        track("Spam Complaint", "2026-03-09 10:00", "ann6"),
        track("Product Viewed", "2026-03-31 10:00", "ann7", product_id="grinder"),
    )
    workspace.settle("2026-03-31 11:00")
    return workspace


def test_everybody_is_either_held_or_let_through(weighed: Workspace) -> None:
    (worth,) = report(weighed)["worth"]
    let_through = of_the_guard(weighed)["holdout"]
    held, free = worth["held"]["customers"], worth["let_through"]["customers"]
    assert (held + free, free, worth["too_recent"]) == (12, let_through, 0)


def test_both_groups_have_customers(weighed: Workspace) -> None:
    (worth,) = report(weighed)["worth"]
    assert min(worth["held"]["customers"], worth["let_through"]["customers"]) > 0


@pytest.mark.parametrize(
    ("figure", "together"),
    [("ordered", 2), ("returned", 1), ("unsubscribed", 1), ("complained", 1), ("revenue", 30.0)],
)
def test_what_customers_did_is_counted_once_and_without_what_was_undone(
    weighed: Workspace, figure: str, together: float
) -> None:
    (worth,) = report(weighed)["worth"]
    assert worth["held"][figure] + worth["let_through"][figure] == together


def test_a_shorter_time_counts_less(weighed: Workspace) -> None:
    (worth,) = report(weighed, "--within", "2d")["worth"]
    assert worth["held"]["ordered"] + worth["let_through"]["ordered"] == 0


def test_twelve_customers_are_too_few_to_tell(weighed: Workspace) -> None:
    (worth,) = report(weighed)["worth"]
    assert {each["says"] for each in worth["differences"].values()} == {"too few to tell"}


def test_people_are_told_the_worth_below_the_table(weighed: Workspace) -> None:
    told = tactful("guards", "report", "-C", weighed.folder).stdout
    assert "what they did within 14d of the first objection" in told
    assert told.splitlines()[-1].startswith("revenue per customer: ")


def test_customers_whose_time_is_not_over_are_too_recent(weighed: Workspace) -> None:
    (worth,) = report(weighed, "--within", "60d")["worth"]
    assert (worth["held"]["customers"], worth["let_through"]["customers"], worth["too_recent"]) == (0, 0, 12)


def test_a_guard_without_a_holdout_has_no_worth_to_tell(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    told = tactful("guards", "report", "-C", workspace.folder).stdout
    assert (report(workspace)["worth"], "give one `holdout: 2%`" in told) == ([], True)


# The view


def test_two_profiles_that_became_one_are_one_customer(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, "ann")
    workspace.ingest(
        track("Guide Requested", "09:30", "", email="ann@example.org", products=GRINDER),
        identify("ann", "10:00", email="ann@example.org"),
    )
    workspace.settle("10:30")
    assert (len(workspace.rows("SELECT id FROM profiles WHERE merged_into IS NOT NULL")), customers(workspace)) == (
        1,
        [[1]],
    )


def customers(workspace: Workspace) -> list[list[int]]:
    with workspace.store.reading() as connection:
        return [[lines[0].customer for lines in batch] for batch in judged_customers(connection)]


def test_customers_come_in_batches_and_none_is_left_out(shop: OpenShop) -> None:
    workspace = opened(shop)
    waits_for_the_parcel(workspace, *(f"p{number}" for number in range(MOST_CUSTOMERS + 1)))
    assert [len(batch) for batch in customers(workspace)] == [MOST_CUSTOMERS, 1]


# regrets


@pytest.fixture
def regretful(shop: OpenShop) -> Workspace:
    """Three letters went out; two would not have, had the carrier and the shop spoken in time."""
    workspace = opened(shop, ", mode: shadow")
    waits_for_the_parcel(workspace, "ann", "bob", "cid")
    keys = [row["key"] for row in workspace.deliveries()]
    regret(workspace.folder, keys[0], "in_delivery", "09:00", "07:00", "2026-03-05 12:30", source="carrier")
    regret(workspace.folder, keys[0], "returned", "09:00", "07:00", "2026-03-05 12:30", source="carrier")
    regret(workspace.folder, keys[1], "in_delivery", "09:01", "08:00", "09:02", source="shop", event=2)
    return workspace


def regret(
    folder: Path, key: int, guard: str, sent: str, happened: str, learned: str, *, source: str, event: int = 1
) -> None:
    engine = open_database(f"sqlite:///{folder / 'tactful.db'}")
    with Session(engine) as session:
        session.add(
            RegretRow(
                delivery_id=key,
                guard=guard,
                reason=f"{guard}.open",
                sent_at=to_ms(moment(sent)),
                event_seq=event,
                source=source,
                happened_at=to_ms(moment(happened)),
                learned_at=to_ms(moment(learned)),
            )
        )
        session.commit()
    engine.dispose()


def regretted(workspace: Workspace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tactful("guards", "regrets", "-C", workspace.folder, "--json").stdout)
    return found


def test_the_share_counts_a_message_once_whatever_guards_regret_it(regretful: Workspace) -> None:
    found = regretted(regretful)
    assert (found["sent"], found["regretted"], found["share"]) == (3, 2, pytest.approx(2 / 3))


def test_regrets_are_listed_with_the_message_sent_last_first(regretful: Workspace) -> None:
    listed = [(each["profile"], each["guard"], each["source"]) for each in regretted(regretful)["regrets"]]
    assert listed == [("bob", "in_delivery", "shop"), ("ann", "in_delivery", "carrier"), ("ann", "returned", "carrier")]


def test_a_regret_has_exactly_these_members(regretful: Workspace) -> None:
    first = regretted(regretful)["regrets"][0]
    assert first | {"key": 0} == {
        "key": 0,
        "profile": "bob",
        "journey": "care",
        "step": "letter",
        "guard": "in_delivery",
        "reason": "in_delivery.open",
        "sent": "2026-03-02T09:01:00Z",
        "happened": "2026-03-02T08:00:00Z",
        "learned": "2026-03-02T09:02:00Z",
        "delay_seconds": 3720.0,
        "source": "shop",
    }


def test_a_source_is_told_by_how_late_it_was(regretful: Workspace) -> None:
    assert regretted(regretful)["sources"][1] == {
        "source": "shop",
        "messages": 1,
        "facts": 1,
        "delay_seconds": {"median": 3720.0, "p90": 3720.0, "max": 3720.0},
    }


def test_people_read_delays_without_what_is_too_fine_for_their_size(regretful: Workspace) -> None:
    told = tactful("guards", "regrets", "-C", regretful.folder).stdout.splitlines()
    assert told[0] == "2 of 3 marketing messages (66.67 %) went out on facts too late"
    assert [line.split()[3] for line in told[3:5]] == ["3d5h", "1h2m"]


def test_without_a_message_there_is_nothing_to_regret(shop: OpenShop) -> None:
    workspace = opened(shop)
    told = tactful("guards", "regrets", "-C", workspace.folder).stdout
    share = regretted(workspace)["share"]
    assert (told, share) == ("no marketing message was sent yet, so there is nothing to regret\n", None)
