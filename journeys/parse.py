"""What does this text say, and where is it wrong?

`parse` reads the YAML, checks it against the language and gives the journeys that are right together with every
problem of those that are not, each with its file, line and column. One wrong journey never keeps another from running.
Included files are joined and parts put in before the journeys are looked at. Conditions are not looked into here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from journeys._bundle import flaw_problem, join, journey_of, names_in, problem_of
from journeys._complaints import Complaint, complaints_about
from journeys._levels import dig, step_path, steps_in
from journeys._parts import Parts
from journeys._positions import Node, Path, Place, Site, key_site, node_at, place_of, site_of, with_children
from journeys._remedies import NAME_WORDS, shown, snake_case
from journeys.errors import Fault, Problem
from journeys.spec import JourneysFile, JourneySpec, Name
from journeys.yaml_text import Reading, read

_NAME: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. `spec` is None when the part outside the journeys is wrong; it holds only right journeys.

    `homes` names the file of every journey that stands in an included one.
    """

    file: str
    spec: JourneysFile | None
    problems: tuple[Problem, ...]
    root: Node | None = None
    homes: Mapping[str, str] = field(default_factory=dict)

    def place(self, *path: str | int) -> Place:
        """Give line and column of the value at a path, or of the deepest value on the way that exists."""
        return place_of(self.root, path) if self.root else (1, 1)

    def locate(self, fault: Fault) -> Problem:
        """Turn a fault's path into a place in its file."""
        site = site_of(self.root, fault.path, fault.column) if self.root else Site(self.file, 1, 1)
        file = site.file or self.file
        message = self._with_part(fault)
        return Problem(file, site.line, site.column, fault.code, message, fault.severity, journey_of(fault.path))

    def _with_part(self, fault: Fault) -> str:
        """Say which part a step comes from whose own line is far away."""
        path = fault.path
        if self.root is None or path[:1] != ("journeys",):
            return fault.message
        here = path[:2] + step_path(path[2:], dig(self.root.value, path[:2]))
        step = node_at(self.root, here)
        if step is None or not step.part:
            return fault.message
        named = f'step "{step.value.get("id")}"'
        return fault.message.replace(named, f"{named} (part {step.part})", 1)


def parse(
    text: str,
    file: str = "journeys.yaml",
    included: Mapping[str, str] | None = None,
    *,
    reading: Reading | None = None,
) -> Parsed:
    """Read a journeys file with those it includes. Never raises: all that is wrong is in `problems`, in order of place.

    `reading` saves the time of reading `text` when that has been done.
    """
    main = reading or read(text, file)
    if main.root is None:
        return Parsed(file, None, _in_order(file, [flaw_problem(file, flaw, None) for flaw in main.flaws]))
    bundle = join(file, main, main.root, {name: read(each, name) for name, each in (included or {}).items()})
    root, found, unused = _with_parts(bundle.root)
    set_aside = bundle.set_aside | {problem.journey for problem in found}
    right: dict[str, JourneySpec] = {}
    journeys = _journeys(root.value)
    misplaced: list[Path] = [(name,) for name, content in journeys.items() if _is_misplaced(name, content)]
    for name, content in journeys.items():
        spec, complaints = _journey(name, content, root)
        complaints = [each for each in complaints if each.path not in misplaced]
        said = [each for each in complaints if ("journeys", name, *each.path) not in bundle.spoiled]
        found += [problem_of(complaint, root, ("journeys", name)) for complaint in said]
        if spec and name not in set_aside:
            right[name] = spec
    whole = bundle.head.model_copy(update={"journeys": right}) if bundle.head else None
    wrong = {problem.file for problem in bundle.problems}
    found += [warning for warning in unused if warning.file not in wrong]
    return Parsed(file, whole, _in_order(file, [*bundle.problems, *found]), root, bundle.homes)


def included_patterns(reading: Reading) -> Iterator[tuple[str, Site]]:
    """Give what a file includes, each with its place; what is wrong with it is said by `parse`."""
    said = reading.root.children.get("include") if reading.root else None
    for entry in said.children.values() if said and isinstance(said.value, list) else ():
        if isinstance(entry.value, str):
            yield entry.value, entry.site


def _with_parts(root: Node) -> tuple[Node, list[Problem], list[Problem]]:
    """Put the parts into the journeys; give what is wrong with that, and which parts nobody uses."""
    parts = Parts({str(name): part for name, part in names_in(root, "parts").items()})
    found: list[Problem] = []
    whole: dict[str | int, Node] = {}
    for name, journey in names_in(root, "journeys").items():
        whole[name], wrong = parts.put_into(str(name), journey)
        found += wrong
    if whole:
        root = with_children(root, {**root.children, "journeys": with_children(root.children["journeys"], whole)})
    return root, found, [_unused(name, root) for name in names_in(root, "parts") if name not in parts.used]


def _unused(part: str | int, root: Node) -> Problem:
    message = f'part "{part}": no journey uses it; use it, or remove it'
    return Problem(*key_site(root, ("parts", part)), "part.unused", message, "warning")


def _journeys(content: dict[str, Any]) -> dict[str, Any]:
    journeys = content.get("journeys")
    return journeys if isinstance(journeys, dict) else {}


def _journey(name: str, content: Any, root: Node) -> tuple[JourneySpec | None, list[Complaint]]:
    if _is_misplaced(name, content):
        message = f'"{name}" is a key of a journey, not a journey; indent it like the other keys of the one above'
        return None, [Complaint((), "schema.wrong_value", message)]
    named = _name_complaints(name)
    if not isinstance(content, dict):
        message = f"expects a mapping with the keys entry and steps, got {shown(content)}; write them below its name"
        return None, [*named, Complaint((), "schema.wrong_value", message)]
    try:
        spec, error = JourneySpec.model_validate(content, by_alias=True, by_name=False), None
    except ValidationError as raised:
        spec, error = None, raised
    complaints = [*named, *complaints_about(error, JourneySpec, content), *_repeated_ids(name, content, root)]
    return None if complaints else spec, complaints


def _is_misplaced(name: str, content: object) -> bool:
    """Whether a key of the journey above was not indented enough, and so looks like a journey of its own."""
    return name in JourneySpec.model_fields and not (isinstance(content, dict) and "steps" in content)


def _name_complaints(name: str) -> list[Complaint]:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        meant = snake_case(name)
        suggestion = f'; did you mean "{meant}"?' if meant else ""
        message = f"a name has at most 60 {NAME_WORDS}{suggestion}"
        return [Complaint((), "schema.wrong_name", message, at_key=True)]
    return []


def _repeated_ids(name: str, journey: dict[str, Any], root: Node) -> Iterator[Complaint]:
    first: dict[str, Path] = {}
    for path, step in steps_in(journey):
        step_id = step.get("id") if isinstance(step, dict) else None
        if not isinstance(step_id, str) or first.setdefault(step_id, path) == path:
            continue
        here, there = (site_of(root, ("journeys", name, *way, "id")) for way in (path, first[step_id]))
        line = f"line {there.line}" if here.file == there.file else f"{there.file}:{there.line}"
        message = f"the id is taken by the step on {line}; give each step an id of its own"
        yield Complaint((*path, "id"), "schema.duplicate_step_id", message)


def _in_order(file: str, problems: list[Problem]) -> tuple[Problem, ...]:
    def place(problem: Problem) -> tuple[bool, str, int, int]:
        return problem.file != file, problem.file, problem.line, problem.column

    return tuple(sorted(dict.fromkeys(problems), key=place))
