"""What must a workspace's main file say so that ready journeys run, and where does it go?

Texts go in and come out: what is there stays as it was written, with its comments, and lines are put between. What
cannot be put in that way is said in words, for a person to write.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from journeys.yaml_text import read
from orchestrator.bundled import example_folder
from orchestrator.including import Texts

FILE = "journeys.yaml"
INCLUDED = "journeys.d/*.yaml"
# How many messages a week the groups of the ready journeys may send one person.
CAPS = {"care": "2 per 7d", "nurture": "3 per 7d", "promo": "2 per 7d"}
_CHANNEL = re.compile(r"^  (\w+): (\{.*\})", re.MULTILINE)
_HEAD = re.compile(r"^channels:[ \t]*(?:#.*)?\n", re.MULTILINE)
_INDENT = re.compile(r"^channels:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*([ \t]+)\w", re.MULTILINE)
_JOURNEYS = re.compile(r"^journeys:|\Z", re.MULTILINE)
_CAP = re.compile(r"^([ \t]+frequency_cap: \{)(.*)(\}[ \t]*(?:#.*)?)$", re.MULTILINE)

Said: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Needs:
    """The channels and groups of the journeys that come in."""

    channels: Sequence[str]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Adapted:
    """The text with what was put in, and what a person has to put in."""

    text: str
    left: tuple[str, ...] = ()


def starter() -> str:
    """Give a main file without journeys: the example's shop, channels and guards."""
    return _example().partition("\njourneys:\n")[0]


def adapted(text: str, needs: Needs) -> Adapted:
    """Put in what is needed and not there yet."""
    changes: tuple[Callable[[str, Said, Needs], Adapted], ...] = (_include, _channels, _caps)
    left: tuple[str, ...] = ()
    for change in changes:
        changed = change(text, _said(text), needs)
        text, left = changed.text, left + changed.left
    return Adapted(text, left)


def _include(text: str, said: Said, _: Needs) -> Adapted:
    patterns = said.get("include") or []
    some_file = Texts({INCLUDED.replace("*", "some"): ""})
    if any(isinstance(pattern, str) and list(some_file.find(pattern)) for pattern in patterns):
        return Adapted(text)
    if patterns:
        changed = re.sub(r"^(include: \[.*)\]", rf"\1, {INCLUDED}]", text, count=1, flags=re.MULTILINE)
    else:
        changed = re.sub(r"^(version:.*\n)", rf"\1include: [{INCLUDED}]\n", text, count=1, flags=re.MULTILINE)
    return _checked(text, changed, f"include: add {INCLUDED}", lambda said: INCLUDED in said.get("include", ()))


def _channels(text: str, said: Said, needs: Needs) -> Adapted:
    there = said.get("channels") or {}
    specs = dict(_CHANNEL.findall(_example()))
    missing = [name for name in needs.channels if name not in there]
    indent = _INDENT.search(text)
    lines = "".join(f"{indent[1] if indent else '  '}{name}: {specs[name]}\n" for name in missing)
    if not missing:
        return Adapted(text)
    if "channels" in said:
        changed = _HEAD.sub(lambda found: found[0] + lines, text, count=1)
    else:
        changed = _JOURNEYS.sub(lambda found: f"channels:\n{lines}\n{found[0]}", text, count=1)
    remedy = f"channels: add {', '.join(f'{name}: {specs[name]}' for name in missing)}"
    return _checked(text, changed, remedy, lambda said: not set(missing) - set(said.get("channels") or ()))


def _caps(text: str, said: Said, needs: Needs) -> Adapted:
    there = _groups(said)
    missing = [name for name in needs.groups if name not in there]
    if not missing:
        return Adapted(text)
    caps = ", ".join(f"{name}: {CAPS[name]}" for name in missing)
    changed = _CAP.sub(lambda found: f"{found[1]}{_with_groups(found[2], caps)}{found[3]}", text, count=1)
    remedy = f"guards: frequency_cap: add groups: {{{caps}}}, or these journeys know no cap of their own"
    return _checked(text, changed, remedy, lambda said: not set(missing) - set(_groups(said)))


def _groups(said: Said) -> Said:
    cap = (said.get("guards") or {}).get("frequency_cap") or {}
    return cap.get("groups") or {}


def _with_groups(inside: str, caps: str) -> str:
    """Put caps into what stands between the braces of `frequency_cap: {...}`."""
    if "groups: {" in inside:
        return inside.replace("groups: {", f"groups: {{{caps}, ", 1).replace(", }", "}")
    return f"{inside}{', ' if inside.strip() else ''}groups: {{{caps}}}"


def _checked(text: str, changed: str, remedy: str, is_there: Callable[[Said], bool]) -> Adapted:
    """Give the changed text when it says what it should and is still YAML, else the old one and what to do."""
    reading = read(changed)
    if reading.root is not None and not reading.flaws and is_there(reading.root.value):
        return Adapted(changed)
    return Adapted(text, (f"{FILE}: {remedy}",))


def _said(text: str) -> Said:
    root = read(text).root
    return {} if root is None else root.value


def _example() -> str:
    return (example_folder() / FILE).read_text(encoding="utf-8")
