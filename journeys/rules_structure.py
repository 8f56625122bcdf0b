"""Which rules are about how the steps of a journey hang together?"""

from collections.abc import Iterator, Mapping

from journeys._graph import loops, reachable
from journeys._positions import Path
from journeys.linted import Finding, Linted, Rule
from journeys.moves import EXIT, diversions
from journeys.pace import ways_at_once
from journeys.spec import (
    ActionStep,
    AudienceStep,
    BranchStep,
    CrmStep,
    GoStep,
    LeadMagnetStep,
    SendStep,
    SplitStep,
    StepSpec,
    WaitForStep,
    WebhookStep,
)
from journeys.spelling import did_you_mean


def unknown_target(linted: Linted) -> Iterator[Finding]:
    """A step leads to none of the steps. `exit` and `continue` stand only after `if_suppressed` and `on_failure`."""
    for name in linted.spec.journeys:
        ids = _ids(linted, name)
        for path, step in linted.steps_of(name):
            for way, target in _targets(step):
                if target not in ids:
                    yield (*path, *way), _no_such_step(step, way, target, ids)


def moved_nowhere(linted: Linted) -> Iterator[Finding]:
    """`moved` says where people go whose step is gone, and names a step that does not exist.

    A step that was moved more than once may lead to one that `moved` itself leads on from.
    """
    for path, journey in linted.journeys():
        ids = _ids(linted, str(path[1]))
        for old in journey.moved:
            new = _end_of(old, journey.moved, ids)
            if new != "exit" and new not in ids:
                hint = did_you_mean(new, ids) or f"; the steps are {', '.join(ids)}, or write exit"
                message = f'journey "{path[1]}": moved leads from "{old}" to "{new}", which is no step{hint}'
                yield (*path, "moved", old), message


def _end_of(old: str, moved: Mapping[str, str], ids: list[str]) -> str:
    """Follow `moved` from a step that is gone to the first that is not, or that leads no further."""
    step, seen = moved[old], {old}
    while step not in ids and step in moved and step not in seen:
        seen.add(step)
        step = moved[step]
    return step


def moved_still_there(linted: Linted) -> Iterator[Finding]:
    """`moved` names a step that the journey still has; its people stay where they are."""
    for path, journey in linted.journeys():
        ids = _ids(linted, str(path[1]))
        for old in journey.moved:
            if old in ids:
                message = f'journey "{path[1]}": moved names "{old}", which is still a step; take it out of moved'
                yield (*path, "moved", old), message


def loop_without_wait(linted: Linted) -> Iterator[Finding]:
    """Steps lead round in a circle on which nothing surely waits, so a person would go round without end.

    A wait until a date that may be past, and one for a condition that may be true already, are over at once.
    """
    for name in linted.spec.journeys:
        steps = {each.step.id: each.step for each in linted.placed(name)}
        places = {each.step.id: each.path for each in linted.placed(name)}
        for loop in loops(ways_at_once(steps, linted.ways(name))):
            way = " → ".join((*loop, loop[0]))
            message = f'step "{loop[0]}": the loop {way} never waits; put a wait or wait_for step on it'
            yield ("journeys", name, *places[loop[0]]), message


def unreachable_step(linted: Linted) -> Iterator[Finding]:
    """No way leads to a step, so nobody will ever be there."""
    for path, journey in linted.journeys():
        name = str(path[1])
        ids = set(_ids(linted, name))
        if any(target not in ids for _, step in linted.steps_of(name) for _, target in _targets(step)):
            continue  # The way that is misspelt may be the one that leads here.
        graph = linted.graph(name)
        seen = reachable(graph, journey.steps[0].id)
        for place, step in linted.steps_of(name):
            if step.id not in seen:
                seen |= reachable(graph, step.id)
                yield place, f'step "{step.id}": no way leads here; let a step go to "{step.id}", or remove it'


