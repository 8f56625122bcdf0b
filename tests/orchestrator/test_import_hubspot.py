# ruff: noqa: E501 - what is written is compared as it is written
"""Do exported HubSpot workflows become the journeys they mean?"""

from typing import Any

import pytest
from inline_snapshot import snapshot
from ruamel.yaml import YAML

from journeys.parse import parse
from orchestrator.importers.hubspot import import_hubspot
from orchestrator.importers.page import Imported
from orchestrator.importers.reading import UnreadableExport
from tests.fakes.flows import (
    EMAILS,
    HUBSPOT_NURTURE,
    HUBSPOT_RENEWAL,
    HUBSPOT_WELCOME,
    HUBSPOT_WINBACK,
    any_of,
    hubspot,
    list_branch,
    single,
    to,
    where,
)
from tests.fakes.workspace import SHOP

WEBHOOK = "  webhook: {action: email.file}\n"
MANUAL = {"type": "MANUAL", "shouldReEnroll": False}


def imported(flow: Any) -> Imported:
    return import_hubspot(flow, [EMAILS])


def unsaid(flow: Any) -> list[str]:
    return [str(each) for each in imported(flow).unsaid]


def entry(criteria: Any, **rest: Any) -> Any:
    (journey,) = imported(
        hubspot("Flow", criteria, single("1", "0-4", None, content_id="101"), **rest)
    ).journeys.values()
    return journey["entry"]


@pytest.mark.parametrize(
    "flow", [HUBSPOT_NURTURE, HUBSPOT_WELCOME, HUBSPOT_WINBACK, HUBSPOT_RENEWAL], ids=lambda flow: str(flow["name"])
)
def test_what_is_written_is_read_without_a_problem(flow: Any) -> None:
    assert parse(SHOP + WEBHOOK + imported(flow).yaml).problems == ()


def test_a_lead_nurture() -> None:
    assert imported(HUBSPOT_NURTURE).yaml == snapshot("""\
attributes:
  lifecyclestage: text
  numberofemployees: number

journeys:
  # from HubSpot: "Lead nurture"
  lead_nurture:
    entry: {event: Form Submitted, if: 'event.form == "guide"'}
    re_entry: never
    exit:
      - {if: 'profile.lifecyclestage == "customer"', reason: goal_met}
    steps:
      - {id: your_guide, send: email, template: your_guide.mjml}
      - {id: wait_3d, wait: 3d}
      - id: is_it_large
        branch:
          - {if: "profile.numberofemployees > 200", go: task_call_profile_first_name}
          - {else: true, go: ab_test}
      - {id: task_call_profile_first_name, crm: {task: "Call {{ profile.first_name }}", note: Has the guide.}}
      - {id: set_lifecyclestage, set: {lifecyclestage: lead}}
      - {id: go_to_done, go: done}
      - {id: ab_test, split: {a: 70%, b: 30%}, a: case_study, b: video_tour}
      - {id: case_study, send: email, template: case_study.mjml}
      - id: wait_for_email_clicked
        wait_for: {event: Email Clicked, at_most: 2d}
        then: task_call_profile_first_name
        otherwise: set_lifecyclestage
      - {id: video_tour, send: email, template: video_tour.mjml}
      - {id: go_to_wait_for_email_clicked, go: wait_for_email_clicked}
      - {id: done, exit: finished}
""")


def test_a_lead_nurture_says_all_of_it() -> None:
    assert unsaid(HUBSPOT_NURTURE) == []


def test_a_welcome() -> None:
    assert imported(HUBSPOT_WELCOME).yaml == snapshot("""\
attributes:
  in_list_178: boolean

journeys:
  # from HubSpot: "Welcome"
  welcome:
    entry: {event: Form Submitted, if: 'event.form == "newsletter"'}
    re_entry: never
    steps:
      - {id: your_guide, send: email, template: your_guide.mjml}
      - {id: wait_1d, wait: 1d}
      - {id: wait_until_09_00, wait: {until: "09:00"}}
      - {id: video_tour, send: email, template: video_tour.mjml}
      - {id: set_in_list_178, set: {in_list_178: true}}
""")


def test_a_win_back() -> None:
    assert imported(HUBSPOT_WINBACK).yaml == snapshot("""\
attributes:
  favourite_roast: text
  last_order_date: date
  lifecyclestage: text

journeys:
  # from HubSpot: "Win-back"
  win_back:
    entry:
      when: 'profile.last_order_date < now - 90d and profile.lifecyclestage in ["customer", "evangelist"]'
    re_entry: always
    exit:
      - if: 'not (profile.last_order_date < now - 90d and profile.lifecyclestage in ["customer", "evangelist"])'
        reason: criteria_no_longer_met
    steps:
      - {id: come_back, send: email, template: come_back.mjml}
      - {id: wait_7d, wait: 7d}
      - id: by_favourite_roast
        branch:
          - {if: 'profile.favourite_roast == "dark"', go: case_study}
          - {else: true, go: webhook}
      - {id: case_study, send: email, template: case_study.mjml}
      # could not be said: the method and parameters for https://erp.example/hook; set the address on the channel webhook, and the values under with:
      - {id: webhook, webhook: {channel: webhook}}
""")


