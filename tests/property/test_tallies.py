"""Is a tally what a count over the log gives, whatever happened on the way?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import isclose

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys.tallies import Kept, Tally, add, count_of, join, sum_of
from orchestrator.store import codec
from tests.fakes.calls import anonymous, identify, moment, track
from tests.fakes.stores import sqlite_store
from tests.fakes.workspace import check, short_lived_workspace

HOUR = timedelta(hours=1)
START = moment("2026-03-02 08:00")
JOURNEYS = """
journeys:
  keen:
    entry: {event: Page Viewed, if: 'sum("Bought", "total", 20h) > 1e9 or count("Bought") > 1000'}
    steps:
      - {id: hello, send: email, text: "Hello.", purpose: transactional}
"""
OTHER = JOURNEYS.replace("Bought", "Page Viewed").replace("total", "value")
HEAD = """
version: 1
shop: {name: Nordic Roast, timezone: UTC, country: LV, currency: EUR, url: "https://shop.example"}
channels: {email: {action: email.file}}
events: {Bought: {total: number}, Page Viewed: {value: number}}
"""

Told = tuple[int, int, str, int, int]
# When it arrives, how late it is told (in hours), by whom, for how much, and how often it is told.
happenings = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(0, 30), st.sampled_from(["ann", "v1"]), st.integers(-5, 50), st.integers(1, 2)
    ),
    min_size=1,
    max_size=8,
)
hours = st.sets(st.integers(0, 60), max_size=2)


@given(happenings, st.integers(0, 60), hours, hours)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_tally_is_a_count_over_the_log(told: list[Told], joins: int, restarts: set[int], changes: set[int]) -> None:
    kept = Kept(20 * 3_600_000, ("total",))
    expected, bought = Tally(), "Bought"
    with short_lived_workspace(JOURNEYS, sqlite_store, now="2026-03-02 08:00", head=HEAD) as workspace:
        programs = [check(text, head=HEAD).program(workspace.store.catalog()) for text in (OTHER, JOURNEYS)]
        workspace.ingest(identify("ann", START), anonymous("Page Viewed", START, "v1"))
        workspace.settle(START)
        for hour in range(61):
            workspace.clock.now = now = START + hour * HOUR
            for made, who, total, times in _told_at(hour, told):
                call = track if who == "ann" else anonymous
                for _ in range(times):
                    workspace.ingest(call(bought, made, who, total=total))
                add(expected, kept, made, {"total": total}, clock=made)
            if hour == joins:
                workspace.ingest(identify("ann", now, visitor="v1"))
            if hour in restarts:
                workspace.restart()
            for program in programs if hour in changes else ():
                workspace.run_by(program)
                workspace.settle(now)
            if hour % 12 == 0:
                workspace.settle(now)
        workspace.settle(START + 61 * HOUR)
        workspace.clock.now = START + 62 * HOUR
        workspace.ingest(track("Page Viewed", START + 62 * HOUR))
        workspace.settle(START + 62 * HOUR)
        ((body,),) = workspace.rows("SELECT memory FROM profiles WHERE merged_into IS NULL AND id > 0")
    memory = codec.read_memory(body)
    found = memory.tallies.get(bought, Tally())
    assert (found.count, found.first, found.last, found.sums) == (
        expected.count,
        expected.first,
        expected.last,
        expected.sums,
    )
    window = 20 * HOUR
    assert count_of(found, window, memory.clock) == count_of(expected, window, memory.clock)
    assert sum_of(found, "total", window, memory.clock) == sum_of(expected, "total", window, memory.clock)


def _told_at(hour: int, told: list[Told]) -> Iterator[tuple[datetime, str, int, int]]:
    for place, (at, late, who, total, times) in enumerate(told):
        if at == hour:
            yield START + (hour - late) * HOUR - place * timedelta(minutes=1), who, total, times


events = st.lists(st.tuples(st.integers(0, 500), st.floats(-100, 100)), max_size=12)


@given(events, events, st.integers(0, 300))
def test_joining_two_tallies_is_counting_all_their_events_together(
    mine: list[tuple[int, float]], theirs: list[tuple[int, float]], hours: int
) -> None:
    kept, end, window = Kept(300 * 3_600_000, ("n",)), START + 500 * HOUR, hours * HOUR

    def counted(events: list[tuple[int, float]]) -> Tally:
        tally = Tally()
        for hour, number in events:
            add(tally, kept, START + hour * HOUR, {"n": number}, clock=end)
        return tally

    joined, together = join(counted(mine), counted(theirs)), counted([*mine, *theirs])
    assert (joined.count, joined.first, joined.last) == (together.count, together.first, together.last)
    inside = [number for hour, number in [*mine, *theirs] if end - (START + hour * HOUR) < window]
    assert count_of(joined, window, end) == len(inside)
    assert isclose(sum_of(joined, "n", window, end), sum(inside), abs_tol=1e-6)
    assert isclose(sum_of(joined, "n", None, end), sum_of(together, "n", None, end), abs_tol=2e-6)
