"""How is a journeys file written, when it is written well?

`canonical` gives the text in its one form: the keys in the order of the model, short mappings on one line, two spaces a
level, quotes where they are needed, one blank line between journeys. Comments, and the order of all that has a name,
stay the author's. It never changes what the file says: a text for which that cannot be shown is refused.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from journeys._key_order import Hint, hint_below, hint_inside, model_of, ordered
from journeys._written import Alias, Collection, Entry, Scalar, Value, read_written, remarks_of
from journeys.spec import JourneysFile, JourneySpec, PartSpec, ShopSpec, Voice
from journeys.step_base import Step
from journeys.yaml_text import read

WIDTH = 120
_BLOCKS = (JourneysFile, JourneySpec, PartSpec, ShopSpec, Voice)
_SHORT_STEP = 2
# Between these stands a blank line.
_APART = JourneysFile.model_fields["journeys"].annotation
_CLOCK = re.compile(r"(?:[A-Z][a-z]{2} )?\d{1,2}:\d\d(?::\d\d)?|\d{4}-\d\d-\d\d.*")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]*|\d+[wdhms]")
_OTHER_KIND = re.compile(r"~|(?:null|true|false|yes|no|on|off|y|n|\.inf|\.nan)", re.IGNORECASE)


# Every time a comment can move up by one level only.
_MOST_TIMES = 5


@dataclass(frozen=True, slots=True)
class Unwritable:
    """Why a text is left as it is."""

    reason: str


Canonical: TypeAlias = str | Unwritable


def canonical(text: str) -> Canonical:
    """Give the canonical form of a file, or say why there is none."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    before = read(text)
    if before.root is None or before.flaws:
        flaw = before.flaws[0]
        return Unwritable(f"line {flaw.place[0]}: {flaw.message}")
    if not text.endswith("\n"):
        text += "\n"
    written = _final(text)
    after = read(written)
    if after.root is None or after.flaws or after.root.value != before.root.value:
        return Unwritable("the canonical form would say something else; write the values that span lines on one line")
    if Counter(remarks_of(text)) != Counter(remarks_of(written)):
        return Unwritable("a comment would be lost; move comments out of values that span several lines")
    return written


def _final(text: str) -> str:
    """Write a file until it stays as it is: a comment that moved up can leave an entry that fits on one line."""
    for _ in range(_MOST_TIMES):
        written = "".join(f"{line}\n" for line in _Writer().document(read_written(text)))
        if written == text:
            break
        text = written
    return text


class _Writer:
    """Writes what was read, entry by entry."""

    def document(self, root: Collection) -> list[str]:
        """Write a whole file."""
        return self._block(root, 0, JourneysFile)

    def _block(self, block: Collection, indent: int, hint: Hint) -> list[str]:
        """Write a collection with a line for each entry."""
        lines: list[str] = []
        keys = list(block.keys())
        for place, entry in enumerate(_in_order(block, hint)):
            below = hint_below(hint, keys, _key(entry)) if block.is_mapping else hint_inside(hint)
            written = self._entry(entry, indent, below)
            ahead = next((at for at, line in enumerate(written) if line and not line.lstrip().startswith("#")), 0)
            above = [*entry.above, *(line.strip() for line in written[:ahead])]
            if place and _stands_apart(hint, block) and "" not in above[:1]:
                above.insert(0, "")
            lines += _remarks(above, indent, is_first=not lines)
            lines += written[ahead:]
        return lines + _remarks(block.below, indent)

    def _entry(self, entry: Entry, indent: int, hint: Hint) -> list[str]:
        value = entry.value
        head = " " * indent + (f"{_scalar(entry.key, in_flow=False)}:" if entry.key else "-")
        if isinstance(value, Scalar | Alias):
            return _with_remark(_value_lines(head, value, indent + 2), entry, at_end=True)
        if self._fits(value, hint, WIDTH - len(head) - 1):
            return _with_remark([f"{head} {self._flow(value, hint)}"], entry)
        head += f" &{value.anchor}" if value.anchor else ""
        inside = self._block(value, indent + 2, hint)
        if entry.key or value.anchor:
            return _with_remark([head, *inside], entry)
        return _with_remark(_behind_dash(inside, indent), entry)

    def _fits(self, value: Collection, hint: Hint, room: int) -> bool:
        """Say whether a collection is written on one line."""
        if not value.entries:
            return True
        if value.is_commented or not (value.is_flow or _may_be_short(value, hint)):
            return False
        return len(self._flow(value, hint)) <= room

    def _flow(self, value: Value, hint: Hint, *, keeps_quotes: bool = False) -> str:
        """Write a value on one line."""
        if isinstance(value, Scalar | Alias):
            return _scalar(value, in_flow=True, keeps_quotes=keeps_quotes)
        anchor = f"&{value.anchor} " if value.anchor else ""
        keys = list(value.keys())
        if not value.is_mapping:
            keeps = not all(isinstance(each.value, Scalar) and _is_word(each.value) for each in value.entries)
            inside = (self._flow(each.value, hint_inside(hint), keeps_quotes=keeps) for each in value.entries)
            return f"{anchor}[{', '.join(inside)}]"
        pairs = (
            f"{_scalar(each.key, in_flow=True)}: {self._flow(each.value, hint_below(hint, keys, _key(each)))}"
            for each in _in_order(value, hint)
            if each.key
        )
        return f"{anchor}{{{', '.join(pairs)}}}"


