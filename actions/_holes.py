"""How do Jinja's tags survive being compiled as MJML or HTML?

They are cut out before and put back after, so that no parser ever sees `<` or quotes of theirs. What stands in their
place is a word with a number, wrapped into a comment where a block tag stands between elements (tables keep comments
where they are, and move stray text). Each tag is put back with one line break inside it, which Jinja does not print:
so every tag has a line of its own, and that line leads back to the file it came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError

from actions._refused import Refused

_WORD = "tactful0"
_MARK = re.compile(rf"<!--{_WORD}block(\d+)x-->|{_WORD}(?:block|value)(\d+)x")
_ALONE = re.compile(rf"^[ \t]*((?:{_WORD}block\d+x[ \t]*)+)\n", re.MULTILINE)
_TAG_ALONE = re.compile(r"^[ \t]*((?:\{%(?:(?!%\}).)*%\}[ \t]*)*\{%(?:(?!%\}).)*?)([-+]?%\})[ \t]*\n", re.MULTILINE)
_BEGINNINGS = ("variable_begin", "block_begin", "comment_begin")
_ENDS = ("variable_end", "block_end", "comment_end")
_LEXER = Environment(autoescape=True)


@dataclass(frozen=True, slots=True)
class Source:
    """A text for Jinja, with the file and line that each of its lines came from (lines count from 1)."""

    text: str
    places: tuple[tuple[str, int], ...]

    def place(self, line: int) -> tuple[str, int]:
        """Lead a line of this text back to its file and line."""
        return self.places[min(max(line, 1), len(self.places)) - 1]


@dataclass(frozen=True, slots=True)
class _Hole:
    tag: str
    file: str
    line: int


def plain_source(text: str, file: str, first_line: int = 1) -> Source:
    """Take a text as it stands in its file; a line that holds only block tags leaves no empty line behind."""
    # The line break moves into the tag, where Jinja does not print it, so that lines are counted as before.
    text = _TAG_ALONE.sub(r"\1\n\2", text)
    count = text.count("\n") + 1
    return Source(text, tuple((file, line) for line in range(first_line, first_line + count)))


def joined(sources: Sequence[Source]) -> Source:
    """Put texts together; a line that two of them share is the first one's, unless only a tag of it ends there."""
    places: list[tuple[str, int]] = []
    last = ""
    for source in sources:
        if places and last.strip() in ("", "%}"):
            places.pop()
        places += source.places[1:] if places and last.strip() not in ("", "%}") else source.places
        last = source.text.rpartition("\n")[2]
    return Source("".join(source.text for source in sources), tuple(places) or (("", 1),))


class Holes:
    """The Jinja tags that were cut out of the texts of one template."""

    def __init__(self) -> None:
        self._holes: list[_Hole] = []

    def cut(self, text: str, file: str, first_line: int = 1) -> str:
        """Replace each tag by a mark, keeping the number of lines; comments go.

        Raises jinja2.TemplateSyntaxError for a tag that is not closed and Refused for `{% raw %}`.
        """
        if _WORD in text:
            raise Refused(f'the word "{_WORD}" is kept for the compiler; write another')
        scanner, pieces = _Scanner(), []
        for line, kind, piece in pieces_of(text):
            if kind == "data":
                scanner.read(piece)
                pieces.append(piece)
                continue
            if kind != "comment":
                mark = self._mark(_Hole(piece, file, first_line + line - 1), kind)
                pieces.append(f"<!--{mark}-->" if kind == "block" and scanner.is_in_text else mark)
            if scanner.is_in_text:
                pieces.append("\n" * piece.count("\n"))
        return "".join(pieces)

    def _mark(self, hole: _Hole, kind: str) -> str:
        self._holes.append(hole)
        return f"{_WORD}{kind.replace('variable', 'value')}{len(self._holes) - 1}x"

    def fill(self, text: str, file: str) -> Source:
        """Put every tag back."""
        pieces: list[str] = []
        places: list[tuple[str, int]] = [(file, 1)]
        end = 0
        for match in _MARK.finditer(text):
            hole = self._holes[int(match.group(1) or match.group(2))]
            between, tag = text[end : match.start()], _with_break(hole.tag)
            pieces += (between, tag)
            places += [places[-1]] * between.count("\n")
            places += [(hole.file, hole.line + offset) for offset in range(tag.count("\n"))]
            end = match.end()
        pieces.append(text[end:])
        places += [places[-1]] * text[end:].count("\n")
        return Source("".join(pieces), tuple(places))


def mark_in(comment: str) -> str:
    """Give the mark when this HTML comment is one, else nothing."""
    return comment if comment.startswith(_WORD) else ""


def close_lines(text: str) -> str:
    """Take the line break away from lines that hold nothing but marks of block tags."""
    return _ALONE.sub(r"\1", text)


def without_marks(text: str, replacement: str = " ") -> str:
    """Give what a reader sees whatever the recipient: the text without Jinja's tags."""
    return _MARK.sub(replacement, text)


def pieces_of(text: str) -> Iterator[tuple[int, str, str]]:
    """Cut a text into (line, kind, piece); the kind is data, variable, block or comment."""
    tag: list[str] = []
    first_line = 1
    for line, kind, value in _LEXER.lex(text):
        if kind.startswith("raw"):
            raise Refused("{% raw %} is not offered; write {{ '{{' }} to print two braces")
        if kind in _BEGINNINGS:
            first_line = line
        if kind == "data":
            yield line, "data", value
            continue
        tag.append(value)
        if kind in _ENDS:
            yield first_line, kind.removesuffix("_end"), "".join(tag)
            tag = []
    if tag:
        raise TemplateSyntaxError(f"a tag that begins with {tag[0]} is never closed", first_line)


def _with_break(tag: str) -> str:
    opening = 3 if tag[2:3] in "-+" else 2
    return f"{tag[:opening]}\n{tag[opening:]}"


class _Scanner:
    """Where in an HTML text are we: between elements, within a tag or within a comment?"""

    def __init__(self) -> None:
        self._state = "text"
        self._quote = ""

    @property
    def is_in_text(self) -> bool:
        """Tell whether a comment may stand here."""
        return self._state == "text"

    def read(self, text: str) -> None:
        """Go on by this piece of text."""
        at = 0
        while at < len(text):
            at = getattr(self, f"_in_{self._state}")(text, at)

    def _in_text(self, text: str, at: int) -> int:
        opening = re.compile(r"<!--|<[a-zA-Z/]").search(text, at)
        if not opening:
            return len(text)
        self._state = "comment" if opening.group() == "<!--" else "tag"
        return opening.end() - 2 if self._state == "comment" else opening.end()

    def _in_comment(self, text: str, at: int) -> int:
        end = text.find("-->", at)
        if end < 0:
            return len(text)
        self._state = "text"
        return end + 3

    def _in_tag(self, text: str, at: int) -> int:
        if self._quote:
            end = text.find(self._quote, at)
            self._quote = "" if end >= 0 else self._quote
            return end + 1 if end >= 0 else len(text)
        stop = re.compile(r"[>\"']").search(text, at)
        if not stop:
            return len(text)
        if stop.group() == ">":
            self._state = "text"
        else:
            self._quote = stop.group()
        return stop.end()
