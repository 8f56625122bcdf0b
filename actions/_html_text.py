"""How does an HTML mail read as plain text?

Made once per template, with Jinja's marks still in it, then rendered per recipient like the HTML itself. Links read
`text (address)`, list items begin with a dash; styles, the head and what is hidden are left out.
"""

import re
from html.parser import HTMLParser

from actions._holes import mark_in

_BLOCKS = frozenset(
    ("address", "article", "blockquote", "div", "dl", "dd", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "hr", "li", "ol", "section", "table", "tr", "ul")
)  # fmt: skip
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"))
_SILENT = frozenset(("head", "script", "style", "title"))
_VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr"))
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none")


def html_to_text(html: str) -> str:
    """Give the text part of an HTML mail."""
    walker = _Walker()
    walker.feed(html)
    walker.close()
    return walker.text()


class _Walker(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._breaks = 0
        self._has_space = False
        self._skipped: tuple[str, int] | None = None
        self._link = ""
        self._link_begins = 0
        self._link_label = ""

    def text(self) -> str:
        """Give all that was collected."""
        return "".join(self._pieces).strip() + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        attributes = {name: value or "" for name, value in attrs}
        if self._skips(tag, attributes):
            return
        self._separate(tag)
        if tag == "br":
            self._breaks = max(self._breaks, 1)
        elif tag in ("td", "th"):
            self._has_space = True
        elif tag == "li":
            self._write("- ")
        elif tag == "img":
            self._link_label = attributes.get("alt", "")
        elif tag == "a":
            self._link, self._link_begins, self._link_label = attributes.get("href", ""), len(self._pieces), ""

    def _skips(self, tag: str, attributes: dict[str, str]) -> bool:
        if self._skipped:
            name, depth = self._skipped
            self._skipped = (name, depth + (name == tag))
            return True
        if tag in _SILENT or (tag not in _VOID and _HIDDEN.search(attributes.get("style", ""))):
            self._skipped = (tag, 1)
            return True
        return False

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if self._skipped:
            name, depth = self._skipped
            left = depth - (name == tag)
            self._skipped = (name, left) if left else None
            return
        if tag == "a":
            self._end_link()
        self._separate(tag)

    def _end_link(self) -> None:
        """Write the address behind the words; a picture's description stands in for words that are missing."""
        words = "".join(self._pieces[self._link_begins :]).strip()
        address, self._link = self._link, ""
        if not address or address.startswith("#"):
            return
        label = self._link_label if not words else ""
        if label:
            self._write(label)
        if address not in (words, label):
            self._has_space = True
            self._write(f"({address})" if words or label else address)

    def handle_data(self, data: str) -> None:
        """Take words."""
        if self._skipped:
            return
        words = _SPACES.sub(" ", data)
        if words.startswith(" "):
            self._has_space = True
        if words.strip(" "):
            self._write(words.strip(" "))
            self._has_space = words.endswith(" ")

    def handle_comment(self, data: str) -> None:
        """Take one of Jinja's marks; other comments are for nobody."""
        mark = mark_in(data)
        if mark and not self._skipped:
            self._write(mark)

    def _separate(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._breaks = 2
        elif tag in _BLOCKS:
            self._breaks = max(self._breaks, 1)

    def _write(self, words: str) -> None:
        if self._breaks and self._pieces:
            self._pieces.append("\n" * self._breaks)
        elif self._has_space and self._pieces:
            self._pieces.append(" ")
        self._breaks, self._has_space = 0, False
        self._pieces.append(words)