def test_a_renewal() -> None:
    assert imported(HUBSPOT_RENEWAL).yaml == snapshot("""\
attributes:
  renewal_date: date

journeys:
  # from HubSpot: "Renewal"
  # could not be said: the hours in which its actions run; set the guard quiet_hours
  # could not be said: it makes a record in the CRM; write a crm task or note, or tell another system by a webhook step
  renewal:
    entry: {call: {}}
    re_entry: never
    steps:
      - {id: wait_until_date, wait: {until: profile.renewal_date - 5d, at: "09:00", if_past: send}}
      - {id: renewal, send: email, template: renewal.mjml}
      # could not be said: the way "In the list": a filter of the kind "IN_LIST" has no like here; ask for the event with count(), or keep what it asks for on the profile; it is never taken
      - id: is_it_in_the_list
        branch:
          - {if: "profile.orders.count < 0", go: done}
          - {else: true, go: done}
      - {id: done, exit: finished}
""")


def test_what_a_renewal_could_not_say() -> None:
    assert unsaid(HUBSPOT_RENEWAL) == snapshot(
        [
            "could not be said: workflow 585051946: the hours in which its actions run; set the guard quiet_hours",
            'could not be said: action 3 (LIST_BRANCH): the way "In the list": a filter of the kind "IN_LIST" has no like here; ask for the event with count(), or keep what it asks for on the profile; it is never taken',
            "could not be said: action 4 (0-14): it makes a record in the CRM; write a crm task or note, or tell another system by a webhook step",
        ]
    )


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 30}}, "08:30"),
        ({"type": "WEEKLY", "daysOfWeek": ["TUESDAY"], "timeOfDay": {"hour": 10, "minute": 0}}, "Tue 10:00"),
        (
            {"type": "WEEKLY", "daysOfWeek": ["SUNDAY", "MONDAY"], "timeOfDay": {"hour": 10, "minute": 0}},
            "0 10 * * 0,1",
        ),
        (
            {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [1, 15], "timeOfDay": {"hour": 9, "minute": 5}},
            "5 9 1,15 * *",
        ),
        ({"type": "YEARLY", "month": "MAY", "dayOfMonth": 4, "timeOfDay": {"hour": 9, "minute": 0}}, "0 9 4 5 *"),
    ],
    ids=["daily", "weekly", "several days", "monthly", "yearly"],
)
def test_a_schedule_of_hubspot_is_a_schedule_here(schedule: Any, said: str) -> None:
    assert entry(MANUAL, enrollmentSchedule=schedule) == {"schedule": said}


def test_a_schedule_by_a_date_begins_on_it() -> None:
    schedule = {"type": "PROPERTY_BASED", "dateProperty": "renewal", "daysDelta": -7, "yearly": True}
    assert entry(MANUAL, enrollmentSchedule=schedule) == {
        "date": "profile.renewal - 7d",
        "every": "year",
        "at": "10:00",
    }


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (where("tier", "ENUMERATION", "IS_NONE_OF", values=["a", "b"]), 'profile.tier not in ["a", "b"]'),
        (where("tier", "MULTISTRING", "CONTAINS", values=["gold"]), '"gold" in profile.tier'),
        (
            where("size", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=2, upperBound=5),
            "profile.size >= 2 and profile.size <= 5",
        ),
        (where("firstname", "ALL_PROPERTY", "IS_UNKNOWN"), "not profile.first_name"),
        (where("vip", "BOOL", "IS_EQUAL_TO", value=True), "profile.vip == true"),
    ],
    ids=["none of", "contains", "between", "unknown", "yes or no"],
)
def test_a_filter_of_hubspot_is_a_condition_here(wanted: Any, said: str) -> None:
    flow = hubspot(
        "F", MANUAL, list_branch("1", None, ("way", any_of(wanted), "2")), single("2", "0-4", None, content_id="101")
    )
    (journey,) = imported(flow).journeys.values()
    assert journey["steps"][0]["branch"][0]["if"] == said


def test_workflows_about_other_records_are_told() -> None:
    flow = hubspot("Deals", MANUAL, single("1", "0-4", None), type="PLATFORM_FLOW", objectTypeId="0-3")
    assert unsaid(flow) == [
        "could not be said: workflow 585051946: it is about records of the type 0-3, not about people; "
        "begin with an event that names the person"
    ]


def test_a_batch_becomes_several_journeys() -> None:
    assert list(imported({"results": [HUBSPOT_WELCOME, HUBSPOT_RENEWAL]}).journeys) == ["welcome", "renewal"]


def test_a_file_without_a_workflow_is_refused_with_the_remedy() -> None:
    with pytest.raises(UnreadableExport, match=r"flow\.json: expected a HubSpot workflow .* GET /automation/v4/flows"):
        import_hubspot([], (), "flow.json")


@pytest.mark.parametrize(
    ("percentages", "written"),
    [
        ((70, "30"), {"a": "70%", "b": "30%"}),
        (("1", 30), {"a": 1, "b": 30}),
        ((0, 100), {"a": "0%", "b": "100%"}),
        ((0, 0), {"a": "50%", "b": "50%"}),
        ((70, None), {"a": "50%", "b": "50%"}),
    ],
)
def test_people_are_divided_by_the_percentages_of_a_test(percentages: tuple[Any, Any], written: dict[str, Any]) -> None:
    one, other = [{"percentage": each, "connection": to(key)} for key, each in zip("23", percentages, strict=True)]
    test = {"type": "AB_TEST_BRANCH", "actionId": "1", "testBranches": [one, other]}
    steps = (single("2", "0-4", None, content_id="101"), single("3", "0-4", None, content_id="102"))
    found = imported(hubspot("Test", MANUAL, test, *steps)).yaml
    (journey,) = YAML(typ="safe").load(found)["journeys"].values()
    assert journey["steps"][0]["split"] == written
    assert parse(SHOP + found).problems == ()
