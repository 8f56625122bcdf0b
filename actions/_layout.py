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


def lay_out(body: Part, base: Part | None) -> Layout:
    """Place the body into its base, compile both to HTML once, and make the text part from that.

    Raises TemplateError where the MJML is not well-formed, and Refused for `{% raw %}`.
    """
    holes = Holes()
    base = base or Part("", _plain_base(body))
    before, after = _around_marker(base)
    cut = [holes.cut(before, base.file, base.line), holes.cut(body.text, body.file, body.line)]
    cut.append(holes.cut(after, base.file, base.line + before.count("\n")))
    html = _mjml(cut, base, body) if body.file.endswith(".mjml") else _html("".join(cut), body)
    text = close_lines(html_to_text(html))
    return Layout(holes.fill(html, body.file), holes.fill(text, body.file), without_marks(text))


def _plain_base(body: Part) -> str:
    if re.search(r"<mjml[\s>]|<html[\s>]", body.text):
        return "<!-- content -->"
    return _PLAIN_MJML if body.file.endswith(".mjml") else _PLAIN_HTML


def _around_marker(base: Part) -> tuple[str, str]:
    marker = MARKER.search(base.text)
    if not marker:
        message = "a base expects the line <!-- content --> where the templates' own text goes, and has none; add it"
        raise TemplateError([Problem(base.file, base.line, 1, "template.base", message)])
    return base.text[: marker.start()], base.text[marker.end() :]


def _html(text: str, body: Part) -> str:
    try:
        return inline(text, load_remote_stylesheets=False, keep_style_tags=True)
    except InlineError as error:
        message = f"the styles cannot be moved into the elements ({error}); check the style sheet"
        raise TemplateError([Problem(body.file, body.line, 1, "template.html", message)]) from None


def _mjml(cut: list[str], base: Part, body: Part) -> str:
    try:
        return compile_mjml("".join(cut))
    except BadMjml as bad:
        offset = len(cut[0]) if bad.offset is None else bad.offset
        file, line = _origin(offset, cut, base, body)
        raise TemplateError([Problem(file, line, 1, "template.mjml", str(bad))]) from None


def _origin(offset: int, cut: list[str], base: Part, body: Part) -> tuple[str, int]:
    """Find the file and line of an offset in the text that was put together."""
    before, middle, _ = cut
    if offset < len(before):
        return base.file or body.file, base.line + before.count("\n", 0, offset)
    if offset <= len(before) + len(middle):
        return body.file, body.line + middle.count("\n", 0, offset - len(before))
    rest = offset - len(before) - len(middle)
    return base.file or body.file, base.line + before.count("\n") + cut[2].count("\n", 0, rest)