def _in_order(collection: Collection, hint: Hint) -> list[Entry]:
    if not collection.is_mapping:
        return collection.entries
    places = {key: place for place, key in enumerate(ordered(hint, list(collection.keys())))}
    return sorted(collection.entries, key=lambda entry: places.get(_key(entry), -1))


def _key(entry: Entry) -> str:
    return entry.key.value if isinstance(entry.key, Scalar) else ""


def _stands_apart(hint: Hint, block: Collection) -> bool:
    """Whether a blank line stands between the entries: between journeys."""
    return block.is_mapping and hint == _APART


def _may_be_short(value: Collection, hint: Hint) -> bool:
    """Whether what the author wrote on several lines is written on one where it fits.

    A step is when it says two things, anything else when all it says are single values.
    """
    model = model_of(hint, value.keys()) if value.is_mapping else None
    if model is None or issubclass(model, _BLOCKS):
        return False
    if issubclass(model, Step) and len(value.entries) > _SHORT_STEP:
        return False
    of_step, keys = issubclass(model, Step), value.keys()
    return all(
        _is_flat(entry.value, hint_below(hint, keys, _key(entry)), of_step=of_step) and isinstance(entry.key, Scalar)
        for entry in value.entries
    )


def _is_flat(value: Value, hint: Hint, *, of_step: bool) -> bool:
    if isinstance(value, Collection):
        return not value.entries or (of_step and (value.is_flow or _may_be_short(value, hint)))
    return isinstance(value, Alias) or (
        value.style not in ("|", ">") and "\n" not in value.raw and (value.style != "" or _is_plain_in_flow(value.raw))
    )


def _is_plain_in_flow(raw: str) -> bool:
    return raw != "" and not any(sign in raw for sign in ",[]{}")


def _is_word(scalar: Scalar) -> bool:
    """Whether a text needs no quotes wherever it stands."""
    return _WORD.fullmatch(scalar.value) is not None and _OTHER_KIND.fullmatch(scalar.value) is None


def _scalar(value: Scalar | Alias, *, in_flow: bool, keeps_quotes: bool = False) -> str:
    """Write one value on one line."""
    if isinstance(value, Alias):
        return value.raw
    anchor = f"&{value.anchor} " if value.anchor else ""
    return anchor + _text(value, in_flow=in_flow, keeps_quotes=keeps_quotes)


def _text(scalar: Scalar, *, in_flow: bool, keeps_quotes: bool) -> str:
    value = scalar.value
    if scalar.style == "" and "\n" not in scalar.raw:
        if _CLOCK.fullmatch(value):
            return f'"{value}"'
        return scalar.raw or ("null" if in_flow else "")
    if _is_word(scalar) and not keeps_quotes:
        return value
    if "\n" in scalar.raw or scalar.style in ("|", ">"):
        return json.dumps(value, ensure_ascii=False)
    if scalar.style == "'" and not set('"\\') & set(value):
        return f'"{value}"'
    return scalar.raw


def _value_lines(head: str, value: Scalar | Alias, indent: int) -> list[str]:
    """Write a value behind its key; one that the author wrote on several lines stays on them."""
    if isinstance(value, Alias) or "\n" not in value.raw:
        return [f"{head} {_scalar(value, in_flow=False)}".rstrip()]
    anchor = f" &{value.anchor}" if value.anchor else ""
    first, *rest = value.raw.split("\n")
    if value.style not in ("|", ">"):
        return [f"{head}{anchor} {first.rstrip()}", *_shifted([line.strip() for line in rest], indent)]
    while rest and not rest[-1].strip() and "+" not in first:
        rest.pop()
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    return [f"{head}{anchor} {re.sub('[1-9]', '2', first)}", *_shifted([line[margin:] for line in rest], indent)]


def _shifted(lines: list[str], indent: int) -> Iterator[str]:
    for line in lines:
        yield " " * indent + line if line.strip() else ""


def _behind_dash(lines: list[str], indent: int) -> list[str]:
    """Put a dash before the first line that is no comment."""
    place = next((at for at, line in enumerate(lines) if line and not line.lstrip().startswith("#")), 0)
    return [*lines[:place], f"{' ' * indent}- {lines[place].lstrip()}", *lines[place + 1 :]]


def _remarks(remarks: list[str], indent: int, *, is_first: bool = False) -> list[str]:
    """Write comments with lines of their own; blank lines never come twice, nor first in a block."""
    lines: list[str] = []
    for remark in remarks:
        if remark or (lines[-1] if lines else not is_first):
            lines.append(" " * indent + remark if remark else "")
    return lines


def _with_remark(lines: list[str], entry: Entry, *, at_end: bool = False) -> list[str]:
    """Put the comment behind an entry's first line, at its column where there is room."""
    remark = entry.behind
    if remark is None:
        return lines
    place = len(lines) - 1 if at_end else next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
    nearest = len(lines[place]) + 2
    column = max(nearest, min(remark.column, WIDTH - len(remark.text)))
    return [*lines[:place], lines[place].ljust(column) + remark.text, *lines[place + 1 :]]