def reserved_step_id(linted: Linted) -> Iterator[Finding]:
    """`exited`, `exit` and `continue` have a meaning of their own and cannot be a step's id."""
    for path, step in linted.steps():
        if step.id in (EXIT, "exit", "continue"):
            message = f'step "{step.id}": the id "{step.id}" has a meaning of its own; give the step another one'
            yield (*path, "id"), message


def else_is_last(linted: Linted) -> Iterator[Finding]:
    """The ways of a branch are tried in order, so `else` comes last and only once."""
    for path, step in linted.steps():
        if isinstance(step, BranchStep):
            for place, arm in enumerate(step.branch[:-1]):
                if arm.else_:
                    message = f'step "{step.id}": the ways below else are never tried; keep one else and move it last'
                    yield (*path, "branch", place, "else"), message


def arm_needs_if_or_else(linted: Linted) -> Iterator[Finding]:
    """Each way of a branch has an `if` or is the `else`: exactly one of them."""
    for path, step in linted.steps():
        if isinstance(step, BranchStep):
            for place, arm in enumerate(step.branch):
                if (got := _how_many(arm.if_, arm.else_)) != "one":
                    message = f'step "{step.id}": branch[{place}] needs if or else, got {got}; keep exactly one'
                    yield (*path, "branch", place), message


def split_of_nobody(linted: Linted) -> Iterator[Finding]:
    """All the shares of a split are zero, so no arm has anybody to take."""
    for path, step in linted.steps():
        if isinstance(step, SplitStep) and not any(step.split.values()):
            message = f'step "{step.id}": every arm of the split has a share of 0; give at least one of them more'
            yield (*path, "split"), message


def control_is_no_arm(linted: Linted) -> Iterator[Finding]:
    """`experiment.control` names the arm that the others are compared with, and no arm is called so."""
    for path, step in linted.steps():
        if isinstance(step, SplitStep) and step.experiment and step.experiment.control:
            control = step.experiment.control
            if control not in step.split:
                hint = did_you_mean(control, step.split) or f"; the arms are {', '.join(step.split)}"
                yield (*path, "experiment", "control"), f'step "{step.id}": control names no arm, got "{control}"{hint}'


RULES = (
    Rule(
        "journey.unknown_target",
        unknown_target,
        fix="Correct the name, or add the step.",
        bad="- {id: pause, wait: 1d}\n- {id: again, go: pasue}",
        good="- {id: pause, wait: 1d}\n- {id: again, go: pause}",
    ),
    Rule(
        "journey.moved_nowhere",
        moved_nowhere,
        fix="Name a step of this version, or `exit`.",
        bad="moved: {first: lettre}",
        good="moved: {first: second, second: letter, third: exit}",
    ),
    Rule(
        "journey.moved_still_there",
        moved_still_there,
        fix="Take the step out of `moved`, or out of the steps.",
        bad="moved: {letter: exit}",
        good="moved: {first: letter}",
    ),
    Rule(
        "journey.loop_without_wait",
        loop_without_wait,
        fix="Put a `wait` of some length, or a `wait_for` an event, on the loop.",
        bad='- {id: news, send: email, text: "News"}\n- {id: again, go: news}',
        good='- {id: news, send: email, text: "News"}\n- {id: pause, wait: 7d}\n- {id: again, go: news}',
    ),
    Rule(
        "journey.unreachable_step",
        unreachable_step,
        "warning",
        fix="Let a step lead here, or remove it.",
        bad="- {id: done, exit: finished}\n- {id: pause, wait: 1d}",
        good="- {id: pause, wait: 1d}\n- {id: done, exit: finished}",
    ),
    Rule(
        "journey.reserved_step_id",
        reserved_step_id,
        fix="Give the step another id.",
        bad="- {id: exit, wait: 1d}",
        good="- {id: pause, wait: 1d}",
    ),
    Rule(
        "journey.else_is_last",
        else_is_last,
        fix="Keep one `else` and move it last.",
        bad="""
            - id: sort
              branch:
                - {else: true, go: small}
                - {if: entry.value > 100, go: large}
            - {id: small, exit: small}
            - {id: large, exit: large}
            """,
        good="""
            - id: sort
              branch:
                - {if: entry.value > 100, go: large}
                - {else: true, go: small}
            - {id: small, exit: small}
            - {id: large, exit: large}
            """,
    ),
    Rule(
        "journey.arm_needs_if_or_else",
        arm_needs_if_or_else,
        fix="Keep exactly one of `if` and `else`.",
        bad="- {id: sort, branch: [{go: large}]}\n- {id: large, exit: large}",
        good="- {id: sort, branch: [{if: entry.value > 100, go: large}]}\n- {id: large, exit: large}",
    ),
    Rule(
        "journey.split_of_nobody",
        split_of_nobody,
        fix="Give at least one arm a share of more than 0.",
        bad="- {id: test, split: {a: 0%, b: 0%}, a: done}\n- {id: done, exit: finished}",
        good="- {id: test, split: {a: 0%, b: 100%}, a: done}\n- {id: done, exit: finished}",
    ),
    Rule(
        "journey.control_is_no_arm",
        control_is_no_arm,
        fix="Name one of the split's arms, or leave `control` out: then it is the first.",
        bad="""
            - id: test
              split: {short: 50%, long: 50%}
              experiment: {goal: {event: Order Completed, within: 7d}, control: shrt}
              short: [{id: brief, send: email, text: "Hello!"}]
            """,
        good="""
            - id: test
              split: {short: 50%, long: 50%}
              experiment: {goal: {event: Order Completed, within: 7d}, control: short}
              short: [{id: brief, send: email, text: "Hello!"}]
            """,
    ),
)


