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

from actions._blocks import FOLDER as BLOCKS
from actions._blocks import Blocks, Found, blocks_named
from actions._front_matter import FrontMatter, read_front_matter
from actions._habits import Wanted, habits, used_names
from actions._holes import Source, joined, plain_source
from actions._layout import MARKER, Part, is_whole, lay_out
from actions._loaded import Loaded
from actions._locales import chain, variant_of
from actions._mjml import tag_faults
from actions._names import NameCheck
from actions._nearest import did_you_mean
from actions._program import Program, compile_source, parse
from actions._ready_blocks import READY
from actions._refused import Refused
from actions.errors import TemplateError
from journeys.errors import Problem
from journeys.vocabulary import Purpose

Made = TypeVar("Made")
Key = TypeVar("Key")
SUFFIXES = (".mjml", ".html", ".txt")
_BASE = re.compile(r"^base:\s*[\"']?([\w./-]+)", re.MULTILINE)
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


class Templates:
    """The templates of a workspace, each compiled when it is first used, for every language it is written in."""

    def __init__(
        self, files: Mapping[str, str], voice_never: tuple[str, ...] = (), *, address: str = "", sign_off: str = ""
    ) -> None:
        """Take the files by name (`cart.mjml`, `cart.lv.mjml`, `blocks/goods.mjml`), and what the shop asks of all.

        `voice_never` are the words that no message may hold; `address` is the postal address that every marketing
        e-mail shows, `sign_off` how it ends, both where they are said.
        """
        own = {name: text.removeprefix("\ufeff").replace("\r\n", "\n") for name, text in files.items()}
        self._own = frozenset(own)
        self._files = {**READY, **own}
        self._never = tuple((words, _phrase(words)) for words in voice_never)
        self._wanted = Wanted(address, sign_off)
        self._loaded: dict[tuple[str, str], Loaded | TemplateError] = {}
        self._inline: dict[str, Program | TemplateError] = {}
        self._languages: dict[str, tuple[str, ...]] = {}
        self._variants: dict[str, dict[str, str]] = {}
        for name in self._files:
            default, language = variant_of(name, self._files)
            self._variants.setdefault(default, {})[language] = name

    def names(self) -> tuple[str, ...]:
        """List the templates by their defaults' names; bases, which hold the content marker, and blocks are none."""
        return tuple(
            sorted(
                name
                for name in self._variants
                if not name.startswith(BLOCKS) and not MARKER.search(self._files.get(name, ""))
            )
        )

    def blocks(self) -> tuple[str, ...]:
        """List the workspace's own blocks by their files' names, without those of single languages."""
        return tuple(sorted(name for name in self._variants if name.startswith(BLOCKS) and name in self._own))

    def languages(self, name: str) -> tuple[str, ...]:
        """List the languages that a template itself is written in beside its default."""
        return tuple(sorted(language for language in self._variants.get(name, ()) if language))

    def blocks_of(self, name: str) -> frozenset[str]:
        """Name the files of the blocks that a template, its base or their blocks ask for, in any language."""
        return frozenset(file for file in self._parts_of(name) if file.startswith(BLOCKS))

    def stage(self, name: str) -> str:
        """Give the part of the funnel a template says it is for; empty when it says none or cannot be used."""
        try:
            return self.load(name).stage
        except TemplateError:
            return ""

    def load(self, name: str, locale: str = "") -> Loaded:
        """Compile a template for a reader of this language, once.

        Raises TemplateError with all that is wrong with it.
        """
        key = (name, self._language(name, locale))
        if key not in self._loaded:
            try:
                self._loaded[key] = self._load(*key)
            except TemplateError as error:
                self._loaded[key] = error
        loaded = self._loaded[key]
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
        """Find all that is wrong or unwise in a template, in every language, in order of its lines.

        `profile_names` are the attributes a profile may have, `entry_names` the properties of the event that begins
        the journey, with their types where these are known (None when anything may come). A name that does not exist
        is a problem with a suggestion.
        """
        names = NameCheck(profile_names, entry_names)
        found: set[Problem] = set()
        for language in ("", *self._languages_of(name)):
            try:
                loaded = self.load(name, language)
            except TemplateError as error:
                found.update(error.problems)
                continue
            found.update(self._check(loaded, names, purpose))
        return sorted(found, key=lambda problem: (problem.file, problem.line, problem.column, problem.code))

    def _check(self, loaded: Loaded, names: NameCheck, purpose: Purpose) -> Iterator[Problem]:
        for source in loaded.sources():
            yield from self._wrong_names(source, names, purpose)
        yield from self._voice(loaded)
        if loaded.html:
            yield from habits(loaded, self._wanted, purpose)

    def uses_coupon(self, name: str) -> bool:
        """Tell whether a template prints a code, in any language; one that cannot be used prints none."""
        return any("coupon" in self._used(name, language) for language in ("", *self._languages_of(name)))

    def _used(self, name: str, language: str) -> set[str]:
        try:
            return used_names(self.load(name, language).sources())
        except TemplateError:
            return set()

    def text_uses_coupon(self, source: str) -> bool:
        """Tell whether a text that stands in the journeys file prints a code."""
        try:
            return "coupon" in used_names([self.inline(source).source])
        except TemplateError:
            return False

    def check_text(
        self,
        source: str,
        profile_names: Collection[str],
        entry_names: Collection[str] | None = None,
        *,
        purpose: Purpose = Purpose.TRANSACTIONAL,
    ) -> list[Problem]:
        """Find all that is wrong with a text that stands in the journeys file; places count within the text."""
        try:
            program = self.inline(source)
        except TemplateError as error:
            return list(error.problems)
        names = NameCheck(profile_names, entry_names)
        found = [
            Problem("text", line, _column(source, line, word), code, message)
            for code, (line, word, message) in _wrong(names, program.source, purpose)
        ]
        words = _TAG.sub(" ", source)
        return found + [
            Problem("text", 1, 1, "template.voice", _voice_message(never))
            for never, pattern in self._never
            if pattern.search(words)
        ]

    # Languages.

    def _language(self, name: str, locale: str) -> str:
        """Say which of the languages that anything of this template is written in is nearest to a reader's."""
        if not locale:
            return ""
        if name not in self._languages:
            self._languages[name] = self._languages_of(name)
        written = self._languages[name]
        return next((language for language in chain(locale) if language in written), "") if written else ""

    def _languages_of(self, name: str) -> tuple[str, ...]:
        variants = (self._variants.get(part, {}) for part in self._parts_of(name))
        return tuple(sorted({language for of_part in variants for language in of_part if language}))

    def _parts_of(self, name: str) -> dict[str, None]:
        """Name the files that a template is made of by their defaults: itself, its bases, and all of their blocks."""
        suffix = Path(name).suffix
        parts = dict.fromkeys([name])
        for part in _each_of_growing(parts):
            for file in self._variants.get(part, {}).values():
                text = self._files[file]
                asked = _BASE.search(text) if part == name else None
                base = asked.group(1) if asked else f"base{suffix}"
                parts |= {base: None} if part == name and base in self._files else {}
                parts |= {f"{BLOCKS}{block}{suffix}": None for block in sorted(blocks_named(text))}
        return parts

    def _file(self, name: str, language: str) -> str:
        """Name the file of a part that is nearest to a language."""
        variants = self._variants.get(name, {})
        return next((variants[tag] for tag in chain(language) if tag in variants), name)

    # Loading.

    def _load(self, name: str, language: str) -> Loaded:
        if name not in self._files or not name.endswith(SUFFIXES) or name.startswith(BLOCKS):
            message = f'there is no template "{name}"; {did_you_mean(name, self.names())}'
            raise TemplateError([Problem(name, 1, 1, "template.unknown", message)])
        file = self._file(name, language)
        front = read_front_matter(self._files[file], file)
        gathered = _Gathered()
        subject = gathered.take(lambda: _one_liner(front, "subject", file))
        preview = gathered.take(lambda: _one_liner(front, "preview", file))
        body = gathered.take(lambda: self._body(front, file, language))
        if subject is None or preview is None or body is None:
            raise TemplateError(gathered.problems)
        words = f"{_words(front, 'subject')}\n{_words(front, 'preview')}\n{body.words}"
        return Loaded(file, front.values.get("stage", ""), subject, preview, body.text, body.html, words)

    def _body(self, front: FrontMatter, file: str, language: str) -> "_Body":
        suffix = Path(file).suffix
        own = Part(file, front.body, front.body_line)
        base = None if suffix == ".txt" else self._base(front, file, language)
        known = self._known_blocks(suffix, language)
        self._look_over([own, *([base] if base else ())], known)
        blocks = Blocks(known)
        body = blocks.put_into(own)
        if suffix == ".txt":
            text = compile_source(
                joined([plain_source(part.text, part.file, part.line) for part in body]), is_html=False
            )
            return _Body(text, None, _TAG.sub(" ", "".join(part.text for part in body)))
        try:
            layout = lay_out(body or [own], blocks.put_into(base) if base else [], suffix)
        except Refused as refused:
            raise TemplateError([Problem(file, own.line, 1, "template.forbidden", str(refused))]) from None
        html = compile_source(layout.html, is_html=True)
        return _Body(compile_source(layout.text, is_html=False), html, layout.words)

    def _base(self, front: FrontMatter, file: str, language: str) -> Part | None:
        """Find the base a template names, or the folder's own for its kind."""
        suffix = Path(file).suffix
        base = front.values.get("base", "")
        if not base:
            base = f"base{suffix}"
            if is_whole(front.body) or base not in self._files:
                return None
        if base not in self._files or not base.endswith(suffix):
            known = [name for name, text in self._files.items() if MARKER.search(text) and name.endswith(suffix)]
            message = f'there is no base "{base}" for a {suffix} template; {did_you_mean(base, known)}'
            raise TemplateError([Problem(file, front.line("base"), 1, "template.base", message)])
        own = self._file(base, language)
        base_front = read_front_matter(self._files[own], own)
        return Part(own, base_front.body, base_front.body_line)

    def _known_blocks(self, suffix: str, language: str) -> dict[str, Found]:
        files = {
            name.removeprefix(BLOCKS).removesuffix(suffix): self._file(name, language)
            for name in self._variants
            if name.startswith(BLOCKS) and name.endswith(suffix)
        }
        return {name: Found(file, self._files[file]) for name, file in files.items()}

    def _look_over(self, parts: list[Part], known: Mapping[str, Found]) -> None:
        """Check the parts of a template each by itself, so that an unclosed tag is reported where it stands."""
        wanted = dict.fromkeys(parts)
        faults = []
        for part in _each_of_growing(wanted):
            parse(plain_source(part.text, part.file, part.line))
            if part.file.endswith(".mjml"):
                faults += [
                    Problem(part.file, part.line + line - 1, column, "template.mjml", message)
                    for line, column, message in tag_faults(part.text)
                ]
            asked = (known[name] for name in sorted(blocks_named(part.text)) if name in known)
            wanted |= {Part(found.file, found.text): None for found in asked}
        if faults:
            raise TemplateError(faults)

    # Checking.

    def _wrong_names(self, source: Source, names: NameCheck, purpose: Purpose) -> Iterator[Problem]:
        for code, (line, word, message) in _wrong(names, source, purpose):
            file, original = source.place(line)
            column = _column(self._files.get(file, ""), original, word)
            yield Problem(file, original, column, code, message)

    def _voice(self, loaded: Loaded) -> Iterator[Problem]:
        for never, pattern in self._never:
            if pattern.search(loaded.words):
                in_file = pattern.search(self._files[loaded.name])
                line = self._files[loaded.name].count("\n", 0, in_file.start()) + 1 if in_file else 1
                yield Problem(loaded.name, line, 1, "template.voice", _voice_message(never))


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


def _each_of_growing(known: Mapping[Key, None]) -> Iterator[Key]:
    """Go through the keys of a mapping that grows meanwhile, each once."""
    done: set[Key] = set()
    while fresh := [key for key in known if key not in done]:
        done.update(fresh)
        yield from fresh


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


def _wrong(names: NameCheck, source: Source, purpose: Purpose) -> list[tuple[str, tuple[int, str, str]]]:
    """List the names that do not exist, and in marketing the goods that no guard judges: line, word and message."""
    tree = parse(source)
    wrong = [("template.unknown_name", each) for each in names.unknown_names(tree)]
    if purpose is Purpose.MARKETING:
        wrong += [("template.unjudged", each) for each in names.unjudged_goods(tree)]
    return wrong


def _column(text: str, line: int, word: str) -> int:
    """Find the word's column on its line, or 1."""
    lines = text.split("\n")
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lines[line - 1]) if 0 < line <= len(lines) else None
    return found.start() + 1 if found else 1
