"""How does each action of a Klaviyo flow become a step?

The types and their data are those of Klaviyo's published OpenAPI document (github.com/klaviyo/openapi, revision
2026-04-15). A type without a like here leaves a comment, and its people go on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from journeys.known_events import KNOWN_EVENTS
from orchestrator.importers.clock import clock_time, is_nothing, span, until
from orchestrator.importers.draft import Draft, Fields, Gap, Go, Id, Node
from orchestrator.importers.klaviyo_conditions import Filters, Metrics
from orchestrator.importers.naming import snake
from orchestrator.importers.phrases import attribute, template_text
from orchestrator.importers.reading import entries, fields, number, text, written
from orchestrator.importers.shares import divided

_SMALLER: Mapping[str, str] = MappingProxyType({"days": "hours", "hours": "minutes"})
_WINNERS: Mapping[str, str] = MappingProxyType(
    {
        "unique-placed-orders": "Order Completed",
        "unique-clicks": "Email Clicked",
        "unique-opens": "Email Opened",
        "submission": "Form Submitted",
    }
)
_NO_LIKE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "send-mobile-push": ("there is no channel for push messages", "send an e-mail or SMS, or set up an action"),
        "send-whatsapp": ("there is no channel for WhatsApp", "send an e-mail or SMS, or set up an action"),
        "content-experiment": ("it compares push or WhatsApp messages", "split people and send e-mails or SMS"),
        "back-in-stock-delay": ("it waits until goods are in stock", "begin a journey with the shop's own event"),
        "internal-service": ("it is a service inside Klaviyo", "tell another system by a webhook step"),
        "code": ("it runs code inside Klaviyo", "tell another system by a webhook step, or write an action"),
        "action-output-split": ("it asks what code inside Klaviyo gave back", "branch on what is known here"),
    }
)


@dataclass(slots=True)
class Actions:
    """Makes nodes of the actions of one flow."""

    draft: Draft
    metrics: Metrics

    def add(self, key: str, action: Fields) -> None:
        """Make the node of one action, or of several."""
        kind = text(action.get("type"))
        node = Node(hint=kind or "step", next=_next(action))
        self.draft.nodes[key] = node
        say = _SAYINGS.get(kind)
        if say is None:
            what, remedy = _NO_LIKE.get(kind, ("this type of action is not known here", "write a step by hand"))
            self.miss(key, kind, what, remedy)
            node.next = node.next or text(fields(action.get("links")).get("next_if_false")) or None
            return
        say(self, key, fields(action.get("data")), action)

    def miss(self, key: str, kind: str, what: str, remedy: str) -> None:
        """Note what could not be said of an action."""
        comment = self.draft.miss(f"action {key} ({kind})", what, remedy)
        self.draft.nodes[key].comments.append(comment)

    def miss_gap(self, key: str, kind: str, gap: Gap) -> None:
        """Note a condition that could not be said."""
        self.miss(key, kind, gap.what, gap.remedy)

    def message(self, key: str, kind: str, data: Fields) -> Fields:
        """Say a message: its channel and its words."""
        message = fields(data.get("message"))
        name = text(message.get("name"))
        if text(data.get("status")) in ("draft", "disabled"):
            self.miss(
                key, kind, f"it is not live in Klaviyo ({data['status']})", "remove the step unless it shall go out"
            )
        step = self._sms(key, name, message) if kind == "send-sms" else self._email(key, name, message)
        if message.get("transactional") is True:
            step["purpose"] = "transactional"
        elif "products" in KNOWN_EVENTS.get(self.draft.entry_event or "", {}):
            step["items"] = "entry.products"
            if str(self.draft.entry_event).startswith("Order "):
                step["intent"] = "follow_up"
        return step

    def _email(self, key: str, name: str, message: Fields) -> Fields:
        subject = text(message.get("subject_line"))
        template = text(message.get("template_id"))
        title = self.metrics.names.get(template) or name or subject or f"email {template or key}"
        return {"send": "email", "template": self.draft.stub(title, subject)}

    def _sms(self, key: str, name: str, message: Fields) -> Fields:
        body, unknown = template_text(text(message.get("body")))
        if unknown:
            what = f"its text uses {', '.join(unknown)[:150]}"
            self.miss(key, "send-sms", what, "write what stands in square brackets with profile. or entry.")
        return {"send": "sms", "text": body or name or "put the words of this message here"}


def _next(action: Fields) -> str | None:
    return text(fields(action.get("links")).get("next")) or None


# Messages.


def _send(actions: Actions, key: str, data: Fields, action: Fields) -> None:
    node, kind = actions.draft.nodes[key], text(action.get("type"))
    message = fields(data.get("message"))
    node.hint = text(message.get("name")) or text(message.get("subject_line")) or kind
    groups = entries(fields(message.get("additional_filters")).get("condition_groups"))
    if not groups:
        node.step = actions.message(key, kind, data)
        return
    condition = Filters(actions.draft, actions.metrics).whole(message.get("additional_filters"))
    if isinstance(condition, Gap):
        node.step = actions.message(key, kind, data)
        actions.miss_gap(key, kind, condition)
        return
    own = f"{key} itself"
    sent = Node(node.hint, next=node.next)
    sent.step = actions.message(key, kind, data)
    actions.draft.nodes[own] = sent
    node.step = {"branch": [{"if": condition, "go": Go(own)}, {"else": True, "go": Go(node.next)}]}
    node.hint, node.falls = f"{node.hint} filter", False


def _ab_test(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node = actions.draft.nodes[key]
    experiment = fields(data.get("current_experiment"))
    variations = [fields(each) for each in entries(experiment.get("variations"))][:20]
    main = fields(data.get("main_action"))
    node.hint = text(experiment.get("name")) or "ab_test"
    if len(variations) < 2 or text(data.get("experiment_status")) == "completed":
        node.step = actions.message(key, text(main.get("type")), fields(main.get("data")))
        return
    arms: Fields = {}
    steps: Fields = {}
    allocations = fields(experiment.get("allocations"))
    shares = divided([number(allocations.get(text(variation.get("id")))) for variation in variations])
    for place, variation in enumerate(variations):
        arm, inner = f"{'abcdefghijklmnopqrst'[place]}", fields(variation.get("data"))
        name = text(fields(inner.get("message")).get("name")) or f"{node.hint} {arm}"
        arms[arm] = shares[place]
        steps[arm] = [{"id": Id(name), **actions.message(key, text(variation.get("type")), inner)}]
    node.step = {"split": arms}
    event = _WINNERS.get(text(experiment.get("winner_metric")))
    if event:
        node.step["experiment"] = {"goal": {"event": event, "within": "5d"}}
        what = "how long an event counts for a variation is not in the export, so it is 5d here"
        actions.miss(key, "ab-test", what, "correct experiment.goal.within")
    node.step |= steps


def _webhook(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node, message = actions.draft.nodes[key], fields(data.get("message"))
    node.hint = text(message.get("name")) or "webhook"
    node.step = {"webhook": {"channel": "webhook"}}
    what = f"the body and headers for {text(message.get('url'))[:120] or 'its address'}"
    actions.miss(key, "send-webhook", what, "set the address on the channel webhook, and the values under with:")


def _alert(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node, message = actions.draft.nodes[key], fields(data.get("message"))
    node.hint = text(message.get("name")) or "internal_alert"
    node.step = {"crm": {"note": template_text(text(message.get("subject_line")) or node.hint)[0]}}
    actions.miss(
        key, "send-internal-alert", "mail to colleagues goes to the CRM instead", "keep it as a note, or a task"
    )


# Time.


def _delay(actions: Actions, key: str, data: Fields, action: Fields) -> None:
    kind = text(action.get("type"))
    unit = text(data.get("unit")) or "days"
    duration = span(data.get("value", 0), unit)
    if duration is None:
        actions.miss(key, kind, f"the delay {data.get('value')} {unit}"[:100], "write the wait by hand")
        return
    if second := span(data.get("secondary_value") or 0, _SMALLER.get(unit, "minutes")):
        duration = duration if is_nothing(second) else f"{duration}{second}"
    if unit == "months":
        actions.miss(
            key, kind, "a month has no fixed length, so it is 30 days here", "correct the wait if that matters"
        )
    at = clock_time(data.get("delay_until_time"))
    moment = _until(actions, key, kind, at, data, "delay_until_weekdays")
    waits: list[Fields] = [] if is_nothing(duration) else [{"wait": duration}]
    _chain(actions.draft, key, [*waits, *([moment] if moment else [])], f"wait {duration}")


def _target_date(actions: Actions, key: str, data: Fields, action: Fields) -> None:
    at = clock_time(data.get("target_time"))
    moment = _until(actions, key, text(action.get("type")), at, data, "target_days")
    _chain(actions.draft, key, [moment] if moment else [], f"wait until {at or 'the day'}")


def _until(actions: Actions, key: str, kind: str, at: str | None, data: Fields, days: str) -> Fields | None:
    moment, is_said = until(at, entries(data.get(days)))
    if not is_said:
        actions.miss(key, kind, "it goes on only on some weekdays", "wait until one weekday, as in Tue 10:00")
    zone = text(data.get("timezone"))
    if moment and zone not in ("", "profile"):
        actions.miss(
            key, kind, f"it waits on the clock of {zone[:60]}", "waits run on the customer's clock; check the time"
        )
    return moment


def _countdown(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node = actions.draft.nodes[key]
    date = text(actions.draft.fields.get("entry", {}).get("date")).split(" ")[0]
    duration = span(data.get("value", 0), text(data.get("unit")) or "days")
    node.hint = f"wait until {duration} before"
    if not date or duration is None:
        actions.miss(key, "countdown-delay", "no date begins this journey", "wait until a date of the profile or event")
        return
    moment: Fields = {"until": date if is_nothing(duration) else f"{date} - {duration}"}
    if at := clock_time(data.get("delay_until_time")):
        moment["at"] = at
    node.step = {"wait": {**moment, "if_past": "send"}}


def _chain(draft: Draft, key: str, steps: list[Fields], hint: str) -> None:
    """Put several steps where one action was."""
    node = draft.nodes[key]
    node.hint = hint
    if not steps:
        return
    node.step = steps[0]
    for place, step in enumerate(steps[1:]):
        own = f"{key} then {place}"
        until_when = step["wait"]["until"]
        draft.nodes[own] = Node(f"wait until {until_when}", step, node.next)
        node.next, node = own, draft.nodes[own]


# Choices.


def _split(actions: Actions, key: str, data: Fields, action: Fields) -> None:
    node, kind = actions.draft.nodes[key], text(action.get("type"))
    links = fields(action.get("links"))
    yes, no = text(links.get("next_if_true")) or None, text(links.get("next_if_false")) or None
    wanted = data.get("trigger_filter" if kind == "trigger-split" else "profile_filter")
    node.hint, node.next = kind, no
    if (share := _sample(wanted)) is not None:
        arms = {"yes": f"{written(share)}%", "no": f"{written(100 - share)}%"}
        node.step, node.falls = {"split": arms, "yes": Go(yes), "no": Go(no)}, False
        return
    condition = Filters(actions.draft, actions.metrics).whole(wanted)
    if isinstance(condition, Gap):
        actions.miss(key, kind, condition.what, f"{condition.remedy}; until then everybody goes the way of no")
        _leave_out(actions, key, [(yes, "of yes")])
        return
    node.step = {"branch": [{"if": condition, "go": Go(yes)}, {"else": True, "go": Go(no)}]}
    node.falls = False


def _sample(value: object) -> float | None:
    """Give the share of a split that asks for nothing but a random sample."""
    groups = entries(fields(value).get("condition_groups"))
    conditions = entries(fields(groups[0]).get("conditions")) if len(groups) == 1 else []
    only = fields(conditions[0]) if len(conditions) == 1 else {}
    share = number(only.get("percentage")) if text(only.get("type")) == "profile-sample" else None
    return share if share is not None and 0 < share < 100 else None


def _leave_out(actions: Actions, key: str, ways: list[tuple[str | None, str]]) -> None:
    """Keep the steps of a way whose condition could not be said: nobody goes there until it is written."""
    kept = [(target, name) for target, name in ways if target]
    if not kept:
        return
    node = actions.draft.nodes[key]
    arms: list[Fields] = [{"if": "profile.orders.count < 0", "go": Go(target)} for target, _ in kept]
    node.step = {"branch": [*arms, {"else": True, "go": Go(node.next)}]}
    node.falls = False
    node.comments.append("profile.orders.count < 0 is never true: put the condition in its place")


def _multi_branch(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node = actions.draft.nodes[key]
    node.hint = text(data.get("name")) or "multi_branch_split"
    branches = sorted((fields(each) for each in entries(data.get("branches"))), key=_order)
    arms: list[Fields] = []
    for branch in branches:
        if branch.get("is_else") is True:
            node.next = _next(branch)
            continue
        said = Filters(actions.draft, actions.metrics).whole(branch.get("branch_filter"))
        condition = said if isinstance(said, str) else "profile.orders.count < 0"
        if isinstance(said, Gap):
            name = text(branch.get("name"))
            actions.miss(
                key, "multi-branch-split", f'the way "{name}": {said.what}', f"{said.remedy}; it is never taken"
            )
        arms.append({"if": condition, "go": Go(_next(branch))})
    if arms:
        node.step, node.falls = {"branch": [*arms, {"else": True, "go": Go(node.next)}]}, False


def _order(branch: Fields) -> float:
    return number(branch.get("order")) or 0.0


# The profile.


def _update_profile(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node = actions.draft.nodes[key]
    values: Fields = {}
    for operation in (fields(each) for each in entries(data.get("profile_operations"))):
        name, kind = text(operation.get("property_key")), text(operation.get("property_type"))
        value = operation.get("property_value")
        is_said = (
            text(operation.get("operator")) != "delete" and kind != "list" and isinstance(value, str | int | float)
        )
        if not is_said:
            what = f'the property "{name}" is deleted, or changed as a list'
            actions.miss(key, "update-profile", what, "set a value of its own, such as false")
        elif kind == "date":
            own = attribute(actions.draft, name, "date")
            values[own] = {"from": "now"} if value == "today" else value
        else:
            kind_here = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            values[attribute(actions.draft, name, kind_here)] = value  # type: ignore[arg-type]  # one of the three kinds
    if values:
        node.hint, node.step = f"set {' '.join(values)}", {"set": values}


def _list_update(actions: Actions, key: str, data: Fields, _action: Fields) -> None:
    node = actions.draft.nodes[key]
    list_id = text(data.get("list_id"))
    name = f"in_{snake(actions.metrics.names.get(list_id) or text(data.get('name')) or list_id) or 'list'}"[:56]
    actions.draft.know_attribute(name, "boolean")
    node.hint, node.step = f"set {name}", {"set": {name: data.get("on_execution") is not False}}


_SAYINGS: Mapping[str, Callable[[Actions, str, Fields, Fields], None]] = MappingProxyType(
    {
        "send-email": _send,
        "send-sms": _send,
        "ab-test": _ab_test,
        "send-webhook": _webhook,
        "send-internal-alert": _alert,
        "time-delay": _delay,
        "target-date": _target_date,
        "countdown-delay": _countdown,
        "conditional-split": _split,
        "trigger-split": _split,
        "multi-branch-split": _multi_branch,
        "update-profile": _update_profile,
        "list-update": _list_update,
    }
)
