"""How do a template's body and its base become HTML and text?"""

import re
from dataclasses import dataclass

from css_inline import InlineError, inline

from actions._holes import Holes, Source, close_lines, without_marks
from actions._html_text import html_to_text
from actions._mjml import BadMjml, compile_mjml
from actions.errors import TemplateError
from journeys.errors import Problem

MARKER = re.compile(r"<!--\s*content\s*-->")
_PLAIN_MJML = "<mjml><mj-body><!-- content --></mj-body></mjml>"
_PLAIN_HTML = "<!doctype html><html><head></head><body><!-- content --></body></html>"


@dataclass(frozen=True, slots=True)
class Part:
    """A file's text from some line on."""

    file: str
    text: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """A mail's two parts, still with Jinja in them, and the words every recipient sees."""

    html: Source
    text: Source
    words: str


def lay_out(body: list[Part], base: list[Part], suffix: str) -> Layout:
    """Place the body into its base, compile both to HTML once, and make the text part from that.

    Both come in parts that stand one after the other: their own text and that of their blocks. Without a base there is
    a plain one. Raises TemplateError where the MJML is not well-formed, and Refused for `{% raw %}`.
    """
    holes = Holes()
    parts = _around(body, base or [Part("", _plain_base(body, suffix))])
    cut = [holes.cut(part.text, part.file, part.line) for part in parts]
    html = _mjml(cut, parts, body[0]) if suffix == ".mjml" else _html("".join(cut), body[0])
    text = close_lines(html_to_text(html))
    file = body[0].file
    return Layout(holes.fill(html, file), holes.fill(text, file), without_marks(text))


def _around(body: list[Part], base: list[Part]) -> list[Part]:
    """Put the body into the place of the base that is marked for it."""
    for place, part in enumerate(base):
        marker = MARKER.search(part.text)
        if marker:
            before = Part(part.file, part.text[: marker.start()], part.line)
            line = part.line + part.text.count("\n", 0, marker.end())
            return [*base[:place], before, *body, Part(part.file, part.text[marker.end() :], line), *base[place + 1 :]]
    message = "a base expects the line <!-- content --> where the templates' own text goes, and has none; add it"
    raise TemplateError([Problem(base[0].file, base[0].line, 1, "template.base", message)])


def _plain_base(body: list[Part], suffix: str) -> str:
    if any(is_whole(part.text) for part in body):
        return "<!-- content -->"
    return _PLAIN_MJML if suffix == ".mjml" else _PLAIN_HTML


def is_whole(text: str) -> bool:
    """Tell whether a template is a whole letter, which needs no base."""
    return re.search(r"<mjml[\s>]|<html[\s>]", text) is not None


def _html(text: str, body: Part) -> str:
    try:
        return inline(text, load_remote_stylesheets=False, keep_style_tags=True)
    except InlineError as error:
        message = f"the styles cannot be moved into the elements ({error}); check the style sheet"
        raise TemplateError([Problem(body.file, body.line, 1, "template.html", message)]) from None


def _mjml(cut: list[str], parts: list[Part], body: Part) -> str:
    try:
        return compile_mjml("".join(cut))
    except BadMjml as bad:
        file, line = (body.file, body.line) if bad.offset is None else _origin(bad.offset, cut, parts)
        raise TemplateError([Problem(file or body.file, line, 1, "template.mjml", str(bad))]) from None


def _origin(offset: int, cut: list[str], parts: list[Part]) -> tuple[str, int]:
    """Find the file and line of an offset in the text that was put together."""
    for text, part in zip(cut, parts, strict=True):
        if offset <= len(text):
            return part.file, part.line + text.count("\n", 0, offset)
        offset -= len(text)
    return parts[-1].file, parts[-1].line
