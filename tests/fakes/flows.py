"""What do exported flows look like?

Written by hand after the public specifications of Klaviyo's flows API and HubSpot's automation API v4; the shops,
people and words in them are made up.
"""

from typing import Any

Fields = dict[str, Any]

METRICS = {
    "data": [
        {"type": "metric", "id": "CheckS", "attributes": {"name": "Started Checkout"}},
        {"type": "metric", "id": "Placed", "attributes": {"name": "Placed Order"}},
        {"type": "metric", "id": "Viewed", "attributes": {"name": "Viewed Product"}},
        {"type": "metric", "id": "Clicks", "attributes": {"name": "Clicked Email"}},
        {"type": "list", "id": "News01", "attributes": {"name": "Newsletter"}},
        {"type": "segment", "id": "Seg001", "attributes": {"name": "Lapsed customers"}},
    ]
}


# Klaviyo.


def klaviyo(name: str, trigger: Fields | None, *actions: Fields, **rest: Any) -> Fields:
    """Export a flow."""
    definition = {"triggers": [trigger] if trigger else [], "profile_filter": None, "actions": list(actions), **rest}
    definition.setdefault("entry_action_id", actions[0]["id"] if actions else None)
    return {"data": {"type": "flow", "id": "XVTP5Q", "attributes": {"name": name, "definition": definition}}}


def all_of(*groups: list[Fields]) -> Fields:
    """Make a filter: each group must hold, and of each group one condition."""
    return {"condition_groups": [{"conditions": group} for group in groups]}


def happened(metric: str, operator: str, value: int, timeframe: Fields) -> Fields:
    """Make the condition that something happened so often."""
    return {
        "type": "profile-metric",
        "metric_id": metric,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": operator, "value": value},
        "timeframe_filter": {"type": "date", **timeframe},
        "metric_filters": None,
    }


def in_days(days: int) -> Fields:
    """Limit to the last days."""
    return {"operator": "in-the-last", "unit": "day", "quantity": days}


SINCE_START: Fields = {"operator": "flow-start"}


def profile_is(name: str, kind: str, operator: str, value: Any) -> Fields:
    """Make a condition about a property of the profile."""
    return {
        "type": "profile-property",
        "property": name,
        "filter": {"type": kind, "operator": operator, "value": value},
    }


def delay(key: str, following: str | None, **data: Any) -> Fields:
    """Make a time delay."""
    return {"id": key, "type": "time-delay", "links": {"next": following}, "data": {"timezone": "profile", **data}}


def email(key: str, following: str | None, name: str, subject: str, **message: Any) -> Fields:
    """Make an e-mail."""
    data = {"status": "live", "message": {"name": name, "subject_line": subject, "transactional": False, **message}}
    return {"id": key, "type": "send-email", "links": {"next": following}, "data": data}


def sms(key: str, following: str | None, name: str, body: str) -> Fields:
    """Make an SMS."""
    data = {"status": "live", "message": {"name": name, "body": body}}
    return {"id": key, "type": "send-sms", "links": {"next": following}, "data": data}


def split(key: str, wanted: Fields, yes: str | None, no: str | None) -> Fields:
    """Make a conditional split."""
    links = {"next_if_true": yes, "next_if_false": no}
    return {"id": key, "type": "conditional-split", "links": links, "data": {"profile_filter": wanted}}


def ab_test(key: str, following: str | None, *variations: Fields) -> Fields:
    """Make an A/B test with equal shares."""
    experiment = {
        "id": "exp1",
        "name": "Subject test",
        "variations": list(variations),
        "allocations": {each["id"]: 1 / len(variations) for each in variations},
        "winner_metric": "unique-clicks",
    }
    data = {
        "status": "live",
        "experiment_status": "live",
        "main_action": variations[0],
        "current_experiment": experiment,
    }
    return {"id": key, "type": "ab-test", "links": {"next": following}, "data": data}


KLAVIYO_WELCOME = klaviyo(
    "Welcome series",
    {"type": "list", "id": "News01"},
    email("10", "11", "Welcome #1", "Welcome, {{ first_name|default:'friend' }}"),
    delay("11", "12", unit="days", value=2, delay_until_time="10:00:00"),
    split("12", all_of([happened("Placed", "greater-than", 0, {"operator": "alltime"})]), "13", "14"),
    email("13", None, "Thanks for your order", "How to brew it"),
    email("14", "15", "Welcome #2", "Three ways to brew"),
    {
        "id": "15",
        "type": "update-profile",
        "links": {"next": None},
        "data": {
            "profile_operations": [
                {
                    "operator": "create",
                    "property_type": "string",
                    "property_key": "Welcome stage",
                    "property_value": "done",
                }
            ]
        },
    },
    reentry_criteria={"duration": 1, "unit": "alltime"},
)

