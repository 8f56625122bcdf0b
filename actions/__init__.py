"""How is something done in the world?

What others may use: the contract (`actions.base`), the errors (`actions.errors`), the registry, and, each in its own
module so that nothing heavy is imported unasked, `actions.template`, `actions.render` and `actions.testing`.
"""

from actions.base import (
    Action,
    Assignment,
    Content,
    Outcome,
    Params,
    Rejected,
    RetryLater,
    Sent,
    Surroundings,
    Unknown,
)
from actions.registry import Actions, load_actions

__all__ = [
    "Action",
    "Actions",
    "Assignment",
    "Content",
    "Outcome",
    "Params",
    "Rejected",
    "RetryLater",
    "Sent",
    "Surroundings",
    "Unknown",
    "load_actions",
]
