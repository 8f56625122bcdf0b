"""How does a text with Jinja in it become something that can be rendered many times?"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any

from jinja2 import Template, TemplateSyntaxError, UndefinedError, nodes

from actions._holes import Source
from actions._refused import Refused
from actions._sandbox import MAX_CHARACTERS, TemplateEnvironment, harden, refusals
from actions.errors import TemplateError
from journeys.errors import Problem

MAX_SOURCE = 200_000
# What is missing may go by a name that was computed, such as `entry[profile.email]`: that is a recipient's own.
_NAMED = re.compile(r"""["'](.*?)["'](?= is (?:not set|undefined))""", re.DOTALL)
_HTML = TemplateEnvironment(autoescape=True)
_TEXT = TemplateEnvironment(autoescape=False)


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled text; `source` leads its lines back to the files they came from."""

    source: Source
    template: Template

    def run(self, variables: Mapping[str, Any]) -> str:
        """Render for one recipient.

        Raises TemplateError, naming the line and never the recipient's data, when a value is missing or has the wrong
        kind, or when the message exceeds its budget.
        """
        try:
            return self._run(variables)
        except Exception as error:  # a template can meet any error of Python's, and each concerns one recipient only
            line = _line_of(error.__traceback__, self.template)
            raise TemplateError(
                [problem_at(self.source, line, "content.render_failed", _reason(error, self.source.text))]
            ) from None

    def _run(self, variables: Mapping[str, Any]) -> str:
        pieces: list[str] = []
        size = 0
        for piece in self.template.root_render_func(self.template.new_context(dict(variables))):
            size += len(piece)
            if size > MAX_CHARACTERS:
                raise Refused(f"the message is longer than {MAX_CHARACTERS:,} characters; shorten what it repeats")
            pieces.append(piece)
        return "".join(pieces)


def parse(source: Source) -> nodes.Template:
    """Read a text's syntax tree, which is for looking at: several who look at the same text get the same tree.

    Raises TemplateError where the text is no Jinja.
    """
    return _read(source, _known_tree)


@lru_cache(maxsize=128)
def _known_tree(text: str) -> nodes.Template:
    return _TEXT.parse(text)


def _read(source: Source, read: Callable[[str], nodes.Template]) -> nodes.Template:
    if len(source.text) > MAX_SOURCE:
        message = f"the template has {len(source.text):,} characters, more than {MAX_SOURCE:,}; make it shorter"
        raise TemplateError([problem_at(source, 1, "template.too_long", message)])
    try:
        return read(source.text)
    except TemplateSyntaxError as error:
        message = f"{str(error.message).rstrip('.')}; check that the tag on this line is spelt right and closed"
        raise TemplateError([problem_at(source, error.lineno, "template.syntax", message)]) from None
    except (RecursionError, MemoryError, ValueError) as error:
        message = f"an expression is too large to read ({type(error).__name__}); make it shorter"
        raise TemplateError([problem_at(source, 1, "template.syntax", message)]) from None


def compile_source(source: Source, *, is_html: bool) -> Program:
    """Compile a text; values are escaped when it is HTML.

    Raises TemplateError with all that a template must not do.
    """
    environment = _HTML if is_html else _TEXT
    # A tree of its own: it is changed before it is compiled.
    tree = _read(source, environment.parse)
    found = [problem_at(source, line, code, message) for line, code, message in _refusals(tree)]
    if found:
        raise TemplateError(found)
    try:
        code = environment.compile(harden(tree), filename="<template>")
    except (TemplateSyntaxError, SyntaxError, RecursionError, MemoryError, ValueError) as error:
        message = f"the template is nested too deeply ({type(error).__name__}); use fewer loops within loops"
        raise TemplateError([problem_at(source, 1, "template.syntax", message)]) from None
    return Program(source, Template.from_code(environment, code, environment.globals))


def _refusals(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    try:
        yield from dict.fromkeys(refusals(tree))
    except RecursionError:
        yield 1, "template.syntax", "an expression is too large to read; make it shorter"


def problem_at(source: Source, line: int, code: str, message: str) -> Problem:
    """Describe a problem by the place the line came from."""
    file, original = source.place(line)
    return Problem(file, original, 1, code, message)


def _line_of(trace: TracebackType | None, template: Template) -> int:
    """Find the template's line in a traceback: the innermost frame of the template's own code."""
    line = 1
    while trace:
        if trace.tb_frame.f_globals.get("__jinja_template__") is template:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _reason(error: Exception, source: str) -> str:
    if isinstance(error, UndefinedError) and (named := _NAMED.match(str(error))) and named.group(1) not in source:
        return str(error).replace(named.group(), "a name that is computed", 1)
    if isinstance(error, Refused | UndefinedError | ValueError) and error.args and _is_ours(error):
        return str(error)
    return f"a value here has the wrong kind ({type(error).__name__}); check what the template does with it"


def _is_ours(error: Exception) -> bool:
    """Tell whether the message was written for readers; Python's own may quote a recipient's data."""
    return isinstance(error, Refused | UndefinedError) or str(error).startswith("link() expects")
