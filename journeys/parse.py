"""What does this text say, and where is it wrong?

`parse` reads the YAML, checks it against the language and gives the journeys that are right together with every
problem of those that are not, each with its line and column. One wrong journey never keeps another from running.
Conditions are not looked into here.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from journeys._complaints import Complaint, complaints_about, dig, where
from journeys._positions import Node, Path, Place, key_place, place_of
from journeys._remedies import NAME_WORDS, shown, snake_case
from journeys.errors import Fault, Problem
from journeys.spec import JourneysFile, JourneySpec, Name
from journeys.yaml_text import Flaw, read

_NAME: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. `spec` is None when the part outside the journeys is wrong; it holds only right journeys."""

    file: str
    spec: JourneysFile | None
    problems: tuple[Problem, ...]
    root: Node | None = None

    def place(self, *path: str | int) -> Place:
        """Give line and column of the value at a path, or of the deepest value on the way that exists."""
        return place_of(self.root, path) if self.root else (1, 1)

    def locate(self, fault: Fault) -> Problem:
        """Turn a fault's path into a place in the file."""
        line, column = place_of(self.root, fault.path, fault.column) if self.root else (1, 1)
        return Problem(self.file, line, column, fault.code, fault.message, fault.severity, _journey_of(fault.path))


def parse(text: str, file: str = "journeys.yaml") -> Parsed:
    """Read a journeys file. Never raises: everything that is wrong is in `problems`, in order of place."""
    reading = read(text)
    if reading.root is None:
        return Parsed(file, None, _in_order([_flaw_problem(file, flaw, None) for flaw in reading.flaws]))
    root = reading.root
    flaws = [_flaw_problem(file, flaw, root) for flaw in reading.flaws]
    head, faulty = _head(root.value)
    found = [_problem(file, root, complaint, ()) for complaint in faulty]
    right: dict[str, JourneySpec] = {}
    for name, content in _journeys(root.value).items():
        spec, complaints = _journey(name, content, root)
        found += [_problem(file, root, complaint, ("journeys", name)) for complaint in complaints]
        if spec and not any(flaw.journey == name for flaw in flaws):
            right[name] = spec
    is_usable = all(flaw.journey for flaw in flaws)
    spoiled = {flaw.path for flaw in reading.flaws if flaw.code != "yaml.duplicate_key"}
    kept = [problem for path, problem in found if path not in spoiled]
    whole = head.model_copy(update={"journeys": right}) if head and is_usable else None
    return Parsed(file, whole, _in_order([*flaws, *kept]), root)


def _head(content: dict[str, Any]) -> tuple[JourneysFile | None, list[Complaint]]:
    head = content | {"journeys": {}} if isinstance(content.get("journeys"), dict) else content
    try:
        spec, error = JourneysFile.model_validate(head, by_alias=True, by_name=False), None
    except ValidationError as raised:
        spec, error = None, raised
    complaints = complaints_about(error, JourneysFile, head)
    return None if complaints else spec, complaints


def _journeys(content: dict[str, Any]) -> dict[str, Any]:
    journeys = content.get("journeys")
    return journeys if isinstance(journeys, dict) else {}


def _journey(name: str, content: Any, root: Node) -> tuple[JourneySpec | None, list[Complaint]]:
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


def _name_complaints(name: str) -> list[Complaint]:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        meant = snake_case(name)
        suggestion = f'; did you mean "{meant}"?' if meant else ""
        message = f"a name has at most 60 {NAME_WORDS}{suggestion}"
        return [Complaint((), "schema.wrong_name", message, at_key=True)]
    return []


def _repeated_ids(name: str, journey: dict[str, Any], root: Node) -> list[Complaint]:
    steps = journey.get("steps")
    first: dict[str, int] = {}
    complaints = []
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        step_id = step.get("id") if isinstance(step, dict) else None
        if not isinstance(step_id, str) or first.setdefault(step_id, place) == place:
            continue
        line, _ = place_of(root, ("journeys", name, "steps", first[step_id], "id"))
        message = f"the id is taken by the step on line {line}; give each step an id of its own"
        complaints.append(Complaint(("steps", place, "id"), "schema.duplicate_step_id", message))
    return complaints


def _flaw_problem(file: str, flaw: Flaw, root: Node | None) -> Problem:
    return Problem(file, *flaw.place, flaw.code, _about(flaw.path, root) + flaw.message, journey=_journey_of(flaw.path))


def _problem(file: str, root: Node, complaint: Complaint, base: Path) -> tuple[Path, Problem]:
    path = base + complaint.path
    line, column = key_place(root, path) if complaint.at_key else place_of(root, path)
    message = _about(path, root) + complaint.message
    return path, Problem(file, line, column, complaint.code, message, journey=_journey_of(path))


def _about(path: Path, root: Node | None) -> str:
    """Begin a message with the step or the journey it is about."""
    journey = _journey_of(path)
    if not journey or root is None:
        return ""
    return where(path[2:], dig(root.value, path[:2])) or f'journey "{journey}": '


def _journey_of(path: Path) -> str:
    is_inside = len(path) > 1 and path[0] == "journeys"
    return path[1] if is_inside and isinstance(path[1], str) else ""


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column)))
