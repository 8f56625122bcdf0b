"""How does each action of a HubSpot workflow become a step?

Branches, webhooks and connections have the shapes of HubSpot's published specification of the automation API v4. The
fields of the built-in actions are free there; those read here are the ones of HubSpot's developer documentation
("Workflow actions and enrollment types") and of exports that are public.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.importers.clock import clock_time, is_nothing, span, until
from orchestrator.importers.draft import Draft, Fields, Gap, Go, Node
from orchestrator.importers.hubspot_conditions import Filters
from orchestrator.importers.naming import snake
from orchestrator.importers.phrases import attribute, quoted, template_text
from orchestrator.importers.reading import entries, fields, number, text
from orchestrator.importers.shares import divided

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "4-1639801": "Form Submitted",
        "4-666440": "Email Opened",
        "4-666288": "Email Clicked",
        "4-96000": "Page Viewed",
    }
)
NEVER = "profile.orders.count < 0"
_NO_LIKE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "0-14": ("it makes a record in the CRM", "write a crm task or note, or tell another system by a webhook step"),
        "0-15": ("it goes on in another workflow", "import that one too, give it entry: {call: {}} and start: it here"),
        "0-18224765": ("it deletes the contact", "delete people in the CRM"),
        "0-46510720": ("it enrolls in a sales sequence", "write a crm task for the sales manager"),
    }
)


@dataclass(slots=True)
class Actions:
    """Makes nodes of the actions of one workflow."""

    draft: Draft
    names: Mapping[str, str]

    def add(self, key: str, action: Fields) -> None:
        """Make the node of one action."""
        kind = text(action.get("actionTypeId")) or text(action.get("type"))
        node = Node(hint=kind or "step", next=_next(action.get("connection")))
        self.draft.nodes[key] = node
        say = _BRANCHES.get(text(action.get("type"))) or _SAYINGS.get(kind)
        if say is None:
            known = _NO_LIKE.get(kind, ("this type of action is not known here", "write a step by hand"))
            self.miss(key, kind, *known)
            node.next = node.next or _next(action.get("defaultBranch"))
            return
        say(self, key, action)

    def miss(self, key: str, kind: str, what: str, remedy: str) -> None:
        """Note what could not be said of an action."""
        self.draft.nodes[key].comments.append(self.draft.miss(f"action {key} ({kind})", what, remedy))


def _next(connection: object) -> str | None:
    return text(fields(connection).get("nextActionId")) or None


def spoken(actions: Actions, key: str, kind: str, value: object) -> str:
    """Turn the vendor's placeholders and markup in a text into ours."""
    plain = " ".join("".join(_without_markup(text(value))).split())
    said, unknown = template_text(plain)
    if unknown:
        what = f"its text uses {', '.join(unknown)[:150]}"
        actions.miss(key, kind, what, "write what stands in square brackets with profile. or entry.")
    return said


def _without_markup(value: str) -> str:
    kept, depth = [], 0
    for letter in value:
        depth += letter == "<"
        if not depth:
            kept.append(letter)
        depth -= letter == ">" and depth > 0
    return "".join(kept)


# Single actions.


