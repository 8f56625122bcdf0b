"""How does a plan read? Each stage is a line, why it is so, and fields for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from journeys.rebase import Because, Begins, Recounts, Stays
from orchestrator.plan import Plan
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
from orchestrator.said import in_short

Fields = dict[str, Any]
_BEGINS = {
    Because.MOVED: "`moved:` names another step, so it begins afresh; a letter that waits for it is taken back",
    Because.KIND: "the step is of another kind, so it begins afresh; a letter that waits is taken back",
    Because.CHANNEL: "the message goes another way, so it is planned afresh and the one that waits is taken back",
}


def lines(plan: Plan, *, explains: bool = False) -> Iterator[str]:
    """Write a plan; with `explains` every line is followed by its reason."""
    yield _compared(plan)
    for stage in plan.stages:
        if isinstance(stage, Refusal):
            continue
        yield line(stage)
        if explains:
            yield f"        because {why(stage)}"
    for refusal in plan.refusals:
        yield f"! {refused(refusal)}"
    if not plan.refusals and not plan.changes_anything:
        yield "nothing changes"


def _compared(plan: Plan) -> str:
    deployment = plan.standing.deployment
    if deployment is None:
        return "nothing is in force yet"
    return (
        f"compared with deployment {deployment.id} ({deployment.kind} by {deployment.by}, "
        f"{deployment.at:%Y-%m-%d %H:%M} UTC)"
    )


def line(stage: Stage) -> str:
    """Say what a stage does."""
    match stage:
        case Unchanged(name, _, people):
            return f"= {name}: unchanged, {_people(people)} inside"
        case Added(name, version, people):
            return f"+ {name}: new, version {version}{f', {_people(people)} inside already' if people else ''}"
        case Changed(name, before, after, people):
            return f"~ {name}: version {before} -> {after}, {_people(people)} inside"
        case Removed(name, before, people):
            return f"- {name}: gone{f', was version {before}' if before else ''}, {_people(people)} inside"
        case Sleeps(name, people):
            return f"! {name}: has an error and does not run, {_people(people)} inside"
        case Moves() | Finishes() | Ends():
            return f"    {_fate(stage)}"
        case _:
            return _detail(stage)


def _detail(stage: StepAdded | StepGone | GuardChanged | FileChanged | Refusal) -> str:
    match stage:
        case StepAdded(_, step, kind):
            return f"    + {step}: a new step ({kind})"
        case StepGone(_, step, to):
            return f"    - {step}: gone{_whereto(to)}"
        case GuardChanged(place, guard, before, after):
            return f"{f'    {place}: ' if place else ''}{_guard(guard, before, after)}"
        case FileChanged(name, how):
            return f"{_MARKS[how]} {name}: {how}"
        case _:
            return f"! {refused(stage)}"


_MARKS = {"new": "+", "gone": "-", "changed": "~"}


def _fate(stage: Moves | Finishes | Ends) -> str:
    match stage:
        case Moves(_, _, step, _, lands):
            return f"{step}: {_landing(stage, step, lands)}"
        case Finishes(_, version, people):
            return f"version {version}: {_they(people, 'finishes', 'finish')} on it"
        case Ends(_, _, step, people):
            return f"{step}: {_they(people, 'leaves', 'leave')} (journey_removed)"


def _landing(stage: Moves, step: str, lands: object) -> str:
    people = stage.people
    match lands:
        case Stays(to):
            return f"{_they(people, 'stays', 'stay')}{'' if to == step else f', at {to}'}"
        case Recounts(to):
            at = "" if to == step else f" at {to}"
            change = f"{stage.before or 'as before'} -> {stage.after}"
            return f"{_they(people, 'waits', 'wait')} on{at}, {change}"
        case Begins(to):
            return f"{_they(people, 'begins', 'begin')} {to} afresh"
        case _:
            return f"{_they(people, 'leaves', 'leave')} (step_removed)"


def _whereto(to: str) -> str:
    return {"": "", "exit": ", whoever is there leaves"}.get(to, f", whoever is there goes to {to}")


def _guard(guard: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    if before is None:
        return f"+ guard {guard}: {in_short(after)}"
    if after is None:
        return f"- guard {guard}: was {in_short(before)}"
    return f"~ guard {guard}: {in_short(before)} -> {in_short(after)}"


def _people(count: int) -> str:
    return "nobody" if not count else f"{count:,} {'person' if count == 1 else 'people'}"


def _they(count: int, one: str, many: str) -> str:
    return f"{_people(count)} {one if count == 1 else many}"


def why(stage: Stage) -> str:
    """Say why a stage is in the plan."""
    match stage:
        case Unchanged():
            return "it says what it said; nobody inside notices"
        case Added(people=people):
            inside = "; those inside from before go on" if people else ""
            return f"the file names it and it did not run{inside}; re_entry counts who was in before"
        case Changed():
            return "its version is a hash of all it says; those inside move to the step of the same id"
        case Removed():
            return "the file does not name it any more; nobody enters it"
        case Sleeps():
            return "`tactful check` says what is wrong; whoever is inside waits until it is mended"
        case Moves(landing=lands):
            return _why_lands(lands)
        case Finishes():
            return "--keep: they go on by the steps, words and guards of the version they are on"
        case Ends():
            return "--end: their journey is gone; what waits for them is taken back, and they leave its audiences"
        case _:
            return _why_else(stage)


def _why_lands(lands: object) -> str:
    match lands:
        case Stays():
            return "the step is there and means the same; what waits there waits on"
        case Recounts():
            return "what was waited counts: the wait is counted from its beginning, and one that is over ends at once"
        case Begins(because=because):
            return _BEGINS[because]
        case _:
            return "`moved:` says so"


def _why_else(stage: Stage) -> str:
    match stage:
        case StepAdded():
            return "no step had this id before; nobody is there yet"
        case StepGone(to=to):
            return "`moved:` says who takes its place" if to else "nobody is there, so nothing need be said"
        case GuardChanged(place=place):
            return f"{'this message' if place else 'every message that is judged from now on'} is held by it"
        case FileChanged():
            return "messages are made from it from now on"
        case _:
            return "it cannot be carried out like this"


def refused(refusal: Refusal) -> str:
    """Say what keeps a plan from being carried out, and the remedies."""
    match refusal:
        case NobodyKnows(name, step, people):
            return (
                f'{name}: step "{step}" is gone and {_they(people, "is", "are")} there; '
                f"write `moved: {{{step}: STEP}}` into the journey to send them to another step, "
                f"or `moved: {{{step}: exit}}` to let them leave"
            )
        case NoTarget(name, step, target):
            return (
                f'{name}: `moved:` sends "{step}" to "{target}", which is no step of the journey; '
                "name one that is, or `exit`"
            )
        case Undecided(name, people, is_kept):
            finish = f", `--keep {name}` lets them finish" if is_kept else ""
            return (
                f"{name}: the journey is gone and {_they(people, 'is', 'are')} inside; "
                f"`--end {name}` lets them leave{finish}"
            )
        case Misnamed(option, name, because):
            return f"{option} {name}: {name} {because}"


def fields(plan: Plan) -> Fields:
    """Give a plan for programs."""
    return {
        "compared_with": plan.compared_with,
        "stages": [_stage_fields(stage) for stage in plan.stages if not isinstance(stage, Refusal)],
        "refusals": [{**_stage_fields(refusal), "message": refused(refusal)} for refusal in plan.refusals],
    }


def _stage_fields(stage: Stage) -> Fields:
    """Give a stage by its own fields, and what becomes of people in words."""
    said: Fields = {"stage": _snake(type(stage).__name__), **asdict(stage)}
    if isinstance(stage, Moves):
        said |= {"landing": _snake(type(stage.landing).__name__), "to": getattr(stage.landing, "step", None)}
        if isinstance(stage.landing, Begins):
            said["because"] = str(stage.landing.because)
    if not isinstance(stage, Refusal):
        said["why"] = why(stage)
    return said


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