def _ids(linted: Linted, name: str) -> list[str]:
    return [each.step.id for each in linted.placed(name)]


def _targets(step: StepSpec) -> list[tuple[Path, str]]:
    """List the targets a step names, each with the way to it from the step."""
    match step:
        case GoStep():
            return [(("go",), step.go)]
        case WaitForStep():
            named: dict[Path, str | None] = {("then",): step.then, ("otherwise",): step.otherwise}
            several = enumerate(step.wait_for.first_of)
            return _said(named | {("wait_for", "first_of", place, "go"): each.go for place, each in several})
        case BranchStep():
            return [(("branch", place, "go"), arm.go) for place, arm in enumerate(step.branch)]
        case SplitStep():
            return [((name,), arm) for name in step.split if isinstance(arm := step.arm(name), str)]
        case SendStep() | LeadMagnetStep():
            diverted: list[tuple[Path, str]] = [
                (("guards", guard, "divert"), target) for guard, target in diversions(step).items()
            ]
            return diverted + _unless_a_word({("if_suppressed",): step.if_suppressed, ("on_failure",): step.on_failure})
        case AudienceStep() | CrmStep() | WebhookStep() | ActionStep():
            return _unless_a_word({("on_failure",): step.on_failure})
        case _:
            return []


def _said(targets: Mapping[Path, str | None]) -> list[tuple[Path, str]]:
    return [(way, target) for way, target in targets.items() if target is not None]


def _unless_a_word(targets: Mapping[Path, str | None]) -> list[tuple[Path, str]]:
    """List the targets that name a step, not a word with a meaning of its own."""
    return [(way, target) for way, target in _said(targets) if target not in ("continue", "exit")]


def _no_such_step(step: StepSpec, way: Path, target: str, ids: list[str]) -> str:
    if target in ("exit", "continue"):
        stands = f'"{target}" stands only after if_suppressed or on_failure'
        return (
            f'step "{step.id}": {way[-1]} expects a step, and {stands}; name a step, such as {{id: leave, exit: done}}'
        )
    hint = did_you_mean(target, ids) or f"; the steps are {', '.join(ids)}"
    return f'step "{step.id}": {way[-1]} names no step of this journey, got "{target}"{hint}'


def _how_many(first: object, second: object) -> str:
    given = (first is not None) + (second is not None)
    return ("neither", "one", "both")[given]
