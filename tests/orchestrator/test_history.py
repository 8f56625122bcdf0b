"""Is a history read the same, whoever reads its lines?"""

from collections.abc import Iterable

from orchestrator.history import BATCH, History, HistoryReader
from orchestrator.sources.segment import SegmentSource
from tests.fakes.calls import anonymous, identify, moment, track

RECEIVED = moment("2026-03-31 09:00")


def history_of(lines: Iterable[bytes], processes: int) -> History:
    return HistoryReader(SegmentSource("LV"), RECEIVED, processes).read(enumerate(lines, 1), lambda _: None)


def goods(name: str) -> list[dict[str, object]]:
    return [{"product_id": "p1", "name": name, "price": 5}]


def many() -> list[bytes]:
    lines = [identify(f"u{number % 300}", "08:00", visitor=f"v{number}") for number in range(2 * BATCH)]
    viewed = [track("Product Viewed", "09:00", f"u{number}", products=goods(f"n{number}")) for number in range(BATCH)]
    return [*lines, b"no event at all", *viewed, *lines[:50]]


def test_several_processes_read_what_one_reads() -> None:
    one, two = (history_of(many(), processes) for processes in (1, 2))
    assert one.families == two.families
    assert (one.events, one.duplicates, one.refused, one.profiles) == (
        two.events,
        two.duplicates,
        two.refused,
        two.profiles,
    )
    assert one.catalog.newest(RECEIVED, 10) == two.catalog.newest(RECEIVED, 10)


def test_what_only_a_repeat_says_about_goods_does_not_count() -> None:
    first = track("Product Viewed", "09:00", "ann", message_id="m1", products=goods("Right"))
    repeat = track("Product Viewed", "09:00", "ann", message_id="m1", products=goods("Wrong"))
    other = track("Product Viewed", "09:01", "ann", message_id="m1", products=goods("Wrong"))
    (found,) = history_of([first, repeat, other], 1).catalog.newest(RECEIVED, 10)
    assert found.name == "Right"


def test_refused_and_repeated_lines_are_counted() -> None:
    line = track("Signed Up", "09:00")
    found = history_of([line, b"{", line], 1)
    assert (found.events, found.duplicates, found.refused) == (1, 1, 1)


def test_whoever_becomes_one_in_a_batch_is_one_from_there_on() -> None:
    def viewed(visitor: str, at: str) -> bytes:
        return anonymous("Product Viewed", at, visitor)

    lines = [
        viewed("phone", "08:00"),
        identify("ann", "08:01", visitor="laptop"),
        viewed("phone", "08:02"),
        identify("ann", "08:03", visitor="phone"),
        viewed("phone", "08:04"),
    ]
    (family,) = history_of(lines, 1).families
    assert [(owner, seq) for owner, seq, _ in family.events] == [(1, 1), (1, 3), (2, 2), (2, 4), (2, 5)]
    assert family.merges == [(4, 1)]


def test_a_repeat_takes_no_place_in_the_log() -> None:
    first, second = track("Product Viewed", "09:00", "ann"), track("Product Viewed", "09:01", "ann")
    (family,) = history_of([first, first, second], 1).families
    assert [seq for _, seq, _ in family.events] == [1, 2]
