"""How do ready journeys come into a workspace?

What is there is never written over: whatever already has a file or a name of its own stays, and is said. The main file
alone gets lines put in; where there is none, one is made of the example's shop and guards.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from journeys.errors import OrchestratorError
from journeys.yaml_text import read
from orchestrator.bundled import example_folder
from orchestrator.contents import MAGNETS
from orchestrator.including import Folder, read_included
from orchestrator.library import DECLARES, GIVES, TESTS, ReadyJourney, library_folder, ready_journeys
from orchestrator.main_file import FILE, INCLUDED, Needs, adapted, starter

_TEMPLATES = Path("templates")
_BASE = _TEMPLATES / "base.mjml"
_BLOCK = re.compile(r"block\(\"(\w+)\"")

# Which file gives a name, and what it says: ("segments", "vip") is in "journeys.yaml".
_Homes = Mapping[tuple[str, str], tuple[str, object]]


class UnusableMainFile(OrchestratorError):
    """The main file of the workspace cannot be read, so nothing can be put into it."""


@dataclass(slots=True)
class Borrowed:
    """The files that were written or changed, relative to the workspace, and what was left to a person, and why."""

    written: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def borrow(folder: Path, names: Sequence[str]) -> Borrowed:
    """Copy ready journeys with their tests and templates into a workspace, and make it ready for them."""
    borrowed = Borrowed()
    is_new = not (folder / FILE).exists()
    main = starter() if is_new else _text_of_main(folder)
    homes = {} if is_new else _homes(folder, main)
    chosen = [ready for ready in map(ready_journeys().__getitem__, names) if _has_room(ready, homes, borrowed)]
    needs = Needs(sorted({channel for ready in chosen for channel in ready.channels}), sorted(_groups(chosen)))
    said = adapted(main, needs)
    borrowed.left += said.left
    if is_new or said.text != main:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(said.text, encoding="utf-8")
        (borrowed.written if is_new else borrowed.changed).append(Path(FILE))
    for source, target in _files(chosen):
        _copy(source, folder, target, borrowed)
    return borrowed


def _groups(chosen: Iterable[ReadyJourney]) -> set[str]:
    return {ready.group for ready in chosen if ready.group}


def _text_of_main(folder: Path) -> str:
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnusableMainFile(f"{folder / FILE} is not UTF-8 text; save it as UTF-8") from None
    reading = read(text, FILE)
    if reading.root is None or reading.flaws:
        raise UnusableMainFile(f"{folder / FILE} cannot be read; correct what `tactful check` says of it first")
    return text


def _homes(folder: Path, main: str) -> _Homes:
    """Say which file of the workspace gives each name; files that cannot be read give none."""
    files = Folder(folder)
    texts = {FILE: main, **read_included(read(main, FILE), FILE, files).texts}
    for name in files.find(INCLUDED):
        if not name.endswith(TESTS):
            texts.setdefault(name, files.read(name))
    return {place: (file, said) for file, text in texts.items() for place, said in _given(text)}


def _given(text: str) -> Iterator[tuple[tuple[str, str], object]]:
    root = read(text).root
    said = root.value if root is not None else {}
    kinds = (kind for kind in GIVES if isinstance(said.get(kind), dict))
    return (((kind, name), what) for kind in kinds for name, what in said[kind].items())


def _has_room(ready: ReadyJourney, homes: _Homes, borrowed: Borrowed) -> bool:
    """Say whether nothing of the workspace has a name that the journey brings; note what stands in the way."""
    own = _place(ready)
    taken = sorted(place for place, said in _given(ready.text) if _is_taken(place, own, said, homes))
    for kind, name in taken:
        what = f'{kind.removesuffix("s")} "{name}"'
        reason = f"{homes[kind, name][0]} gives the {what} already; take it out there, or copy by hand what is missing"
        borrowed.left.append(f"{own}: {reason}")
    return not taken


def _is_taken(place: tuple[str, str], own: str, said: object, homes: _Homes) -> bool:
    """Say whether another file gives the name, and does not just declare the same."""
    home, there = homes.get(place, (own, said))
    return home != own and not (place[0] in DECLARES and there == said)


def _place(ready: ReadyJourney) -> str:
    return INCLUDED.replace("*", ready.name)


def _files(chosen: Iterable[ReadyJourney]) -> Iterator[tuple[Path, Path]]:
    """Give each file that the journeys consist of once, with its place in the workspace."""
    library, example = library_folder(), example_folder()
    templates: dict[str, None] = {}
    for ready in chosen:
        target = Path(_place(ready))
        yield library / f"{ready.name}.yaml", target
        yield library / f"{ready.name}{TESTS}", target.with_name(f"{ready.name}{TESTS}")
        yield from ((example / MAGNETS / magnet, Path(MAGNETS) / magnet) for magnet in ready.magnets)
        templates |= dict.fromkeys(ready.templates)
    if templates:
        yield example / _BASE, _BASE
    for template in templates:
        yield library / _TEMPLATES / template, _TEMPLATES / template
    texts = ((library / _TEMPLATES / template).read_text(encoding="utf-8") for template in templates)
    for block in dict.fromkeys(name for text in texts for name in _BLOCK.findall(text)):
        target = _TEMPLATES / "blocks" / f"{block}.mjml"
        yield (library if (library / target).exists() else example) / target, target


def _copy(source: Path, folder: Path, target: Path, borrowed: Borrowed) -> None:
    text, path = source.read_bytes(), folder / target
    if path.exists():
        if path.read_bytes() != text:
            borrowed.left.append(f"{target}: there is another file of this name; it stays as it is")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    borrowed.written.append(target)
