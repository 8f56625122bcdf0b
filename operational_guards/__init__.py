"""May a message go now? The guards, the judge over them and what authors of guards need."""

from operational_guards.base import ALLOW, DurationText, Guard, GuardParams, is_marketing, is_marketing_message
from operational_guards.errors import GuardError
from operational_guards.judge import COMMON_REASONS, judge
from operational_guards.registry import build_guards, check_guards, check_overrides, load_guards, override
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Judgement, Suppress, Verdict

__all__ = [
    "ALLOW",
    "COMMON_REASONS",
    "Allow",
    "Delay",
    "DropItems",
    "DurationText",
    "Evidence",
    "Guard",
    "GuardError",
    "GuardParams",
    "Judgement",
    "Suppress",
    "Verdict",
    "build_guards",
    "check_guards",
    "check_overrides",
    "is_marketing",
    "is_marketing_message",
    "judge",
    "load_guards",
    "override",
]
