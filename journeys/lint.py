"""What is unwise or impossible in these journeys?

Each rule is a function whose docstring explains it, in the module of its topic; `RULES` lists them all. The rules are
about structure only; what the conditions say is checked where they are compiled.
"""

from collections.abc import Collection

from journeys import rules_between, rules_entry, rules_messages, rules_structure, rules_timing
from journeys.errors import Fault
from journeys.linted import Linted, Rule
from journeys.spec import JourneysFile

RULES: tuple[Rule, ...] = (
    *rules_structure.RULES,
    *rules_entry.RULES,
    *rules_timing.RULES,
    *rules_messages.RULES,
    *rules_between.RULES,
)


def lint(spec: JourneysFile, known_events: Collection[str] = ()) -> list[Fault]:
    """List everything that is unwise or impossible, rule by rule; an error keeps its journey from running."""
    linted = Linted(spec, frozenset(known_events) | frozenset(spec.events))
    return [Fault(path, rule.code, message, rule.severity) for rule in RULES for path, message in rule.find(linted)]
