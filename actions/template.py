"""Which templates are there, and what is wrong with them?

A template is a file of MJML, HTML or text with Jinja2 in it and a front matter that gives its subject. It is put into
its base, compiled and checked once; what is left for each recipient is filling in. Nothing here reads the disk but
`read_templates`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from jinja2 import nodes

from actions._front_matter import FrontMatter, read_front_matter
from actions._holes import Source, plain_source
from actions._layout import MARKER, Layout, Part, lay_out
from actions._mjml import tag_faults
from actions._names import NameCheck
from actions._nearest import did_you_mean
from actions._program import Program, compile_source, parse
from actions._refused import Refused
from actions.errors import TemplateError
from journeys.errors import Problem
from journeys.vocabulary import Purpose

Made = TypeVar("Made")
SUFFIXES = (".mjml", ".html", ".txt")
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A template that is ready to be filled in. `words` is what every recipient sees, without Jinja's tags."""

    name: str
    stage: str
    subject: Program
    preview: Program
    text: Program
    html: Program | None
    words: str


class Templates:
    """The templates of a workspace, each compiled when it is first used."""

    def __init__(self, files: Mapping[str, str], voice_never: tuple[str, ...] = ()) -> None:
        """Take the files by name (`cart.mjml`), and the words that no message may hold."""
        self._files = {name: text.removeprefix("\ufeff").replace("\r\n", "\n") for name, text in files.items()}
        self._never = tuple((words, _phrase(words)) for words in voice_never)
        self._loaded: dict[str, Loaded | TemplateError] = {}
        self._inline: dict[str, Program | TemplateError] = {}

    def names(self) -> tuple[str, ...]:
        """List the templates; bases, which hold the content marker, are none."""
        return tuple(sorted(name for name, text in self._files.items() if not MARKER.search(text)))

    def stage(self, name: str) -> str:
        """Give the part of the funnel a template says it is for; empty when it says none or cannot be used."""
        try:
            return self.load(name).stage
        except TemplateError:
            return ""

    def load(self, name: str) -> Loaded:
        """Compile a template, once.

        Raises TemplateError with all that is wrong with it.
        """
        if name not in self._loaded:
            try:
                self._loaded[name] = self._load(name)
            except TemplateError as error:
                self._loaded[name] = error
        loaded = self._loaded[name]
        if isinstance(loaded, TemplateError):
            raise TemplateError(loaded.problems)
        return loaded

    def inline(self, source: str) -> Program:
        """Compile a text that stands in the journeys file itself, once.

        Raises TemplateError with all that is wrong with it; its places count within the text.
        """
        if source not in self._inline:
            try:
                self._inline[source] = compile_source(plain_source(source, "text"), is_html=False)
            except TemplateError as error:
                self._inline[source] = error
        program = self._inline[source]
        if isinstance(program, TemplateError):
            raise TemplateError(program.problems)
        return program

    def check(
        self,
        name: str,
        profile_names: Collection[str],
        entry_names: Collection[str] | None = None,
        *,
        purpose: Purpose = Purpose.MARKETING,
    ) -> list[Problem]:
        """Find all that is wrong or unwise in a template, in order of its lines.

        `profile_names` are the attributes a profile may have, `entry_names` the properties of the event that begins
        the journey (None when anything may come). A name that does not exist is a problem with a suggestion.
        """
        try:
            loaded = self.load(name)
        except TemplateError as error:
            return list(error.problems)
        names = NameCheck(profile_names, entry_names)
        sources = [part.source for part in (loaded.subject, loaded.preview, loaded.html or loaded.text)]
        found = [problem for source in sources for problem in self._unknown_names(source, names)]
        found += self._voice(name, loaded.words)
        if loaded.html:
            found += _habits(loaded, sources, purpose)
        return sorted(set(found), key=lambda problem: (problem.file, problem.line, problem.column, problem.code))

    def check_text(
        self, source: str, profile_names: Collection[str], entry_names: Collection[str] | None = None
    ) -> list[Problem]:
        """Find all that is wrong with a text that stands in the journeys file; places count within the text."""
        try:
            program = self.inline(source)
        except TemplateError as error:
            return list(error.problems)
        names = NameCheck(profile_names, entry_names)
        found = [
            Problem("text", line, _column(source, line, word), "template.unknown_name", message)
            for line, word, message in names.unknown_names(parse(program.source))
        ]
        words = _TAG.sub(" ", source)
        return found + [
            Problem("text", 1, 1, "template.voice", _voice_message(never))
            for never, pattern in self._never
            if pattern.search(words)
        ]

    def _load(self, name: str) -> Loaded:
        if name not in self._files or not name.endswith(SUFFIXES):
            message = f'there is no template "{name}"; {did_you_mean(name, self.names())}'
            raise TemplateError([Problem(name, 1, 1, "template.unknown", message)])
        front = read_front_matter(self._files[name], name)
        gathered = _Gathered()
        subject = gathered.take(lambda: _one_liner(front, "subject", name))
        preview = gathered.take(lambda: _one_liner(front, "preview", name))
        body = gathered.take(lambda: self._body(front, name))
        if subject is None or preview is None or body is None:
            raise TemplateError(gathered.problems)
        words = f"{_words(front, 'subject')}\n{_words(front, 'preview')}\n{body.words}"
        return Loaded(name, front.values.get("stage", ""), subject, preview, body.text, body.html, words)

    def _body(self, front: FrontMatter, name: str) -> "_Body":
        if name.endswith(".txt"):
            text = compile_source(plain_source(front.body, name, front.body_line), is_html=False)
            return _Body(text, None, _TAG.sub(" ", front.body))
        layout = self._lay_out(Part(name, front.body, front.body_line), self._base(front, name))
        html = compile_source(layout.html, is_html=True)
        return _Body(compile_source(layout.text, is_html=False), html, layout.words)

    def _base(self, front: FrontMatter, name: str) -> Part | None:
        """Find the base a template names, or the folder's own for its kind."""
        suffix = Path(name).suffix
        base = front.values.get("base", "")
        if not base:
            is_whole = re.search(r"<mjml[\s>]|<html[\s>]", front.body)
            base = f"base{suffix}"
            if is_whole or base not in self._files:
                return None
        if base not in self._files or not base.endswith(suffix):
            known = [file for file, text in self._files.items() if MARKER.search(text) and file.endswith(suffix)]
            message = f'there is no base "{base}" for a {suffix} template; {did_you_mean(base, known)}'
            raise TemplateError([Problem(name, front.line("base"), 1, "template.base", message)])
        base_front = read_front_matter(self._files[base], base)
        return Part(base, base_front.body, base_front.body_line)

    def _lay_out(self, body: Part, base: Part | None) -> Layout:
        parts = [part for part in (body, base) if part]
        for part in parts:  # each by itself, so that an unclosed tag is reported where it stands
            parse(plain_source(part.text, part.file, part.line))
        faults = [
            Problem(part.file, part.line + line - 1, column, "template.mjml", message)
            for part in parts
            if part.file.endswith(".mjml")
            for line, column, message in tag_faults(part.text)
        ]
        if faults:
            raise TemplateError(faults)
        try:
            return lay_out(body, base)
        except Refused as refused:
            raise TemplateError([Problem(body.file, body.line, 1, "template.forbidden", str(refused))]) from None

    def _unknown_names(self, source: Source, names: NameCheck) -> Iterator[Problem]:
        for line, word, message in names.unknown_names(parse(source)):
            file, original = source.place(line)
            column = _column(self._files.get(file, ""), original, word)
            yield Problem(file, original, column, "template.unknown_name", message)

    def _voice(self, name: str, words: str) -> Iterator[Problem]:
        for never, pattern in self._never:
            if pattern.search(words):
                in_file = pattern.search(self._files[name])
                line = self._files[name].count("\n", 0, in_file.start()) + 1 if in_file else 1
                yield Problem(name, line, 1, "template.voice", _voice_message(never))


