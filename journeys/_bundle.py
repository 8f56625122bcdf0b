"""What do a journeys file and the files it includes say together?

Each file is checked on its own, so that a mistake in an included file keeps back only that file. What they say is put
into one tree, in which every value keeps its file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from journeys._complaints import Complaint, complaints_about, where
from journeys._levels import dig, step_path
from journeys._positions import Node, Path, key_site, node_at, site_of, with_children
from journeys.errors import Problem
from journeys.spec import JourneysFile
from journeys.spelling import did_you_mean
from journeys.yaml_text import Flaw, Reading

# What an included file may hold: each of these is one mapping of names over all the files.
SECTIONS = ("journeys", "segments", "conditions", "parts", "goals", "events", "attributes")
# What says what is, and does nothing: two files may say it alike.
_DECLARED = ("goals", "events", "attributes")
_INCLUDABLE = ("version", *SECTIONS)
_ANY_HEAD = {"version": 1, "shop": {"name": "any"}}


@dataclass(slots=True)
class Bundle:
    """What the files say together; `head` is everything but the journeys, None when the main file's is wrong.

    `homes` names the included file each journey stands in. The journeys that are `set_aside` cannot run because of
    their text or their file. `spoiled` are the paths of values that have been complained about as text.
    """

    root: Node
    head: JourneysFile | None
    problems: list[Problem]
    set_aside: set[str]
    spoiled: set[Path]
    homes: dict[str, str] = field(default_factory=dict)


def join(file: str, main: Reading, root: Node, included: Mapping[str, Reading]) -> Bundle:
    """Check the files and put them together."""
    head, complaints = _head(root.value)
    flaws = [flaw_problem(file, flaw, root) for flaw in main.flaws]
    spoiled = _spoiled(main)
    said = [problem_of(complaint, root) for complaint in complaints if complaint.path not in spoiled]
    usable = head if all(flaw.journey for flaw in flaws) else None
    bundle = Bundle(root, usable, [*flaws, *said], {flaw.journey for flaw in flaws}, spoiled)
    for name, reading in included.items():
        _include(bundle, name, reading)
    return bundle


def _include(bundle: Bundle, file: str, reading: Reading) -> None:
    flaws = [flaw_problem(file, flaw, reading.root) for flaw in reading.flaws]
    bundle.problems += flaws
    if reading.root is None:
        return
    extra = reading.root
    spoiled = _spoiled(reading)
    head, complaints = _included_head(extra.value)
    wrong = [problem_of(complaint, extra) for complaint in complaints if complaint.path not in spoiled]
    wrong += _taken(bundle.root, extra)
    bundle.problems += wrong
    before = names_in(bundle.root, "journeys")
    mine = {str(name) for name in names_in(extra, "journeys") if name not in before}
    bundle.homes |= dict.fromkeys(mine, file)
    bundle.set_aside |= {problem.journey for problem in (*flaws, *wrong)}
    bundle.spoiled |= spoiled
    bundle.root = _joined(bundle.root, extra)
    if head is None or any(not problem.journey for problem in (*flaws, *wrong)):
        bundle.set_aside |= mine
    elif bundle.head is not None:
        bundle.head = _with_sections(bundle.head, head)


def names_in(root: Node, section: str) -> Mapping[str | int, Node]:
    """Give what a section holds, by name; nothing when it is not a mapping."""
    node = root.children.get(section)
    return node.children if node is not None and isinstance(node.value, dict) else {}


def _spoiled(reading: Reading) -> set[Path]:
    return {flaw.path for flaw in reading.flaws if flaw.code != "yaml.duplicate_key"}


def _with_sections(head: JourneysFile, more: JourneysFile) -> JourneysFile:
    sections = [section for section in SECTIONS if section != "journeys"]
    return head.model_copy(
        update={section: {**getattr(more, section), **getattr(head, section)} for section in sections}
    )


def _joined(root: Node, extra: Node) -> Node:
    """Put the sections of one more file into the tree; what is there already stays."""
    children, keys, files = dict(root.children), dict(root.keys), dict(root.key_files)
    for section in SECTIONS:
        more, mine = extra.children.get(section), children.get(section)
        if more is None or not isinstance(more.value, dict):
            continue
        if mine is None:
            children[section], keys[section], files[section] = more, extra.keys[section], extra.file
        elif isinstance(mine.value, dict):
            children[section] = _merged(mine, more)
    return with_children(replace(root, keys=keys, key_files=files), children)


def _merged(mine: Node, more: Node) -> Node:
    new = {name: node for name, node in more.children.items() if name not in mine.children}
    keys = {**mine.keys, **{str(name): more.keys[str(name)] for name in new}}
    files = {**mine.key_files, **{str(name): more.file for name in new}}
    return with_children(replace(mine, keys=keys, key_files=files), {**mine.children, **new})


def _taken(root: Node, extra: Node) -> Iterator[Problem]:
    """Report the names that an earlier file has given already, unless both declare the same."""
    for section in SECTIONS:
        mine, is_declared = names_in(root, section), section in _DECLARED
        for name, node in names_in(extra, section).items():
            if name not in mine or (is_declared and node.value == mine[name].value):
                continue
            first, second = key_site(root, (section, name)), key_site(extra, (section, name))
            which, remedy = (
                (", not alike", "say the same, or keep one") if is_declared else ("", "keep one or rename it")
            )
            message = f'{section} "{name}" stands in two files{which}, first in {first.file}:{first.line}; {remedy}'
            journey = str(name) if section == "journeys" else ""
            yield Problem(*second, "include.taken", message, journey=journey)


def _included_head(content: dict[str, Any]) -> tuple[JourneysFile | None, list[Complaint]]:
    """Check an included file, which has no shop of its own."""
    elsewhere = [_not_here(key) for key in content if key not in _INCLUDABLE]
    head, complaints = _head(_ANY_HEAD | {key: value for key, value in content.items() if key in _INCLUDABLE})
    return head, [*elsewhere, *complaints]


def _not_here(key: str) -> Complaint:
    may = f"An included file may hold {', '.join(_INCLUDABLE)}"
    if key == "include":
        message = "an included file includes no others; name them all in the main file"
        return Complaint((key,), "include.nested", message, at_key=True)
    if key in JourneysFile.model_fields:
        message = f'"{key}" belongs in the main file, once for all; move it there. {may}'
        return Complaint((key,), "include.not_here", message, at_key=True)
    message = f'unknown key "{key}"{did_you_mean(key, _INCLUDABLE) or "; correct or remove it."} {may}'
    return Complaint((key,), "schema.unknown_key", message, at_key=True)


def _head(content: dict[str, Any]) -> tuple[JourneysFile | None, list[Complaint]]:
    """Check everything of a file but its journeys."""
    head = content | {"journeys": {}} if isinstance(content.get("journeys"), dict) else content
    try:
        spec, error = JourneysFile.model_validate(head, by_alias=True, by_name=False), None
    except ValidationError as raised:
        spec, error = None, raised
    complaints = complaints_about(error, JourneysFile, head)
    return None if complaints else spec, complaints


def problem_of(complaint: Complaint, root: Node, base: Path = ()) -> Problem:
    """Give a complaint its place and say which step or journey it is about."""
    path = base + complaint.path
    site = key_site(root, path) if complaint.at_key else site_of(root, path)
    return Problem(*site, complaint.code, about(path, root) + complaint.message, journey=journey_of(path))


def flaw_problem(file: str, flaw: Flaw, root: Node | None) -> Problem:
    """Give a flaw of the text the step or journey it is about."""
    return Problem(file, *flaw.place, flaw.code, about(flaw.path, root) + flaw.message, journey=journey_of(flaw.path))


def about(path: Path, root: Node | None) -> str:
    """Begin a message with the step or the journey it is about."""
    journey = journey_of(path)
    if not journey or root is None:
        return ""
    content = dig(root.value, path[:2])
    step = node_at(root, path[:2] + step_path(path[2:], content))
    return where(path[2:], content, step.part if step else "") or f'journey "{journey}": '


def journey_of(path: Path) -> str:
    """Name the journey that a path leads into; empty outside the journeys."""
    is_inside = len(path) > 1 and path[0] == "journeys"
    return path[1] if is_inside and isinstance(path[1], str) else ""
