"""How does an exported HubSpot workflow become a journey?

What is read is the answer of `GET /automation/v4/flows/{flowId}`, or of its batch read. The shapes come from HubSpot's
published specification (github.com/HubSpot/HubSpot-public-api-spec-collection, Automation V4) and its developer
documentation. Only workflows about contacts become journeys; the others are listed.
"""

from collections.abc import Iterable, Iterator

from orchestrator.importers.clock import WEEKDAYS, clock_time, span
from orchestrator.importers.draft import Draft, Fields, Gap
from orchestrator.importers.hubspot_conditions import Filters
from orchestrator.importers.hubspot_steps import EVENTS, NEVER, Actions
from orchestrator.importers.page import Imported, written_page
from orchestrator.importers.phrases import attribute, quoted
from orchestrator.importers.reading import MOST_ACTIONS, UnreadableExport, entries, fields, number, text

CONTACTS = "0-1"
_MONTHS = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER",
    "DECEMBER",
)  # fmt: skip


def import_hubspot(content: object, named: Iterable[object] = (), file: str = "the file") -> Imported:
    """Turn the workflows of an export into journeys; raises UnreadableExport when there is none in it."""
    names = dict(pair for value in named for pair in _names(value))
    flows = list(_flows(content))
    if not flows:
        remedy = "export with GET /automation/v4/flows/{flowId}"
        raise UnreadableExport(f"{file}: expected a HubSpot workflow with actions, got none; {remedy}")
    count = sum(len(entries(flow.get("actions"))) for flow in flows)
    if count > MOST_ACTIONS:
        raise UnreadableExport(
            f"{file}: expected at most {MOST_ACTIONS:,} actions, got {count:,}; export fewer workflows"
        )
    return written_page("HubSpot", [_draft(flow, names) for flow in flows])


def _flows(content: object) -> Iterator[Fields]:
    found = fields(content).get("results", content)
    for flow in (fields(each) for each in (found if isinstance(found, list) else [found])):
        if isinstance(flow.get("actions"), list):
            yield flow


def _names(content: object) -> Iterator[tuple[str, str]]:
    """Find names by id, in an answer of the API or in a plain mapping."""
    whole = fields(content)
    for each in (fields(one) for one in entries(whole.get("results")) + entries(whole.get("lists"))):
        if name := text(each.get("name")):
            yield text(each.get("id")) or text(each.get("listId")), name
    for key, value in whole.items():
        if isinstance(value, str):
            yield key, value


def _draft(flow: Fields, names: dict[str, str]) -> Draft:
    key = text(flow.get("id"))
    draft = Draft(text(flow.get("name")) or f"workflow {key}".strip(), f"workflow {key}".strip())
    if description := " ".join(text(flow.get("description")).split()):
        draft.fields["description"] = description
    draft.start = text(flow.get("startActionId")) or _first_id(flow)
    criteria = fields(flow.get("enrollmentCriteria"))
    draft.fields["entry"] = _entry(draft, flow, criteria)
    if isinstance(again := criteria.get("shouldReEnroll"), bool):
        draft.fields["re_entry"] = "always" if again else "never"
    _exits(draft, flow, criteria)
    _remarks(draft, flow)
    actions = Actions(draft, names)
    # A branch on whether an event came joins the wait for it, so the wait must be known by then.
    in_turn = sorted(enumerate(map(fields, entries(flow.get("actions")))), key=_comes_late)
    for place, found in in_turn:
        own = text(found.get("actionId"))
        if not own or own in draft.nodes:
            what = "it has no actionId" if not own else "its actionId is taken by another action"
            draft.comments.append(draft.miss(f"actions[{place}]", what, "export the workflow again"))
            continue
        actions.add(own, found)
    return draft


def _comes_late(action: tuple[int, Fields]) -> bool:
    return text(action[1].get("type")) == "STATIC_BRANCH"


