"""Which rules are about what a journey says, to whom, on which channel, and after what?"""

from collections import defaultdict
from collections.abc import Iterator

from journeys._graph import reachable
from journeys._positions import Path
from journeys.linted import Finding, Linted, Rule
from journeys.moves import EXIT
from journeys.spec import (
    ActionStep,
    AudienceStep,
    CrmStep,
    LeadMagnetStep,
    SendStep,
    SplitStep,
    StepSpec,
    WaitForStep,
    WebhookStep,
)
from journeys.spelling import did_you_mean, nearest

# Event names differ little on purpose ("Order Placed", "Order Paid"); only a slip of the pen is pointed out.
_SLIP_OF_THE_PEN = 0.87


def of_is_no_message(linted: Linted) -> Iterator[Finding]:
    """`wait_for.of` names a step that sends nothing, so no event about its message can come."""
    for name in linted.spec.journeys:
        steps = list(linted.steps_of(name))
        messages = [step.id for _, step in steps if isinstance(step, SendStep | LeadMagnetStep)]
        for path, step in steps:
            for way, of in _abouts(step):
                if of not in messages:
                    hint = did_you_mean(of, messages) or "; name a send or lead_magnet step, or leave it out"
                    message = f'step "{step.id}": wait_for.of expects a step that sends a message, got "{of}"{hint}'
                    yield (*path, *way), message


def send_needs_one_content(linted: Linted) -> Iterator[Finding]:
    """A message comes from a `template` or is the `text`: exactly one of them."""
    for path, step in linted.steps():
        if isinstance(step, SendStep) and (got := _how_many(step.template, step.text)) != "one":
            yield path, f'step "{step.id}": send needs template or text, got {got}; keep exactly one'


def min_items_without_items(linted: Linted) -> Iterator[Finding]:
    """`min_items` counts the goods that guards left in a message, and the message is about none."""
    for path, step in linted.steps():
        if isinstance(step, SendStep) and "min_items" in step.model_fields_set and step.items is None:
            yield (*path, "min_items"), f'step "{step.id}": send has min_items but no items; remove it, or add items'


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
    """A CRM step has a `task`, a `note` or a `deal`, or several of them."""
    for path, step in linted.steps():
        if isinstance(step, CrmStep) and not (step.crm.task or step.crm.note or step.crm.deal):
            yield (*path, "crm"), f'step "{step.id}": crm needs task, note or deal, got none; add one'


def unknown_channel(linted: Linted) -> Iterator[Finding]:
    """A step uses a channel that is not set up under `channels`."""
    channels = linted.spec.channels
    for path, step in linted.steps():
        way, channel = channel_of(step)
        if channel and channel not in channels:
            hint = did_you_mean(channel, channels) or f"; add {channel} with its action under channels"
            yield (*path, *way), f'step "{step.id}": the channel "{channel}" is not set up{hint}'


def misspelt_event(linted: Linted) -> Iterator[Finding]:
    """An event's name is almost, but not quite, that of a known event."""
    for path, _ in linted.journeys():
        for way, event in _events(linted, str(path[1])):
            if event not in linted.known_events:
                meant = nearest(event, sorted(linted.known_events), _SLIP_OF_THE_PEN)
                if meant:
                    remedy = f'did you mean "{meant}"? If not, list it under events'
                    yield way, f'journey "{path[1]}": no event "{event}" is known; {remedy}'


def follow_up_of_unsent(linted: Linted) -> Iterator[Finding]:
    """A step follows up on a message that may not have been sent.

    It waits for an event `of` that message, or sends another about the same `items`, and can be reached although a
    guard suppressed the first: without `if_suppressed` the journey goes on as if it had been sent. Say what is meant:
    `exit`, a step, or `continue`.
    """
    for name in linted.spec.journeys:
        followers = _followers(linted, name)
        for path, step in linted.steps_of(name):
            if step.id in followers:
                remedy = "add if_suppressed: exit, a step, or continue if that is meant"
                message = f'step "{step.id}": "{followers[step.id]}" follows up on it, even if it is not sent; {remedy}'
                yield path, message


