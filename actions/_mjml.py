"""Is this MJML, and which HTML is it?

The engine accepts misspelt tags in silence, reports XML errors by offset or not at all, and writes characters of
attributes that it takes for unprintable (half of an emoji, a no-break space) as escapes; all three are made good here.
"""

import re
from collections.abc import Iterator

from mjml import mjml2html

from actions._nearest import did_you_mean

TAGS = frozenset(
    ("mjml", "mj-head", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font", "mj-preview", "mj-style",
     "mj-title", "mj-html-attributes", "mj-selector", "mj-html-attribute", "mj-body", "mj-accordion",
     "mj-accordion-element", "mj-accordion-title", "mj-accordion-text", "mj-button", "mj-carousel", "mj-carousel-image",
     "mj-column", "mj-divider", "mj-group", "mj-hero", "mj-image", "mj-navbar", "mj-navbar-link", "mj-raw",
     "mj-section", "mj-social", "mj-social-element", "mj-spacer", "mj-table", "mj-text", "mj-wrapper")
)  # fmt: skip
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>mj[\w-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?P<alone>/?)>")
_UNSEEN = re.compile(r"<!--.*?-->|\{[{%#].*?[}%#]\}", re.DOTALL)
_OFFSET = re.compile(r"position (\d+)")
_BROKEN = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")
_FRAGILE = re.compile(r"[^\n\t -~]|\\")
_SPARED = re.compile(r"tactful0letter([0-9a-f]+)x")


class BadMjml(Exception):
    """The MJML is not well-formed; `offset` counts characters of the text that was compiled, None when not known."""

    def __init__(self, message: str, offset: int | None) -> None:
        super().__init__(message)
        self.offset = offset


def tag_faults(source: str) -> Iterator[tuple[int, int, str]]:
    """Find tags that are none of MJML's, and tags that are not closed: (line, column, message) each."""
    visible = _UNSEEN.sub(lambda unseen: re.sub(r"[^\n]", " ", unseen.group()), source)
    tags = list(_TAG.finditer(visible))
    unknown = [(tag.start(), _message(tag["name"])) for tag in tags if tag["name"] not in TAGS and not tag["closes"]]
    for offset, message in unknown or _unbalanced(tags):
        yield visible.count("\n", 0, offset) + 1, offset - visible.rfind("\n", 0, offset), message


def _unbalanced(tags: list[re.Match[str]]) -> Iterator[tuple[int, str]]:
    """Find the first tag that is closed by another or never."""
    opened: list[re.Match[str]] = []
    for tag in tags:
        if tag["alone"]:
            continue
        if not tag["closes"]:
            opened.append(tag)
            continue
        if not opened:
            yield tag.start(), f"</{tag['name']}> closes nothing; remove it"
            return
        last = opened.pop()
        if last["name"] != tag["name"]:
            yield last.start(), f"<{last['name']}> is not closed before </{tag['name']}>; add </{last['name']}>"
            return
    if opened:
        yield opened[-1].start(), f"<{opened[-1]['name']}> is never closed; add </{opened[-1]['name']}>"


def _message(tag: str) -> str:
    if tag == "mj-include":
        return "mj-include is not offered; name a base in the front matter instead"
    return f"<{tag}> is not an MJML tag; {did_you_mean(tag, TAGS)}"


def compile_mjml(source: str) -> str:
    """Compile MJML to HTML, without fonts from elsewhere.

    Raises BadMjml where the XML is not well-formed.
    """
    spared = _FRAGILE.sub(lambda letter: f"tactful0letter{ord(letter.group()):x}x", source)
    try:
        return _restored(mjml2html(spared, fonts={}))
    except ValueError as error:
        raise BadMjml(_xml_message(str(error)), _offset(str(error), source, spared)) from None


def _restored(text: str) -> str:
    return _SPARED.sub(lambda letter: chr(int(letter.group(1), 16)), text)


def _offset(reported: str, source: str, spared: str) -> int | None:
    found = _OFFSET.search(reported)
    if found:
        return len(_restored(spared[: int(found.group(1))]))
    broken = _BROKEN.search(source)
    return broken.start() if broken else None


def _xml_message(reported: str) -> str:
    what = reported.split(" in root template")[0]
    return f"this is not well-formed MJML ({what}); close every tag and write < as &lt; and & as &amp;"
