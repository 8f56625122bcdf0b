"""How are counts drawn?

As SVG inside the page. Colours come from the page's style (`.c0` to `.c7`), so that they follow light and dark. Each
drawing has a title and a description; the numbers themselves are in a table beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from orchestrator.reports.markup import Markup, tag

COLOURS = 8
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 480, 200, 48, 24, 8
_ROW, _NAMES, _NUMBERS = 22, 225, 62
_MOST_BARS = 400

Stacks = Mapping[date, Mapping[str, int]]


def stacked_days(title: str, stacks: Stacks, names: Sequence[str], highest: int = 0) -> Markup:
    """Draw a bar for each day, or each week of a long time, made of one piece for each name.

    `highest` is the least that the axis shows, so that two drawings can be held side by side.
    """
    bars, is_weekly = _bars(stacks)
    top = max([highest, *(sum(counts.values()) for counts in bars.values())], default=0) or 1
    first, last = min(bars), max(bars)
    days = 7 if is_weekly else 1
    places = (last - first).days // days + 1
    width = (_WIDTH - _LEFT) / places
    paths: dict[str, list[str]] = {name: [] for name in names}
    for day, counts in sorted(bars.items()):
        x, y = _LEFT + (day - first).days // days * width, float(_HEIGHT - _BOTTOM)
        for name in names:
            height = counts.get(name, 0) / top * (_HEIGHT - _BOTTOM - _TOP)
            if height:
                y -= height
                paths[name].append(
                    f"M{x:.2f} {y:.2f}h{max(width * 0.9, 0.5):.2f}v{height:.2f}h-{max(width * 0.9, 0.5):.2f}z"
                )
    drawn = [
        tag("path", d="".join(paths[name]), class_=f"c{place % COLOURS}")
        for place, name in enumerate(names)
        if paths[name]
    ]
    said = f"From {first} to {last}, by {'week' if is_weekly else 'day'}; at most {top:,} in one."
    return _svg(title, said, _HEIGHT, [*_grid(top), *drawn, *_ends(first, last)])


def highest_bar(stacks: Stacks) -> int:
    """Say how high the highest bar of `stacked_days` is."""
    return max((sum(counts.values()) for counts in _bars(stacks)[0].values()), default=0)


def bars(title: str, counts: Mapping[str, int], colours: Mapping[str, int] | None = None) -> Markup:
    """Draw a bar for each name, with its number."""
    top = max(counts.values(), default=0) or 1
    rows: list[Markup] = []
    for place, (name, count) in enumerate(counts.items()):
        y, length = place * _ROW, count / top * (_WIDTH - _NAMES - _NUMBERS)
        colour = (colours or {}).get(name, 0) % COLOURS
        rows += [
            tag("text", _shortened(name), x=_NAMES - 8, y=y + 15, text_anchor="end"),
            tag("rect", x=_NAMES, y=y + 3, width=f"{length:.1f}", height=_ROW - 6, class_=f"c{colour}"),
            tag("text", f"{count:,}", x=f"{_NAMES + length + 6:.1f}", y=y + 15),
        ]
    said = "; ".join(f"{name}: {count:,}" for name, count in counts.items()) or "nothing"
    return _svg(title, said, max(len(counts), 1) * _ROW, rows)


def legend(names: Sequence[str]) -> Markup:
    """Say which colour is which."""
    keys = [
        tag("li", tag("span", "", class_=f"key c{place % COLOURS}", aria_hidden="true"), name)
        for place, name in enumerate(names)
    ]
    return tag("ul", *keys, class_="legend")


def _bars(stacks: Stacks) -> tuple[dict[date, dict[str, int]], bool]:
    """Give what is drawn: the days as they are, or weeks from Monday on where there are too many days."""
    is_weekly = bool(stacks) and (max(stacks) - min(stacks)).days >= _MOST_BARS
    found: dict[date, dict[str, int]] = {}
    for day, counts in stacks.items():
        bar = found.setdefault(day - timedelta(days=day.weekday()) if is_weekly else day, {})
        for name, count in counts.items():
            bar[name] = bar.get(name, 0) + count
    return found, is_weekly


def _grid(top: int) -> list[Markup]:
    found = []
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)
        found += [
            tag("line", x1=_LEFT, x2=_WIDTH, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"),
            tag("text", f"{top * share:,.0f}", x=_LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"),
        ]
    return found


def _ends(first: date, last: date) -> list[Markup]:
    return [
        tag("text", f"{first}", x=_LEFT, y=_HEIGHT - 6),
        tag("text", f"{last}", x=_WIDTH, y=_HEIGHT - 6, text_anchor="end"),
    ]


def _shortened(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"


def _svg(title: str, said: str, height: int, drawn: Sequence[Markup]) -> Markup:
    return tag(
        "svg",
        tag("title", title),
        tag("desc", said),
        *drawn,
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label=f"{title}. {said}",
    )
