"""How is HTML written so that nothing from outside can become markup?

`tag` escapes whatever is not markup itself; there is no other way to make any.
"""

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | float) -> Markup:
    """Write an element. An attribute's underscores are hyphens, but for one at its end: `class_`, `stroke_width`."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    if name in ("meta", "br", "rect", "path", "line"):
        return Markup(f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{together(*children)}</{name}>")


def together(*children: str) -> Markup:
    """Put pieces one after the other; text among them is escaped."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def table(caption: str, heads: list[str], rows: list[list[str]]) -> Markup:
    """Write a table: the first column names its row, the others hold numbers. It scrolls where it is too wide."""
    head = tag("tr", *(tag("th", each, scope="col") for each in heads))
    body = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows]
    made = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", made, class_="scrolls", tabindex=0, role="region", aria_label=caption)
