"""How does an exported Klaviyo flow become a journey?

What is read is the answer of `GET /api/flows/{id}?additional-fields[flow]=definition` (revision 2024-10-15.pre and
later); the shapes come from Klaviyo's published OpenAPI document (github.com/klaviyo/openapi). Metrics, lists and
segments stand in it by their ids: their names come from the answers of `GET /api/metrics`, `/api/lists` and the like.
"""

from collections.abc import Iterable, Iterator

from orchestrator.importers.clock import clock_time, is_nothing, span
from orchestrator.importers.draft import Draft, Fields, Gap
from orchestrator.importers.klaviyo_conditions import Filters, Metrics, since_start
from orchestrator.importers.klaviyo_steps import Actions
from orchestrator.importers.page import Imported, written_page
from orchestrator.importers.phrases import Said, attribute, grouped, joined
from orchestrator.importers.reading import MOST_ACTIONS, UnreadableExport, entries, fields, number, text

NEVER = "profile.orders.count < 0"


def import_klaviyo(content: object, named: Iterable[object] = (), file: str = "the file") -> Imported:
    """Turn the flows of an export into journeys; raises UnreadableExport when there is none in it."""
    metrics = Metrics(dict(pair for value in (content, *named) for pair in _names(value)))
    flows = list(_flows(content))
    if not flows:
        wanted = "data.attributes.definition"
        remedy = "export with GET /api/flows/{id}?additional-fields[flow]=definition"
        raise UnreadableExport(f"{file}: expected a Klaviyo flow with {wanted}, got none; {remedy}")
    count = sum(len(entries(definition.get("actions"))) for _, _, definition in flows)
    if count > MOST_ACTIONS:
        raise UnreadableExport(f"{file}: expected at most {MOST_ACTIONS:,} actions, got {count:,}; export fewer flows")
    return written_page("Klaviyo", [_draft(name, flow, definition, metrics) for name, flow, definition in flows])


def _flows(content: object) -> Iterator[tuple[str, str, Fields]]:
    """Find the flows: one, several, or a bare definition."""
    data = fields(content).get("data", content)
    for flow in (fields(each) for each in (data if isinstance(data, list) else [data])):
        attributes = fields(flow.get("attributes"))
        definition = fields(attributes.get("definition") or flow.get("definition") or flow)
        if isinstance(definition.get("actions"), list):
            name = text(attributes.get("name")) or text(flow.get("name"))
            key = text(flow.get("id"))
            yield name or f"flow {key}".strip(), key, definition


def _names(content: object) -> Iterator[tuple[str, str]]:
    """Find names by id, in an answer of the API or in a plain mapping."""
    whole = fields(content)
    for part in (whole.get("data"), whole.get("included")):
        for each in (fields(one) for one in entries(part)):
            if name := text(fields(each.get("attributes")).get("name")):
                yield text(each.get("id")), name
    for key, value in whole.items():
        if isinstance(value, str) and key not in ("name", "id", "type"):
            yield key, value


def _draft(name: str, key: str, definition: Fields, metrics: Metrics) -> Draft:
    draft = Draft(name, f"flow {key}".strip())
    draft.start = text(definition.get("entry_action_id")) or _first_id(definition)
    draft.fields["entry"] = _entry(draft, definition, metrics)
    _filter(draft, definition, metrics)
    _re_entry(draft, fields(definition.get("reentry_criteria")))
    actions = Actions(draft, metrics)
    for place, action in enumerate(entries(definition.get("actions"))):
        found = fields(action)
        own = text(found.get("id")) or text(found.get("temporary_id"))
        if not own or own in draft.nodes:
            what = "it has no id" if not own else "its id is taken by another action"
            draft.comments.append(draft.miss(f"actions[{place}]", what, "export the flow again"))
            continue
        actions.add(own, found)
    return draft


def _first_id(definition: Fields) -> str | None:
    actions = entries(definition.get("actions"))
    first = fields(actions[0]) if actions else {}
    return text(first.get("id")) or text(first.get("temporary_id")) or None


# Who is let in.


def _entry(draft: Draft, definition: Fields, metrics: Metrics) -> Fields:
    triggers = [fields(each) for each in entries(definition.get("triggers"))]
    if not triggers:
        draft.comments.append(
            draft.miss(draft.place, "nothing triggers the flow", "say under entry what lets people in")
        )
        return {"call": {}}
    for extra in triggers[1:]:
        what = f"a second trigger ({text(extra.get('type'))})"
        draft.comments.append(draft.miss(draft.place, what, "make a second journey for it"))
    trigger = triggers[0]
    match text(trigger.get("type")):
        case "metric":
            return _on_metric(draft, trigger, metrics)
        case "date":
            return _on_date(draft, trigger)
        case ("list" | "segment") as kind:
            return _on_membership(draft, kind, text(trigger.get("id")), metrics)
        case kind:
            remedy = "start it by the API or another journey, which is what call means"
            draft.comments.append(draft.miss(draft.place, f'the trigger "{kind}"', remedy))
            return {"call": {}}


def _on_metric(draft: Draft, trigger: Fields, metrics: Metrics) -> Fields:
    metric = text(trigger.get("id"))
    event = draft.know_event(metrics.event(metric))
    draft.entry_event = event
    if not metrics.is_known(metric):
        what = f'the metric "{metric}" has no name in the file'
        draft.comments.append(draft.miss(draft.place, what, "give the names with --names, or write the event"))
    entry: Fields = {"event": event}
    filters = Filters(draft, metrics, at_entry=True)
    said = _sayable(draft, filters.groups(trigger.get("trigger_filter")), "the trigger's filter")
    return {**entry, "if": said} if said else entry


