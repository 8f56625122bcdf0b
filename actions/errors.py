"""What can go wrong before or while something is handed over?

    OrchestratorError            journeys.errors, the root of everything this project raises on purpose
    └── ActionError              an action or its workspace is not as it must be
        ├── UnknownAction        no action has this name
        ├── BrokenAction         a plugin is declared but cannot be used
        ├── MissingSecret        the environment lacks a secret the action needs
        └── TemplateError        a template cannot be used, or cannot be rendered for this recipient

What a provider answers is never an exception: it is one of the four outcomes of `actions.base`.
"""

from collections.abc import Sequence

from journeys.errors import OrchestratorError, Problem


class ActionError(OrchestratorError):
    """An action or its workspace is not as it must be."""


class UnknownAction(ActionError):
    """No action has this name."""


class BrokenAction(ActionError):
    """A plugin is declared but cannot be used."""


class MissingSecret(ActionError):
    """The environment lacks a secret the action needs."""

    def __init__(self, action: str, variable: str) -> None:
        super().__init__(
            f"{action}: the secret {variable} is needed, and the environment has none; set {variable} and start again"
        )
        self.variable = variable


class TemplateError(ActionError):
    """A template cannot be used, or cannot be rendered for this recipient; the problems name file, line and remedy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def detail(self) -> str:
        """Say in one line what is wrong and where: file, line and the name that is missing; nothing personal."""
        return "; ".join(f"{problem.file}:{problem.line}: {problem.message}" for problem in self.problems)
