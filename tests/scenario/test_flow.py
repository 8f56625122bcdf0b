"""What do splits, holdouts, failures, goals and moving clocks do to somebody inside a journey?"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from journeys.catalog import Catalog
from journeys.choosing import arm_of, is_held_out
from journeys.decision import Fate
from journeys.errors import JourneyError
from journeys.step_specs import SplitStep, StartStep
from orchestrator.program import Program
from tests.fakes.life import outcome
from tests.fakes.workspace import check

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BEGUN = {"Begun": (0 * DAY, {"value": 20})}
MESSAGE = 'send: email, text: "Hello!", purpose: transactional'


def program_of(*steps: str, head: str = "", rest: str = "") -> Program:
    lines = "".join(f"      - {step}\n" for step in steps)
    events = "attributes: {seen: number}\nevents: {Begun: {value: number, products: items}}\n"
    journey = f"  story:\n    entry: {{event: Begun}}\n{head}    steps:\n{lines}"
    return check(f"{events}journeys:\n{journey}{rest}").program(Catalog())


def split(**shares: str) -> SplitStep:
    return SplitStep.model_validate({"id": "toss", "split": shares})


# Splits and holdouts.


def test_a_split_gives_each_arm_its_share() -> None:
    arms = Counter(arm_of(split(a="70%", b="20%", c="10%"), "story", profile_id) for profile_id in range(10_000))
    assert {arm: round(count / 100) for arm, count in arms.items()} == {"a": 70, "b": 20, "c": 10}


def test_weights_are_shares_of_their_sum() -> None:
    assert split(a="1", b="3").shares() == {"a": 0.25, "b": 0.75}


def test_who_comes_again_goes_the_same_way() -> None:
    assert len({arm_of(split(a="50%", b="50%"), "story", 42) for _ in range(20)}) == 1


def test_two_splits_draw_independently() -> None:
    first, second = (
        split(a="50%", b="50%"),
        SplitStep.model_validate({"id": "again", "split": {"a": "50%", "b": "50%"}}),
    )
    pairs = Counter((arm_of(first, "story", known), arm_of(second, "story", known)) for known in range(10_000))
    assert all(2_300 < count < 2_700 for count in pairs.values())


def test_an_arm_of_nobody_is_nobodys() -> None:
    assert {arm_of(split(a="100%", b="0%"), "story", known) for known in range(1_000)} == {"a"}


def test_the_steps_of_an_arm_lead_on_below_the_split() -> None:
    program = program_of(
        "{id: toss, split: {a: 0%, b: 100%}, b: [{id: letter, send: email, text: Hi, purpose: transactional}]}",
        "{id: end, exit: done}",
    )
    assert outcome(program, BEGUN) == ("+0d email letter", "+0d exited done")


def test_a_holdout_is_let_in_and_gets_nothing() -> None:
    program = program_of(f"{{id: letter, {MESSAGE}}}", head="    holdout: 100%\n")
    assert outcome(program, BEGUN) == ("+0d exited holdout",)


def test_a_holdout_keeps_its_share_out() -> None:
    assert 470 < sum(is_held_out(0.05, "story", profile_id) for profile_id in range(10_000)) < 530


# What fails.


@pytest.mark.parametrize(
    ("said", "reason"), [("", "done"), (", on_failure: exit", "completed"), (", on_failure: sorry", "sorry")]
)
def test_a_refused_message_leads_where_on_failure_says(said: str, reason: str) -> None:
    program = program_of(f"{{id: letter, {MESSAGE}{said}}}", "{id: end, exit: done}", "{id: sorry, exit: sorry}")
    assert outcome(program, BEGUN, fates={"letter": Fate.FAILED})[-1] == f"+0d exited {reason}"


def test_a_refused_crm_entry_is_not_waited_for_unless_that_is_asked() -> None:
    steps = ('{{id: call, crm: {{task: "Call"}}{}}}', "{{id: end, exit: done}}", "{{id: sorry, exit: sorry}}")
    reasons = [
        outcome(program_of(*(step.format(said) for step in steps)), BEGUN, fates={"call": Fate.FAILED})[-1]
        for said in ("", ", on_failure: sorry")
    ]
    assert reasons == ["+0d exited done", "+0d exited sorry"]


# Goals and exits.


def test_a_goal_counts_after_the_person_has_left_while_its_window_is_open() -> None:
    program = program_of("{id: end, exit: done}", head="    goal: {event: Order Completed, within: 3d}\n")
    ordered = BEGUN | {"Order Completed": (2 * DAY, {"order_id": "o1"})}
    assert outcome(program, ordered) == ("+0d exited done", "+2d goal")


def test_a_goal_does_not_count_once_its_window_is_closed() -> None:
    program = program_of("{id: end, exit: done}", head="    goal: {event: Order Completed, within: 3d}\n")
    ordered = BEGUN | {"Order Completed": (4 * DAY, {"order_id": "o1"})}
    assert outcome(program, ordered) == ("+0d exited done",)


def test_a_goal_without_a_window_counts_while_the_person_is_inside() -> None:
    program = program_of("{id: end, exit: done}", head="    goal: {event: Order Completed}\n")
    assert outcome(program, BEGUN | {"Order Completed": (1 * DAY, {"order_id": "o1"})}) == ("+0d exited done",)


def test_whoever_is_held_out_still_reaches_the_goal() -> None:
    head = "    holdout: 100%\n    goal: {event: Order Completed, within: 3d}\n"
    ordered = BEGUN | {"Order Completed": (1 * DAY, {"order_id": "o1"})}
    assert outcome(program_of(f"{{id: letter, {MESSAGE}}}", head=head), ordered) == ("+0d exited holdout", "+1d goal")


def test_an_exit_by_a_condition_is_judged_after_every_event() -> None:
    program = program_of(
        "{id: pause, wait: 9d}",
        f"{{id: letter, {MESSAGE}}}",
        head="    exit: [{if: profile.orders.count > 0, reason: bought}]\n",
    )
    ordered = BEGUN | {"Order Completed": (2 * DAY, {"order_id": "o1"})}
    assert outcome(program, ordered) == ("+2d exited bought",)


# Clocks and dates that move.


def test_a_message_that_waits_for_the_morning_waits_for_it_on_the_new_clock() -> None:
    program = program_of(f'{{id: letter, {MESSAGE}, at: "18:00"}}')
    moved = BEGUN | {"Identified": (HOUR, {"timezone": "America/New_York"})}
    assert outcome(program, moved, timezone="Europe/Riga")[0] == "+0d14h email letter"


def test_a_wait_until_a_time_follows_the_customer_to_another_zone() -> None:
    program = program_of('{id: pause, wait: {until: "Tue 10:00"}}', f"{{id: letter, {MESSAGE}}}")
    moved = BEGUN | {"Identified": (HOUR, {"timezone": "America/New_York"})}
    assert outcome(program, moved, timezone="Europe/Riga")[0] == "+1d6h email letter"


def test_a_wait_until_a_date_follows_the_date() -> None:
    program = program_of(
        "{id: pause, wait: {until: facts.delivery.expected_at, if_past: exit}}", f"{{id: letter, {MESSAGE}}}"
    )
    goods = {"order_id": "o1", "products": [{"product_id": "beans"}]}
    happened = {
        "Order Completed": (-HOUR, {**goods, "promised_at": "2026-03-10T09:00:00Z"}),
        **BEGUN,
        "Order Updated": (2 * DAY, {**goods, "promised_at": "2026-03-12T09:00:00Z"}),
    }
    assert outcome(program, happened)[0] == "+10d email letter"


def test_a_wait_until_a_date_that_moves_into_the_past_does_what_if_past_says() -> None:
    program = program_of("{id: pause, wait: {until: facts.delivery.expected_at, if_past: exit}}")
    goods = {"order_id": "o1", "products": [{"product_id": "beans"}]}
    happened = {
        "Order Completed": (-HOUR, {**goods, "promised_at": "2026-03-10T09:00:00Z"}),
        **BEGUN,
        "Order Updated": (2 * DAY, {**goods, "promised_at": "2026-03-03T09:00:00Z"}),
    }
    assert outcome(program, happened) == ("+2d exited date_past",)


# Other journeys, and attributes.


def test_two_enrollments_that_set_the_same_attribute_both_count() -> None:
    count = "{id: mark, set: {seen: {from: profile.seen + 1}}}"
    rest = f"  second:\n    entry: {{event: Begun}}\n    steps: [{count}]\n"
    assert outcome(program_of(count, rest=rest), BEGUN, traits={"seen": 1})[-1] == "seen 3"


FOURTH = "  fourth:\n    entry: {call: {}}\n    steps: [{id: rest, wait: 1d}]\n"
BACK = StartStep(id="on", start="other")


def test_journeys_that_start_one_another_without_end_are_stopped() -> None:
    # The linter refuses such a circle, so it is closed where the linter does not look: in what runs.
    rest = "  other:\n    entry: {call: {}}\n    steps: [{id: back, start: third}]\n"
    rest += "  third:\n    entry: {call: {}}\n    steps: [{id: on, start: %s}]\n"
    program = program_of("{id: on, start: other}", rest=rest % "fourth" + FOURTH)
    journeys = program.journeys
    turned = replace(journeys["third"], steps={"on": replace(journeys["third"].steps["on"], spec=BACK)})
    with pytest.raises(JourneyError, match="started one another without ever waiting"):
        outcome(replace(program, journeys={**journeys, "third": turned}), BEGUN)


def test_a_message_of_a_started_journey_knows_what_it_was_given() -> None:
    rest = "  other:\n    entry: {call: {who: text}}\n    steps: [{id: pause, wait: 1d}, {id: s, branch: "
    rest += '[{if: entry.who == "Ann", go: hi}]}, {id: no, exit: nobody}, {id: hi, exit: hello}]\n'
    program = program_of("{id: on, start: other, with: {who: Ann}}", rest=rest)
    assert outcome(program, BEGUN)[-1] == "+1d exited hello"


# Goods.


@pytest.mark.parametrize(
    ("goods", "sent"), [((), False), (("beans",), False), (("beans", "filters"), True)], ids=["none", "one", "two"]
)
def test_a_message_for_which_too_few_goods_are_found_is_not_sent(goods: tuple[str, ...], sent: bool) -> None:
    program = program_of(
        "{id: letter, send: email, text: Hi, items: entry.products, min_items: 2, if_suppressed: none}",
        "{id: end, exit: done}",
        "{id: none, exit: no_goods}",
    )
    begun = {"Begun": (0 * DAY, {"products": [{"product_id": product} for product in goods]})}
    assert outcome(program, begun) == (("+0d email letter", "+0d exited done") if sent else ("+0d exited no_goods",))


def test_a_message_about_no_goods_needs_none() -> None:
    assert outcome(program_of("{id: letter, send: email, text: Hi}"), BEGUN)[0] == "+0d email letter"
