"""Does a panel, which asks only the guards that could object, say what asking all of them says?"""

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from journeys.vocabulary import Facts, Item, OrderStatus
from operational_guards.judge import judge
from operational_guards.panel import Panel
from operational_guards.rule import rule_of
from operational_guards.sameness import newest_bought, orders_like
from tests.operational_guards.people import BUILT_IN, NOW, about, guard_of, known, order
from tests.operational_guards.stub_guards import Says
from tests.property.guard_strategies import PRODUCTS, deliveries, facts, guard_sets, verdicts

MEMBERS = ("orders", "payments", "refunds", "shipments", "returns", "tickets", "sends")


@st.composite
def people(draw):
    """Make up customers of whom some kinds of facts are not known at all."""
    some = draw(facts())
    gone = draw(st.sets(st.sampled_from(MEMBERS)))
    emptied = {name: type(getattr(some, name))() for name in gone}
    indexes = {"orders": "orders_of_product", "returns": "returns_of_product", "shipments": "shipments_of_order"}
    return replace(some, **emptied, **{indexes[name]: {} for name in gone if name in indexes})


@given(guard_sets(), deliveries(), people())
def test_a_panel_says_what_all_its_guards_say(guards, delivery, person: Facts):
    rules = [rule_of(guard) for guard in guards]
    said = judge(Panel.of(rules), delivery, person, NOW)
    event(type(said.verdict).__name__)
    assert said == judge(rules, delivery, person, NOW)


@given(guard_sets(), deliveries(), people(), people())
def test_a_panel_remembers_nothing_of_one_customer_for_the_next(guards, delivery, one: Facts, other: Facts):
    panel = Panel.of([rule_of(guard) for guard in guards])
    judge(panel, delivery, one, NOW)
    assert judge(panel, delivery, other, NOW) == judge(list(panel), delivery, other, NOW)


@given(st.one_of(verdicts("bee", 1), st.just(ValueError("no"))), st.booleans())
def test_a_guard_that_does_not_say_by_what_it_speaks_is_asked_each_time(verdict, applies):
    rules = [rule_of(Says("bee", verdict, applies=applies))]
    delivery = about("beans")
    assert judge(Panel.of(rules), delivery, known(), NOW) == judge(rules, delivery, known(), NOW)


@given(
    st.sampled_from(["0 per day", "1 per day"]),
    st.lists(st.sampled_from([status for status in OrderStatus if status is not OrderStatus.REFUNDED])),
)
def test_a_panel_asks_only_those_who_could_object(cap, statuses):
    guards = [guard_of(BUILT_IN[name]) for name in ("cancelled", "refunded", "suppression_list")]
    rules = [rule_of(guard) for guard in (*guards, guard_of(BUILT_IN["frequency_cap"], email=cap))]
    orders = [order(f"o{place}", "beans", placed_at=NOW, status=status) for place, status in enumerate(statuses)]
    hearing = Panel.of(rules).hearing(about("beans"))
    assert hearing is not None
    expected = {"frequency_cap": cap == "0 per day", "cancelled": OrderStatus.CANCELLED in statuses}
    asked = [rule.name for _, rule, _ in hearing.asked(known(*orders))]
    assert asked == sorted(name for name, is_asked in expected.items() if is_asked)


@given(people(), st.sampled_from(PRODUCTS), st.sampled_from(["product", "variant", "category", "any"]))
def test_the_newest_order_is_found_as_among_all_of_them(person: Facts, product_id, same):
    item = Item(product_id)
    bought = [order for order, _ in orders_like(item, person, same) if order.counts_as_bought]
    newest = newest_bought(item, person, same)
    expected = max(bought, key=lambda order: (order.placed_at, order.order_id), default=None)
    assert (newest and newest[0]) == expected
