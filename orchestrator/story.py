"""How is an explanation told to people? One line an item, by day, on the shop's clock, the evidence indented."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from journeys.duration import format_duration
from journeys.known_events import is_by_machine
from journeys.vocabulary import Profile
from orchestrator.customer import WAITING
from orchestrator.explain import Explanation, Past
from orchestrator.rates import NO_ROOM

Fields = dict[str, Any]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_TOLD_BY_DELIVERY = frozenset({"planned", "sent", "suppressed", "failed", "audience", "crm"})
# The properties that say which of many such events this one is, most telling first.
_TELLING = (
    "email", "order_id", "checkout_id", "shipment_id", "return_id", "form", "path", "url", "channel", "step", "status",
    "type", "value", "total", "currency",
)  # fmt: skip
_MOST_TELLING = 4
_MOST_GOODS = 4
_WORD = 11
_INDENT = " " * (2 + 5 + 2 + _WORD)


class _Clock:
    """Writes moments in one zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b %Y}"

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def moment(self, at: datetime | str) -> str:
        instant = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{self.day(instant)}, {self.time(instant)}"

    def localised(self, text: str) -> str:
        """Rewrite every instant within a text."""
        return _INSTANT.sub(lambda found: self.moment(found.group()), text)


def tell(past: Past, explanation: Explanation, zone: ZoneInfo) -> Iterator[str]:
    """Give the lines of a person's story."""
    clock = _Clock(zone)
    yield from _person(past, clock)
    yield from _by_day(explanation.timeline, clock)
    yield ""
    yield from _journeys(explanation.journeys)


def tell_timeline(timeline: Iterable[Fields], zone: ZoneInfo) -> Iterator[str]:
    """Give the lines of a timeline alone, by day; the first is empty."""
    yield from _by_day(timeline, _Clock(zone))


def tell_delivery(delivery: Fields, timeline: Iterable[Fields], zone: ZoneInfo) -> Iterator[str]:
    """Give the lines of one delivery's story; both arguments are in the shapes of `orchestrator.store.views`."""
    clock = _Clock(zone)
    yield f"{delivery['journey']}.{delivery['step']} on {delivery['channel']} for {delivery['profile']}"
    reason = f", {delivery['reason']}" if delivery["reason"] else ""
    yield f"{delivery['state']}{reason}{_waits(delivery, clock)}"
    yield from _by_day(timeline, clock)


def _waits(delivery: Fields, clock: _Clock) -> str:
    """Say what a delivery waits for, and until when; nothing of one that does not wait."""
    if delivery["settled"] is not None or delivery["state"] not in WAITING:
        return ""
    if delivery["reason"] == NO_ROOM:
        return f", in line since {clock.moment(delivery['due'])}"
    sooner = ", or until a fact changes" if delivery["on_change"] else ""
    forecast = f"; the guards would say {delivery['forecast']}" if delivery["forecast"] else ""
    return f", until {clock.moment(delivery['due'])}{sooner}{forecast}"


def _by_day(timeline: Iterable[Fields], clock: _Clock) -> Iterator[str]:
    day = ""
    for line in timeline:
        told = list(_line(line, clock))
        if not told:
            continue
        today = clock.day(line["at"])
        if today != day:
            day = today
            yield ""
            yield day
        word, sentence = told[0]
        yield f"  {clock.time(line['at'])}  {word:<{_WORD}}{sentence}"
        yield from (f"{_INDENT}{word} {sentence}".rstrip() for word, sentence in told[1:])


def _person(past: Past, clock: _Clock) -> Iterator[str]:
    profile = past.profile
    names = [profile.user_id, profile.email, profile.phone, f"#{profile.id}"]
    first_name = profile.traits.get("first_name")
    called = f"{first_name}: " if isinstance(first_name, str) else ""
    yield f"{called}{', '.join(name for name in names if name)}"
    lives = f", lives in {profile.timezone}" if profile.timezone else ""
    yield f"known since {clock.moment(profile.created_at)} ({clock.zone.key}){lives}"
    yield f"consent: {_consent(profile)}"
    for address, reason in profile.suppressed.items():
        yield f"suppressed: {address} ({reason})"
    if past.undecided:
        yield f"{len(past.undecided):,} events wait to be decided on; `tactful run` does that"
    if past.set_aside:
        yield f"set aside after an error: {past.set_aside}"


def _consent(profile: Profile) -> str:
    answers = [f"{channel} {'yes' if agreed else 'no'}" for channel, agreed in sorted(profile.consent.items())]
    return ", ".join(answers) or "never asked"


def _line(line: Fields, clock: _Clock) -> Iterator[tuple[str, str]]:
    match line["kind"]:
        case "event":
            yield "event", _event(line["name"], line["properties"])
        case "step":
            yield from _step(line, clock)
        case "judgement":
            yield from _judgement(line, clock)
        case _:
            yield line["state"], _fate(line)


