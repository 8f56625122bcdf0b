"""How does a backtest look as a page?

One file with everything in it: style and drawings, no script, nothing from elsewhere. It follows light and dark, fits a
phone, and has every number of its drawings in a table.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from orchestrator.reports.backtest import Comparison, Outcome, Version, compared_numbers, signed
from orchestrator.reports.differences import Example, Message
from orchestrator.reports.markup import Markup, table, tag
from orchestrator.reports.plots import COLOURS, bars, highest_bar, legend, stacked_days
from orchestrator.reports.tally import DELAY_CLASSES, Tally

_WHY = {"in_delivery": "in delivery", "bought": "bought", "returned": "returned", "called_off": "called off"}
_MOST_REASONS = 20
_OTHER = "other journeys"

Count: TypeAlias = Callable[[Version], dict[str, int]]
_STYLE = """
:root{color-scheme:light dark;--text:#1d2126;--soft:#5b6470;--page:#fff;--line:#d8dde3;--card:#f4f6f8}
.c0{fill:#2f6db5;background:#2f6db5}.c1{fill:#d97706;background:#d97706}.c2{fill:#2e8b57;background:#2e8b57}
.c3{fill:#b0467e;background:#b0467e}.c4{fill:#6b5bb5;background:#6b5bb5}.c5{fill:#8a6d3b;background:#8a6d3b}
.c6{fill:#1f9aa6;background:#1f9aa6}.c7{fill:#7c8794;background:#7c8794}
@media(prefers-color-scheme:dark){:root{--text:#e7eaee;--soft:#a3adb9;--page:#15181c;--line:#343b44;--card:#1f242a}
.c0{fill:#6ea8e8;background:#6ea8e8}.c1{fill:#f2a33c;background:#f2a33c}.c2{fill:#5fc28a;background:#5fc28a}
.c3{fill:#e07fb2;background:#e07fb2}.c4{fill:#a597ea;background:#a597ea}.c5{fill:#c9a565;background:#c9a565}
.c6{fill:#53c9d4;background:#53c9d4}.c7{fill:#9aa5b1;background:#9aa5b1}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:64rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);
background:var(--page)}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.25rem 0;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;padding:0;margin:1rem 0}
.figures div{background:var(--card);border-radius:.5rem;padding:.75rem}
.figures dt{color:var(--soft);font-size:.85rem}.figures dd{margin:0;font-size:1.4rem;font-variant-numeric:tabular-nums}
.figures small{display:block;font-size:.8rem;color:var(--soft)}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:1rem}
svg{width:100%;max-width:46rem;height:auto;display:block}svg text{fill:var(--text);font:13px system-ui,sans-serif}
.grid{stroke:var(--line)}
.scrolls{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;min-width:100%}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child{text-align:left;font-weight:500}thead th{font-weight:600}
.words td,.words th{text-align:left}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:.5rem 0;font-size:.9rem}
.key{display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.4em}
summary{cursor:pointer;color:var(--soft)}
"""


def backtest_page(outcome: Outcome, zone: ZoneInfo) -> str:
    """Write the page; `zone` is the shop's clock."""
    title = f"Backtest of {outcome.this.name}"
    if outcome.compared is not None:
        title += f" against {outcome.compared.against.name}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )
    said = (
        f"{outcome.events:,} events of {outcome.profiles:,} people. Nothing was sent. Days are the shop's ({zone.key})."
    )
    main = tag("main", tag("h1", title), tag("p", said), *_sections(outcome, zone))
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', main), lang='en')}\n"


def _sections(outcome: Outcome, zone: ZoneInfo) -> Iterator[Markup]:
    versions = [outcome.this, *([outcome.compared.against] if outcome.compared else [])]
    yield _figures(versions)
    yield from _journeys(outcome)
    yield from _days(versions)
    yield from _section("Suppressed, by reason", versions, _suppressed)
    yield from _section("Mis-timed marketing messages", versions, _mistimed)
    yield from _section("How long delayed messages waited", versions, _delays)
    yield from _section("Held back by a frequency cap", versions, _capped)
    if outcome.compared is not None:
        yield from _differences(outcome.this, outcome.compared, zone)


# Every version beside the other.


def _figures(versions: Sequence[Version]) -> Markup:
    names = ("entered", "sent", "delayed", "suppressed", "mis-timed with guards", "mis-timed without")
    numbers = [dict(zip(names, _headline(version), strict=True)) for version in versions]
    cards = []
    for name in names:
        against = [tag("small", f"{numbers[1][name]:,} in {versions[1].name}")] if len(numbers) > 1 else []
        cards.append(tag("div", tag("dt", name), tag("dd", f"{numbers[0][name]:,}", *against)))
    return tag("dl", *cards, class_="figures")


def _headline(version: Version) -> tuple[int, ...]:
    counts, tally = version.journeys.values(), version.tally
    return (
        sum(count.entered for count in counts),
        sum(count.sent for count in counts),
        sum(count.delayed for count in counts),
        sum(count.suppressed.total() for count in counts),
        tally.mistimed.total(),
        tally.unguarded.total(),
    )


def _journeys(outcome: Outcome) -> Iterator[Markup]:
    yield tag("h2", "Journeys")
    this, compared = outcome.this, outcome.compared
    if compared is None:
        heads = ["journey", "entered", "sent", "delayed", "suppressed", "goods dropped", "goals"]
        rows = [
            [name, *_written(c.entered, c.sent, c.delayed, c.suppressed.total(), c.dropped_items, c.goals)]
            for name, c in this.journeys.items()
        ]
        yield table("What each journey did", heads, rows)
        return
    heads = ["journey", "of what", this.name, compared.against.name, "difference"]
    rows = [
        [journey, name, *_written(mine, theirs), signed(mine - theirs)]
        for journey in compared.journeys(this)
        for name, mine, theirs in compared_numbers(this, compared.against, journey)
    ]
    yield table("What each journey did in both versions", heads, rows)


def _written(*numbers: int) -> list[str]:
    return [f"{number:,}" for number in numbers]


def _days(versions: Sequence[Version]) -> Iterator[Markup]:
    """Draw what was sent on each day, in one scale and one set of colours for both versions."""
    yield tag("h2", "Sent per day, by journey")
    names = list({name: None for version in versions for name in version.journeys})
    shown = names if len(names) <= COLOURS else [*names[: COLOURS - 1], _OTHER]
    stacks = [_stacks(version.tally, shown) for version in versions]
    highest = max(map(highest_bar, stacks))
    drawn = [
        tag("div", *_named(version, versions), stacked_days(f"Sent per day, {version.name}", days, shown, highest))
        if days
        else tag("div", *_named(version, versions), tag("p", "Nothing was sent."))
        for version, days in zip(versions, stacks, strict=True)
    ]
    yield legend(shown)
    yield tag("div", *drawn, class_="beside") if len(drawn) > 1 else drawn[0]
    heads = [
        "month",
        *(f"{name} ({version.name})" if len(versions) > 1 else name for version in versions for name in shown),
    ]
    yield tag(
        "details", tag("summary", "The numbers, by month"), table("Sent, by month", heads, _months(stacks, shown))
    )


def _stacks(tally: Tally, shown: Sequence[str]) -> dict[date, Counter[str]]:
    days: dict[date, Counter[str]] = {}
    for (day, journey), count in sorted(tally.sent_on.items()):
        days.setdefault(day, Counter())[journey if journey in shown else _OTHER] += count
    return days


def _months(stacks: Sequence[dict[date, Counter[str]]], shown: Sequence[str]) -> list[list[str]]:
    months = sorted({f"{day:%Y-%m}" for days in stacks for day in days})
    totals = [{month: Counter[str]() for month in months} for _ in stacks]
    for days, total in zip(stacks, totals, strict=True):
        for day, counts in days.items():
            total[f"{day:%Y-%m}"].update(counts)
    return [[month, *(f"{total[month][name]:,}" for total in totals for name in shown)] for month in months]


def _named(version: Version, versions: Sequence[Version]) -> list[Markup]:
    return [tag("h3", version.name)] if len(versions) > 1 else []


def _section(title: str, versions: Sequence[Version], count: Count) -> Iterator[Markup]:
    yield tag("h2", title)
    found = [count(version) for version in versions]
    drawn = [
        tag("div", *_named(version, versions), bars(title, counts) if counts else tag("p", "None."))
        for version, counts in zip(versions, found, strict=True)
    ]
    yield tag("div", *drawn, class_="beside") if len(drawn) > 1 else drawn[0]
    names = list({name: None for counts in found for name in counts})
    if names:
        rows = [[name, *(f"{counts.get(name, 0):,}" for counts in found)] for name in names]
        yield tag("details", tag("summary", "The numbers"), table(title, ["", *(v.name for v in versions)], rows))


def _suppressed(version: Version) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in version.journeys.values():
        total.update(count.suppressed)
    return dict(total.most_common(_MOST_REASONS))


def _mistimed(version: Version) -> dict[str, int]:
    tally = version.tally
    with_guards = {f"with guards: {_WHY[why]}": count for why, count in tally.mistimed.most_common()}
    without = {f"without guards: {_WHY[why]}": count for why, count in tally.unguarded.most_common()}
    return {"with guards": tally.mistimed.total(), **with_guards, "without guards": tally.unguarded.total(), **without}


def _delays(version: Version) -> dict[str, int]:
    delays = version.tally.delays
    return {name: delays[name] for name, _ in DELAY_CLASSES} if delays else {}


def _capped(version: Version) -> dict[str, int]:
    return dict(version.tally.capped.most_common())


# What differs.


def _differences(this: Version, compared: Comparison, zone: ZoneInfo) -> Iterator[Markup]:
    differences = compared.differences
    yield tag("h2", "Who gets what instead")
    people = differences.people
    names = {
        "get the same": "same",
        "get something else": "changed",
        f"get messages in {this.name} only": "only_this",
        f"get messages in {compared.against.name} only": "only_against",
    }
    yield bars("People", {name: people[kind] for name, kind in names.items()})
    heads = ["message", f"{this.name} only", f"{compared.against.name} only", "at another time", "the same", "people"]
    rows = [
        [f"{journey} / {step}", *_written(found.only_this, found.only_against, found.moved, found.same, found.people)]
        for (journey, step), found in sorted(differences.steps.items())
    ]
    yield table("Messages that differ, and the people concerned", heads, rows)
    if differences.examples:
        yield tag("h2", "Some of them")
    for example in differences.examples:
        yield _example(example, (this.name, compared.against.name), zone)


def _example(example: Example, names: tuple[str, str], zone: ZoneInfo) -> Markup:
    rows = [
        [f"{place}", _told(pair.this, zone), _told(pair.against, zone)] for place, pair in enumerate(example.pairs, 1)
    ]
    return tag(
        "div", tag("h3", example.profile), table(f"Messages of {example.profile}", ["", *names], rows), class_="words"
    )


def _told(message: Message | None, zone: ZoneInfo) -> str:
    if message is None:
        return "nothing"
    return f"{message.at.astimezone(zone):%Y-%m-%d %H:%M} {message.journey} / {message.step}"
