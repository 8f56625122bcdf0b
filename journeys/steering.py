"""What does a step do that neither waits, nor chooses, nor tells anybody?"""

from dataclasses import replace

from msgspec import structs

from journeys.compile import CompiledStep
from journeys.decision import SetAttributes, Start, Stop
from journeys.moves import GO, LEAVE, NEXT
from journeys.spec import ExitStep, SetStep, StartStep, StopStep
from journeys.walk import Walk


def enter_set(walk: Walk, step: CompiledStep) -> str | None:
    """Write attributes of the profile; later steps of this walk see them."""
    assert isinstance(step.spec, SetStep)
    values = walk.given(step, step.spec.set)
    walk.effects.append(SetAttributes(values))
    facts = walk.scope.facts
    profile = structs.replace(facts.profile, traits={**facts.profile.traits, **values})
    # The host writes it to the profile itself.
    walk.scope = structs.replace(walk.scope, facts=replace(facts, profile=profile))
    walk.note(walk.step, "set", ", ".join(sorted(values)))
    return NEXT


def enter_start(walk: Walk, step: CompiledStep) -> str | None:
    """Let the person into another journey."""
    assert isinstance(step.spec, StartStep)
    walk.effects.append(Start(step.spec.start, walk.given(step, step.spec.with_)))
    walk.note(walk.step, "starts", step.spec.start)
    return NEXT


def enter_stop(walk: Walk, step: CompiledStep) -> str | None:
    """Take the person out of another journey."""
    assert isinstance(step.spec, StopStep)
    walk.effects.append(Stop(step.spec.stop))
    walk.note(walk.step, "stops", step.spec.stop)
    return NEXT


def enter_go(_walk: Walk, _step: CompiledStep) -> str | None:
    """Go on at another step."""
    return GO


def enter_exit(walk: Walk, step: CompiledStep) -> str | None:
    """Leave the journey."""
    assert isinstance(step.spec, ExitStep)
    walk.end(walk.step, step.spec.exit)
    return LEAVE
