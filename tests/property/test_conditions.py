"""Do conditions keep the laws of three-valued logic, and is their text never more than a condition?"""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.conditions import Condition, ConditionErrors, compile_condition
from journeys.schema import Schema
from journeys.scope import Scope
from journeys.vocabulary import Facts, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS = Facts(Profile(id=1, created_at=NOW))
KINDS: dict[str, Any] = {**dict.fromkeys("abc", "boolean"), "n": "number", "m": "number", "t": "text", "x": "any"}
SCHEMA = Schema.of({"Thing Done": KINDS}, {}).at_entry("Thing Done")

# A formula is a flag's name, ("not", formula) or (word, formula, ...).
formulas = st.recursive(
    st.sampled_from("abc"),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner, inner),
    ),
    max_leaves=12,
)
flags = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in "abc"})
# Ways to ask for a flag that mean the same; the last one has no result while it is being computed.
ASKED = {
    True: ["event.{0}", "event.{0} == true", "not event.{0} != true", "event.{0} in [true]", "1 < 2 < 3"],
    False: ["event.{0}", "event.{0} == true", "event.{0} not in [false]", "2 < 1"],
    None: [
        "event.{0}",
        "event.{0} == true",
        "event.{0} != true",
        "event.{0} in [false]",
        "1 / 0 > 1",
        "now + 1d / 0 > now",
    ],
}


def write(formula: Any, values: dict[str, bool | None], chance: Any) -> str:
    if isinstance(formula, str):
        return str(chance.draw(st.sampled_from(ASKED[values[formula]])).format(formula))
    word, *parts = formula
    written = [f"({write(part, values, chance)})" for part in parts]
    return f"not {written[0]}" if word == "not" else f" {word} ".join(written)


def kleene(formula: Any, values: dict[str, bool | None]) -> bool | None:
    if isinstance(formula, str):
        return values[formula]
    word, *parts = formula
    known = [kleene(part, values) for part in parts]
    if word == "not":
        return None if known[0] is None else not known[0]
    if word == "and":
        return False if False in known else None if None in known else True
    return True if True in known else None if None in known else False


@given(formulas, flags, st.data())
def test_conditions_follow_kleene_whichever_way_they_are_computed(
    formula: Any, values: dict[str, bool | None], chance: Any
) -> None:
    condition = compile_condition(write(formula, values, chance), SCHEMA)
    scope = Scope(FACTS, NOW, event=values)
    expected = kleene(formula, values)
    assert condition.explain(scope).value is expected
    assert condition.holds(scope) is (expected is True)


LEAVES = [
    "event.n > 2",
    "event.n != event.m",
    "event.n / event.m >= 1",
    "event.n * event.m - 1 < 5",
    "event.n in [1, 2.5, event.m]",
    "event.m in [1, 2]",
    "-event.n < event.x",
    "event.x == event.n",
    "event.x == event.t",
    "event.x in [1, 2]",
    "event.t in event.x",
    "event.x in event.x",
    "event.x",
    "event.n",
    "event.t",
    "'a' in event.t",
    "event.a == event.b",
    "event.x > 1d + now",
    "1d * event.n > 2d",
    "1 < event.n < event.m < 9",
]
SIMPLE = [None, True, False, -1, 0, 1, 2, 3, 2.5, "", "a", "ab", "2026-03-01", "9999-12-31T23:59:59-14:00"]
WILD = [10**305, 1e299, -1e299, float("nan"), float("inf"), 1e-320, [], ["a", "ab"], [1, [2]], {}, {"a": 1}, [{"a": 1}]]
json = st.sampled_from([*SIMPLE, *WILD]) | st.lists(st.sampled_from([*SIMPLE, *WILD]), max_size=3)
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(lambda part: f"not ({part})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: "({}) {} ({})".format(*parts)),
    ),
    max_leaves=5,
)
events = st.dictionaries(st.sampled_from(sorted(KINDS)), json)


