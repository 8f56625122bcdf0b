"""What is unwise or impossible in these journeys?

Each rule is a function whose docstring explains it, and has a row in `RULES`. The rules are about structure only;
what the conditions say is checked where they are compiled.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal, TypeAlias
from zoneinfo import available_timezones

from journeys._graph import Graph, loops, reachable
from journeys._positions import Path
from journeys.errors import Fault
from journeys.moves import EXIT, diversions, placed_steps, successors
from journeys.spec import (
    ENTRY_KINDS,
    ActionStep,
    AudienceStep,
    BranchStep,
    CrmStep,
    GoStep,
    JourneysFile,
    JourneySpec,
    LeadMagnetStep,
    SendStep,
    SplitStep,
    StepSpec,
    Until,
    WaitForStep,
    WaitStep,
    WebhookStep,
)
from journeys.spelling import did_you_mean, nearest

# Event names differ little on purpose ("Order Placed", "Order Paid"); only a slip of the pen is pointed out.
_SLIP_OF_THE_PEN = 0.87

Finding: TypeAlias = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Linted:
    """What is linted: the file, and the names of the events that are known besides its own."""

    spec: JourneysFile
    known_events: frozenset[str] = frozenset()

    def journeys(self) -> Iterator[tuple[Path, JourneySpec]]:
        """Give each journey with its path."""
        for name, journey in self.spec.journeys.items():
            yield ("journeys", name), journey

    def steps(self) -> Iterator[tuple[Path, StepSpec]]:
        """Give each step of each journey with its path."""
        for path, journey in self.journeys():
            for place, step in _steps(journey):
                yield (*path, *place), step


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `explanation` is what the documentation says about its code."""

    code: str
    find: Callable[[Linted], Iterator[Finding]]
    severity: Literal["error", "warning"] = "error"

    @property
    def explanation(self) -> str:
        """Give the rule's docstring."""
        return " ".join((self.find.__doc__ or "").split())


def lint(spec: JourneysFile, known_events: Collection[str] = ()) -> list[Fault]:
    """List everything that is unwise or impossible, rule by rule; an error keeps its journey from running."""
    linted = Linted(spec, frozenset(known_events) | frozenset(spec.events))
    return [Fault(path, rule.code, message, rule.severity) for rule in RULES for path, message in rule.find(linted)]


def unknown_target(linted: Linted) -> Iterator[Finding]:
    """A step leads to a step that does not exist. `exit` and `continue` may stand only after `if_suppressed`."""
    for path, journey in linted.journeys():
        ids = [step.id for _, step in _steps(journey)]
        for place, step in _steps(journey):
            for way, target in _targets(step):
                if target not in ids:
                    yield (*path, *place, *way), _no_such_step(step, way, target, ids)


def of_is_no_message(linted: Linted) -> Iterator[Finding]:
    """`wait_for.of` names a step that sends nothing, so no event about its message can come."""
    for path, journey in linted.journeys():
        messages = [step.id for _, step in _steps(journey) if isinstance(step, SendStep | LeadMagnetStep)]
        for place, step in _steps(journey):
            if isinstance(step, WaitForStep) and step.wait_for.of and step.wait_for.of not in messages:
                of = step.wait_for.of
                hint = did_you_mean(of, messages) or "; name a send or lead_magnet step, or leave it out"
                message = f'step "{step.id}": wait_for.of expects a step that sends a message, got "{of}"{hint}'
                yield (*path, *place, "wait_for", "of"), message


def loop_without_wait(linted: Linted) -> Iterator[Finding]:
    """Steps lead round in a circle on which nothing waits, so a person would go round without end."""
    for path, journey in linted.journeys():
        pausing = {step.id for _, step in _steps(journey) if _pauses(step)}
        places = {step.id: place for place, step in _steps(journey)}
        hurried = {step: targets for step, targets in _graph(journey).items() if step not in pausing}
        for loop in loops(hurried):
            way = " → ".join((*loop, loop[0]))
            message = f'step "{loop[0]}": the loop {way} never waits; put a wait or wait_for step on it'
            yield (*path, *places[loop[0]]), message


