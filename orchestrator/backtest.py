"""What would these journeys have done with this history?

Every customer lives through their own events under a virtual clock, with the very code that runs live; nothing is
sent. Each family of profiles is independent of the others, so they are shared out over processes. The same customers
then live through it again without operational guards, and every marketing message of both lives is held against the
complete history. With a second version of the journeys they do all of that once more, and what they got is compared.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from journeys.vocabulary import Delivery, Event
from orchestrator.garbage import no_search_for_garbage
from orchestrator.history import Family
from orchestrator.listing import delivery_lines, ledger_lines, profile_names
from orchestrator.lives import Life, Span, live
from orchestrator.mistimed import BOUGHT_WITHIN, GoodsHistory
from orchestrator.program import Program
from orchestrator.reports.differences import Differences, messages_of
from orchestrator.reports.tally import Tally, count_life, count_unguarded
from orchestrator.sources.event_log import decode_event

_UTC = ZoneInfo("UTC")
_ENCODER = msgspec.json.Encoder()
_PACK = msgspec.msgpack.Encoder().encode
_FAMILIES = msgspec.msgpack.Decoder(list[Family]).decode


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run: the program, the span that counts, and whether every delivery and judgement is kept.

    `zone` is where a day of the shop begins. `against` is another version of the journeys, of which `examples` people
    are shown who got something else.
    """

    program: Program
    span: Span
    bought_within: timedelta = BOUGHT_WITHIN
    keeps_deliveries: bool = False
    zone: ZoneInfo = _UTC
    against: Program | None = None
    examples: int = 5


@dataclass(slots=True)
class Result:
    """What came of many customers: under the journeys, under the other version of them, and what differs.

    `deliveries` and `ledger` are the lines that were kept, each with what they are sorted by.
    """

    tally: Tally = field(default_factory=Tally)
    against: Tally = field(default_factory=Tally)
    differences: Differences = field(default_factory=Differences)
    deliveries: list[tuple[int, bytes]] = field(default_factory=list)
    ledger: list[tuple[int, datetime, bytes]] = field(default_factory=list)

    def add(self, other: "Result", examples: int = 0) -> None:
        """Count the other's customers as well."""
        self.tally.add(other.tally)
        self.against.add(other.against)
        self.differences.add(other.differences, examples)
        self.deliveries += other.deliveries
        self.ledger += other.ledger


def run(families: list[Family], settings: Settings, processes: int, chunk: int = 64) -> Iterator[tuple[int, Result]]:
    """Run all families and give, chunk by chunk, how many were done and what came of them."""
    chunks = [families[start : start + chunk] for start in range(0, len(families), chunk)]
    if processes <= 1 or len(chunks) <= 1:
        for families_of_chunk in chunks:
            yield len(families_of_chunk), run_chunk(families_of_chunk, settings)
        return
    with ProcessPoolExecutor(processes, initializer=_remember, initargs=(settings,)) as pool:
        # So few are under way at a time that what is done does not pile up before it is counted.
        under_way: deque[Future[tuple[int, Result]]] = deque()
        for families_of_chunk in chunks:
            under_way.append(pool.submit(_run_remembered, _PACK(families_of_chunk)))
            if len(under_way) > 4 * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


_settings: Settings | None = None


def _remember(settings: Settings) -> None:
    """Keep the program in each process, so that it travels once and not with every chunk."""
    global _settings
    _settings = settings


def _run_remembered(packed: bytes) -> tuple[int, Result]:
    assert _settings is not None
    families = _FAMILIES(packed)
    return len(families), run_chunk(families, _settings)


def run_chunk(families: list[Family], settings: Settings) -> Result:
    """Let these families live under the program, and under the one it is held against if there is one."""
    result = Result()
    versions = [_Version(settings.program, settings)]
    if settings.against is not None:
        versions.append(_Version(settings.against, settings))
    # What a chunk makes is dropped as a whole; looking for cycles in it on the way costs a third more time.
    with no_search_for_garbage():
        for family in families:
            past = _Past.of(family, settings.bought_within)
            lives = [
                version.count(tally, past)
                for version, tally in zip(versions, (result.tally, result.against), strict=False)
            ]
            if settings.keeps_deliveries:
                _keep(result, family, lives[0])
            if settings.against is not None:
                this, against = (messages_of(life, settings.span) for life in lives)
                person = next(iter(profile_names([family]).values()))
                result.differences.compare(person, this, against, settings.examples)
    return result


@dataclass(slots=True)
class _Past:
    """A family and what happened to it; which messages were mis-timed by all of that is looked at once there is one."""

    family: Family
    events: list[tuple[int, Event]]
    bought_within: timedelta
    goods: GoodsHistory | None = None

    @classmethod
    def of(cls, family: Family, bought_within: timedelta) -> "_Past":
        events = [(profile_id, decode_event(body, seq)) for profile_id, seq, body in family.events]
        return cls(family, events, bought_within)

    def is_mistimed(self, delivery: Delivery, at: datetime) -> str:
        """Say why a message handed over at this moment is mis-timed; empty when it is not."""
        if self.goods is None:
            self.goods = GoodsHistory(event for _, event in self.events)
        return self.goods.mistimed(delivery, at, self.bought_within)


class _Version:
    """One version of the journeys, with its guards and without those that can be switched off."""

    def __init__(self, program: Program, settings: Settings) -> None:
        # What is said about the wait of a message changes nothing that happens; only the ledger shows it.
        self._guarded = program if settings.keeps_deliveries else _without_forecasts(program)
        self._unguarded = _without_forecasts(program.with_only_the_always_on())
        self._always = frozenset(rule.name for rule in self._unguarded.book.rules)
        self._span, self._zone = settings.span, settings.zone

    def count(self, tally: Tally, past: _Past) -> Life:
        """Let one family live twice, count both lives, and give the guarded one.

        Where no guard that can be switched off held anything back, the second life would be the first again, so it is
        not lived.
        """
        life = live(past.family, past.events, self._guarded, self._span)
        count_life(tally, life, self._span, self._zone, past.is_mistimed)
        unguarded = life
        if life.was_held(self._always):
            unguarded = live(past.family, past.events, self._unguarded, self._span)
        count_unguarded(tally, unguarded, self._span, past.is_mistimed)
        return life


def _without_forecasts(program: Program) -> Program:
    books = {step: replace(book, forecasting=()) for step, book in program.books_of_step.items()}
    return replace(program, book=replace(program.book, forecasting=()), books_of_step=books)


def _keep(result: Result, family: Family, life: Life) -> None:
    """Write out every delivery and judgement of one family."""
    for line in delivery_lines(life.outgoing.values(), profile_names([family])):
        result.deliveries.append((line["key"], _ENCODER.encode(line)))
    for line in ledger_lines(life.judged):
        result.ledger.append((line["key"], line["at"], _ENCODER.encode(line)))
