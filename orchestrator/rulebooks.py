"""By which rules was a delivery judged, also after the file has changed?

A rulebook is all rules that hold a delivery, named by a hash of what they say: its edition. Every judgement notes the
edition; what it says is kept once, so that the judgement can be given again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from journeys.vocabulary import Purpose
from operational_guards.base import Guard
from operational_guards.registry import Setting, build_rules
from operational_guards.rule import Rule


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules that hold a delivery, in order of the guards' names, and their edition."""

    rules: tuple[Rule, ...] = ()
    edition: int = 0


NO_RULES = Rulebook()


def rulebook(rules: Sequence[Rule]) -> Rulebook:
    """Bind rules together and name them by what they say: a positive integer of 63 bits; 0 when there are none."""
    if not rules:
        return NO_RULES
    digest = blake2b(describe(rules).encode(), digest_size=8).digest()
    return Rulebook(tuple(rules), int.from_bytes(digest) >> 1 | 1)


def describe(rules: Sequence[Rule]) -> str:
    """Write down what rules say, so that `rebuild` can build them again."""
    said: list[dict[str, Any]] = [
        {
            "guard": rule.name,
            "parameters": dict(rule.parameters),
            "exempt": rule.exempt,
            "place": rule.place,
            "unknown": {str(purpose): word for purpose, word in rule.unknown.items()},
        }
        for rule in sorted(rules, key=lambda rule: rule.name)
    ]
    return msgspec.json.encode(said, enc_hook=str, order="sorted").decode()


def editions(books: Iterable[Rulebook]) -> list[tuple[int, str]]:
    """Write down what each rulebook says, by its edition."""
    return [(book.edition, describe(book.rules)) for book in books]


def rebuild(body: str, *, known: Mapping[str, type[Guard]] | None = None) -> tuple[Rule, ...]:
    """Build the rules that `describe` wrote down.

    Raises GuardError when a guard is no longer installed, or no longer takes what it was given.
    """
    said = msgspec.json.decode(body)
    unknown = {Purpose(purpose): word for purpose, word in (said[0]["unknown"] if said else {}).items()}
    setting = Setting(
        places={rule["guard"]: rule["place"] for rule in said},
        exempt={rule["guard"]: rule["exempt"] for rule in said if rule["exempt"]},
        unknown=unknown,
    )
    return build_rules({rule["guard"]: rule["parameters"] for rule in said}, setting, known=known)
