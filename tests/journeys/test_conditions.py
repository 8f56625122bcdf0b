"""Does a condition mean what a marketer reads, and does a wrong one say how to put it right?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.catalog import Catalog
from journeys.conditions import Answer, ConditionErrors, compile_condition, compile_value
from journeys.schema import Schema
from journeys.scope import FIXED, EnrollmentView, Scope
from journeys.vocabulary import (
    Facts,
    Item,
    Order,
    OrderStatus,
    Profile,
    Return,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASE = Schema.of({"Quiz Done": {"score": "number", "answers": "any"}}, {"loyalty": "text", "points": "number"})
CHECKOUT = BASE.at_entry("Checkout Started")
INSIDE = BASE.inside("Checkout Started", "Order Completed")
UNDECLARED = BASE.at_entry("Robot Waved")


def order(order_id: str, days_ago: int, status: OrderStatus = OrderStatus.PLACED, total: float = 10.0) -> Order:
    at = NOW - timedelta(days=days_ago)
    return Order(order_id, at, status, (), total, at, at)


def facts(
    *orders: Order,
    parcels: tuple[tuple[str, str, ShipmentStatus], ...] = (),
    returns: tuple[ReturnStatus, ...] = (),
    **profile: Any,
) -> Facts:
    known = Facts(Profile(**{"id": 1, "created_at": NOW - timedelta(days=100), **profile}))
    known.orders = {each.order_id: each for each in orders}
    for shipment_id, order_id, status in parcels:
        known.shipments[shipment_id] = Shipment(shipment_id, order_id, status, NOW, NOW)
        known.shipments_of_order.setdefault(order_id, []).append(shipment_id)
    known.returns = {str(n): Return(str(n), "", status, (), NOW, NOW, NOW) for n, status in enumerate(returns)}
    return known


def scope(known: Facts | None = None, **others: Any) -> Scope:
    return Scope(known or facts(), NOW, **others)


def explain(text: str, schema: Schema, at: Scope) -> Answer:
    condition = compile_condition(text, schema)
    answer = condition.explain(at)
    assert condition.holds(at) is (answer.value is True)
    return answer


def answer(text: str, properties: dict[str, Any], schema: Schema = UNDECLARED) -> bool | None:
    return explain(text, schema, scope(event=properties)).value


def errors(text: str, schema: Schema = CHECKOUT) -> list[tuple[int, str]]:
    with pytest.raises(ConditionErrors) as raised:
        compile_condition(text, schema)
    return [(error.column, str(error)) for error in raised.value.errors]


# What the language can say.


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        ("event.value >= 20", {"value": 20}, True),
        ("event.value >= 20", {"value": 19.99}, False),
        ("20 <= event.value", {"value": 20}, True),
        ("event.value != 20", {"value": 20}, False),
        ("-event.value < -19", {"value": 20}, True),
        ("event.value * 2 - 1 == 39", {"value": 20}, True),
        ("10 < event.value < 30", {"value": 20}, True),
        ("10 < event.value < 30", {"value": 30}, False),
        ('event.currency == "EUR"', {"currency": "EUR"}, True),
        ("event.currency in ['EUR', 'GBP']", {"currency": "GBP"}, True),
        ("event.currency not in ('EUR', 'GBP')", {"currency": "SEK"}, True),
        ("event.value in [1, 2]", {"value": 2.0}, True),
        ('"UR" in event.currency', {"currency": "EUR"}, True),
        ("event.value > 5 and\n  event.currency == 'EUR'", {"value": 6, "currency": "EUR"}, True),
        ("event.value > 5 or event.value < 2", {"value": 3}, False),
        ("not (event.value > 5 or event.value < 2)", {"value": 3}, True),
    ],
)
def test_a_comparison_is_true_or_false(text: str, properties: dict[str, Any], expected: bool) -> None:
    assert answer(text, properties, CHECKOUT) is expected


@pytest.mark.parametrize(
    ("text", "properties"),
    [
        ("event.value >= 20", {}),
        ("event.value >= 20", {"value": None}),
        ("event.value != 20", {}),
        ("not event.value >= 20", {}),
        ("event.value >= 20", {"value": "80"}),
        ("event.value >= 1", {"value": True}),
        ("event.value >= 20", {"value": float("nan")}),
        ("not event.value >= 20", {"value": float("inf")}),
        ("event.value >= 20", {"value": 10**400}),
        ("event.currency != 'EUR'", {"currency": ""}),
        ("event.currency != 'EUR'", {"currency": 5}),
        ("event.value / 0 > 1", {"value": 5}),
        ("not event.value / 0 > 1", {"value": 5}),
        ("event.value in [event.tax, 3]", {"value": 5}),
        ("'grinder' in event.products.product_id", {"products": "grinder"}),
    ],
)
def test_a_missing_or_misshapen_value_makes_a_comparison_unknown(text: str, properties: dict[str, Any]) -> None:
    assert answer(text, properties, CHECKOUT) is None


def test_an_unknown_part_does_not_hide_a_part_that_decides() -> None:
    assert answer("event.value / 0 > 1 or event.tax > 1", {"value": 5, "tax": 2}, CHECKOUT) is True


def test_a_list_with_names_is_true_when_a_known_entry_fits() -> None:
    assert answer("event.value in [event.tax, 5]", {"value": 5}, CHECKOUT) is True


@pytest.mark.parametrize(
    ("text", "expected"), [("event.currency", False), ("not event.currency", True), ("event.products", False)]
)
def test_a_bare_name_asks_whether_there_is_one(text: str, expected: bool) -> None:
    assert answer(text, {"products": []}, CHECKOUT) is expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("x", True), (0, False), (False, False), ([], False)])
def test_a_bare_undeclared_name_asks_whether_there_is_one_that_is_not_no(value: Any, expected: bool) -> None:
    assert answer("event.thing", {"thing": value}) is expected


@pytest.mark.parametrize(("consent", "expected"), [({"sms": True}, False), ({"sms": False}, True), ({}, None)])
def test_consent_that_was_never_asked_for_is_unknown(consent: dict[str, bool], expected: bool | None) -> None:
    assert explain("not profile.consent.sms", BASE, scope(facts(consent=consent))).value is expected


@pytest.mark.parametrize(("consent", "expected"), [({"sms": True}, False), ({"sms": False}, True), ({}, True)])
def test_no_or_never_said_is_written_with_unset(consent: dict[str, bool], expected: bool) -> None:
    text = "not profile.consent.sms or unset(profile.consent.sms)"
    assert explain(text, BASE, scope(facts(consent=consent))).value is expected


@pytest.mark.parametrize(
    ("name", "traits", "expected"),
    [
        ("points", {}, True),
        ("points", {"points": 0}, False),
        ("points", {"points": "many"}, True),
        ("loyalty", {"loyalty": ""}, True),
        ("loyalty", {"loyalty": "gold"}, False),
        ("birthday", {"birthday": "1990-05-01"}, False),
        ("birthday", {"birthday": "in May"}, True),
    ],
)
def test_unset_is_never_unknown(name: str, traits: dict[str, Any], expected: bool) -> None:
    assert explain(f"unset(profile.{name})", BASE, scope(facts(traits=traits))).value is expected
    assert explain(f"not unset(profile.{name})", BASE, scope(facts(traits=traits))).value is not expected


@pytest.mark.parametrize("said", [False, 0, []])
def test_a_value_of_no_kind_is_set_even_when_it_is_no(said: object) -> None:
    assert explain("unset(event.x)", UNDECLARED, scope(event={"x": said})).value is False


def test_unset_says_what_decided() -> None:
    assert explain("unset(profile.points)", BASE, scope()).why == "profile.points is missing"


def test_consent_to_marketing_counts_for_a_channel_without_its_own() -> None:
    known = facts(consent={"marketing": True, "sms": False})
    assert explain("profile.consent.email and not profile.consent.sms", BASE, scope(known)).value is True


# Goods.


def test_the_goods_of_the_entry_can_be_looked_through() -> None:
    at = scope(entry={"products": [{"product_id": "kettle"}, {"sku": "grinder"}, "rubbish"]})
    assert explain("'grinder' in entry.products.product_id", INSIDE, at).value is True


def test_an_empty_basket_surely_holds_no_grinder() -> None:
    at = scope(entry={"products": []})
    assert explain("'grinder' not in entry.products.product_id", INSIDE, at).value is True


def test_the_shops_own_attribute_of_goods_can_be_read() -> None:
    at = scope(entry={"products": [{"product_id": "mug", "colour": "red"}, {"product_id": "cup"}]})
    assert explain("'red' in entry.products.colour", INSIDE, at).value is True


def test_new_goods_of_the_catalog_can_be_looked_through() -> None:
    catalog = Catalog([(NOW - timedelta(days=1), Item("mug"))])
    assert explain("'mug' in catalog('new', 3).product_id", BASE, scope(catalog=catalog)).value is True


# Dates and durations.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now - profile.orders.last.at > 30d", True),
        ("now - profile.orders.last.at > 31d12h", False),
        ("profile.orders.last.at + 31d == now", True),
        ("now > 4w + profile.orders.last.at", True),
        ("now - profile.orders.last.at > 15d * 2", True),
        ("now - profile.orders.last.at > 62d / 2", False),
        ("-32d < profile.orders.last.at - now", True),
        ('profile.orders.last.at > "2026-01-29"', True),
        ('profile.orders.last.at in ["2026-01-30T09:00:00Z"]', True),
    ],
)
def test_dates_and_durations_reckon(text: str, expected: bool) -> None:
    assert explain(text, BASE, scope(facts(order("o1", 31)))).value is expected


@pytest.mark.parametrize(
    ("shipped_at", "expected"),
    [
        ("2026-03-01", True),
        ("2026-03-02T10:30:00+02:00", True),
        ("2026-03-02T09:30:00", False),
        (datetime(2026, 3, 1), True),
        ("yesterday", None),
        (20260301, None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_date_property_is_read_as_utc(shipped_at: object, expected: bool | None) -> None:
    schema = BASE.at_entry("Order Shipped")
    assert answer("event.shipped_at < now", {"shipped_at": shipped_at}, schema) is expected


def test_a_duration_inside_a_text_stays_text() -> None:
    assert answer("event.plan == '30d'", {"plan": "30d"}) is True


def test_words_of_yaml_for_yes_and_no_are_understood() -> None:
    assert answer("event.gift == true and event.pickup == False", {"gift": True, "pickup": False}) is True


# Events nobody declared.


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        ("event.a == event.b", {"a": 1, "b": 1.0}, True),
        ("event.a == event.b", {"a": 1, "b": "1"}, None),
        ("event.a != event.b", {"a": True, "b": 1}, None),
        ("event.a == event.b", {"a": [1], "b": [1]}, None),
        ("event.a < event.b", {"a": 1, "b": 2}, True),
        ("event.a < event.b", {"a": "1", "b": "2"}, None),
        ("event.when < now", {"when": "2026-03-01"}, True),
        ("now - event.when > 12h", {"when": "2026-03-01"}, True),
        ("event.a + event.b == 3", {"a": 1, "b": 2}, True),
        ("event.a + event.b == 3", {"a": "x", "b": "y"}, None),
        ("'red' in event.tags", {"tags": ["red", "blue"]}, True),
        ("'red' in event.tags", {"tags": "dark red"}, True),
        ("1 in event.tags", {"tags": [True]}, False),
        ("'red' not in event.tags", {"tags": {"red": 1}}, None),
        ("event.address.city == 'Riga'", {"address": {"city": "Riga"}}, True),
        ("event.address.city == 'Riga'", {"address": "Riga"}, None),
        ("'mug' in event.goods.name", {"goods": [{"name": "mug"}, 5]}, True),
    ],
)
def test_properties_of_undeclared_events_compare_with_their_own_kind(
    text: str, properties: dict[str, Any], expected: bool | None
) -> None:
    assert answer(text, properties) is expected


# Profile, facts, enrollment.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profile.orders.count == 2", True),
        ("profile.orders.total == 30", True),
        ("profile.orders.last.total == 20", True),
        ("profile.orders.last.order_id == 'new'", True),
        ("now - profile.orders.first.at == 9d", True),
        ("now - profile.orders.last.at == 5d", True),
    ],
)
def test_cancelled_and_unpaid_orders_are_no_orders(text: str, expected: bool) -> None:
    known = facts(
        order("cancelled", 1, OrderStatus.CANCELLED),
        order("unpaid", 2, OrderStatus.PAYMENT_FAILED),
        order("new", 5, total=20.0),
        order("old", 9),
    )
    assert explain(text, BASE, scope(known)).value is expected


def test_without_orders_the_last_one_is_unknown_and_the_count_is_zero() -> None:
    at = scope()
    assert explain("now - profile.orders.last.at > 30d", BASE, at).value is None
    assert explain("profile.orders.count == 0 and not profile.orders.last.at", BASE, at).value is True


@pytest.mark.parametrize(
    ("parcels", "expected"),
    [
        ((), 1),
        ((("s1", "o1", ShipmentStatus.IN_TRANSIT),), 1),
        ((("s1", "o1", ShipmentStatus.DELIVERED),), 0),
        ((("s1", "o1", ShipmentStatus.DELIVERED), ("s2", "o1", ShipmentStatus.SHIPPED)), 1),
        ((("s1", "o1", ShipmentStatus.CANCELLED), ("s2", "o1", ShipmentStatus.DELIVERED)), 0),
    ],
)
def test_an_order_is_open_until_all_its_parcels_came(parcels: Any, expected: int) -> None:
    known = facts(order("o1", 3), order("o2", 3, OrderStatus.REFUNDED), parcels=parcels)
    assert explain(f"facts.orders.open == {expected}", BASE, scope(known)).value is True


def test_open_returns_and_problems_are_counted() -> None:
    known = facts(
        order("o1", 3, OrderStatus.PAYMENT_FAILED),
        parcels=(("s1", "o2", ShipmentStatus.LOST), ("s2", "o2", ShipmentStatus.DELIVERED)),
        returns=(ReturnStatus.RECEIVED, ReturnStatus.REFUNDED, ReturnStatus.REQUESTED, ReturnStatus.DECLINED),
    )
    assert explain("facts.returns.open == 2 and facts.problems.open == 2", BASE, scope(known)).value is True


def test_traits_and_declared_attributes_are_read_from_the_profile() -> None:
    known = facts(traits={"country": "LV", "loyalty": "gold", "points": 7, "birthday": "1990-05-01"})
    text = "profile.country == 'LV' and profile.loyalty == 'gold' and profile.points > 5 and profile.birthday < now"
    assert explain(text, BASE, scope(known)).value is True


def test_the_enrollment_tells_when_it_began_and_where_it_stands() -> None:
    at = scope(enrollment=EnrollmentView(NOW - timedelta(hours=3), "cart_recovery", "watch"))
    text = "now - enrollment.entered_at == 3h and enrollment.step == 'watch' and enrollment.journey == 'cart_recovery'"
    assert explain(text, INSIDE, at).value is True


@pytest.mark.parametrize("name", sorted(FIXED))
def test_every_fixed_name_is_known_inside_and_read_without_anything_known(name: str) -> None:
    value = compile_value(name, INSIDE, "any")
    assert value.of(scope()) in (None, NOW, NOW - timedelta(days=100), 0)


def test_a_scope_without_an_event_or_enrollment_answers_unknown() -> None:
    text = "event.total > 5 or enrollment.step == 'watch' or entry.value > 5"
    assert explain(text, INSIDE, scope()).value is None


# Explanations.


@pytest.mark.parametrize(
    ("text", "properties", "why"),
    [
        ("event.value >= 20", {"value": 12}, "event.value is 12, not >= 20"),
        ("event.value >= 20", {"value": 80.0}, "event.value is 80, which is >= 20"),
        ("event.value >= 20", {}, "event.value is missing"),
        ("event.value >= 20 and event.tax > 1", {"value": 80}, "event.tax is missing"),
        ("event.value < event.tax", {"value": 8, "tax": 2.5}, "event.value is 8, not < event.tax (2.5)"),
        ("'b' in event.products.name", {"products": [{"name": "a"}]}, "'b' is not in event.products.name ([\"a\"])"),
        ("event.currency in ['EUR']", {"currency": "SEK"}, "event.currency is \"SEK\", not in ['EUR']"),
        ("event.value / event.tax > 1", {"value": 5, "tax": 0}, "event.value / event.tax cannot be computed"),
        ("event.value * 2 > 1", {}, "event.value is missing"),
        ("not event.currency", {"currency": "EUR"}, "event.currency is there"),
        (
            "event.value > 1 or event.tax > 1",
            {"value": 0, "tax": 0},
            "event.value is 0, not > 1 and event.tax is 0, not > 1",
        ),
    ],
)
def test_an_explanation_names_the_leaf_that_decided(text: str, properties: dict[str, Any], why: str) -> None:
    assert explain(text, CHECKOUT, scope(event=properties)).why == why


def test_an_explanation_writes_durations_the_way_the_language_does() -> None:
    at = scope(facts(order("o1", 12)))
    why = "now - profile.orders.last.at is 12d, not > 30d"
    assert explain("now - profile.orders.last.at > 30d", BASE, at).why == why


# What is refused, and what to do about it.


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (
            "event.valeu > 20",
            7,
            '"Checkout Started" has no property "valeu"; did you mean "value"? Correct it, or declare it under events:',
        ),
        ("event.x.y.z", 7, None),
        ("profil.email", 1, '"profil" is not known here; did you mean "profile"?'),
        (
            "profile.emial",
            9,
            'profile has no "emial"; did you mean "email"? Correct it, or declare it under attributes:',
        ),
        ("profile.orders.cuont > 1", 16, 'profile.orders has no "cuont"; did you mean "count"?'),
        ("profile.email.address", 15, "profile.email has nothing inside it; write profile.email alone"),
        (
            "event.currency.code == 'x'",
            16,
            "event.currency is text and has nothing inside it; write event.currency alone",
        ),
        ("'a' in event.products.prodct_id", 23, None),
        ("'a' in event.products.name.x", 28, None),
        (
            "entry.value > 1",
            1,
            "entry is not known here: the journey has not begun yet; use event, profile, facts, now",
        ),
        ("enrollment.step == 'a'", 1, None),
        ("event.value > 'x'", 15, "event.value is a number and 'x' is text; compare two values of one kind"),
        ("now - 30d > 5d", 13, "now - 30d is a date and 5d is a duration; compare two values of one kind"),
        ("profile.created_at > 'soon'", 22, None),
        ("event.currency < 'F'", 1, None),
        ("event.products == 3", 19, None),
        ("event.currency * 2 == 4", 1, None),
        ("now + now > now", 1, None),
        ("-now < now", 2, None),
        ("2 in event.value", 6, None),
        ("2 in event.products.name", 1, None),
        ("'a' in event.products", 8, None),
        ("event.value in []", 16, None),
        ("event.value in [1, 'a']", 20, None),
        ("(event.value > 2) == true", 2, None),
        ("30d", 1, "30d alone is a duration and decides nothing; compare it, as in profile.orders.count > 0"),
        ("true", 1, None),
        ("event.value > 1 and 'yes'", 21, None),
        ("event.value + 1", 1, None),
        ("now", 1, None),
        ("profile.orders.count", 1, None),
        ("event.currency == EUR", 19, None),
        ("event.currency == none", 19, None),
        ("event.currency is 'EUR'", 19, None),
        ("event.value ** 9 > 1", 1, None),
        ("event.value % 9 > 1", 1, None),
        ("event.value // 9 > 1", 1, None),
        ("+event.value > 1", 1, None),
        ("event['value'] > 1", 1, None),
        ("event.__class__", 7, None),
        ("().__class__", 1, None),
        ("[e for e in event]", 1, None),
        ("(lambda: 1)() > 1", 1, None),
        ("1 if event.value else 2", 1, None),
        ("event.currency.lower() == 'eur'", 1, None),
        ("catalog('new', 51)", 1, None),
        ("catalog('new', True)", 1, None),
        ("catalog('new', event.value)", 1, None),
        ("catalog('new', 3).price.x", 25, None),
        ("unset()", 1, "expected unset(profile.vip), got unset()"),
        ("unset(profile.points, 1)", 1, None),
        ("unset(profile.points).x", 1, None),
        ("unset(profile.pionts)", 15, None),
        (
            "unset(profile.points + 1)",
            7,
            "profile.points + 1 is no name; unset asks for a name, like unset(profile.vip)",
        ),
        (
            "unset(profile.created_at)",
            7,
            "profile.created_at is always there; unset asks for a name, like unset(profile.vip)",
        ),
        ("unset(count('Product Viewed', 3d))", 7, None),
        ("usnet(profile.points)", 1, 'there is no function "usnet"; did you mean "unset"?'),
        ("catalogue('new', 3)", 1, 'there is no function "catalogue"; did you mean "catalog"?'),
        ("f'{event.value}' == 'a'", 1, None),
        ("b'a' == event.currency", 1, None),
        ("event.value = 20", 13, '"=" is not part of the language; two things are compared with "=="'),
        ("event.value > 1 # ok", 17, None),
        ("event.value > 30 dayz", 18, None),
        ("event.value > 30dayz", 15, 'expected a number like 20 or a duration like 3d or 2h30m, got "30dayz"'),
        ("now - profile.created_at > 9999d", 28, 'expected a duration of at most ten years, got "9999d"'),
        ("event.value > 1e301", 15, None),
        ("event.currency == 'EUR", 19, None),
        ("'é' == profile.countri", 16, None),
        ("event.value > 1\nand\nevent.bogus", 27, None),
        ("", 1, None),
        (" \n ", 1, None),
        ("event.value >", 13, None),
        ("event.value\0 > 1", 12, None),
        ("\ud800", 1, None),
    ],
)
def test_a_wrong_condition_is_refused_with_its_column(text: str, column: int, message: str | None) -> None:
    found = errors(text)
    assert [place for place, _ in found] == [column]
    assert message is None or found[0][1] == message


def test_all_problems_of_a_condition_are_reported_at_once() -> None:
    assert [place for place, _ in errors("event.valeu > 1 and profile.emial or now > 3")] == [7, 29, 44]


def test_all_slips_of_a_programmer_are_reported_at_once() -> None:
    assert [message for _, message in errors("event.a && event.b || !event.c")] == [
        '"&&" is not part of the language; write "and"',
        '"||" is not part of the language; write "or"',
        '"!" is not part of the language; write "not"',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000,
        "(" * 900 + "now" + ")" * 900,
        "not " * 499 + "now",
        "-" * 1990 + "1 > 2",
        "a" + ".a" * 990,
        "1" + "+1" * 990,
        "1<(" * 400 + "1" + ")" * 400,
        "[" * 150 + "]" * 150,
        "a(" * 90 + ")" * 90,
        "event.value > 1 and " * 200 + "now",
    ],
)
def test_text_that_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ConditionErrors):
        compile_condition(text, CHECKOUT)


def test_the_deepest_condition_that_is_allowed_still_compiles() -> None:
    depth = 27
    text = "event.value" + " + 1" * depth + " > 20"
    assert answer(text, {"value": 1}, CHECKOUT) is True


def test_a_scheduled_entry_has_no_event() -> None:
    message = "event is not known here: this journey begins on a schedule, not with an event; use profile, facts, now"
    assert errors("event.value > 1", BASE.at_entry(None)) == [(1, message)]


def test_inside_a_scheduled_journey_there_is_no_entry() -> None:
    assert errors("entry.value > 1", BASE.inside(None, None))[0][1].startswith(
        "entry is not known here: this journey begins on a schedule"
    )


def test_inside_without_an_event_at_hand_there_is_no_event() -> None:
    assert errors("event.value > 1", BASE.inside("Checkout Started", None))[0][1].startswith(
        "event is not known here: no event is at hand at this step"
    )


# The schema.


def test_a_property_is_known_when_one_of_several_events_has_it() -> None:
    schema = BASE.inside(None, ("Order Completed", "Form Submitted"))
    assert explain("event.form == 'guide'", schema, scope(event={"form": "guide"})).value is True


def test_a_property_that_no_event_of_several_has_is_refused() -> None:
    message = errors("event.score > 1", BASE.inside(None, ("Page Viewed", "Aliased")))[0][1]
    assert message.startswith('"Page Viewed" or "Aliased" has no property "score"')


def test_a_declaration_adds_to_a_known_event() -> None:
    schema = Schema.of({"Order Completed": {"gift_wrap": "boolean"}}, {}).at_entry("Order Completed")
    assert answer("event.gift_wrap and event.total > 5", {"gift_wrap": True, "total": 6}, schema) is True


def test_declared_attributes_are_properties_of_an_identify_call() -> None:
    assert answer("event.points > 5", {"points": 6}, BASE.at_entry("Identified")) is True


def test_declared_and_known_events_are_known_and_others_are_not() -> None:
    assert [BASE.knows_event(name) for name in ("Quiz Done", "Order Completed", "Robot Waved")] == [True, True, False]
    assert "Quiz Done" in BASE.event_names()


# Values.


def test_items_are_goods_ready_for_the_guards() -> None:
    at = scope(entry={"products": [{"product_id": "grinder", "price": 80, "quantity": 2}, {"name": "nameless"}]})
    assert compile_value("entry.products", INSIDE, "items").of(at) == (Item("grinder", price=80, quantity=2),)


VIEWED = BASE.inside("Product Viewed", None)


def test_an_event_about_one_product_is_its_goods() -> None:
    at = scope(entry={"product_id": "kettle", "name": "Kettle", "price": 69})
    assert compile_value("entry", VIEWED, "items").of(at) == (Item("kettle", "Kettle", 69.0),)


@pytest.mark.parametrize("entry", [{}, {"id": "a-call"}, {"product_id": ""}])
def test_an_event_that_names_no_product_has_no_goods(entry: dict[str, str]) -> None:
    assert compile_value("entry", VIEWED, "items").of(scope(entry=entry)) == ()


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (INSIDE, 'entry is no product, since "Checkout Started" has no product_id; write entry.products'),
        (BASE.inside("Quiz Done", None), "declare product_id under events:"),
    ],
)
def test_an_event_about_no_product_is_refused_as_goods(schema: Schema, message: str) -> None:
    with pytest.raises(ConditionErrors, match=message):
        compile_value("entry", schema, "items")


def test_the_goods_of_an_event_that_is_not_known_are_not_checked() -> None:
    assert compile_value("entry", BASE.inside("Robot Waved", None), "items").of(scope(entry={"sku": "a"})) == (
        Item("a"),
    )


def test_an_event_is_no_value_where_no_goods_are_wanted() -> None:
    with pytest.raises(ConditionErrors, match="entry is a whole event"):
        compile_value("entry", VIEWED, "any")


def test_items_of_the_catalog_are_the_newest_before_now() -> None:
    catalog = Catalog([(NOW - timedelta(days=day), Item(f"p{day}")) for day in (1, 2, 3)])
    value = compile_value('catalog("new", 2)', BASE, "items")
    assert value.of(scope(catalog=catalog)) == (Item("p1"), Item("p2"))


@pytest.mark.parametrize(("products", "expected"), [([], ()), ("rubbish", None), (None, None)])
def test_items_that_are_no_list_are_missing(products: object, expected: object) -> None:
    assert compile_value("entry.products", INSIDE, "items").of(scope(entry={"products": products})) == expected


@pytest.mark.parametrize(
    ("raw", "expected"), [("k1", "k1"), (5, 5), ("", None), (None, None), ([1], None), (True, None), ({}, None)]
)
def test_a_key_is_a_text_or_a_number(raw: object, expected: object) -> None:
    assert compile_value("event.key", UNDECLARED, "key").of(scope(event={"key": raw})) == expected


def test_a_value_may_be_computed() -> None:
    assert compile_value("event.value * 2", CHECKOUT, "any").of(scope(event={"value": 4})) == 8


def test_a_condition_is_a_value_too() -> None:
    assert compile_value("event.value > 2", CHECKOUT, "any").of(scope(event={"value": 4})) is True


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        ("event.value", "items", "expected goods, such as entry.products, got event.value, which is a number"),
        ("event.value", "text", "expected text, such as profile.email, got event.value, which is a number"),
        ("now", "key", "expected a text or a number, such as event.checkout_id, got now, which is a date"),
    ],
)
def test_a_value_of_another_kind_than_wanted_is_refused(text: str, wanted: Any, message: str) -> None:
    with pytest.raises(ConditionErrors) as raised:
        compile_value(text, CHECKOUT, wanted)
    assert [str(error) for error in raised.value.errors] == [message]
