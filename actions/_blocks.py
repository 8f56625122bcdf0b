"""How does a block come into the template that asks for it?

A block is a file of `blocks/`, put in where a template says `{{ block("product_grid", items=items) }}`. That happens
once, when the template is loaded and before anything is compiled: a block can do no more than a template can, and the
values it is given are names that nobody sees outside of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actions._holes import pieces_of
from actions._layout import Part
from actions._nearest import did_you_mean
from actions.errors import TemplateError
from journeys.errors import Problem

FOLDER = "blocks/"
MOST_DEEP = 8
MOST_BLOCKS = 200
MOST_CHARACTERS = 200_000
_CALL = re.compile(
    r"""\{\{-?\s*block\s*\(\s*(?P<quote>["'])(?P<name>[^"']*)(?P=quote)\s*(?:,(?P<values>.*))?\)\s*-?\}\}""", re.DOTALL
)
_NAMED = re.compile(r"""\bblock\s*\(\s*["']([^"']+)["']""")
_IS_CALL = re.compile(r"\{\{-?\s*block\s*\(")


@dataclass(frozen=True, slots=True)
class Found:
    """The file a block's name leads to for one reader, and its text."""

    file: str
    text: str


class Blocks:
    """The blocks that one kind of template may use, as one reader gets them."""

    def __init__(self, known: Mapping[str, Found]) -> None:
        """Take the blocks by the names that templates call them."""
        self._known = known
        self._count = 0
        self._size = 0

    def put_into(self, part: Part, inside: tuple[str, ...] = ()) -> list[Part]:
        """Give a text in parts, with every block it asks for in its place.

        Raises TemplateError for a block that does not exist, contains itself, or is too much.
        """
        parts: list[Part] = []
        begin = 0
        for offset, line, tag in _calls(part):
            end = offset + len(tag)
            is_alone = _is_alone(part.text, offset, end)
            parts.append(_cut(part, begin, offset))
            parts += self._expanded(tag, Part(part.file, "", line), inside, is_alone=is_alone)
            begin = part.text.index("\n", end) + 1 if is_alone else end
        parts.append(_cut(part, begin, len(part.text)))
        return [each for each in parts if each.text]

    def _expanded(self, tag: str, place: Part, inside: tuple[str, ...], *, is_alone: bool) -> list[Part]:
        call = _CALL.fullmatch(tag)
        if call is None:
            raise _problem(place, 'a block is asked for as {{ block("name") }} or {{ block("name", items=items) }}')
        name = call["name"]
        found = self._known.get(name)
        if found is None:
            raise _problem(place, f'there is no block "{name}" in {FOLDER}; {did_you_mean(name, self._known)}')
        if name in inside or len(inside) >= MOST_DEEP:
            raise _problem(place, f'the block "{name}" contains itself or lies too deep; take it out here')
        self._count += 1
        self._size += len(found.text)
        if self._count > MOST_BLOCKS or self._size > MOST_CHARACTERS:
            raise _problem(place, f"a template has room for {MOST_BLOCKS} blocks and {MOST_CHARACTERS:,} characters")
        text = found.text if found.text.endswith("\n") else f"{found.text}\n"
        text = text if is_alone else text.removesuffix("\n")
        # The line break within the tag keeps the block's first line apart from the line that asks for it.
        opening = f"{{% with {(call['values'] or '').strip()}\n%}}"
        body = self.put_into(Part(found.file, text), (*inside, name))
        return [Part(place.file, opening, place.line), *body, Part(place.file, "{% endwith\n%}", place.line)]


def blocks_named(text: str) -> set[str]:
    """Name the blocks a text asks for."""
    return set(_NAMED.findall(text))


def _calls(part: Part) -> Iterator[tuple[int, int, str]]:
    """Find the tags that ask for a block: (offset, line, tag) each."""
    if "block" not in part.text:
        return
    offset = 0
    for line, kind, piece in pieces_of(part.text):
        # The lexer leaves out nothing but white space that a tag with a minus takes away.
        piece = piece.strip() if kind == "variable" else piece
        offset = part.text.index(piece, offset)
        if kind == "variable" and _IS_CALL.match(piece):
            yield offset, part.line + line - 1, piece
        offset += len(piece)


def _is_alone(text: str, begin: int, end: int) -> bool:
    before = text[text.rfind("\n", 0, begin) + 1 : begin]
    line_end = text.find("\n", end)
    return line_end >= 0 and not before.strip() and not text[end:line_end].strip()


def _cut(part: Part, begin: int, end: int) -> Part:
    return Part(part.file, part.text[begin:end], part.line + part.text.count("\n", 0, begin))


def _problem(place: Part, message: str) -> TemplateError:
    return TemplateError([Problem(place.file, place.line, 1, "template.block", message)])
