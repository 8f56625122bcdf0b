"""What does a template say about itself before it begins?"""

import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from actions._nearest import did_you_mean
from actions.errors import TemplateError
from journeys.errors import Problem

KEYS = ("subject", "preview", "stage", "base")
STAGES = ("awareness", "consideration", "decision", "retention")
MAX_FRONT_MATTER = 4_000
_FENCED = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A template's own words about itself; `lines` says where each stands and `body_line` where the body begins."""

    values: dict[str, str]
    lines: dict[str, int]
    body: str
    body_line: int

    def line(self, key: str) -> int:
        """Give the line a key stands on, or the first."""
        return self.lines.get(key, 1)


def read_front_matter(text: str, file: str) -> FrontMatter:
    """Separate the front matter from the body.

    Raises TemplateError with all that is wrong with it.
    """
    fenced = _FENCED.match(text)
    if not fenced:
        return FrontMatter({}, {}, text, 1)
    written = _mapping(fenced.group(1), file)
    lines = {str(key): written.lc.key(key)[0] + 2 for key in written} if written else {}
    problems = [
        Problem(file, lines[str(key)], 1, "template.front_matter", message)
        for key, value in (written or {}).items()
        if (message := _fault(str(key), value))
    ]
    if problems:
        raise TemplateError(problems)
    values = {str(key): " ".join(str(value).split()) for key, value in (written or {}).items()}
    return FrontMatter(values, lines, text[fenced.end() :], text.count("\n", 0, fenced.end()) + 1)


def _mapping(text: str, file: str) -> Any:
    if len(text) > MAX_FRONT_MATTER:
        message = f"the front matter has more than {MAX_FRONT_MATTER:,} characters; move text into the body"
        raise TemplateError([Problem(file, 1, 1, "template.front_matter", message)])
    try:
        written = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        raise TemplateError([_yaml_problem(error, file)]) from None
    if written is not None and not isinstance(written, dict):
        message = f"the front matter expects lines such as subject: Hello; known: {', '.join(KEYS)}"
        raise TemplateError([Problem(file, 2, 1, "template.front_matter", message)])
    return written


def _yaml_problem(error: YAMLError, file: str) -> Problem:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    line, column = (mark.line + 2, mark.column + 1) if mark else (1, 1)
    message = 'the front matter is not YAML; put texts that hold braces or colons in quotes: subject: "{{ ... }}"'
    return Problem(file, line, column, "template.front_matter", message)


def _fault(key: str, value: object) -> str:
    if key not in KEYS:
        return f'the front matter has no "{key}"; {did_you_mean(key, KEYS)}'
    if not isinstance(value, str):
        return f'{key} expects a text, got {type(value).__name__}; put it in quotes: {key}: "..."'
    if key == "stage" and value not in STAGES:
        return f'stage expects one of {", ".join(STAGES)}, got "{value}"; {did_you_mean(value, STAGES)}'
    return ""