def unreachable_step(linted: Linted) -> Iterator[Finding]:
    """No way leads to a step, so nobody will ever be there."""
    for path, journey in linted.journeys():
        ids = {step.id for _, step in _steps(journey)}
        if any(target not in ids for _, step in _steps(journey) for _, target in _targets(step)):
            continue  # The way that is misspelt may be the one that leads here.
        graph = _graph(journey)
        seen = reachable(graph, journey.steps[0].id)
        for place, step in _steps(journey):
            if step.id not in seen:
                seen |= reachable(graph, step.id)
                message = f'step "{step.id}": no way leads here; let a step go to "{step.id}", or remove it'
                yield (*path, *place), message


def entry_needs_one_door(linted: Linted) -> Iterator[Finding]:
    """An entry is opened by exactly one of `event`, `when`, `schedule`, `date`, `call` and `journey`."""
    for path, journey in linted.journeys():
        said = [kind for kind in ENTRY_KINDS if getattr(journey.entry, kind) is not None]
        if len(said) != 1:
            message = (
                f"entry needs one of {', '.join(ENTRY_KINDS)}, got {' and '.join(said) or 'none'}; keep exactly one"
            )
            yield (*path, "entry"), f'journey "{path[1]}": {message}'


def schedule_with_key(linted: Linted) -> Iterator[Finding]:
    """A scheduled entry has no event to take a `key` from."""
    for path, journey in linted.journeys():
        if journey.entry.schedule and journey.entry.key:
            message = f'journey "{path[1]}": entry has a schedule and a key; remove the key, it is taken from an event'
            yield (*path, "entry", "key"), message


def in_without_schedule(linted: Linted) -> Iterator[Finding]:
    """`in` says on whose clock a schedule runs and means nothing without one."""
    for path, journey in linted.journeys():
        if "zone" in journey.entry.model_fields_set and not journey.entry.schedule:
            message = f'journey "{path[1]}": entry has in but no schedule; remove it, events come when they come'
            yield (*path, "entry", "in"), message


def parallel_without_key(linted: Linted) -> Iterator[Finding]:
    """`if_active: parallel` is one enrollment per key, so the entry needs a `key`."""
    for path, journey in linted.journeys():
        if journey.if_active == "parallel" and not journey.entry.key:
            remedy = "add entry.key, such as event.checkout_id"
            yield (*path, "if_active"), f'journey "{path[1]}": parallel is one enrollment per key, got no key; {remedy}'


def scheduled_only_once(linted: Linted) -> Iterator[Finding]:
    """A schedule comes round again and again, and `re_entry: never` would let each person in the first time only."""
    for path, journey in linted.journeys():
        if journey.entry.schedule and not journey.re_entry.allowed:
            message = f'journey "{path[1]}": a schedule repeats, got re_entry never; write always or "after 6d"'
            yield (*path, "re_entry"), message


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


def send_needs_one_content(linted: Linted) -> Iterator[Finding]:
    """A message comes from a `template` or is the `text`: exactly one of them."""
    for path, step in linted.steps():
        if isinstance(step, SendStep) and (got := _how_many(step.template, step.text)) != "one":
            yield path, f'step "{step.id}": send needs template or text, got {got}; keep exactly one'


def audience_needs_one_change(linted: Linted) -> Iterator[Finding]:
    """An audience step has `add` or `remove`: exactly one of them."""
    for path, step in linted.steps():
        if isinstance(step, AudienceStep) and (got := _how_many(step.audience.add, step.audience.remove)) != "one":
            message = f'step "{step.id}": audience needs add or remove, got {got}; keep exactly one'
            yield (*path, "audience"), message


def for_without_add(linted: Linted) -> Iterator[Finding]:
    """`for` says how long somebody stays in an audience and means nothing without `add`."""
    for path, step in linted.steps():
        if isinstance(step, AudienceStep) and step.audience.for_ is not None and not step.audience.add:
            message = f'step "{step.id}": audience has for but no add; remove it, nobody is put in'
            yield (*path, "audience", "for"), message


def crm_needs_content(linted: Linted) -> Iterator[Finding]:
    """A CRM step has a `task`, a `note` or both."""
    for path, step in linted.steps():
        if isinstance(step, CrmStep) and _how_many(step.crm.task, step.crm.note) == "neither":
            yield (*path, "crm"), f'step "{step.id}": crm needs task or note, got neither; add one'