def _first_id(flow: Fields) -> str | None:
    actions = entries(flow.get("actions"))
    return text(fields(actions[0]).get("actionId")) or None if actions else None


# Who is let in.


def _entry(draft: Draft, flow: Fields, criteria: Fields) -> Fields:
    if scheduled := _schedule(draft, fields(flow.get("enrollmentSchedule"))):
        return _refined(draft, scheduled, criteria.get("listFilterBranch"))
    match text(criteria.get("type")):
        case "EVENT_BASED":
            return _on_event(draft, criteria)
        case "LIST_BASED":
            return _on_filter(draft, criteria.get("listFilterBranch"))
        case "MANUAL":
            return {"call": {}}
        case kind:
            what = f'people are let in by "{kind}"' if kind else "nothing says who is let in"
            draft.comments.append(draft.miss(draft.place, what, "start it by the API or another journey"))
            return {"call": {}}


def _on_event(draft: Draft, criteria: Fields) -> Fields:
    branches = [fields(each) for each in entries(criteria.get("eventFilterBranches"))]
    first = branches[0] if branches else {}
    type_id = text(first.get("eventTypeId"))
    event = draft.know_event(EVENTS.get(type_id, f"HubSpot Event {type_id or 'without id'}"))
    draft.entry_event = event
    if type_id not in EVENTS:
        what = f'the event "{type_id}" is HubSpot\'s own'
        draft.comments.append(draft.miss(draft.place, what, f'let the shop send "{event}", or name another event'))
    for other in branches[1:]:
        what = f"it also begins with {EVENTS.get(text(other.get('eventTypeId')), text(other.get('eventTypeId')))}"
        draft.comments.append(draft.miss(draft.place, what, "make a second journey for it"))
    entry: Fields = {"event": event}
    if entries(first.get("filters")) or entries(first.get("filterBranches")):
        said = Filters(draft, at_entry=True, event=event).branch(first)
        if isinstance(said, Gap):
            draft.comments.append(draft.miss(draft.place, said.what, f"{said.remedy}; until then more are let in"))
        else:
            entry["if"] = said
    return _refined(draft, entry, criteria.get("refinementCriteria"))


def _refined(draft: Draft, entry: Fields, branch: object) -> Fields:
    """Add a filter that people must meet besides."""
    if not fields(branch):
        return entry
    said = Filters(draft, at_entry=True).branch(branch)
    if isinstance(said, Gap):
        draft.comments.append(draft.miss(draft.place, said.what, f"{said.remedy}; until then more are let in"))
        return entry
    return {**entry, "if": f"({entry['if']}) and ({said})" if "if" in entry else said}


def _on_filter(draft: Draft, branch: object) -> Fields:
    form = _only_form(branch)
    if form:
        draft.entry_event = "Form Submitted"
        return {"event": "Form Submitted", "if": f"event.form == {quoted(form)}"}
    said = Filters(draft, at_entry=True).branch(branch)
    if isinstance(said, Gap):
        remedy = f"{said.remedy}; write it under entry.when, in place of what is never true"
        draft.comments.append(draft.miss(draft.place, said.what, remedy))
        return {"when": NEVER}
    return {"when": said}


def _only_form(branch: object) -> str:
    """Give the form when filling it out is all that is asked for."""
    found = fields(branch)
    for _ in range(4):
        filters, inner = entries(found.get("filters")), entries(found.get("filterBranches"))
        if len(filters) == 1 and not inner:
            only = fields(filters[0])
            is_form = text(only.get("filterType")) == "FORM_SUBMISSION" and text(only.get("operator")) == "FILLED_OUT"
            form = text(only.get("formId"))
            return form if is_form and form.isprintable() else ""
        if filters or len(inner) != 1:
            return ""
        found = fields(inner[0])
    return ""