KLAVIYO_CART = klaviyo(
    "Abandoned cart",
    {
        "type": "metric",
        "id": "CheckS",
        "trigger_filter": all_of(
            [
                {
                    "type": "metric-property",
                    "metric_id": "CheckS",
                    "field": "$value",
                    "filter": {"type": "numeric", "operator": "greater-than-or-equal", "value": 20},
                }
            ]
        ),
    },
    delay("1", "2", unit="hours", value=4, secondary_value=30),
    split("2", all_of([happened("Placed", "greater-than-or-equal", 2, {"operator": "alltime"})]), "3", "4"),
    sms("3", "5", "Cart SMS", "Hi {{ first_name|default:'there' }}, your basket waits. {{ event.extra.checkout_url }}"),
    ab_test("4", "5", email("41", None, "Cart A", "Still thinking?"), email("42", None, "Cart B", "Your basket")),
    delay("5", "6", unit="days", value=1, delay_until_time="10:00:00", delay_until_weekdays=["monday"]),
    {"id": "6", "type": "send-mobile-push", "links": {"next": "7"}, "data": {"message": {"title": "Basket"}}},
    email("7", None, "Last reminder", "Your basket is about to go"),
    profile_filter=all_of([happened("Placed", "equals", 0, SINCE_START)]),
    reentry_criteria={"duration": 30, "unit": "day"},
)

KLAVIYO_WINBACK = klaviyo(
    "Win-back",
    {"type": "metric", "id": "Placed"},
    delay("w1", "w2", unit="days", value=60),
    split("w2", all_of([profile_is("properties['Loyalty tier']", "string", "in", ["gold", "silver"])]), "w3", "w4"),
    email("w3", "w5", "We miss you, gold", "Your table is ready"),
    email("w4", "w5", "We miss you", "It has been a while"),
    delay("w5", "w6", unit="days", value=7),
    split("w6", all_of([{"type": "profile-group-membership", "is_member": True, "group_ids": ["Seg001"]}]), "w7", "w8"),
    email("w7", None, "Last offer", "One more thing"),
    {
        "id": "w8",
        "type": "list-update",
        "links": {"next": None},
        "data": {"name": "Sunset", "list_id": "News01", "on_execution": False, "status": "live"},
    },
    profile_filter=all_of(
        [happened("Placed", "equals", 0, SINCE_START)],
        [profile_is("country", "string", "equals", "LV"), profile_is("country", "string", "equals", "EE")],
    ),
)

KLAVIYO_BIRTHDAY = klaviyo(
    "Birthday",
    {
        "type": "date",
        "date_field_type": "profile-property",
        "date_profile_property": "properties['Birthday']",
        "timedelta_unit_before_date": "days",
        "timedelta_value_before_date": 7,
        "recurrence_frequency": "annually",
        "timezone": "profile",
        "trigger_time": "09:00:00",
    },
    email("b1", "b2", "Birthday soon", "A week to go"),
    {
        "id": "b2",
        "type": "countdown-delay",
        "links": {"next": "b3"},
        "data": {"unit": "days", "value": 0, "timezone": "profile", "delay_until_time": "10:00:00"},
    },
    email("b3", None, "Happy birthday", "Happy birthday!"),
)

KLAVIYO_NURTURE = klaviyo(
    "Guide readers",
    {"type": "metric", "id": "Viewed"},
    split("n1", all_of([happened("Clicks", "greater-than-or-equal", 1, in_days(30))]), "n2", "n3"),
    email("n2", None, "Case study", "How others brew"),
    email("n3", None, "Basics", "Begin here"),
)


# HubSpot.


def to(key: str, edge: str = "STANDARD") -> Fields:
    """Lead to an action."""
    return {"edgeType": edge, "nextActionId": key}


def single(key: str, kind: str, following: str | None, **own: Any) -> Fields:
    """Make an action with one way on."""
    action = {"type": "SINGLE_CONNECTION", "actionId": key, "actionTypeId": kind, "actionTypeVersion": 0, "fields": own}
    return action | ({"connection": to(following)} if following else {})


def where(name: str, kind: str, operator: str, **operation: Any) -> Fields:
    """Make a filter on a property."""
    told = {"operator": operator, "operationType": kind, "includeObjectsWithNoValueSet": False, **operation}
    return {"filterType": "PROPERTY", "property": name, "operation": told}


def any_of(*filters: Fields) -> Fields:
    """Make a filter the way HubSpot writes them: OR of AND."""
    inner = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": list(filters)}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [inner], "filters": []}


def on_event(event: str, *filters: Fields) -> Fields:
    """Make the criteria that let in with an event."""
    branch = {
        "filterBranchType": "UNIFIED_EVENTS",
        "filterBranchOperator": "AND",
        "eventTypeId": event,
        "operator": "HAS_COMPLETED",
        "filterBranches": [],
        "filters": list(filters),
    }
    return {"type": "EVENT_BASED", "shouldReEnroll": False, "eventFilterBranches": [branch]}


def list_branch(key: str, default: str | None, *branches: tuple[str, Fields, str]) -> Fields:
    """Make a branch by filters."""
    ways = [{"branchName": name, "filterBranch": wanted, "connection": to(target)} for name, wanted, target in branches]
    action: Fields = {"type": "LIST_BRANCH", "actionId": key, "listBranches": ways, "defaultBranchName": "None met"}
    return action | ({"defaultBranch": to(default)} if default else {})


