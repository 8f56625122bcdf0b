"""Which guards hold which message, by what the file says?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from journeys.errors import Fault
from journeys.moves import placed_steps
from journeys.spec import JourneysFile, SendStep
from journeys.tallies import EPOCH
from journeys.vocabulary import Delivery, Purpose
from operational_guards.base import Guard
from operational_guards.registry import Setting, build_rules, override
from operational_guards.rule import UNKNOWN, Rule

CODE = "send.unguarded"
CODES = {CODE: "No guard holds a marketing message but those that are always on: none is set up, or none looks at it."}
_REMEDY = "add guards such as frequency_cap, quiet_hours and in_delivery"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the file, and the rules that look at it."""

    journey: str
    step: SendStep
    path: tuple[str | int, ...]
    rules: tuple[Rule, ...]

    @property
    def is_marketing(self) -> bool:
        """Say whether this is marketing."""
        return self.step.purpose is Purpose.MARKETING

    @property
    def holding(self) -> tuple[Rule, ...]:
        """Give the rules whose word counts: neither waived here nor only written down."""
        return tuple(rule for rule in self.rules if not rule.exempt and rule.conduct.mode == "act")


def messages(
    spec: JourneysFile, groups: Mapping[str, tuple[str, ...]], known: Mapping[str, type[Guard]]
) -> Iterator[Message]:
    """Give each message a step sends, with the rules that look at it; raises GuardError where one is set up wrongly."""
    setting = Setting(spec.shop.timezone, groups, unknown={**UNKNOWN, **spec.if_unknown})
    everywhere = build_rules(spec.guards, setting, known=known)
    for name, journey in spec.journeys.items():
        for each in placed_steps(journey):
            if isinstance(step := each.step, SendStep):
                rules = everywhere
                if step.guards or step.except_:
                    own = Setting(spec.shop.timezone, groups, exempt=step.except_, unknown=setting.unknown)
                    rules = build_rules(override(spec.guards, step.guards), own, known=known)
                delivery = _delivery(name, step)
                looking = tuple(rule for rule in rules if rule.guard.applies_to(delivery))
                yield Message(name, step, ("journeys", name, *each.path), looking)


def unguarded(
    spec: JourneysFile, groups: Mapping[str, tuple[str, ...]], known: Mapping[str, type[Guard]]
) -> Iterator[Fault]:
    """Warn of marketing messages that no guard holds but those that are always on; with none set up, warn once."""
    found = [
        message
        for message in messages(spec, groups, known)
        if message.is_marketing and all(rule.always for rule in message.holding)
    ]
    if found and not set(spec.guards) - {name for name, guard in known.items() if guard.always}:
        alone = f"{len(found)} marketing message{'s go' if len(found) > 1 else ' goes'} out as soon as consent allows"
        yield Fault(found[0].path, CODE, f"no guard is set up, and {alone}; {_REMEDY}", "warning")
        return
    for message in found:
        said = f'step "{message.step.id}": no guard holds this marketing message; exempt it from fewer, or {_REMEDY}'
        yield Fault(message.path, CODE, said, "warning")


def _delivery(journey: str, step: SendStep) -> Delivery:
    """Make a delivery of the kind a step plans, to ask guards whether they look at it."""
    return Delivery(0, 0, 0, journey, step.id, step.send, EPOCH, purpose=step.purpose, intent=step.intent)