def _schedule(draft: Draft, schedule: Fields) -> Fields:
    """Say a schedule; nothing when there is none."""
    at = clock_time(schedule.get("timeOfDay")) or "10:00"
    hour, minute = (int(part) for part in at.split(":"))
    days = [text(day).lower() for day in entries(schedule.get("daysOfWeek"))]
    known = [str((WEEKDAYS.index(day) + 1) % 7) for day in days if day in WEEKDAYS]
    dates = [str(int(day)) for each in entries(schedule.get("daysOfMonth")) if (day := number(each)) and 1 <= day <= 31]
    match text(schedule.get("type")):
        case "DAILY":
            return {"schedule": at}
        case "WEEKLY" if len(known) == 1:
            return {"schedule": f"{days[0][:3].title()} {at}"}
        case "WEEKLY" if known:
            return {"schedule": f"{minute} {hour} * * {','.join(known)}"}
        case "MONTHLY_SPECIFIC_DAYS" if dates:
            return {"schedule": f"{minute} {hour} {','.join(dates)} * *"}
        case "YEARLY" if text(schedule.get("month")) in _MONTHS and (day := number(schedule.get("dayOfMonth"))):
            month = _MONTHS.index(text(schedule.get("month"))) + 1
            return {"schedule": f"{minute} {hour} {min(28, max(1, int(day)))} {month} *"}
        case "PROPERTY_BASED" if text(schedule.get("dateProperty")):
            return _by_date(draft, schedule, at)
        case "":
            return {}
        case kind:
            draft.comments.append(draft.miss(draft.place, f'the schedule "{kind}"', "write entry.schedule by hand"))
            return {}


def _by_date(draft: Draft, schedule: Fields, at: str) -> Fields:
    """Say a schedule that goes by a date of the contact; HubSpot's `daysDelta` is before the date when negative."""
    date = f"profile.{attribute(draft, text(schedule.get('dateProperty')), 'date')}"
    days = number(schedule.get("daysDelta")) or 0
    offset = span(abs(days), "days")
    entry: Fields = {"date": f"{date} {'-' if days < 0 else '+'} {offset}" if days and offset else date}
    return {**entry, **({"every": "year"} if schedule.get("yearly") is True else {}), "at": at}


# Who is taken out, and what stays unsaid.


def _exits(draft: Draft, flow: Fields, criteria: Fields) -> None:
    goal = flow.get("goalFilterBranch")
    if fields(goal):
        said = Filters(draft).branch(goal)
        if isinstance(said, Gap):
            draft.comments.append(draft.miss(draft.place, f"its goal: {said.what}", said.remedy))
        else:
            draft.exit_on({"if": said, "reason": "goal_met"})
    if criteria.get("unEnrollObjectsNotMeetingCriteria") is True:
        said = Filters(draft).branch(criteria.get("listFilterBranch"))
        if isinstance(said, str):
            draft.exit_on({"if": f"not ({said})", "reason": "criteria_no_longer_met"})


def _remarks(draft: Draft, flow: Fields) -> None:
    """Note what HubSpot keeps beside the actions and we keep elsewhere."""
    kind, record = text(flow.get("type")), text(flow.get("objectTypeId")) or CONTACTS
    found = (
        (kind == "PLATFORM_FLOW" and record != CONTACTS, f"it is about records of the type {record}, not about people",
         "begin with an event that names the person"),
        (entries(flow.get("suppressionListIds")), "the lists of who is left out", "add their condition to entry"),
        (fields(flow.get("suppressionFilterBranch")), "the filter of who is left out", "add its condition to entry"),
        (entries(flow.get("timeWindows")), "the hours in which its actions run", "set the guard quiet_hours"),
        (entries(flow.get("blockedDates")), "the days on which it does nothing", "stop `tactful run` on those days"),
        (fields(flow.get("unEnrollmentSetting")), "it takes people out of others", "add a step stop: for each"),
        (fields(flow.get("eventAnchor")), "its delays count from a date", "begin with entry.date"),
    )  # fmt: skip
    for is_there, what, remedy in found:
        if is_there:
            draft.comments.append(draft.miss(draft.place, what, remedy))
