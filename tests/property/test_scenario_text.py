"""Is a scenario that is written read again as the same?"""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.decision import Fate
from orchestrator.scenario import AS_PLAYED, Expectation, Happening, PlayedFate, Scenario
from orchestrator.scenario_file import read_scenarios
from orchestrator.scenario_text import scenario_text

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12)
NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(lambda name: name not in ("of", "products"))
PLAIN = st.one_of(
    TEXT, st.booleans(), st.none(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, allow_nan=False), st.just("yes")
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
MOMENTS = st.one_of(
    st.integers(0, 60 * 60 * 24 * 90).map(lambda seconds: timedelta(seconds=seconds)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
)
WORDS = TEXT.filter(bool)
HAPPENINGS = st.builds(Happening, MOMENTS, WORDS, st.dictionaries(NAMES, VALUES, max_size=3))
EXPECTATIONS = st.builds(
    Expectation, MOMENTS, st.just("suppressed"), st.fixed_dictionaries({}, optional={"step": WORDS, "reason": WORDS})
)
SCENARIOS = st.builds(
    Scenario,
    name=WORDS,
    at=st.just(datetime(2026, 3, 2, 9)),
    zone=st.sampled_from(["", "Asia/Tokyo"]),
    profile=st.dictionaries(NAMES.map(lambda name: f"x_{name}"), VALUES, max_size=3),
    happenings=st.lists(HAPPENINGS, max_size=3).map(tuple),
    until=st.none() | MOMENTS,
    fates=st.dictionaries(NAMES, st.sampled_from([AS_PLAYED, "gone"]).map(lambda why: PlayedFate(Fate.FAILED, why))),
    expectations=st.lists(EXPECTATIONS, min_size=1, max_size=3).map(tuple),
)


@given(SCENARIOS)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_again(scenario: Scenario) -> None:
    [read], problems = read_scenarios(scenario_text(scenario))
    assert problems == []
    without_lines = tuple(replace(expectation, line=1) for expectation in read.expectations)
    assert replace(read, expectations=without_lines) == scenario
