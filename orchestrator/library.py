"""Which ready journeys are there, and what does each of them bring and need?

Each is a file of `journeys/library/` with its scenarios beside it; what the files say is read, not repeated here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import journeys
from journeys.spec import ENTRY_KINDS
from journeys.yaml_text import read

# What a file that is included may give, each name once in a workspace.
GIVES = ("journeys", "segments", "conditions", "parts", "goals", "events", "attributes")
# Of these two files may say the same.
DECLARES = ("goals", "events", "attributes")
TESTS = ".test.yaml"
_MAGNET = re.compile(r"lead_magnet: \{file: ([\w.-]+)")
_TEMPLATE = re.compile(r"\b\w+\.mjml\b")
# A step of these kinds goes out on a channel of this name unless it names another.
_CHANNELS = {"audience": "ads", "crm": "crm", "lead_magnet": "email"}


@dataclass(frozen=True, slots=True)
class ReadyJourney:
    """One ready journey. `needs` says what the shop must send."""

    name: str
    text: str
    description: str
    stage: str
    group: str
    entry: str
    needs: str
    channels: tuple[str, ...]
    templates: tuple[str, ...]
    magnets: tuple[str, ...]


def library_folder() -> Path:
    """Give the folder of the ready journeys: they lie within the package."""
    return Path(journeys.__file__).parent / "library"


@cache
def ready_journeys() -> Mapping[str, ReadyJourney]:
    """Read all ready journeys, by name."""
    files = (path for path in sorted(library_folder().glob("*.yaml")) if not path.name.endswith(TESTS))
    return {path.stem: _read(path.stem, path.read_text(encoding="utf-8")) for path in files}


def _read(name: str, text: str) -> ReadyJourney:
    root = read(text).root
    assert root is not None, f"{name}.yaml of the library cannot be read"
    said: dict[str, Any] = root.value
    journey = said["journeys"][name]
    return ReadyJourney(
        name=name,
        text=text,
        description=journey["description"],
        stage=journey["stage"],
        group=journey.get("group", ""),
        entry=_entry(journey["entry"]),
        needs=_opening_comment(text),
        channels=tuple(sorted(set(_channels(said)))),
        templates=tuple(dict.fromkeys(_TEMPLATE.findall(text))),
        magnets=tuple(dict.fromkeys(_MAGNET.findall(text))),
    )


def _entry(entry: Mapping[str, Any]) -> str:
    """Say what lets people in, as the file does: `event: Checkout Started`."""
    kind = next(kind for kind in ENTRY_KINDS if kind in entry)
    condition = f", if: {entry['if']}" if "if" in entry else ""
    return f"{kind}: {entry[kind]}{condition}"


def _opening_comment(text: str) -> str:
    """Give the comment a file begins with: what the shop has to send."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return " ".join(lines)


def _channels(said: Any) -> Iterator[str]:
    """Find the channels of all steps, wherever they stand."""
    if isinstance(said, dict):
        if isinstance(said.get("send"), str):
            yield said["send"]
        for kind, usual in _CHANNELS.items():
            if isinstance(said.get(kind), dict):
                yield said[kind].get("channel", usual)
        for inner in said.values():
            yield from _channels(inner)
    elif isinstance(said, list):
        for inner in said:
            yield from _channels(inner)
