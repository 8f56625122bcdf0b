"""How does a journey look? Its state machine, drawn by `transitions` as a Mermaid state diagram."""

from typing import Any

from transitions import State
from transitions.extensions import GraphMachine

from journeys.compile import CompiledStep, Journey
from journeys.duration import format_duration
from journeys.moves import EXIT
from journeys.spec import (
    WEEKDAYS,
    AudienceStep,
    BranchStep,
    CrmStep,
    ExitStep,
    LeadMagnetStep,
    SendStep,
    SetStep,
    Until,
    WaitForStep,
    WaitStep,
)


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
    states = [{"name": name, "label": label(step)} for name, step in journey.steps.items()]
    moves = [
        {"trigger": trigger.replace("_", " "), "source": source, "dest": target}
        for source, ways in journey.moves.items()
        for trigger, target in ways.items()
    ]
    machine = _Drawing(
        states=[*states, {"name": EXIT, "label": EXIT, "final": True}],
        transitions=moves,
        initial=journey.first,
        title=f"{journey.name} {journey.version}",
        auto_transitions=False,
        graph_engine="mermaid",
    )
    source: str = machine.get_graph().source
    return source


def label(step: CompiledStep) -> str:
    """Say in a few words what a step does: `reminder: send email`."""
    return f"{step.spec.id}: {_does(step)}".replace('"', "'")


def _does(step: CompiledStep) -> str:
    match step.spec:
        case WaitStep(wait=Until(until=until)):
            day = "" if until.weekday is None else f"{WEEKDAYS[until.weekday]} "
            return f"wait until {day}{until.hour:02}h{until.minute:02}"
        case WaitStep(wait=duration) if not isinstance(duration, Until):
            return f"wait {format_duration(duration)}"
        case WaitForStep(wait_for=awaited):
            return f"wait for {awaited.event}, at most {format_duration(awaited.at_most)}"
        case SendStep(send=channel, template=template):
            return f"send {channel} {template or ''}".rstrip()
        case LeadMagnetStep(lead_magnet=magnet):
            return f"give {magnet.file}"
        case AudienceStep(audience=change):
            return f"join audience {change.add}" if change.add else f"leave audience {change.remove}"
        case CrmStep():
            return "tell the CRM"
        case SetStep(set=values):
            return f"set {', '.join(values)}"
        case ExitStep(exit=reason):
            return f"exit {reason}"
        case BranchStep():
            return "branch"
        case _:
            return step.kind