RULES = (
    Rule(
        "journey.of_is_no_message",
        of_is_no_message,
        fix="Name a `send` or `lead_magnet` step, or leave `of` out.",
        bad="- {id: pause, wait: 1d}\n- {id: watch, wait_for: {event: Email Clicked, of: pause, at_most: 1d}}",
        good="""
            - {id: letter, send: email, text: "Hello!", if_suppressed: exit}
            - {id: watch, wait_for: {event: Email Clicked, of: letter, at_most: 1d}}
            """,
    ),
    Rule(
        "journey.send_needs_one_content",
        send_needs_one_content,
        fix="Keep exactly one of `template` and `text`.",
        bad="- {id: letter, send: email}",
        good='- {id: letter, send: email, text: "Hello!"}',
    ),
    Rule(
        "journey.min_items_without_items",
        min_items_without_items,
        fix="Say with `items` which goods the message is about, or remove `min_items`.",
        bad='- {id: letter, send: email, text: "Hello!", min_items: 3}',
        good='- {id: letter, send: email, text: "Hello!", items: entry.products, min_items: 3}',
    ),
    Rule(
        "journey.audience_needs_one_change",
        audience_needs_one_change,
        fix="Keep exactly one of `add` and `remove`.",
        bad="- {id: ads, audience: {add: left_a_basket, remove: readers}}",
        good="- {id: ads, audience: {add: left_a_basket}}",
    ),
    Rule(
        "journey.for_without_add",
        for_without_add,
        fix="Remove `for`.",
        bad="- {id: ads, audience: {remove: readers, for: 14d}}",
        good="- {id: ads, audience: {add: readers, for: 14d}}",
    ),
    Rule(
        "journey.crm_needs_content",
        crm_needs_content,
        fix="Add a `task`, a `note` or a `deal`.",
        bad="- {id: call, crm: {channel: crm}}",
        good='- {id: call, crm: {note: "Left a basket."}}',
    ),
    Rule(
        "journey.unknown_channel",
        unknown_channel,
        fix="Correct the name, or set the channel up under `channels`.",
        bad='- {id: letter, send: emial, text: "Hello!"}',
        good='- {id: letter, send: email, text: "Hello!"}',
    ),
    Rule(
        "journey.misspelt_event",
        misspelt_event,
        "warning",
        fix="Correct the name, or list the event under `events` if it is your own.",
        bad="entry: {event: Chekout Started}",
        good="entry: {event: Checkout Started}",
    ),
    Rule(
        "journey.follow_up_of_unsent",
        follow_up_of_unsent,
        "warning",
        fix="Write `if_suppressed: exit`, a step, or `continue` at the first message.",
        bad="""
            - {id: reminder, send: email, text: "Still there?", items: entry.products}
            - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}}
            """,
        good="""
            - {id: reminder, send: email, text: "Still there?", items: entry.products, if_suppressed: exit}
            - {id: watch, wait_for: {event: Email Clicked, of: reminder, at_most: 1d}}
            """,
    ),
)


def channel_of(step: StepSpec) -> tuple[Path, str]:
    """Name the channel a step uses, with the way to where it says so; empty when it uses none."""
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


def _abouts(step: StepSpec) -> list[tuple[Path, str]]:
    """List the messages whose events a step waits for, each with the way to it."""
    if not isinstance(step, WaitForStep):
        return []
    several = enumerate(step.wait_for.first_of)
    said: dict[Path, str | None] = {("wait_for", "of"): step.wait_for.of}
    said |= {("wait_for", "first_of", place, "of"): each.of for place, each in several}
    return [(way, of) for way, of in said.items() if of]


def _followers(linted: Linted, name: str) -> dict[str, str]:
    """Map each message that does not say where to go unsent to a step that follows up on it all the same."""
    graph, about, found = linted.graph(name), _follow_ups(linted, name), dict[str, str]()
    for step, below in [(each.step, each.below) for each in linted.placed(name)]:
        if isinstance(step, SendStep | LeadMagnetStep) and "if_suppressed" not in step.model_fields_set:
            known = about[step.id] + (about[f"items {step.items}"] if isinstance(step, SendStep) else [])
            wanted = [other for other in known if other != step.id]
            reached = reachable(graph, below) if wanted and below != EXIT else set()
            found |= [(step.id, other) for other in wanted if other in reached][:1]
    return found


def _follow_ups(linted: Linted, name: str) -> defaultdict[str, list[str]]:
    """List the steps that wait for an event of each message, and those that send something about the same items."""
    about: defaultdict[str, list[str]] = defaultdict(list)
    for _, step in linted.steps_of(name):
        for of in dict.fromkeys(of for _, of in _abouts(step)):
            about[of].append(step.id)
        if isinstance(step, SendStep) and step.items:
            about[f"items {step.items}"].append(step.id)
    return about


def _events(linted: Linted, name: str) -> Iterator[tuple[Path, str]]:
    """Give each event a journey names, with the path to it."""
    journey, path = linted.spec.journeys[name], ("journeys", name)
    if journey.entry.event:
        yield (*path, "entry", "event"), journey.entry.event
    if journey.goal:
        yield (*path, "goal", "event"), journey.goal.event
    for place, rule in enumerate(journey.exit):
        if rule.event:
            yield (*path, "exit", place, "event"), rule.event
    for way, step in linted.steps_of(name):
        if isinstance(step, SplitStep) and step.experiment:
            yield (*way, "experiment", "goal", "event"), step.experiment.goal.event
        if isinstance(step, WaitForStep):
            if step.wait_for.event:
                yield (*way, "wait_for", "event"), step.wait_for.event
            for place, each in enumerate(step.wait_for.first_of):
                yield (*way, "wait_for", "first_of", place, "event"), each.event


def _how_many(first: object, second: object) -> str:
    given = (first is not None) + (second is not None)
    return ("neither", "one", "both")[given]
