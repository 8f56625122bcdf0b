"""Which rules are about journeys that meet: that start, stop and follow one another, or speak of the same goods?"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from journeys._graph import loops
from journeys._positions import Path
from journeys.linted import Finding, Linted, Rule
from journeys.moves import EXIT
from journeys.pace import soonest, ways_at_once
from journeys.spec import From, Given, JourneySpec, SendStep, StartStep, StopStep
from journeys.spelling import did_you_mean
from journeys.vocabulary import Intent, Purpose

_A_WEEK = timedelta(days=7)
_SAYS_WHICH = re.compile(r"([\w.]+)\s*==\s*(\"[^\"]*\"|'[^']*'|[\d.]+)")
# With more journeys of one event and the same goods, each is compared with the nearest ones only.
_MOST_COMPARED = 20
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (float,),
    "boolean": (bool,),
    "date": (str,),
    "items": (),
}

# What a step promotes, in the words of the file: the event that lets in, the channel and the goods.
_Goods = tuple[str, str, str]


def unknown_journey(linted: Linted) -> Iterator[Finding]:
    """`start`, `stop` and `entry.journey` name another journey, and none is called so."""
    journeys = linted.spec.journeys
    for who, path, name, _ in _others(linted):
        if name not in journeys:
            hint = did_you_mean(name, journeys) or f"; the journeys are {', '.join(journeys)}"
            yield path, f'{who}: no journey is called "{name}"{hint}'


def its_own_journey(linted: Linted) -> Iterator[Finding]:
    """A journey starts, stops or follows itself; `go` leads round, `exit` leaves, and `re_entry` lets in again."""
    for who, path, name, own in _others(linted):
        if name == own:
            instead = {"start": "go to its first step", "stop": "exit"}.get(str(path[-1]), "name another journey")
            yield path, f"{who}: {path[-1]} names the journey itself; {instead} instead"


def start_needs_call(linted: Linted) -> Iterator[Finding]:
    """Only a journey whose entry is `call` can be started; any other waits for something that happens."""
    for path, step, journey in _starts(linted):
        if journey.entry.kind not in ("", "call"):
            message = f'journey "{step.start}" is entered by {journey.entry.kind}; give it entry: {{call: {{}}}}'
            yield (*path, "start"), f'step "{step.id}": start needs a journey whose entry is call, but {message}'


def start_arguments(linted: Linted) -> Iterator[Finding]:
    """A step that starts a journey gives it what its entry asks for: no less, no more, and of the right kind."""
    for path, step, journey in _starts(linted):
        asked = journey.entry.call
        if asked is None:
            continue
        for name in asked:
            if name not in step.with_:
                message = f'journey "{step.start}" asks for {name}; add it under with'
                yield (*path, "with") if step.with_ else (*path, "start"), f'step "{step.id}": {message}'
        for name, given in step.with_.items():
            if name not in asked:
                hint = did_you_mean(name, asked) or f"; it asks for {', '.join(asked) or 'nothing'}"
                yield (*path, "with", name), f'step "{step.id}": journey "{step.start}" does not ask for "{name}"{hint}'
            elif not _fits(given, asked[name]):
                message = f'step "{step.id}": {name} expects {_wanted(asked[name])}, got {_shown(given)}'
                yield (*path, "with", name), message


def circle_of_starts(linted: Linted) -> Iterator[Finding]:
    """Journeys start or follow one another in a circle on which nobody ever waits."""
    for loop in loops(_all_at_once(linted)):
        names = list(dict.fromkeys(step.partition("/")[0] for step in loop))
        if len(names) > 1:
            way = " → ".join((*names, names[0]))
            path, what = _first_link(linted, loop)
            yield path, f"{what}: the journeys {way} lead round without a wait; put a wait before one of the links"


def uncapped_group(linted: Linted) -> Iterator[Finding]:
    """A `group` is for journeys that share a frequency cap, and no cap names it."""
    capped = {name for parameters in _caps(linted) for name in _named_groups(parameters)}
    for path, journey in linted.journeys():
        if journey.group and journey.group not in capped:
            remedy = f'add groups: {{{journey.group}: "2 per 7d"}} to frequency_cap, or remove the group'
            yield (*path, "group"), f'journey "{path[1]}": no frequency cap names the group "{journey.group}"; {remedy}'


def colliding_journeys(linted: Linted) -> Iterator[Finding]:
    """Two journeys that the same event lets in promote the same goods on the same channel within a week.

    Nothing that both count for keeps the customer from getting both messages. Entries whose conditions ask for
    different values of one property do not collide.
    """
    told: defaultdict[_Goods, list[str]] = defaultdict(list)
    capped = _capped_channels(linted.spec.guards.get("frequency_cap", {}))
    for name in linted.spec.journeys:
        for goods, place in _promoted(linted, name).items():
            earlier = told[goods][-_MOST_COMPARED:]
            told[goods].append(name)
            if goods[1] in capped or "any" in capped:
                continue
            other = next((other for other in earlier if _may_collide(linted, name, other)), None)
            if other:
                what = f'{goods[0]} also enters "{other}", which promotes {goods[2]} by {goods[1]} in the same week'
                remedy = "cap the channel, give both one capped group, or tell the entries apart by an if"
                yield place, f'journey "{name}": {what}; {remedy}'


def priority_of_silence(linted: Linted) -> Iterator[Finding]:
    """`priority` says whose message goes first, and the journey sends none."""
    for path, journey in linted.journeys():
        sends = any(isinstance(step, SendStep) for _, step in linted.steps_of(str(path[1])))
        if "priority" in journey.model_fields_set and not sends:
            message = f'journey "{path[1]}": priority says whose message goes first, and it sends none; remove it'
            yield (*path, "priority"), message


_CALLED = """\
journeys:
  example:
    entry: {event: Checkout Started}
    steps:
      - {id: hand_over, start: %s}
  care:
    entry: %s
    steps:
      - {id: letter, send: email, text: "Hello!"}