def unknown_channel(linted: Linted) -> Iterator[Finding]:
    """A step uses a channel that is not set up under `channels`."""
    channels = linted.spec.channels
    for path, step in linted.steps():
        way, channel = _channel(step)
        if channel and channel not in channels:
            hint = did_you_mean(channel, channels) or f"; add {channel} with its action under channels"
            yield (*path, *way), f'step "{step.id}": the channel "{channel}" is not set up{hint}'


def unknown_timezone(linted: Linted) -> Iterator[Finding]:
    """The shop's time zone is not one of the IANA names, such as Europe/Kyiv (or, as it was called, Europe/Kiev)."""
    zone, zones = linted.spec.shop.timezone, _zones()
    if zone not in zones:
        hint = did_you_mean(zone, zones)
        yield ("shop", "timezone"), f'shop.timezone expects an IANA name such as Europe/Riga, got "{zone}"{hint}'


def reserved_step_id(linted: Linted) -> Iterator[Finding]:
    """`exited`, `exit` and `continue` have a meaning of their own and cannot be a step's id."""
    for path, step in linted.steps():
        if step.id in (EXIT, "exit", "continue"):
            message = f'step "{step.id}": the id "{step.id}" has a meaning of its own; give the step another one'
            yield (*path, "id"), message


def misspelt_event(linted: Linted) -> Iterator[Finding]:
    """An event's name is almost, but not quite, that of a known event."""
    for path, journey in linted.journeys():
        for way, event in _events(journey):
            if event not in linted.known_events:
                meant = nearest(event, sorted(linted.known_events), _SLIP_OF_THE_PEN)
                if meant:
                    remedy = f'did you mean "{meant}"? If not, list it under events'
                    yield (*path, *way), f'journey "{path[1]}": no event "{event}" is known; {remedy}'


def follow_up_of_unsent(linted: Linted) -> Iterator[Finding]:
    """A step follows up on a message that may not have been sent.

    It waits for an event `of` that message, or sends another about the same `items`, and can be reached although a
    guard suppressed the first: without `if_suppressed` the journey goes on as if it had been sent. Say what is meant:
    `exit`, a step, or `continue`.
    """
    for path, journey in linted.journeys():
        followers = _followers(journey)
        for place, step in _steps(journey):
            if step.id in followers:
                remedy = "add if_suppressed: exit, a step, or continue if that is meant"
                message = f'step "{step.id}": "{followers[step.id]}" follows up on it, even if it is not sent; {remedy}'
                yield (*path, *place), message


RULES: tuple[Rule, ...] = (
    Rule("journey.unknown_target", unknown_target),
    Rule("journey.of_is_no_message", of_is_no_message),
    Rule("journey.loop_without_wait", loop_without_wait),
    Rule("journey.unreachable_step", unreachable_step, "warning"),
    Rule("journey.entry_needs_one_door", entry_needs_one_door),
    Rule("journey.schedule_with_key", schedule_with_key),
    Rule("journey.in_without_schedule", in_without_schedule),
    Rule("journey.parallel_without_key", parallel_without_key),
    Rule("journey.scheduled_only_once", scheduled_only_once),
    Rule("journey.else_is_last", else_is_last),
    Rule("journey.arm_needs_if_or_else", arm_needs_if_or_else),
    Rule("journey.send_needs_one_content", send_needs_one_content),
    Rule("journey.audience_needs_one_change", audience_needs_one_change),
    Rule("journey.for_without_add", for_without_add),
    Rule("journey.crm_needs_content", crm_needs_content),
    Rule("journey.unknown_channel", unknown_channel),
    Rule("journey.unknown_timezone", unknown_timezone),
    Rule("journey.reserved_step_id", reserved_step_id),
    Rule("journey.misspelt_event", misspelt_event, "warning"),
    Rule("journey.follow_up_of_unsent", follow_up_of_unsent, "warning"),
)


@cache
def _zones() -> tuple[str, ...]:
    """List the IANA names; `localtime` is whatever the machine is set to, which is none."""
    return tuple(sorted(available_timezones() - {"localtime"}))


