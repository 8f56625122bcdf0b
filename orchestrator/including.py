"""Which files does a journeys file include, and what do they say?

The files are found in a workspace's folder, or among texts in memory, by the same patterns and with the same problems.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from journeys._positions import Site
from journeys.errors import Problem
from journeys.parse import included_patterns
from journeys.yaml_text import Reading

CODES = {
    "include.nothing": "A pattern of `include` matches no file.",
    "include.outside": "A pattern of `include` leads out of the workspace.",
    "include.unreadable": "An included file cannot be read.",
}
_WILD = re.compile(r"[*?\[]")
# Scenarios stand beside the journeys they are about.
_SCENARIOS = (".test.yaml", ".test.yml")


class Files(Protocol):
    """The files of a workspace, named by their way from its folder with slashes."""

    def find(self, pattern: str) -> Iterable[str]:
        """Name the files that fit a pattern with *, ** and ?, in any order."""

    def read(self, name: str) -> str:
        """Give the text of a file; raises OSError or UnicodeDecodeError."""


@dataclass(frozen=True, slots=True)
class Included:
    """The texts of the included files by name, and what is wrong with including them."""

    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder. Links that lead out of it are not followed."""

    path: Path

    def find(self, pattern: str) -> Iterable[str]:
        """Name the files that fit a pattern."""
        found = (path for path in self.path.glob(pattern) if path.is_file())
        return [path.relative_to(self.path).as_posix() for path in found]

    def read(self, name: str) -> str:
        """Give the text of a file."""
        path = self.path / name
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise PermissionError(f"{name} leads out of the workspace")
        return path.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Texts:
    """Files that are held in memory."""

    texts: Mapping[str, str]

    def find(self, pattern: str) -> Iterable[str]:
        """Name the files that fit a pattern."""
        fits = re.compile(_as_regex(pattern))
        return [name for name in self.texts if fits.fullmatch(name)]

    def read(self, name: str) -> str:
        """Give the text of a file."""
        if name not in self.texts:
            raise FileNotFoundError(name)
        return self.texts[name]


def read_included(main: Reading, file: str, files: Files) -> Included:
    """Read what a journeys file includes, each file once, in the order of the patterns and then of the names."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for pattern, site in included_patterns(main):
        said = _Said(pattern, site._replace(file=file))
        if _leads_out(pattern):
            problems.append(said.problem("include.outside", "leads out of the workspace; move the file into it"))
            continue
        names = [name for name in _named(pattern, files) if name != file and not name.endswith(_SCENARIOS)]
        if not names:
            problems.append(said.nothing())
        for name in names:
            if name not in texts:
                _read(name, files, texts, said, problems)
    return Included(texts, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry of `include`, with its place."""

    pattern: str
    site: Site

    def problem(self, code: str, message: str) -> Problem:
        return Problem(*self.site, code, f'include "{self.pattern}" {message}')

    def nothing(self) -> Problem:
        message = f'include "{self.pattern}" matches no file; correct or remove it'
        return Problem(*self.site, "include.nothing", message, "warning")


def _read(name: str, files: Files, texts: dict[str, str], said: _Said, problems: list[Problem]) -> None:
    try:
        texts[name] = files.read(name)
    except UnicodeDecodeError:
        problems.append(said.problem("include.unreadable", f"{name} is not UTF-8 text; save it as UTF-8"))
    except OSError as error:
        why = error.strerror or "it leads out of the workspace"
        problems.append(said.problem("include.unreadable", f"{name} cannot be read ({why}); correct or remove it"))


def _named(pattern: str, files: Files) -> list[str]:
    """Name the files an entry means; one that is named in full is meant whether it is there or not."""
    if not _WILD.search(pattern):
        return [str(PurePosixPath(pattern))] if pattern else []
    return sorted(files.find(pattern))


def _leads_out(pattern: str) -> bool:
    path = PurePosixPath(pattern)
    return path.is_absolute() or ".." in path.parts or "\\" in pattern or "\0" in pattern


def _as_regex(pattern: str) -> str:
    """Write a pattern as Path.glob reads it: ** is any number of folders, * and ? stay within a name."""
    pieces = []
    for part in PurePosixPath(pattern).parts:
        if part == "**":
            pieces.append("(?:[^/]+/)*")
        else:
            pieces.append(re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") + "/")
    return "".join(pieces).removesuffix("/")
