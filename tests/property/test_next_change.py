"""Does a condition surely stay what it is until it says that it may change?"""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.conditions import Condition, compile_condition
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.tallies import EPOCH, Counted, Tally, add, what_to_keep
from journeys.vocabulary import Facts, Order, OrderStatus, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
KINDS: Any = {"x": "date", "y": "date", "n": "number", "a": "boolean"}
CONDITIONS = {"stale": "now - event.x > 2d", "keen": 'count("Thing Done", 3d) > event.n'}
SEGMENTS = {"busy": 'count("Thing Done", 2d) >= 2 or sum(orders.total, 3d) > 15'}
SCHEMA = Schema.of({"Thing Done": KINDS}, {}, segments=SEGMENTS, conditions=CONDITIONS).at_entry("Thing Done")
SIGNS = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
DURATIONS = st.sampled_from(["1ms", "1s", "2h30m", "1d", "3d", "1w"]).map(lambda text: text.replace("1ms", "1s"))
FACTORS = st.sampled_from(["2", "3", "0.5", "1.7", "0", "-1.3", "0.001", "event.n", "1000000"])
MOMENTS = st.sampled_from(["event.x", "event.y", "profile.created_at", 'last("Thing Done")', "now"])


@st.composite
def spans(draw: Any) -> str:
    span = f"(now - {draw(MOMENTS)})" if draw(st.booleans()) else f"({draw(MOMENTS)} - now)"
    for _ in range(draw(st.integers(0, 2))):
        span = f"({span} {draw(st.sampled_from('*/'))} {draw(FACTORS)})"
    return f"({span} + {draw(DURATIONS)})" if draw(st.booleans()) else span


@st.composite
def leaves(draw: Any) -> str:
    sign, window = draw(SIGNS), draw(st.sampled_from(["1d", "36h", "3d"]))
    return str(
        draw(
            st.sampled_from(
                [
                    f"{draw(spans())} {sign} {draw(DURATIONS)}",
                    f"{draw(spans())} {sign} {draw(spans())}",
                    f"now + {draw(DURATIONS)} * {draw(FACTORS)} {sign} {draw(MOMENTS)}",
                    f'count("Thing Done", {window}) {sign} {draw(st.integers(0, 4))}',
                    f'sum("Thing Done", "n", {window}) {sign} count(orders, {window})',
                    f'{draw(DURATIONS)} * count("Thing Done", {window}) {sign} now - event.x',
                    f"sum(orders.total, {window}) {sign} 15",
                    "event.a",
                    "profile in segment.busy",
                    "profile not in segment.busy",
                    "condition.stale",
                    "condition.keen",
                    "now in ['2026-03-03', '2026-03-02T10:00:00Z']",
                ]
            )
        )
    )


trees = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(lambda part: f"not ({part})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: "({}) {} ({})".format(*parts)),
    ),
    max_leaves=4,
)
ago = st.integers(-5 * 86_400_000, 5 * 86_400_000).map(lambda ms: NOW + timedelta(milliseconds=ms))
past = st.integers(0, 5 * 86_400_000).map(lambda ms: NOW - timedelta(milliseconds=ms))
numbers = st.sampled_from([None, 0, 1, 2.5, -3])


@st.composite
def scopes(draw: Any, condition: Condition) -> Scope:
    event = {"x": draw(st.none() | ago.map(str)), "y": draw(ago.map(str)), "n": draw(numbers), "a": draw(st.booleans())}
    kept = what_to_keep(condition.counts | {Counted("Thing Done")})["Thing Done"]
    tally = Tally()
    for at in draw(st.lists(past, max_size=5)):
        add(tally, kept, at, {"n": draw(numbers)}, clock=NOW)
    facts = Facts(Profile(1, NOW - timedelta(days=4)))
    for place, at in enumerate(draw(st.lists(past, max_size=3))):
        facts.orders[str(place)] = Order(str(place), at, OrderStatus.PLACED, (), 10.0, at, at)
    return Scope(facts, NOW, event=event, tallies={"Thing Done": tally})


def truth(condition: Condition, scope: Scope, at: datetime) -> bool | None:
    return condition.explain(replace(scope, now=at)).value


@given(st.data(), trees)
@settings(max_examples=400)
def test_nothing_changes_by_itself_before_it_is_said_to(chance: Any, text: str) -> None:
    condition = compile_condition(text, SCHEMA)
    scope = chance.draw(scopes(condition))
    change = condition.next_change(scope)
    assert change is None or (change > NOW and (change - EPOCH) % MS == timedelta(0))
    end = change or NOW + timedelta(days=400)
    last = max(0, (end - NOW) // MS - 1)
    later = [chance.draw(st.integers(0, last)) for _ in range(5)] + [last]
    answers = {truth(condition, scope, NOW + ms * MS) for ms in later}
    assert answers == {truth(condition, scope, NOW)}
