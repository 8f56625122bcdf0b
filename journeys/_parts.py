"""Which steps does a journey have once its parts are put in?

A step `use` gives way to the steps of its part before anything is checked, so that everything after sees plain steps.
Their ids begin with the id of the step that uses the part, their ways among themselves follow, and what is written
`$name` is what the step gives. Every value keeps the place where it is written.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from journeys._levels import SPLIT_KEYS, arms_of, steps_in
from journeys._positions import Node, Path, Site, with_children, with_entries
from journeys.errors import Problem
from journeys.spelling import did_you_mean, nearest
from journeys.step_specs import UseStep
from journeys.yaml_text import MOST_BYTES, MOST_LEVELS, MOST_VALUES

MOST_PARTS = 10
REQUIRED = "required"
WORDS = ("continue", "exit")

_WAYS = ("go", "then", "otherwise", "if_suppressed", "on_failure")
_WHOLE = re.compile(r"\$([a-z][a-z0-9_]*)|\$\{([a-z][a-z0-9_]*)\}")
_WITHIN = re.compile(r"\$\$|\$\{([^}]*)\}")


class Parts:
    """The parts of all the files, put into one journey after the other."""

    def __init__(self, parts: Mapping[str, Node]) -> None:
        self.used: set[str] = set()
        self._parts = parts

    def put_into(self, name: str, journey: Node) -> tuple[Node, list[Problem]]:
        """Give the journey with plain steps, and what is wrong with how it uses parts."""
        steps = journey.children.get("steps")
        if steps is None or not any(_uses(step) for _, step in steps_in(journey.value)):
            return journey, []
        putting = _Putting(name, self._parts, _ids_of(steps))
        try:
            inside = putting.steps(steps.children.values(), None)
        except _TooMuchError as error:
            message = f"with its parts the journey has {error}; use fewer, or smaller ones"
            return journey, [Problem(*steps.site, "part.too_much", f'journey "{name}": {message}', journey=name)]
        finally:
            self.used |= putting.used
        first = putting.first_steps
        moved = journey.children.get("moved")
        children = dict(journey.children) | {"steps": with_entries(steps, (_led(step, first) for step in inside))}
        if moved is not None and isinstance(moved.value, dict):
            children["moved"] = with_children(
                moved, {key: _renamed(target, first) for key, target in moved.children.items()}
            )
        whole = with_children(journey, children)
        if _depth(whole) > MOST_LEVELS:
            message = f'journey "{name}": with its parts the journey is nested more than {MOST_LEVELS} levels deep'
            return journey, [Problem(*steps.site, "part.too_much", f"{message}; flatten it", journey=name)]
        return whole, putting.problems


class _TooMuchError(Exception):
    """The parts unfold to more than a file may hold."""


@dataclass(frozen=True, slots=True)
class _Argument:
    """What a part is given under one name: as a value, and where it says the way to a step."""

    value: Node
    way: Node


@dataclass(frozen=True, slots=True)
class _Scope:
    """One use of a part: where it is put in, with what."""

    part: str
    prefix: str
    ids: frozenset[str]
    arguments: Mapping[str, _Argument]
    outer: "_Scope | None"

    def parts(self) -> list[str]:
        """Name this part and those it stands in, the outermost first."""
        return [*(self.outer.parts() if self.outer else []), self.part]


class _Putting:
    """Puts parts into one journey, collecting what is wrong."""

    def __init__(self, journey: str, parts: Mapping[str, Node], ids: Counter[str]) -> None:
        self.problems: list[Problem] = []
        self.first_steps: dict[str, str] = {}
        self.used: set[str] = set()
        self._journey = journey
        self._parts = parts
        self._ids = ids
        self._values = 0
        self._letters = 0
        self._about = ""

    def steps(self, written: Iterable[Node], scope: _Scope | None) -> list[Node]:
        """Give plain steps for these."""
        found: list[Node] = []
        for raw in written:
            step = self._filled_step(raw, scope) if scope else raw
            if _uses(step.value):
                found += self._put(step, raw, scope)
            else:
                found.append(self._with_arms(step, raw, scope))
        return found

    def _with_arms(self, step: Node, raw: Node, scope: _Scope | None) -> Node:
        arms: dict[str | int, Node] = {}
        for arm in arms_of(step.value):
            is_given = scope is not None and raw.children[arm].is_scalar
            entries = (step if is_given else raw).children[arm].children.values()
            arms[arm] = with_entries(step.children[arm], self.steps(entries, None if is_given else scope))
        whole = with_children(step, {**step.children, **arms}) if arms else step
        self._count(whole.size)
        return whole

    def _put(self, step: Node, raw: Node, outer: _Scope | None) -> list[Node]:
        """Give the steps of the part that a step uses, or the step itself when that is wrong."""
        try:
            use = UseStep.model_validate(step.value, by_alias=True, by_name=False)
        except ValidationError:
            return [step]
        self._about = _name(use.id, outer)
        self._count(step.size)
        scope = self._scope(use, step, raw, outer)
        if scope is None or (outer is None and self._ids[use.id] > 1):
            return [step]
        part = self._parts[use.use]
        inside = self.steps(part.children["steps"].children.values(), scope)
        first = inside[0].children.get("id") if inside else None
        self.first_steps[use.id] = first.text if first else use.id
        return inside

    def _scope(self, use: UseStep, step: Node, raw: Node, outer: _Scope | None) -> _Scope | None:
        """Say with what the part is put in; None when something is wrong, which has been said then."""
        wrong = self._wrong_use(use.use, outer.parts() if outer else [])
        if wrong:
            self._refuse(step.children["use"].site, *wrong)
            return None
        part = self._parts[use.use]
        self.used.add(use.use)
        defaults = dict(part.children["arguments"].children) if "arguments" in part.children else {}
        given = step.children["with"].children if "with" in step.children else {}
        before = len(self.problems)
        self._check_arguments(use.use, step, defaults)
        if len(self.problems) > before:
            return None
        prefix, inner = f"{use.id}_", frozenset(_ids_of(part.children["steps"]))
        arguments = {
            str(name): _Argument(given[name], self._way(raw, name, outer, given[name]))
            if name in given
            else _Argument(default, _prefixed(default, prefix, inner))
            for name, default in defaults.items()
        }
        return _Scope(use.use, prefix, inner, arguments, outer)

    def _wrong_use(self, name: str, within: list[str]) -> tuple[str, str] | None:
        """Say why a part cannot be put in here, by code and message."""
        if name not in self._parts:
            return "part.unknown", f'there is no part "{name}"{_known(name, self._parts, "parts")}'
        if name in within:
            self.used.add(name)
            way = " -> ".join([*within[within.index(name) :], name])
            return "part.circle", f"the part uses itself: {way}; take one use out"
        if len(within) >= MOST_PARTS:
            return "part.too_deep", f"parts may use parts {MOST_PARTS} deep, and this goes deeper; write the steps here"
        if not _is_well_formed(self._parts[name]):
            return "part.unknown", f'the part "{name}" is wrong itself; correct it first'
        return None

    def _check_arguments(self, part: str, step: Node, known: Mapping[str | int, Node]) -> None:
        words = [str(name) for name in known]
        given = step.children.get("with", step)
        names = [] if given is step else [str(name) for name in given.children]
        unknown = [name for name in names if name not in words]
        for name in unknown:
            message = f'the part "{part}" has no argument "{name}"{_known(name, words, "arguments")}'
            self._refuse(given.key_site(name) or given.site, "part.unknown_argument", message)
        present = {*names, *(nearest(name, words) for name in unknown)}
        for argument, default in known.items():
            if default.value == REQUIRED and argument not in present:
                message = f'the part "{part}" needs the argument "{argument}"; write it under with'
                self._refuse(step.children["use"].site, "part.missing_argument", message)

    def _way(self, raw: Node, name: str | int, outer: _Scope | None, given: Node) -> Node:
        """Give an argument as it reads where it says the way to a step."""
        written = raw.children.get("with")
        if outer is None or written is None or name not in written.children:
            return given
        return self._filled(written.children[name], outer, is_way=True)

    def _refuse(self, at: Site, code: str, message: str) -> None:
        self.problems.append(Problem(*at, code, f"{self._about}{message}", journey=self._journey))

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            raise _TooMuchError(f"more than {MOST_VALUES:,} values")

    # What a part says, with the arguments in place.

    def _filled_step(self, step: Node, scope: _Scope) -> Node:
        if not isinstance(step.value, dict):
            return self._filled(step, scope)
        own_id = step.children.get("id")
        self._about = _name(f"{scope.prefix}{own_id.text}" if own_id and own_id.is_scalar else "", scope)
        arms = set(arms_of(step.value))
        children = {
            key: child if key in arms else self._filled_at(child, (key,), scope, step)
            for key, child in step.children.items()
        }
        if own_id is not None and children["id"].is_scalar:
            children["id"] = _with_text(children["id"], scope.prefix + children["id"].text)
        return replace(with_children(step, children), part=scope.part)

    def _filled_at(self, node: Node, path: Path, scope: _Scope, step: Node) -> Node:
        if node.is_scalar:
            return self._filled(node, scope, is_way=_is_way(path, step))
        return with_children(
            node, {key: self._filled_at(child, (*path, key), scope, step) for key, child in node.children.items()}
        )

    def _filled(self, node: Node, scope: _Scope, *, is_way: bool = False) -> Node:
        if not node.is_scalar:
            return with_children(node, {key: self._filled(child, scope) for key, child in node.children.items()})
        if not isinstance(node.value, str) or "$" not in node.value:
            return _prefixed(node, scope.prefix, scope.ids) if is_way else node
        whole = _WHOLE.fullmatch(node.value)
        if not whole:
            return _with_text(node, _WITHIN.sub(lambda found: self._text(found, node, scope), node.value))
        argument = self._argument(whole[1] or whole[2], node, scope)
        if argument is None:
            return node
        return argument.way if is_way else argument.value

    def _text(self, found: "re.Match[str]", node: Node, scope: _Scope) -> str:
        if found[0] == "$$":
            return "$"
        argument = self._argument(found[1], node, scope)
        if argument is None:
            return ""
        if not argument.value.is_scalar:
            kind = "a list" if isinstance(argument.value.value, list) else "a mapping"
            message = f'"{found[1]}" is {kind}, which cannot stand within text; give it as text'
            self._refuse(node.site, "part.wrong_argument", message)
        self._letters += len(argument.value.text)
        if self._letters > MOST_BYTES:
            raise _TooMuchError("more than 2 MB of text")
        return argument.value.text

    def _argument(self, name: str, node: Node, scope: _Scope) -> _Argument | None:
        if name not in scope.arguments:
            hint = did_you_mean(name, scope.arguments)
            message = f'"{name}" is no argument of the part{hint}; name it under arguments, or write $$ for a dollar'
            self._refuse(node.site, "part.unknown_argument", message)
        return scope.arguments.get(name)


def _uses(step: object) -> bool:
    return isinstance(step, dict) and "use" in step


def _known(word: str, words: Iterable[str], what: str) -> str:
    """End a message with what there is."""
    listed = ", ".join(words) or "none"
    hint = did_you_mean(word, words)
    return f"{hint} Known {what}: {listed}" if hint else f"; known {what}: {listed}"


def _name(step: str, scope: _Scope | None) -> str:
    """Begin a message with the step it is about."""
    part = f" (part {scope.part})" if scope else ""
    return f'step "{step}"{part}: ' if step else f"a step{part}: "


def _ids_of(steps: Node) -> Counter[str]:
    found = (step.get("id") for _, step in steps_in({"steps": steps.value}) if isinstance(step, dict))
    return Counter(each for each in found if isinstance(each, str))


def _is_well_formed(part: Node) -> bool:
    steps, arguments = part.children.get("steps"), part.children.get("arguments")
    has_steps = steps is not None and isinstance(steps.value, list) and bool(steps.value)
    return has_steps and (arguments is None or isinstance(arguments.value, dict))


def _is_way(path: Path, step: Node) -> bool:
    """Whether what stands at this path of a step names a step."""
    match path:
        case (str(key),):
            return key in _WAYS or ("split" in step.children and key not in SPLIT_KEYS)
        case ("wait_for", "of") | ("wait_for", "first_of", int(), "of" | "go") | ("branch", int(), "go"):
            return True
        case ("guards", _, "divert"):
            return True
        case _:
            return False


def _prefixed(node: Node, prefix: str, ids: frozenset[str]) -> Node:
    return _with_text(node, prefix + node.value) if node.is_scalar and node.value in ids - set(WORDS) else node


def _with_text(node: Node, text: str) -> Node:
    return replace(node, value=text, text=text, verbatim="")


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    return _with_text(node, names[node.value]) if isinstance(node.value, str) and node.value in names else node


def _led(step: Node, first_steps: Mapping[str, str]) -> Node:
    """Lead a step's ways to a part to the part's first step."""

    def led(node: Node, path: Path) -> Node:
        if node.is_scalar:
            return _renamed(node, first_steps) if _is_way(path, step) else node
        return with_children(node, {key: led(child, (*path, key)) for key, child in node.children.items()})

    def in_arm(arm: Node) -> Node:
        return with_entries(arm, (_led(inner, first_steps) for inner in arm.children.values()))

    if not isinstance(step.value, dict):
        return step
    arms = set(arms_of(step.value))
    children = {key: in_arm(child) if key in arms else led(child, (key,)) for key, child in step.children.items()}
    return with_children(step, children)


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children.values()), default=0)
