"""Can what is asked often be written once, and is what is wrong with it said once?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from journeys.conditions import ConditionErrors, compile_condition
from journeys.named import check_named, unused_named
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.vocabulary import Facts, Order, OrderStatus, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEGMENTS = {"vip": "profile.orders.total > 500", "local": "profile.country == 'LV'"}
CONDITIONS = {"big": "event.value > 50", "big_vip": "condition.big and profile in segment.vip"}


def schema(segments: dict[str, str] | None = None, conditions: dict[str, str] | None = None) -> Schema:
    return Schema.of({}, {}, segments=segments or SEGMENTS, conditions=conditions or CONDITIONS)


AT_CHECKOUT = schema().at_entry("Checkout Started")


def scope(total: float = 600.0, **event: Any) -> Scope:
    facts = Facts(Profile(1, NOW), orders={"o": Order("o", NOW, OrderStatus.PLACED, (), total, NOW, NOW)})
    return Scope(facts, NOW, event=event)


def errors(text: str, at: Schema = AT_CHECKOUT) -> list[tuple[int, str]]:
    with pytest.raises(ConditionErrors) as raised:
        compile_condition(text, at)
    return [(error.column, str(error)) for error in raised.value.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profile in segment.vip", True),
        ("profile not in segment.vip", False),
        ("not profile in segment.vip", False),
        ("profile in segment.local", None),
        ("profile not in segment.local", None),
        ("condition.big", True),
        ("not condition.big", False),
        ("condition.big_vip and event.value < 100", True),
        ("profile in segment.local or condition.big", True),
    ],
)
def test_a_name_stands_for_what_is_written_under_it(text: str, expected: bool | None) -> None:
    condition, at = compile_condition(text, AT_CHECKOUT), scope(value=60)
    assert condition.explain(at).value is expected
    assert condition.holds(at) is (expected is True)


def test_the_explanation_names_the_segment_and_the_part_that_decided() -> None:
    answer = compile_condition("profile in segment.vip", AT_CHECKOUT).explain(scope(total=20.0))
    assert answer.why == "profile in segment.vip: profile.orders.total is 20, not > 500"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (
            "profile in segment.vib",
            20,
            'there is no segment "vib"; did you mean "vip"? Correct it, or declare it under segments:',
        ),
        (
            "condition.bigg",
            11,
            'there is no condition "bigg"; did you mean "big"? Correct it, or declare it under conditions:',
        ),
        ("profile in segment.big", 20, '"big" is a condition; write condition.big'),
        ("condition.vip", 11, '"vip" is a segment; write profile in segment.vip'),
        ("segment.vip", 1, "segment.vip is a group of people; write profile in segment.vip"),
        ("event.email in segment.vip", 1, "event.email in segment.vip: a segment holds people; "
         "write it like profile in segment.vip"),
        ("profile in vip", 1, "profile in vip: a segment holds people; write it like profile in segment.local"),
        ("condition", 1, "condition stands for several; name one, such as condition.big"),
        ("condition.big.value", 1, "condition.big.value: condition.big is yes or no and has nothing inside it; "
         "write condition.big alone"),
        ("big and event.value > 1", 1, "big is known by its whole name only; write condition.big"),
        ("condition.big == true", 1, "condition.big is already true or false; join comparisons with and, or, not"),
    ],
)  # fmt: skip
def test_a_wrong_use_names_its_column_and_its_remedy(text: str, column: int, message: str) -> None:
    assert errors(text) == [(column, message)]


def test_a_name_that_is_missing_at_one_place_is_reported_there_with_the_condition() -> None:
    assert errors("profile.email and condition.big", schema().inside("Checkout Started", None)) == [
        (
            19,
            'condition.big says "event.value > 50": event is not known here: no event is at hand at this step; '
            "use entry, profile, facts, enrollment, now, segment, condition",
        )
    ]


def test_what_is_wrong_wherever_it_is_used_is_said_once_where_it_is_written() -> None:
    wrong = schema(conditions={"big": "event.value > 50 and profile.contry == 'LV'"})
    assert [(fault.path, fault.code, fault.column) for fault in check_named(wrong)] == [
        (("conditions", "big"), "condition.invalid", 30)
    ]
    condition = compile_condition("condition.big", wrong.at_entry("Checkout Started"))
    assert not condition.holds(scope(value=60))


def test_a_segment_knows_only_the_person() -> None:
    (fault,) = check_named(schema({"keen": "event.value > 3"}, {"big": "event.value > 50"}))
    assert fault.code == "segment.invalid"
    assert fault.message == (
        'segment "keen": in "event.value > 3": event is not known here: a segment is about a person, whatever happens; '
        "ask for it under conditions:; use profile, facts, now, segment, condition"
    )


def test_a_segment_may_use_a_condition_that_is_about_the_person() -> None:
    both = schema({"vip": "condition.rich"}, {"rich": "profile.orders.total > 500"})
    assert check_named(both) == []
    assert compile_condition("profile in segment.vip", both).holds(scope())


def test_a_circle_is_named_once() -> None:
    round_and_round = schema({"a": "condition.b or now > '2026-01-01'"}, {"b": "profile in segment.a"})
    assert [(fault.path, fault.code, fault.message) for fault in check_named(round_and_round)] == [
        (
            ("segments", "a"),
            "segment.circle",
            'segment "a" goes round in a circle: segment.a -> condition.b -> segment.a; '
            "let one of them do without the next",
        )
    ]


@pytest.mark.parametrize("name", ["in", "class", "1st"])
def test_a_name_that_cannot_stand_after_a_dot_is_refused(name: str) -> None:
    (fault,) = check_named(schema({name: "profile.email"}, {"big": "event.value > 50"}))
    assert fault.code == "segment.name"


def test_what_nothing_uses_is_a_warning() -> None:
    faults = unused_named(schema(), '{"if": "condition.big_vip"}')
    assert [(fault.path, fault.code, fault.severity) for fault in faults] == [
        (("segments", "local"), "segment.unused", "warning")
    ]


def test_names_that_stand_for_ever_more_are_refused() -> None:
    doubling = {f"c{n}": f"condition.c{n + 1} and condition.c{n + 1}" for n in range(40)} | {"c40": "profile.email"}
    faults = check_named(schema(conditions=doubling))
    assert "it is too long with all that its names stand for" in faults[0].message
    assert not compile_condition("condition.c0", schema(conditions=doubling)).holds(scope())
