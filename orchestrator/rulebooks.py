"""By which rules was a delivery judged, also after the file has changed?

A rulebook is all rules that hold a delivery, named by a hash of what they say: its edition. Every judgement notes the
edition; what it says is kept once, so that the judgement can be given again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import msgspec

from journeys.vocabulary import Purpose
from operational_guards.base import Guard
from operational_guards.http import Http
from operational_guards.panel import Panel
from operational_guards.registry import Setting, build_rules
from operational_guards.rule import Rule
from orchestrator.customer import JudgementKind


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules that hold a delivery, their edition, and whether one of them asks an endpoint.

    `forecasting` and `reviewing` are those that have a say on these occasions; in a claim all have.
    """

    rules: tuple[Rule, ...] = ()
    edition: int = 0
    has_endpoint: bool = False
    forecasting: tuple[Rule, ...] = ()
    reviewing: tuple[Rule, ...] = ()

    def on(self, kind: JudgementKind) -> tuple[Rule, ...]:
        """Give the rules that have a say on this occasion."""
        match kind:
            case "claim":
                return self.rules
            case "forecast":
                return self.forecasting
            case "membership":
                return self.reviewing


NO_RULES = Rulebook()


def rulebook(rules: Sequence[Rule]) -> Rulebook:
    """Bind rules together and name them by what they say: a positive integer of 63 bits; 0 when there are none."""
    if not rules:
        return NO_RULES
    digest = blake2b(describe(rules).encode(), digest_size=8).digest()
    return Rulebook(
        rules=Panel.of(rules),
        edition=int.from_bytes(digest) >> 1 | 1,
        has_endpoint=any(rule.name == Http.name for rule in rules),
        forecasting=Panel.of(rules_on("forecast", rules)),
        reviewing=Panel.of(rules_on("membership", rules)),
    )


def rules_on(kind: JudgementKind, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Give the rules that have a say on this occasion.

    The shop's endpoint is asked right before a delivery leaves and not before: until then its silence says nothing. And
    nobody leaves an audience because something is not known.
    """
    match kind:
        case "claim":
            return tuple(rules)
        case "forecast":
            return tuple(rule for rule in rules if rule.name != Http.name)
        case "membership":
            return tuple(_lenient(rule) for rule in rules if rule.name != Http.name)


def _lenient(rule: Rule) -> Rule:
    return replace(rule, conduct=rule.conduct.model_copy(update={"if_unknown": "allow"}))


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
