"""May a message go now? The guards, the judge over them and what authors of guards need."""

from operational_guards.base import ALLOW, DurationText, Guard, GuardParams, is_marketing, is_marketing_message
from operational_guards.errors import GuardError
from operational_guards.judge import COMMON_REASONS, judge
from operational_guards.registry import (
    Setting,
    build_rules,
    check_exemptions,
    check_guards,
    check_overrides,
    load_guards,
    override,
)
from operational_guards.rule import Rule, rule_of
from operational_guards.verdict import Allow, Answer, Delay, DropItems, Evidence, Judgement, Suppress, Unsure, Verdict

__all__ = [
    "ALLOW",
    "COMMON_REASONS",
    "Allow",
    "Answer",
    "Delay",
    "DropItems",
    "DurationText",
    "Evidence",
    "Guard",
    "GuardError",
    "GuardParams",
    "Judgement",
    "Rule",
    "Setting",
    "Suppress",
    "Unsure",
    "Verdict",
    "build_rules",
    "check_exemptions",
    "check_guards",
    "check_overrides",
    "is_marketing",
    "is_marketing_message",
    "judge",
    "load_guards",
    "override",
    "rule_of",
]
