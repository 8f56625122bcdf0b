"""What do named conditions stand for at one place of the file?"""

from collections.abc import Callable
from typing import TypeAlias

from journeys._expression import NEVER_KNOWN, Expression
from journeys.errors import ConditionError, ConditionErrors
from journeys.schema import NamedKind, Schema

Within: TypeAlias = tuple[str, ...]
# An expression, or what is wrong with it.
Meaning: TypeAlias = Expression | tuple[ConditionError, ...]
Check: TypeAlias = Callable[[str, Schema, "Meanings", Within], Expression]


class Meanings:
    """What was found so far while one text is checked: each name is looked into once a place, however often it is used.

    `check` makes an expression of a text, or raises ConditionErrors; it is told of which names the text is the meaning.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._found: dict[tuple[str, str], Meaning] = {}

    def of(self, kind: NamedKind, name: str, schema: Schema, within: Within) -> Meaning:
        """Give what a name stands for; where it is wrong all alone, that is said where it is written, and not here."""
        found = self._at(kind, name, schema.seen_from(kind), within)
        if isinstance(found, tuple) and isinstance(
            self._at(kind, name, schema.seen_from(kind, alone=True), within), tuple
        ):
            return NEVER_KNOWN
        return found

    def _at(self, kind: NamedKind, name: str, schema: Schema, within: Within) -> Meaning:
        whole = f"{kind}.{name}"
        if whole in within:
            return NEVER_KNOWN
        key = whole, schema.place
        if key not in self._found:
            try:
                self._found[key] = self._check(schema.named(kind)[name], schema, self, (*within, whole))
            except ConditionErrors as problems:
                self._found[key] = tuple(problems.errors)
        return self._found[key]