@given(trees, events)
@settings(max_examples=300)
def test_the_fast_and_the_exact_way_agree_on_any_event(text: str, event: dict[str, Any]) -> None:
    condition = compile_condition(text, SCHEMA)
    scope = Scope(FACTS, NOW, event=event)
    assert condition.holds(scope) is (condition.explain(scope).value is True)


@given(trees, events)
def test_no_condition_holds_together_with_its_opposite(text: str, event: dict[str, Any]) -> None:
    scope = Scope(FACTS, NOW, event=event)
    straight, opposite = compile_condition(text, SCHEMA), compile_condition(f"not ({text})", SCHEMA)
    assert not (straight.holds(scope) and opposite.holds(scope))


# Text that nobody should write.

PIECES = [
    "event", ".", ".n", ".x", "entry", "profile", ".orders", ".consent", "now", "(", ")", "[", "]", "{", "}", ",", " ",
    "\n", "and ", "or ", "not ", " in ", " is ", "None", "true", "none", "==", "=", "<", ">=", "+", "-", "*", "**", "/",
    "%", "//", "@", "~", "&&", "|", "!", "#", "\\", "'", '"', '"""', "f'", "b'", "30d", "2h30m", "1e999", "0x1", "1_0",
    "1j", "5in", ":=", "lambda:", " if ", " else ", " for e ", "...", "__class__", "._", "___", "catalog(", "'new'",
    "await ", "yield ", "é", "ﬁ", "٣", "\x0c", "\0", "\ud800", "\u2028", "eval(", "__import__('os')",
]  # fmt: skip
letters = st.sampled_from([*map(chr, range(128)), "é", "ß", "“", "Ω", "漢", "\u0301", "\ufeff", "\udc80", "\U0001f600"])
garbage = st.one_of(st.text(letters, max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


def attempt(text: str) -> Condition | ConditionErrors:
    try:
        return compile_condition(text, SCHEMA)
    except ConditionErrors as problems:
        return problems


@given(garbage, events)
@settings(max_examples=1000)
def test_any_text_is_a_condition_or_refused_with_a_column_of_its_own(text: str, event: dict[str, Any]) -> None:
    compiled = attempt(text)
    if isinstance(compiled, ConditionErrors):
        assert compiled.errors
        assert all(1 <= error.column <= max(len(text), 1) for error in compiled.errors)
    else:
        assert compiled.holds(Scope(FACTS, NOW, event=event)) in (True, False)


@given(
    st.sampled_from("([-.~{") | st.sampled_from(["not ", "(-", "1<(", "a(", "1+", "a.", "x in [", "1d*("]), st.data()
)
@settings(max_examples=60)
def test_no_depth_of_nesting_breaks_the_reader(piece: str, chance: Any) -> None:
    text = piece * chance.draw(st.integers(1, 2000 // len(piece)))
    closed = text + "now" + "".join({"(": ")", "[": "]", "{": "}"}.get(sign, "") for sign in reversed(text))
    for each in (text, closed[:2000]):
        compiled = attempt(each)
        assert isinstance(compiled, Condition) or compiled.errors


class Trap(dict[str, Any]):
    """An event that notices when anything but its entries is looked at."""

    touched: list[str] = []  # noqa: RUF012 - one list for the test to read

    def __getattribute__(self, name: str) -> Any:
        if name != "get":
            Trap.touched.append(name)
        return super().__getattribute__(name)


@given(st.sampled_from(["__class__", "__dict__", "keys", "touched", "pop", "__init__.__globals__", "mro"]))
def test_a_dot_never_reaches_into_python(name: str) -> None:
    Trap.touched.clear()
    condition = compile_condition(f"event.{name}", Schema.of({}, {}).at_entry("Nobody Declared This"))
    assert condition.holds(Scope(FACTS, NOW, event=Trap())) is False
    assert Trap.touched == []