"""
_COLLIDING = """\
guards:
  %s
journeys:
  example:
    entry: {event: Checkout Started}
    steps:
      - {id: reminder, send: email, text: "Still there?", items: entry.products}
  second:
    entry: {event: Checkout Started}
    steps:
      - {id: pause, wait: 1d}
      - {id: offer, send: email, text: "It is good.", items: entry.products}
"""
_ROUND = """\
journeys:
  example:
    entry: {call: {}}
    steps:
      %s- {id: over, start: second}
  second:
    entry: {call: {}}
    steps:
      - {id: back, start: example}
"""
_GROUPED = """\
guards:
  frequency_cap: %s
journeys:
  example:
    group: news
    entry: {event: Checkout Started}
    steps:
      - {id: letter, send: email, text: "Hello!"}
"""

RULES = (
    Rule(
        "journey.unknown_journey",
        unknown_journey,
        fix="Correct the name, or add the journey.",
        bad=_CALLED % ("caer", "{call: {}}"),
        good=_CALLED % ("care", "{call: {}}"),
    ),
    Rule(
        "journey.its_own_journey",
        its_own_journey,
        fix="Use `go` or `exit`, or name another journey.",
        bad="- {id: leave, stop: example}",
        good="- {id: leave, exit: finished}",
    ),
    Rule(
        "journey.start_needs_call",
        start_needs_call,
        fix="Give the other journey `entry: {call: {}}`, or let it be entered by its own event.",
        bad=_CALLED % ("care", "{event: Order Completed}"),
        good=_CALLED % ("care", "{call: {}}"),
    ),
    Rule(
        "journey.start_arguments",
        start_arguments,
        fix="Give under `with` exactly what the other journey's `call` declares.",
        bad=_CALLED % ("care, with: {order_id: 7}", "{call: {order_id: text}}"),
        good=_CALLED % ('care, with: {order_id: "7"}', "{call: {order_id: text}}"),
    ),
    Rule(
        "journey.circle_of_starts",
        circle_of_starts,
        fix="Put a wait before one of the links, or take one out.",
        bad=_ROUND % "",
        good=_ROUND % "- {id: pause, wait: 7d}\n      ",
    ),
    Rule(
        "journey.uncapped_group",
        uncapped_group,
        "warning",
        fix="Cap the group under `frequency_cap.groups`, or remove it.",
        bad=_GROUPED % '{any: "4 per 7d"}',
        good=_GROUPED % '{groups: {news: "2 per 7d"}}',
    ),
    Rule(
        "journey.colliding_journeys",
        colliding_journeys,
        "warning",
        fix="Cap the channel, give both journeys one capped `group`, or tell their entries apart by an `if`.",
        bad=_COLLIDING % 'quiet_hours: {from: "21:00", to: "09:00"}',
        good=_COLLIDING % 'frequency_cap: {email: "1 per 7d"}',
    ),
    Rule(
        "journey.priority_of_silence",
        priority_of_silence,
        "warning",
        fix="Remove `priority`.",
        bad='priority: 80\nsteps:\n  - {id: call, crm: {note: "Left a basket."}}',
        good='priority: 80\nsteps:\n  - {id: letter, send: email, text: "Hello!"}',
    ),
)


def _others(linted: Linted) -> Iterator[tuple[str, Path, str, str]]:
    """Give each mention of a journey: who mentions it, the path, its name, and the journey that mentions it."""
    for path, journey in linted.journeys():
        own = str(path[1])
        if journey.entry.journey:
            yield f'journey "{own}"', (*path, "entry", "journey"), journey.entry.journey, own
        for way, step in linted.steps_of(own):
            match step:
                case StartStep():
                    yield f'step "{step.id}"', (*way, "start"), step.start, own
                case StopStep():
                    yield f'step "{step.id}"', (*way, "stop"), step.stop, own


def _starts(linted: Linted) -> Iterator[tuple[Path, StartStep, JourneySpec]]:
    """Give each step that starts a journey which is there."""
    for path, step in linted.steps():
        if isinstance(step, StartStep) and step.start in linted.spec.journeys:
            yield path, step, linted.spec.journeys[step.start]


def _fits(given: Given, kind: str) -> bool:
    """Say whether a value is of a kind; of what is computed only the running journey knows."""
    return isinstance(given, From) or kind == "any" or isinstance(given, _TYPES[kind])


def _wanted(kind: str) -> str:
    words = {"items": "goods, such as {from: entry.products}", "date": 'a date, such as "2026-12-24"'}
    return words.get(kind, f"a {kind}" if kind != "text" else 'a text, such as "7"')


def _shown(given: Given) -> str:
    match given:
        case bool():
            return str(given).lower()
        case float():
            return f"{given:g}"
        case _:
            return f'"{given}"'


def _all_at_once(linted: Linted) -> dict[str, list[str]]:
    """Map each step of every journey to where somebody may be led at once, across journeys too."""
    graph: dict[str, list[str]] = {}
    followers: defaultdict[str, list[str]] = defaultdict(list)
    for name, journey in linted.spec.journeys.items():
        if journey.entry.journey:
            followers[journey.entry.journey].append(f"{name}/{journey.steps[0].id}")
    for name in linted.spec.journeys:
        steps = {each.step.id: each.step for each in linted.placed(name)}
        for step, targets in ways_at_once(steps, linted.ways(name)).items():
            graph[f"{name}/{step}"] = [f"{name}/{target}" for target in targets]
        graph[f"{name}/{EXIT}"] = followers[name]
    for path, start, journey in _starts(linted):
        graph[f"{path[1]}/{start.id}"].append(f"{start.start}/{journey.steps[0].id}")
    return graph


def _first_link(linted: Linted, loop: tuple[str, ...]) -> tuple[Path, str]:
    """Find the first place of a circle that leads into another journey."""
    on_it = set(loop)
    for path, step, _ in _starts(linted):
        if f"{path[1]}/{step.id}" in on_it:
            return (*path, "start"), f'step "{step.id}"'
    name = loop[0].partition("/")[0]
    return ("journeys", name, "entry"), f'journey "{name}"'


def _caps(linted: Linted) -> Iterator[Mapping[str, Any]]:
    """Give the frequency caps of the file and those that single steps have."""
    yield linted.spec.guards.get("frequency_cap", {})
    for _, step in linted.steps():
        if isinstance(step, SendStep) and "frequency_cap" in step.guards:
            yield step.guards["frequency_cap"]


def _named_groups(parameters: Mapping[str, Any]) -> list[str]:
    groups = parameters.get("groups")
    return list(groups) if isinstance(groups, dict) else []


def _capped_channels(parameters: Mapping[str, Any]) -> set[str]:
    """Name the channels that are capped; one whose guard only records holds nothing."""
    return set() if parameters.get("mode") == "shadow" else set(parameters)


def _promoted(linted: Linted, name: str) -> dict[_Goods, Path]:
    """Map what a journey promotes within a week of its event to the first step that does."""
    journey = linted.spec.journeys[name]
    found: dict[_Goods, Path] = {}
    event = journey.entry.event
    if not event:
        return found
    sends = [(path, step) for path, step in linted.steps_of(name) if isinstance(step, SendStep) and _promotes(step)]
    if not sends:
        return found
    steps = {each.step.id: each.step for each in linted.placed(name)}
    after = soonest(steps, linted.ways(name), journey.steps[0].id)
    for path, step in sends:
        if after.get(step.id, _A_WEEK) < _A_WEEK:
            found.setdefault((event, step.send, step.items or ""), path)
    return found


def _promotes(step: SendStep) -> bool:
    return bool(step.items) and step.purpose is Purpose.MARKETING and step.intent is Intent.PROMOTE


def _may_collide(linted: Linted, one: str, other: str) -> bool:
    """Say whether the same person can be in both at once, with nothing that both count for."""
    first, second = linted.spec.journeys[one], linted.spec.journeys[other]
    groups = _named_groups(linted.spec.guards.get("frequency_cap", {}))
    if first.group is not None and first.group == second.group and first.group in groups:
        return False
    mine, theirs = (dict(_SAYS_WHICH.findall(each.entry.if_ or "")) for each in (first, second))
    return not any(name in theirs and theirs[name] != value for name, value in mine.items())
