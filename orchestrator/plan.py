"""What would putting these journeys into force change, and for whom?

A plan is a list of stages, each a value. `orchestrator.plan_text` explains them and `order` carries them out: two
visitors of one list, so that what is done is what was shown. A stage that is a `Refusal` keeps the plan from being
carried out. Pure: who is inside which version is counted beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from journeys.compile import CompiledStep, Journey
from journeys.rebase import OUT, Leaves, Lost, Recounts, Stays, landing, moves_of
from orchestrator.deployment import Bundle, Deployment, DeploymentKind, Inside, Order
from orchestrator.openings import OPENED_BY_TIME
from orchestrator.plan_stages import (
    Added,
    Changed,
    Ends,
    FileChanged,
    Finishes,
    GuardChanged,
    Misnamed,
    Moves,
    NobodyKnows,
    NoTarget,
    Refusal,
    Removed,
    Sleeps,
    Stage,
    StepAdded,
    StepGone,
    Unchanged,
    Undecided,
)
from orchestrator.program import Version
from orchestrator.project import FILE, Project
from orchestrator.said import in_short


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: what is in force, and who is inside which version; `former` are those still known."""

    deployment: Deployment | None = None
    project: Project | None = None
    bundle: Bundle = field(default_factory=dict)
    inside: tuple[Inside, ...] = ()
    former: Mapping[Version, Journey] = field(default_factory=dict)

    def people(self, journey: str) -> int:
        """Count the people inside a journey, whatever their version."""
        return sum(each.people for each in self.inside if each.journey == journey)

    def version(self, journey: str) -> str | None:
        """Give the version of a journey that is in force."""
        return None if self.deployment is None else self.deployment.journeys.get(journey)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was said about people whose journey is gone or changes: who leaves, and who finishes as they began."""

    end: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()


NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages, what was compared, and which versions people finish on afterwards."""

    standing: Standing
    project: Project
    bundle: Bundle
    choices: Choices
    stages: tuple[Stage, ...]
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ended: tuple[str, ...] = ()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Give what keeps it from being carried out."""
        return tuple(stage for stage in self.stages if isinstance(stage, Refusal))

    @property
    def compared_with(self) -> int:
        """Give the id of the deployment that was in force; 0 when there was none."""
        return 0 if self.standing.deployment is None else self.standing.deployment.id

    @property
    def changes_anything(self) -> bool:
        """Say whether something would be another than it is."""
        return any(not isinstance(stage, Unchanged | Sleeps) for stage in self.stages)


def make_plan(standing: Standing, project: Project, bundle: Bundle, choices: Choices = NO_CHOICES) -> Plan:
    """Compare what is in force with another project, journey by journey."""
    planner = _Planner(standing, project, choices)
    stages = [stage for name in planner.names() for stage in planner.journey(name)]
    stages += planner.misnamed()
    stages += guard_changes(standing.project, project)
    stages += file_changes(standing.bundle, bundle)
    ended = [*planner.ended, *(standing.deployment.ended if standing.deployment else ())]
    gone = tuple(sorted({name for name in ended if not planner.is_named(name)}))
    return Plan(standing, project, bundle, choices, tuple(stages), planner.kept, gone)


def order(plan: Plan, *, at: datetime, by: str, kind: DeploymentKind, note: str = "") -> Order:
    """Say what has to be written to carry a plan out, and whom it concerns."""
    wakes, timed = set[str](), set[str]()
    for stage in plan.stages:
        match stage:
            case Added(journey=name) | Changed(journey=name):
                wakes.add(name)
                timed |= {name} if plan.project.journeys[name].spec.entry.kind in OPENED_BY_TIME else set()
            case Moves(journey=name) | Ends(journey=name) | Finishes(journey=name):
                wakes.add(name)
            case _:
                continue
    return Order(
        at=at,
        by=by,
        kind=kind,
        bundle=plan.bundle,
        journeys={name: journey.version for name, journey in plan.project.journeys.items()},
        kept=plan.kept,
        ended=plan.ended,
        note=note,
        parent=plan.compared_with or None,
        wakes=tuple(sorted(wakes)),
        wakes_all=bool(timed),
    )


class _Planner:
    """One comparison while it is being made."""

    def __init__(self, standing: Standing, project: Project, choices: Choices) -> None:
        self.standing = standing
        self.project = project
        self.choices = choices
        self.kept: dict[str, tuple[str, ...]] = {}
        self.ended: list[str] = []
        self._before = dict(standing.deployment.journeys) if standing.deployment else {}
        self._kept_before = dict(standing.deployment.kept) if standing.deployment else {}

    def is_named(self, name: str) -> bool:
        """Say whether the file names this journey, be it right or wrong."""
        return self.project.spec is not None and name in self.project.spec.journeys

    def names(self) -> list[str]:
        """Name every journey that is, was, or still has people."""
        named = list(self.project.spec.journeys) if self.project.spec else []
        others = {*self._before, *(each.journey for each in self.standing.inside)} - set(named)
        return [*named, *sorted(others)]

    def journey(self, name: str) -> Iterator[Stage]:
        """Say what happens to one journey and the people inside."""
        new = self.project.journeys.get(name)
        if new is not None:
            yield from self._running(name, new)
        elif self.is_named(name):
            yield Sleeps(name, self.standing.people(name))
        elif name in self._before or self.standing.people(name):
            yield from self._gone(name)

    def misnamed(self) -> Iterator[Misnamed]:
        """Find options that name a journey of which they can mean nothing."""
        for name in sorted(self.choices.end):
            if self.is_named(name):
                yield Misnamed("--end", name, "is still in the file; take it out first, or leave the option out")
            elif not self.standing.people(name):
                yield Misnamed("--end", name, "has nobody inside; leave the option out")
        for name in sorted(self.choices.keep):
            if not self.standing.people(name):
                yield Misnamed("--keep", name, "has nobody inside; leave the option out")
            elif name in self.choices.end:
                yield Misnamed("--keep", name, "cannot both be kept and ended; say one of the two")
            elif not self._is_known(name):
                yield Misnamed("--keep", name, "has people inside a version of which nothing is kept; leave it out")

    # A journey that runs.

    def _running(self, name: str, new: Journey) -> Iterator[Stage]:
        before = self._before.get(name)
        people, old = self.standing.people(name), self._old(name)
        is_same = before == new.version or (old is not None and old.spec == new.spec)
        if before is None:
            yield Added(name, new.version, people)
        elif is_same:
            yield Unchanged(name, new.version, people)
        else:
            yield Changed(name, before, new.version, people)
        self._keep(name, new.version, is_same=is_same)
        yield from self._people(name, new, is_same=is_same)
        if old is not None and not is_same:
            yield from _steps(name, old, new)
            yield from _step_guards(name, old, new)
        yield from _wrong_moves(name, new)

    def _old(self, name: str) -> Journey | None:
        project = self.standing.project
        return None if project is None else project.journeys.get(name)

    def _keep(self, name: str, version: str, *, is_same: bool) -> None:
        """Note who finishes as they began: all when that was said, else those of before while nothing changes."""
        inside = self._versions(name) - {version}
        if name not in self.choices.keep:
            inside &= set(self._kept_before.get(name, ())) if is_same else set()
        if inside:
            self.kept[name] = tuple(sorted(inside))

    def _versions(self, name: str) -> set[str]:
        return {each.version for each in self.standing.inside if each.journey == name}

    def _people(self, name: str, new: Journey, *, is_same: bool) -> Iterator[Stage]:
        finishing: dict[str, int] = {}
        for each in self._inside(name):
            if each.version in self.kept.get(name, ()):
                finishing[each.version] = finishing.get(each.version, 0) + each.people
            elif each.version != new.version:
                stage = self._moved(each, new)
                if isinstance(stage, NobodyKnows) or not is_same or not isinstance(stage.landing, Stays):
                    yield stage
        yield from (Finishes(name, version, people) for version, people in sorted(finishing.items()))

    def _inside(self, name: str) -> Iterator[Inside]:
        return (each for each in self.standing.inside if each.journey == name)

    def _moved(self, each: Inside, new: Journey) -> Moves | NobodyKnows:
        old = self.standing.former.get(each.named)
        lands = landing(each.step, old, new)
        if isinstance(lands, Lost):
            return NobodyKnows(each.journey, each.step, each.people)
        was = None if old is None else old.steps.get(each.step)
        now = None if isinstance(lands, Leaves) else new.steps[lands.step]
        before, after = _difference(was, now) if isinstance(lands, Recounts) else ("", "")
        return Moves(each.journey, each.version, each.step, each.people, lands, before, after)

    # A journey that is gone.

    def _gone(self, name: str) -> Iterator[Stage]:
        yield Removed(name, self._before.get(name, ""), self.standing.people(name))
        kept_before = set(self._kept_before.get(name, ()))
        if name in self.choices.end:
            self.ended.append(name)
            yield from (Ends(name, each.version, each.step, each.people) for each in self._inside(name))
            return
        if self.standing.deployment is not None and name in self.standing.deployment.ended:
            return
        keeps = self._versions(name) if name in self.choices.keep else kept_before & self._versions(name)
        if keeps:
            self.kept[name] = tuple(sorted(keeps))
        for version in sorted(keeps):
            yield Finishes(name, version, sum(each.people for each in self._inside(name) if each.version == version))
        undecided = sum(each.people for each in self._inside(name) if each.version not in keeps)
        if undecided:
            yield Undecided(name, undecided, self._is_known(name))

    def _is_known(self, name: str) -> bool:
        """Say whether every version that somebody is on was kept, so that they can finish on it."""
        return all(each.named in self.standing.former for each in self._inside(name))


def _steps(name: str, old: Journey, new: Journey) -> Iterator[Stage]:
    """Find the steps that are new, those that are gone, and those that wait otherwise without anybody there."""
    moved = moves_of(new)
    for step, was in new.steps.items():
        if step not in old.steps:
            yield StepAdded(name, step, was.kind)
    for step in old.steps:
        if step not in new.steps:
            yield StepGone(name, step, moved.get(step, ""))


def _wrong_moves(name: str, new: Journey) -> Iterator[NoTarget]:
    moved = moves_of(new)
    for step, target in moved.items():
        if target != OUT and target not in new.steps and target not in moved:
            yield NoTarget(name, step, target)


def _difference(was: CompiledStep | None, now: CompiledStep | None) -> tuple[str, str]:
    """Say what a step waits for, before and after."""
    return ("" if was is None else written(was), "" if now is None else written(now))


def written(step: CompiledStep) -> str:
    """Write what a step says beside its id, the way the file does."""
    said = step.spec.model_dump(mode="python", by_alias=True, exclude_defaults=True, exclude={"id"})
    return in_short(next(iter(said.values())) if len(said) == 1 else said)


# What holds messages, and what they say.


def guard_changes(before: Project | None, after: Project) -> Iterator[GuardChanged]:
    """Compare the guards that hold everywhere."""
    was = before.spec.guards if before is not None and before.spec is not None else {}
    now = after.spec.guards if after.spec is not None else {}
    yield from _guards("", was, now)


def _step_guards(name: str, old: Journey, new: Journey) -> Iterator[GuardChanged]:
    for step, now in new.steps.items():
        was = old.steps.get(step)
        if was is not None:
            yield from _guards(f"{name}.{step}", _said_of_guards(was), _said_of_guards(now))


def _said_of_guards(step: CompiledStep) -> Mapping[str, Mapping[str, Any]]:
    """Give what a step says about guards; one it waives is there with the reason."""
    said: dict[str, Mapping[str, Any]] = dict(getattr(step.spec, "guards", {}))
    waived: Mapping[str, str] = getattr(step.spec, "except_", {})
    return said | {name: {"except": reason} for name, reason in waived.items()}


def _guards(place: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[GuardChanged]:
    for guard in {**was, **now}:
        if was.get(guard) != now.get(guard):
            yield GuardChanged(place, guard, was.get(guard), now.get(guard))


def file_changes(before: Bundle, after: Bundle) -> Iterator[FileChanged]:
    """Name the texts beside the journeys file that read otherwise."""
    if not before:
        return
    for name in sorted({*before, *after} - {FILE}):
        if name not in before:
            yield FileChanged(name, "new")
        elif name not in after:
            yield FileChanged(name, "gone")
        elif before[name] != after[name]:
            yield FileChanged(name, "changed")