def _steps(journey: JourneySpec) -> list[tuple[Path, StepSpec]]:
    """List the steps, those in the arms of splits too, each with its path in the journey."""
    return [(each.path, each.step) for each in placed_steps(journey)]


def _graph(journey: JourneySpec) -> Graph:
    return {step: tuple(ways.values()) for step, ways in successors(journey).items()}


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
            return diverted + _said({("if_suppressed",): step.if_suppressed, ("on_failure",): step.on_failure})
        case AudienceStep() | CrmStep() | WebhookStep() | ActionStep():
            return _said({("on_failure",): step.on_failure})
        case _:
            return []


def _said(targets: Mapping[Path, str | None]) -> list[tuple[Path, str]]:
    """List the targets that are said and name a step."""
    return [(way, target) for way, target in targets.items() if target not in (None, "continue", "exit")]


def _no_such_step(step: StepSpec, way: Path, target: str, ids: list[str]) -> str:
    if target in ("exit", "continue"):
        remedy = f'"{target}" stands only after if_suppressed; name a step, such as {{id: leave, exit: done}}'
        return f'step "{step.id}": {way[-1]} expects a step, and {remedy}'
    hint = did_you_mean(target, ids) or f"; the steps are {', '.join(ids)}"
    return f'step "{step.id}": {way[-1]} names no step of this journey, got "{target}"{hint}'


def _followers(journey: JourneySpec) -> dict[str, str]:
    """Map each message that does not say where to go unsent to a step that follows up on it all the same."""
    graph, about, found = _graph(journey), _follow_ups(journey), dict[str, str]()
    for step, below in [(each.step, each.below) for each in placed_steps(journey)]:
        if isinstance(step, SendStep | LeadMagnetStep) and "if_suppressed" not in step.model_fields_set:
            known = about[step.id] + (about[f"items {step.items}"] if isinstance(step, SendStep) else [])
            wanted = [other for other in known if other != step.id]
            reached = reachable(graph, below) if wanted and below != EXIT else set()
            found |= [(step.id, other) for other in wanted if other in reached][:1]
    return found


def _follow_ups(journey: JourneySpec) -> defaultdict[str, list[str]]:
    """List the steps that wait for an event of each message, and those that send something about the same items."""
    about: defaultdict[str, list[str]] = defaultdict(list)
    for _, step in _steps(journey):
        if isinstance(step, WaitForStep) and step.wait_for.of:
            about[step.wait_for.of].append(step.id)
        elif isinstance(step, SendStep) and step.items:
            about[f"items {step.items}"].append(step.id)
    return about


def _pauses(step: StepSpec) -> bool:
    """Whether time surely passes here; a wait of nothing is none."""
    match step:
        case WaitStep():
            return isinstance(step.wait, Until) or step.wait > timedelta(0)
        case WaitForStep():
            return step.wait_for.at_most > timedelta(0)
        case _:
            return False


def _how_many(first: object, second: object) -> str:
    given = (first is not None) + (second is not None)
    return ("neither", "one", "both")[given]


def _channel(step: StepSpec) -> tuple[Path, str]:
    match step:
        case SendStep():
            return ("send",), step.send
        case AudienceStep():
            return ("audience", "channel"), step.audience.channel
        case LeadMagnetStep():
            return ("lead_magnet", "channel"), step.lead_magnet.channel
        case CrmStep():
            return ("crm", "channel"), step.crm.channel
        case WebhookStep():
            return ("webhook", "channel"), step.webhook.channel
        case ActionStep():
            return ("action", "channel"), step.action.channel
        case _:
            return (), ""


def _events(journey: JourneySpec) -> Iterator[tuple[Path, str]]:
    """Give each event a journey names, with the way to it."""
    if journey.entry.event:
        yield ("entry", "event"), journey.entry.event
    if journey.goal:
        yield ("goal", "event"), journey.goal.event
    for place, rule in enumerate(journey.exit):
        if rule.event:
            yield ("exit", place, "event"), rule.event
    for path, step in _steps(journey):
        if isinstance(step, WaitForStep):
            if step.wait_for.event:
                yield (*path, "wait_for", "event"), step.wait_for.event
            for place, each in enumerate(step.wait_for.first_of):
                yield (*path, "wait_for", "first_of", place, "event"), each.event