def _delay(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    unit = text(own.get("time_unit")) or "MINUTES"
    duration = span(own.get("delta", 0), unit)
    if duration is None:
        actions.miss(key, "0-1", f"the delay {own.get('delta')} {unit}"[:100], "write the wait by hand")
        return
    moment, is_said = until(clock_time(own.get("time_of_day")), entries(own.get("days_of_week")))
    if not is_said:
        actions.miss(key, "0-1", "it goes on only on some weekdays", "wait until one weekday, as in Tue 10:00")
    short = _shorter(duration)
    node.hint = f"wait {short}"
    waits: list[Fields] = [] if is_nothing(duration) else [{"wait": short}]
    _chain(actions.draft, key, [*waits, *([moment] if moment else [])])


def _shorter(duration: str) -> str:
    """Write minutes as hours or days where they are whole ones: HubSpot keeps every delay in minutes."""
    minutes = number(duration.removesuffix("m")) if duration.endswith("m") else None
    if not minutes or minutes % 60:
        return duration
    return f"{int(minutes) // 1440}d" if minutes % 1440 == 0 else f"{int(minutes) // 60}h"


def _chain(draft: Draft, key: str, steps: list[Fields]) -> None:
    node = draft.nodes[key]
    node.step = steps[0] if steps else None
    if len(steps) > 1:
        own = f"{key} then"
        draft.nodes[own] = Node(f"wait until {steps[1]['wait']['until']}", steps[1], node.next)
        node.next = own


def _until_date(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    date = fields(own.get("date"))
    node.hint = "wait until date"
    if text(date.get("type")) == "OBJECT_PROPERTY" and text(date.get("propertyName")):
        moment = f"profile.{attribute(actions.draft, text(date.get('propertyName')), 'date')}"
    elif fixed := _day(date.get("staticValue", own.get("date"))):
        moment = fixed
    else:
        actions.miss(key, "0-35", "the date it waits for", "wait until a date of the profile or a day of the calendar")
        return
    delta = number(own.get("delta")) or 0
    offset = span(abs(delta), text(own.get("time_unit")) or "DAYS") if moment.startswith("profile.") else None
    if offset and not is_nothing(offset):
        moment = f"{moment} {'-' if delta < 0 else '+'} {_shorter(offset)}"
    wait: Fields = {"until": moment}
    if at := clock_time(own.get("time_of_day")):
        wait["at"] = at
    node.step = {"wait": {**wait, "if_past": "send"}}


def _day(value: object) -> str | None:
    """Read a day that is written as one; HubSpot's milliseconds are not told from other numbers here."""
    day = text(value)[:10]
    is_day = len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isdecimal()
    return day if is_day and 1 <= int(day[5:7]) <= 12 and 1 <= int(day[8:]) <= 28 else None


def _wait_for(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    branches = [fields(each) for each in entries(own.get("event_filter_branches"))]
    event = EVENTS.get(text(branches[0].get("eventTypeId"))) if branches else None
    if event is None:
        actions.miss(
            key, "0-29", "the event it waits for is HubSpot's own", "let the shop send an event, and wait for it"
        )
        return
    if len(branches) > 1 or any(entries(branch.get("filters")) for branch in branches):
        actions.miss(key, "0-29", f"it waits for certain events only; here any {event} will do", "add wait_for.if")
    minutes = span(own.get("expiration_minutes"), "MINUTES")
    if minutes is None or is_nothing(minutes):
        actions.miss(key, "0-29", "it waits without end", "it is 30d here; correct wait_for.at_most")
        minutes = "30d"
    node.hint = f"wait for {event}"
    node.step = {"wait_for": {"event": event, "at_most": _shorter(minutes)}}


def _email(actions: Actions, key: str, action: Fields) -> None:
    node, content = actions.draft.nodes[key], text(fields(action.get("fields")).get("content_id"))
    title = actions.names.get(content) or f"email {content or key}"
    node.hint, node.step = (
        title,
        {"send": "email", "template": actions.draft.stub(title, actions.names.get(content, ""))},
    )


def _task(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    task = spoken(actions, key, "0-3", own.get("subject")) or "Follow up"
    node.hint, node.step = f"task {task}"[:40], {"crm": {"task": task}}
    if note := spoken(actions, key, "0-3", own.get("body")):
        node.step["crm"]["note"] = note


def _notice(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    kind = text(action.get("actionTypeId"))
    parts = [spoken(actions, key, kind, own.get(part)) for part in ("subject", "body")]
    node.hint = f"note {parts[0]}"[:40]
    node.step = {"crm": {"note": ": ".join(part for part in parts if part) or "Look at this person"}}
    actions.miss(key, kind, "notices to colleagues go to the CRM instead", "keep it as a note, or make it a task")


def _set_property(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    name, value = text(own.get("property_name")), fields(own.get("value"))
    given = value.get("staticValue")
    if fields(own.get("association")) or not name:
        actions.miss(key, "0-5", "it sets a property of another record", "set it in the CRM, by a webhook step")
    elif text(value.get("type")) == "OBJECT_PROPERTY" and text(value.get("propertyName")):
        source = attribute(actions.draft, text(value.get("propertyName")), "any")
        node.step = {"set": {attribute(actions.draft, name, "any"): {"from": f"profile.{source}"}}}
    elif text(value.get("type")) == "TIMESTAMP":
        node.step = {"set": {attribute(actions.draft, name, "date"): {"from": "now"}}}
    elif isinstance(given, str | bool | int | float):
        kind_here = "boolean" if isinstance(given, bool) else "text" if isinstance(given, str) else "number"
        node.step = {"set": {attribute(actions.draft, name, kind_here): given}}  # type: ignore[arg-type]  # one of three
    else:
        actions.miss(key, "0-5", f'the value of "{name}" is computed by HubSpot', "compute it with from:")
    node.hint = f"set {snake(name) or 'property'}"


def _list(actions: Actions, key: str, action: Fields) -> None:
    node, own = actions.draft.nodes[key], fields(action.get("fields"))
    list_id = text(own.get("list_id")) or text(own.get("listId"))
    name = f"in_{snake(actions.names.get(list_id) or f'list {list_id}')}"[:56]
    actions.draft.know_attribute(name, "boolean")
    is_out = text(own.get("operation")) == "REMOVE" or text(action.get("actionTypeId")) == "0-63863438"
    node.hint, node.step = f"set {name}", {"set": {name: not is_out}}


def _webhook(actions: Actions, key: str, action: Fields) -> None:
    node = actions.draft.nodes[key]
    node.hint, node.step = "webhook", {"webhook": {"channel": "webhook"}}
    what = f"the method and parameters for {text(action.get('webhookUrl'))[:120] or 'its address'}"
    actions.miss(key, "WEBHOOK", what, "set the address on the channel webhook, and the values under with:")


def _code(actions: Actions, key: str, action: Fields) -> None:
    remedy = "tell another system by a webhook step, or write an action"
    actions.miss(key, text(action.get("type")), "it runs code inside HubSpot", remedy)


# Branches.


def _list_branch(actions: Actions, key: str, action: Fields) -> None:
    node = actions.draft.nodes[key]
    node.next = _next(action.get("defaultBranch"))
    arms: list[Fields] = []
    for branch in (fields(each) for each in entries(action.get("listBranches"))):
        said = Filters(actions.draft).branch(branch.get("filterBranch"))
        name = text(branch.get("branchName"))
        node.hint = f"is it {name}" if name and not arms else node.hint
        if isinstance(said, Gap):
            actions.miss(key, "LIST_BRANCH", f'the way "{name}": {said.what}', f"{said.remedy}; it is never taken")
            said = NEVER
        arms.append({"if": said, "go": Go(_next(branch.get("connection")))})
    _close(node, arms)


def _static_branch(actions: Actions, key: str, action: Fields) -> None:
    node, value = actions.draft.nodes[key], fields(action.get("inputValue"))
    node.next = _next(action.get("defaultBranch"))
    branches = [fields(each) for each in entries(action.get("staticBranches"))]
    if text(value.get("type")) == "FIELD_DATA" and _joins_wait(actions, key, text(value.get("actionId")), branches):
        return
    name = text(value.get("propertyName"))
    if text(value.get("type")) != "OBJECT_PROPERTY" or not name:
        if branches:
            what = "it asks for what another action gave back"
            actions.miss(key, "STATIC_BRANCH", what, "branch on what is known here; everybody goes the default way")
        arms = [{"if": NEVER, "go": Go(_next(branch.get("connection")))} for branch in branches]
        _close(node, arms)
        return
    own = f"profile.{attribute(actions.draft, name, 'text')}"
    node.hint = f"by {name}"
    arms = []
    for branch in branches:
        wanted = f"{own} == {quoted(text(branch.get('branchValue')))}"
        said = actions.draft.checked(wanted, at_entry=False)
        if isinstance(said, Gap):
            actions.miss(key, "STATIC_BRANCH", said.what, f"{said.remedy}; it is never taken")
        arms.append({"if": said if isinstance(said, str) else NEVER, "go": Go(_next(branch.get("connection")))})
    _close(node, arms)


def _joins_wait(actions: Actions, key: str, waiting: str, branches: list[Fields]) -> bool:
    """Let a branch on whether an event came be the two ways out of the wait for it, which stands right before."""
    node, before = actions.draft.nodes[key], actions.draft.nodes.get(waiting)
    if (
        before is None
        or before.next != key
        or before.step is None
        or "wait_for" not in before.step
        or len(branches) != 1
    ):
        return False
    came = Go(_next(branches[0].get("connection")))
    before.step |= {"then": came, "otherwise": Go(node.next)}
    before.falls, before.next = False, None
    del actions.draft.nodes[key]
    return True


def _ab_test(actions: Actions, key: str, action: Fields) -> None:
    node = actions.draft.nodes[key]
    branches = [fields(each) for each in entries(action.get("testBranches"))][:20]
    node.hint, node.next = "ab_test", None
    if len(branches) < 2:
        node.next = _next(branches[0].get("connection")) if branches else None
        return
    names = "abcdefghijklmnopqrst"[: len(branches)]
    shares = divided([number(branch.get("percentage")) for branch in branches], may_be_none=True)
    split = dict(zip(names, shares, strict=True))
    ways = {name: Go(_next(branch.get("connection"))) for name, branch in zip(names, branches, strict=True)}
    node.step, node.falls = {"split": split, **ways}, False


def _close(node: Node, arms: list[Fields]) -> None:
    if arms:
        node.step, node.falls = {"branch": [*arms, {"else": True, "go": Go(node.next)}]}, False


Saying = Callable[[Actions, str, Fields], None]
_BRANCHES: Mapping[str, Saying] = MappingProxyType(
    {
        "LIST_BRANCH": _list_branch,
        "STATIC_BRANCH": _static_branch,
        "AB_TEST_BRANCH": _ab_test,
        "WEBHOOK": _webhook,
        "CUSTOM_CODE": _code,
    }
)
_SAYINGS: Mapping[str, Saying] = MappingProxyType(
    {
        "0-1": _delay,
        "0-3": _task,
        "0-4": _email,
        "0-5": _set_property,
        "0-8": _notice,
        "0-9": _notice,
        "0-13": _list,
        "0-29": _wait_for,
        "0-35": _until_date,
        "0-63809083": _list,
        "0-63863438": _list,
    }
)