def _on_membership(draft: Draft, kind: str, key: str, metrics: Metrics) -> Fields:
    name = metrics.names.get(key, key)
    if kind == "segment":
        what = f'the segment "{name}" is not in the export'
        remedy = "write its condition under entry.when, in place of the one that is never true"
        draft.comments.append(draft.miss(draft.place, what, remedy))
        return {"when": NEVER}
    event = draft.know_event("List Joined")
    draft.know_property(event, "list", "text")
    draft.entry_event = event
    what = f'it begins when somebody joins the list "{name}"'
    remedy = "let the shop send List Joined, or begin with Form Submitted"
    draft.comments.append(draft.miss(draft.place, what, remedy))
    return {"event": event, "if": f"event.list == {_quoted(name)}"}


def _quoted(name: str) -> str:
    return '"' + "".join(letter for letter in name if letter.isprintable() and letter not in '"\\') + '"'


def _on_date(draft: Draft, trigger: Fields) -> Fields:
    name = text(trigger.get("date_profile_property"))
    if text(trigger.get("date_field_type")) != "profile-property" or not name:
        draft.comments.append(draft.miss(draft.place, "the date of a custom object", "keep the date on the profile"))
        return {"when": NEVER}
    date = f"profile.{attribute(draft, _bare(name), 'date')}"
    before = span(
        trigger.get("timedelta_value_before_date") or 0, text(trigger.get("timedelta_unit_before_date")) or "days"
    )
    entry: Fields = {"date": date if before is None or is_nothing(before) else f"{date} - {before}"}
    match text(trigger.get("recurrence_frequency")):
        case "annually":
            entry["every"] = "year"
        case ("monthly" | "weekly") as often:
            draft.comments.append(
                draft.miss(draft.place, f"it comes round {often}", "use a schedule instead of a date")
            )
    if text(trigger.get("timedelta_unit_before_date")) == "months" and before and not is_nothing(before):
        draft.comments.append(draft.miss(draft.place, "a month has no fixed length", "it is 30 days here; correct it"))
    if 0 < len(entries(trigger.get("trigger_days"))) < 7:
        draft.comments.append(
            draft.miss(draft.place, "it begins only on some weekdays", "wait until one in a first step")
        )
    if at := clock_time(trigger.get("trigger_time")):
        entry["at"] = at
    return entry


def _bare(name: str) -> str:
    """Give the name inside `properties['Birthday']`."""
    return name.split("['")[-1].split('["')[-1].removesuffix("']").removesuffix('"]')


def _filter(draft: Draft, definition: Fields, metrics: Metrics) -> None:
    """Say the flow's filter: at the entry, and as exit rules, for Klaviyo asks it again before every action."""
    inside: list[Said] = []
    at_entry: list[Said] = []
    for group in entries(fields(definition.get("profile_filter")).get("condition_groups")):
        conditions = entries(fields(group).get("conditions"))
        metric = since_start(conditions[0]) if len(conditions) == 1 else None
        if metric is not None and metrics.is_known(metric):
            draft.exit_on({"event": draft.know_event(metrics.event(metric))})
        elif conditions and text(fields(conditions[0]).get("type")) == "profile-not-in-flow":
            draft.fields["re_entry"] = _pause(fields(fields(conditions[0]).get("timeframe_filter")))
        else:
            at_entry.append(Filters(draft, metrics, at_entry=True).group(fields(group)))
            inside.append(Filters(draft, metrics).group(fields(group)))
    said = _sayable(draft, at_entry, "the flow's filter")
    if not said:
        return
    entry = draft.fields["entry"]
    key = "when" if "when" in entry and entry["when"] != NEVER else "if"
    entry[key] = f"{grouped(entry[key])} and {grouped(said)}" if key in entry else said
    still = joined([part for part in inside if isinstance(part, str)], "and")
    if isinstance(still, str):
        draft.exit_on({"if": f"not ({still})", "reason": "filter_no_longer_met"})


def _sayable(draft: Draft, groups: list[Said], whose: str) -> str:
    """Join the groups that can be said; the others are noted, and more people are let in than before."""
    for group in groups:
        if isinstance(group, Gap):
            remedy = f"{group.remedy}; until then more people are let in"
            draft.comments.append(draft.miss(draft.place, f"{whose}: {group.what}", remedy))
    whole = joined([group for group in groups if isinstance(group, str)], "and")
    return whole if isinstance(whole, str) else ""


def _re_entry(draft: Draft, criteria: Fields) -> None:
    duration, unit = number(criteria.get("duration")), text(criteria.get("unit"))
    if duration is None:
        return
    if unit == "alltime":
        draft.fields["re_entry"] = "never" if duration else "always"
    elif (pause := span(duration, unit)) is not None:
        draft.fields["re_entry"] = "always" if is_nothing(pause) else f"after {pause}"


def _pause(timeframe: Fields) -> str:
    pause = span(timeframe.get("quantity"), text(timeframe.get("unit")))
    is_ever = text(timeframe.get("operator")) == "alltime" or pause is None
    return "never" if is_ever else "always" if is_nothing(str(pause)) else f"after {pause}"
