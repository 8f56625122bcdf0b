"""How does a journey look? Its state machine, drawn by `transitions` as a Mermaid state diagram."""

from datetime import timedelta
from typing import Any

from transitions import State
from transitions.extensions import GraphMachine

from journeys.compile import CompiledStep, Journey
from journeys.duration import format_duration
from journeys.moves import EXIT
from journeys.spec import (
    ActionStep,
    AudienceStep,
    ExitStep,
    LeadMagnetStep,
    SendStep,
    SetStep,
    SplitStep,
    StartStep,
    StopStep,
    Until,
    WaitForStep,
    WaitStep,
    WebhookStep,
)

_MERMAID_WORDS = frozenset({"end", "state", "note", "class", "default", "direction", "style", "click", "fork", "join"})


class _LabelledState(State):
    """A state with the words that stand in its box."""

    def __init__(self, name: str, label: str = "", **rest: Any) -> None:
        super().__init__(name, **rest)
        self.label = label


class _Drawing(GraphMachine):
    """A machine that is only ever looked at."""

    state_cls = _LabelledState


def draw(journey: Journey) -> str:
    """Draw a journey as Mermaid text, ready for a README, a pull request or a Mermaid viewer."""
    states = [{"name": _box(name), "label": label(step)} for name, step in journey.steps.items()]
    moves = [
        {"trigger": trigger.replace("_", " "), "source": _box(source), "dest": _box(target)}
        for source, ways in journey.moves.items()
        for trigger, target in ways.items()
    ]
    machine = _Drawing(
        states=[*states, {"name": EXIT, "label": EXIT, "final": True}],
        transitions=moves,
        initial=_box(journey.first),
        title=f"{journey.name} {journey.version}",
        auto_transitions=False,
        graph_engine="mermaid",
    )
    source: str = machine.get_graph().source
    return source


def _box(name: str) -> str:
    """Name a state's box; words that Mermaid keeps for itself get an underscore."""
    return f"{name}_" if name in _MERMAID_WORDS else name


def label(step: CompiledStep) -> str:
    """Say in a few words what a step does: `reminder: send email`."""
    return f"{step.spec.id}: {_does(step)}".replace('"', "'")


def _does(step: CompiledStep) -> str:
    match step.spec:
        case WaitStep(wait=wait):
            return f"wait {_how_long(wait)}"
        case WaitForStep(wait_for=awaited):
            return f"wait for {awaited.words}, at most {format_duration(awaited.at_most)}"
        case SplitStep(split=arms):
            return f"split {', '.join(arms)}"
        case SetStep(set=values):
            return f"set {', '.join(values)}"
        case StartStep(start=name) | StopStep(stop=name) | ExitStep(exit=name):
            return f"{step.kind} {name}"
        case _:
            return _tells(step)


def _tells(step: CompiledStep) -> str:
    match step.spec:
        case SendStep(send=channel, template=template):
            return f"send {channel} {template or ''}".rstrip()
        case LeadMagnetStep(lead_magnet=magnet):
            return f"give {magnet.file}"
        case AudienceStep(audience=change):
            return f"join audience {change.add}" if change.add else f"leave audience {change.remove}"
        case WebhookStep(webhook=call) | ActionStep(action=call):
            return f"call {call.channel}"
        case _:
            return {"crm": "tell the CRM"}.get(step.kind, step.kind)


def _how_long(wait: Until | timedelta) -> str:
    # Mermaid takes a colon for the beginning of a label.
    return format_duration(wait) if isinstance(wait, timedelta) else f"until {wait.until}".replace(":", "h")