def _event(name: str, properties: Mapping[str, Any]) -> str:
    # A page's address says nothing that its path has not said.
    names = [key for key in _TELLING if key != "url" or "path" not in properties]
    telling = [f"{key} {_shown(properties[key])}" for key in names if _is_plain(properties.get(key))]
    goods = _goods(properties.get("products"))
    said = telling[:_MOST_TELLING] + ([goods] if goods else [])
    by_machine = " by a machine" if is_by_machine(name, properties) else ""
    return f"{name}{by_machine}{': ' if said else ''}{', '.join(said)}"


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _goods(products: object) -> str:
    ids = (
        [str(entry.get("product_id", "?")) for entry in products if isinstance(entry, dict)]
        if isinstance(products, list)
        else []
    )
    rest = f" and {len(ids) - _MOST_GOODS} more" if len(ids) > _MOST_GOODS else ""
    return f"goods {', '.join(ids[:_MOST_GOODS])}{rest}" if ids else ""


def _step(line: Fields, clock: _Clock) -> Iterator[tuple[str, str]]:
    what, place, why = line["what"], f"{line['journey']}.{line['step']}", clock.localised(line["why"])
    if what in _TOLD_BY_DELIVERY:
        return
    match what:
        case "entered":
            yield "entered", f"{line['journey']}{f' for {why}' if why else ''}"
        case "turned_away":
            yield "turned away", f"{line['journey']}: {why}"
        case "exited":
            yield "left", f"{line['journey']} at {line['step']}: {why}"
        case "waits":
            yield "waits", f"{place} until {why}"
        case "waits_for":
            yield "waits for", f"{place} {why}"
        case _:
            yield what.replace("_", " "), f"{place}{f' {why}' if why else ''}"


def _judgement(line: Fields, clock: _Clock) -> Iterator[tuple[str, str]]:
    why = f", {line['reason']}" if line["reason"] else _asked(len(line["answers"]))
    occasion = _OCCASIONS[line.get("occasion", "claim")]
    yield "judged", f"{line['journey']}.{line['step']}{occasion}: {line['verdict'].replace('_', ' ')}{why}"
    for answer in line["answers"]:
        if "verdict" not in answer:
            continue
        yield answer["guard"], f"{_answer(answer, clock)}{_where(answer)}"
        for fact in answer["evidence"]:
            yield "", f"  {fact['kind']} {fact['id']}: {fact['state'].replace('_', ' ')}{_since(fact, line, clock)}"


def _where(answer: Fields) -> str:
    """Say which line of the file set the guard up, and why its word did not count, if it did not."""
    unheeded = f", not heeded: {answer['unheeded']}" if answer.get("unheeded") else ""
    rule = f" [{answer['rule']}]" if answer.get("rule") else ""
    return f"{unheeded}{rule}"


def _since(fact: Fields, line: Fields, clock: _Clock) -> str:
    """Say since when a fact is so, who told us, and how long before the judgement."""
    since = f", {clock.moment(fact['at'])}" if fact["at"] else ""
    if not fact.get("source"):
        return since
    if not fact.get("observed_at"):
        return f"{since}, {fact['source'].replace('_', ' ')}"
    age = line["at"] - datetime.fromisoformat(fact["observed_at"])
    # What is a second old was learned of in the same breath.
    told = f"{format_duration(age)} before" if age >= _A_WHILE else "just then"
    return f"{since}, told by {fact['source']} {told}"


_A_WHILE = timedelta(seconds=1)
_OCCASIONS = {"claim": "", "forecast": " (forecast)", "membership": " (in the audience)"}


def _asked(guards: int) -> str:
    return f" ({guards} guard{'' if guards == 1 else 's'} asked)"


def _answer(answer: Fields, clock: _Clock) -> str:
    match answer["verdict"]:
        case "delay":
            sooner = ", or as soon as a fact changes" if answer["on_change"] else ""
            return f"says wait until {clock.moment(answer['until'])}{sooner}: {answer['reason']}"
        case "drop_items":
            count = len(answer["places"])
            return f"says leave {count} of the goods out: {answer['reason']}"
        case _:
            return f"says no: {answer['reason']}"


def _fate(line: Fields) -> str:
    reason = f": {line['reason']}" if line["reason"] else ""
    detail = f" ({line['detail']})" if line.get("detail") else ""
    dropped = f", without {line['dropped_items']} of its goods" if line["dropped_items"] else ""
    return f"{line['journey']}.{line['step']} on {line['channel']}{_words(line)}{dropped}{reason}{detail}"


def _words(line: Fields) -> str:
    """Say which audience a delivery was about and what it said, where that is known."""
    joins = "leaves" if line.get("operation") == "remove" else "joins"
    audience = f", {joins} {line['audience']}" if line.get("audience") else ""
    said = [f'"{line[name]}"' for name in ("subject", "task", "note") if line.get(name)]
    return f"{audience}{': ' if said else ''}{' '.join(said)}"


def _journeys(journeys: Mapping[str, Fields]) -> Iterator[str]:
    yield "Journeys"
    width = max(map(len, journeys), default=0)
    for name, answer in journeys.items():
        times = "once" if answer["entered"] == 1 else f"{answer['entered']:,} times"
        if answer["entered"]:
            yield f"  {name:<{width}}  entered {times}"
            continue
        first, *others = answer["why_not"].split("; ")
        yield f"  {name:<{width}}  never entered: {first}"
        yield from (f"  {'':<{width}}                 {other}" for other in others)
