"""What is in force, who put it there, and what does it say about those inside?

A deployment is the whole of a workspace's text at one moment: the journeys file, what it includes and its templates.
It is kept for ever, so that an earlier one can be put into force again and people inside an earlier version can be
moved or finish on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec

from orchestrator.program import Version

DeploymentKind: TypeAlias = Literal["run", "apply", "rollback"]
Bundle: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deployment:
    """A set of journeys that was put into force.

    `kept` lists the versions that people inside finish on, by journey; `ended` the journeys whose people leave.
    """

    id: int
    at: datetime
    by: str
    kind: DeploymentKind
    hash: str
    journeys: Mapping[str, str]
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ended: tuple[str, ...] = ()
    note: str = ""
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be put into force, and whom it concerns.

    `wakes` names the journeys whose people get a turn; with `wakes_all` everybody does.
    """

    at: datetime
    by: str
    kind: DeploymentKind
    bundle: Bundle
    journeys: Mapping[str, str]
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ended: tuple[str, ...] = ()
    note: str = ""
    parent: int | None = None
    wakes: tuple[str, ...] = ()
    wakes_all: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """How many people are at one step of one version of a journey."""

    journey: str
    version: str
    step: str
    people: int

    @property
    def named(self) -> Version:
        """Name the version they are on."""
        return self.journey, self.version


def hash_of(bundle: Bundle) -> str:
    """Name texts by what they say: 12 hex digits."""
    return blake2b(msgspec.json.encode(dict(bundle), order="sorted"), digest_size=6).hexdigest()


def versions_of(inside: Iterable[Inside]) -> frozenset[Version]:
    """Name the versions that somebody is on."""
    return frozenset(each.named for each in inside)
