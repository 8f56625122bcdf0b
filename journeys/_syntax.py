"""Is this text an expression at all?

Conditions are read by Python's own parser, which knows no durations: they are replaced by underscores of the same
length first, so that columns stay right. Nothing is evaluated here. Text that is too long or nested too deep is
refused before anything walks it.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from journeys.duration import PATTERN, parse_duration
from journeys.errors import ConditionError, ConditionErrors

LONGEST = 2_000
DEEPEST = 30
LONGEST_QUOTE = 80

_TOKENS = re.compile(
    r"""
    (?P<open>\"\"\"|''')
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<quote>['"])
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\.?[0-9][\w.]*)
  | (?P<other>[<>=!]=)
  | (?P<unreadable>[\x00-\x1f\x7f\ud800-\udfff])
  | (?P<slip>&&|\|\||[!=\#])
    """,
    re.VERBOSE,
)
_WHITE = str.maketrans("\t\n\r\f", "    ")
_REMEDIES = {
    "&&": 'write "and"',
    "||": 'write "or"',
    "!": 'write "not"',
    "=": 'two things are compared with "=="',
    "#": "a condition holds no comments; write it in YAML, above the condition",
}


@dataclass(frozen=True, slots=True)
class Syntax:
    """A parsed text. `durations` are the durations by the offset at which they were written."""

    text: str
    tree: ast.expr
    durations: dict[int, timedelta]
    margin: int
    line: bytes

    def offset(self, node: ast.expr) -> int:
        """Give the place of a node in the text, from 0."""
        return self._characters(node.col_offset)

    def end(self, node: ast.expr) -> int:
        """Give the place after a node in the text, from 0."""
        return self._characters(node.end_col_offset or node.col_offset)

    def source(self, node: ast.expr) -> str:
        """Give the text of a node as it was written, on one line and cut short where it is long."""
        written = " ".join(self.text[self.offset(node) : self.end(node)].split())
        return written if len(written) <= LONGEST_QUOTE else f"{written[: LONGEST_QUOTE - 3]}..."

    def unfold(self, node: ast.expr) -> tuple[ast.expr, list[tuple[str, int]]]:
        """Split `a.b.c` into its base and its names, each with its column."""
        names: list[tuple[str, int]] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, (node.attr, self.end(node) - len(node.attr) + 1))
            node = node.value
        return node, names

    def _characters(self, byte_offset: int) -> int:
        """Turn the parser's offset in bytes into one in characters of the whole text."""
        return self.margin + len(self.line[:byte_offset].decode(errors="ignore"))


def parse(text: str) -> Syntax:
    """Parse a text, or raise ConditionErrors with what is wrong with its form."""
    if not text.strip():
        raise ConditionErrors([ConditionError("nothing is written here; write a comparison like event.value >= 20")])
    if len(text) > LONGEST:
        problem = f"expected at most {LONGEST} characters, got {len(text)}; split it over several steps"
        raise ConditionErrors([ConditionError(problem, LONGEST + 1)])
    spaced = text.translate(_WHITE)
    durations, problems = _scan(spaced)
    if problems:
        raise ConditionErrors(problems)
    margin = len(spaced) - len(spaced.lstrip())
    line = _hide(spaced, durations).strip()
    tree = _parse_line(line, margin, spaced)
    syntax = Syntax(text, tree, {place: length for place, (_, length) in durations.items()}, margin, line.encode())
    if _depth(tree) > DEEPEST:
        problem = f"expected at most {DEEPEST} levels within one another, got more; split it over several steps"
        raise ConditionErrors([ConditionError(problem, syntax.offset(tree) + 1)])
    return syntax


Durations = dict[int, tuple[int, timedelta]]


def _scan(text: str) -> tuple[Durations, list[ConditionError]]:
    """Find the durations, by offset with the offset of their end, and what no expression can hold."""
    durations: Durations = {}
    problems: list[ConditionError] = []
    for match in _TOKENS.finditer(text):
        found, place = match.group(), match.start()
        match match.lastgroup:
            case "number" if PATTERN.fullmatch(found):
                try:
                    durations[place] = (match.end(), parse_duration(found))
                except ValueError as error:
                    problems.append(ConditionError(str(error), place + 1))
            case "number" if not _is_number(found):
                problem = f'expected a number like 20 or a duration like 3d or 2h30m, got "{found}"'
                problems.append(ConditionError(problem, place + 1))
            case "slip":
                problems.append(ConditionError(f'"{found}" is not part of the language; {_REMEDIES[found]}', place + 1))
            case "unreadable":
                problems.append(ConditionError(f"{found!a} is no character to read; write plain text", place + 1))
            case "open" | "quote":
                problem = f'text is opened with {found} and not closed; write it between two quotes, like "LV"'
                return durations, [*problems, ConditionError(problem, place + 1)]
    return durations, problems


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hide(text: str, durations: Durations) -> str:
    """Put underscores where durations are."""
    for start, (end, _) in durations.items():
        text = text[:start] + "_" * (end - start) + text[end:]
    return text


def _parse_line(line: str, margin: int, text: str) -> ast.expr:
    """Let Python parse one line; whatever it says against it becomes a ConditionError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        place = min(margin + (error.offset or len(line)), len(text))
        problem = f'{error.msg}, near "{text[place - 1 : place + 19].strip()}"'
        hint = 'write it like event.value >= 20 and profile.country == "LV"'
        raise ConditionErrors([ConditionError(f"{problem}; {hint}", place)]) from None
    except (RecursionError, MemoryError):
        raise ConditionErrors([ConditionError("nested too deep to read; split it over several steps")]) from None
    except ValueError:
        problem = "it holds characters that cannot be read; write plain text"
        raise ConditionErrors([ConditionError(problem)]) from None


def _depth(tree: ast.expr) -> int:
    """Count the levels of a tree, without recursion."""
    deepest, left = 0, [(tree, 1)]
    while left:
        node, level = left.pop()
        deepest = max(deepest, level)
        left.extend((child, level + 1) for child in _parts(node))
    return deepest


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    return (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))


def segment_of(node: ast.expr) -> ast.Attribute | None:
    """Give `segment.vip` when it is one."""
    match node:
        case ast.Attribute(value=ast.Name(id="segment")):
            return node
        case _:
            return None


def is_profile(node: ast.expr) -> bool:
    """Say whether this is the person as a whole."""
    return isinstance(node, ast.Name) and node.id == "profile"