def hubspot(name: str, criteria: Fields, *actions: Fields, **rest: Any) -> Fields:
    """Export a workflow."""
    flow = {
        "id": "585051946",
        "isEnabled": True,
        "flowType": "WORKFLOW",
        "type": "CONTACT_FLOW",
        "objectTypeId": "0-1",
        "name": name,
        "startActionId": actions[0]["actionId"] if actions else None,
        "enrollmentCriteria": criteria,
        "actions": list(actions),
        "timeWindows": [],
        "blockedDates": [],
        "suppressionListIds": [],
    }
    return flow | rest


EMAILS = {"101": "Your guide", "102": "Case study", "103": "Video tour", "104": "Come back", "105": "Renewal"}

HUBSPOT_NURTURE = hubspot(
    "Lead nurture",
    on_event("4-1639801", where("hs_form_id", "ENUMERATION", "IS_ANY_OF", values=["guide"])),
    single("1", "0-4", "2", content_id="101"),
    single("2", "0-1", "3", delta="4320", time_unit="MINUTES"),
    list_branch("3", "6", ("Large", any_of(where("numberofemployees", "NUMBER", "IS_GREATER_THAN", value=200)), "4")),
    single(
        "4", "0-3", "5", task_type="CALL", subject="Call {{ enrolled_object.firstname }}", body="<p>Has the guide.</p>"
    ),
    single("5", "0-5", None, property_name="lifecyclestage", value={"type": "STATIC_VALUE", "staticValue": "lead"}),
    {
        "type": "AB_TEST_BRANCH",
        "actionId": "6",
        "testBranches": [{"percentage": 70, "connection": to("7")}, {"percentage": 30, "connection": to("8")}],
    },
    single("7", "0-4", "9", content_id="102"),
    single("8", "0-4", "9", content_id="103"),
    {
        "type": "STATIC_BRANCH",
        "actionId": "10",
        "inputValue": {"type": "FIELD_DATA", "actionId": "9", "dataKey": "hs_event_criteria_met"},
        "staticBranches": [{"branchValue": "true", "connection": to("4", "GOTO")}],
        "defaultBranch": to("5", "GOTO"),
    },
    single(
        "9",
        "0-29",
        "10",
        event_filter_branches=[{"eventTypeId": "4-666288", "filters": [], "operator": "HAS_COMPLETED"}],
        expiration_minutes="2880",
    ),
    goalFilterBranch=any_of(where("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["customer"])),
)

HUBSPOT_WELCOME = hubspot(
    "Welcome",
    {
        "type": "LIST_BASED",
        "shouldReEnroll": False,
        "unEnrollObjectsNotMeetingCriteria": False,
        "listFilterBranch": any_of({"filterType": "FORM_SUBMISSION", "formId": "newsletter", "operator": "FILLED_OUT"}),
    },
    single("1", "0-4", "2", content_id="101"),
    single("2", "0-1", "3", delta="1", time_unit="DAYS", time_of_day={"hour": 9, "minute": 0}),
    single("3", "0-4", "4", content_id="103"),
    single("4", "0-13", None, operation="ADD", list_id="178"),
)

HUBSPOT_WINBACK = hubspot(
    "Win-back",
    {
        "type": "LIST_BASED",
        "shouldReEnroll": True,
        "unEnrollObjectsNotMeetingCriteria": True,
        "listFilterBranch": any_of(
            where(
                "last_order_date",
                "TIME_POINT",
                "IS_BEFORE",
                timePoint={
                    "timeType": "INDEXED",
                    "indexReference": {"referenceType": "TODAY"},
                    "offset": {"days": -90},
                },
            ),
            where("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["customer", "evangelist"]),
        ),
    },
    single("1", "0-4", "2", content_id="104"),
    single("2", "0-1", "3", delta="10080", time_unit="MINUTES"),
    {
        "type": "STATIC_BRANCH",
        "actionId": "3",
        "inputValue": {"type": "OBJECT_PROPERTY", "propertyName": "favourite_roast"},
        "staticBranches": [{"branchValue": "dark", "connection": to("4")}],
        "defaultBranch": to("5"),
    },
    single("4", "0-4", "5", content_id="102"),
    {"type": "WEBHOOK", "actionId": "5", "method": "POST", "webhookUrl": "https://erp.example/hook", "queryParams": []},
)

HUBSPOT_RENEWAL = hubspot(
    "Renewal",
    {"type": "MANUAL", "shouldReEnroll": False},
    single(
        "1",
        "0-35",
        "2",
        date={"type": "OBJECT_PROPERTY", "propertyName": "renewal_date"},
        delta="-7200",
        time_unit="MINUTES",
        time_of_day={"hour": 9, "minute": 0},
    ),
    single("2", "0-4", "3", content_id="105"),
    list_branch(
        "3", None, ("In the list", any_of({"filterType": "IN_LIST", "listId": "7", "operator": "IN_LIST"}), "4")
    ),
    single("4", "0-14", None, object_type_id="0-3", properties=[]),
    timeWindows=[{"day": "MONDAY", "startTime": {"hour": 9, "minute": 0}, "endTime": {"hour": 17, "minute": 0}}],
)