@dataclass(frozen=True, slots=True)
class _Body:
    text: Program
    html: Program | None
    words: str


class _Gathered:
    """The problems of a template's parts, so that all of them are reported together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def take(self, make: Callable[[], Made]) -> Made | None:
        """Make a part; None when it cannot be made."""
        try:
            return make()
        except TemplateError as error:
            self.problems.extend(error.problems)
            return None


def read_templates(folder: Path) -> dict[str, str]:
    """Read the templates of a folder by their path within it, such as `letters/weekly.mjml`."""
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in files}


def _one_liner(front: FrontMatter, key: str, name: str) -> Program:
    return compile_source(plain_source(front.values.get(key, ""), name, front.line(key)), is_html=False)


def _words(front: FrontMatter, key: str) -> str:
    return _TAG.sub(" ", front.values.get(key, ""))


def _phrase(words: str) -> re.Pattern[str]:
    """Match a phrase as whole words, in any case and across line breaks."""
    parts = r"\s+".join(re.escape(word) for word in words.split())
    return re.compile(rf"(?<!\w){parts}(?!\w)", re.IGNORECASE)


def _voice_message(never: str) -> str:
    return f'"{never}" is among the words the shop never says (shop.voice.never); say it in the shop\'s own voice'


def _habits(loaded: Loaded, sources: list[Source], purpose: Purpose) -> Iterator[Problem]:
    """Warn of what an e-mail should have: a subject, and a way out of marketing."""
    if not loaded.subject.source.text:
        message = 'the template has no subject; add "subject: ..." to its front matter, or to every step that uses it'
        yield Problem(loaded.name, 1, 1, "template.no_subject", message, "warning")
    used = {name.name for source in sources for name in parse(source).find_all(nodes.Name)}
    if purpose is Purpose.MARKETING and "unsubscribe_url" not in used:
        message = 'a marketing e-mail has no way to unsubscribe; add <a href="{{ unsubscribe_url }}">Unsubscribe</a>'
        yield Problem(loaded.name, 1, 1, "template.no_unsubscribe", message, "warning")


def _column(text: str, line: int, word: str) -> int:
    """Find the word's column on its line, or 1."""
    lines = text.split("\n")
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lines[line - 1]) if 0 < line <= len(lines) else None
    return found.start() + 1 if found else 1
