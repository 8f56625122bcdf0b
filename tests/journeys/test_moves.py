"""Where does each kind of step lead?"""

import pytest

from journeys.moves import EXIT, successors
from journeys.spec import JourneySpec


def ways_of(step: dict[str, object]) -> dict[str, str]:
    """Give the ways out of a step that has one step below it."""
    steps = [{"id": "here", **step}, {"id": "below", "wait": "1d"}]
    return successors(JourneySpec.model_validate({"entry": {"event": "Signed Up"}, "steps": steps}))["here"]


@pytest.mark.parametrize(
    ("step", "ways"),
    [
        ({"wait": "1d"}, {"next": "below"}),
        ({"wait_for": {"event": "Email Clicked", "at_most": "1d"}}, {"came": "below", "timed_out": "below"}),
        (
            {"wait_for": {"event": "Email Clicked", "at_most": "1d"}, "then": "here", "otherwise": "below"},
            {"came": "here", "timed_out": "below"},
        ),
        (
            {"branch": [{"if": "event.value > 1", "go": "here"}, {"if": "event.value > 2", "go": "below"}]},
            {"arm_0": "here", "arm_1": "below", "no_arm": "below"},
        ),
        (
            {"branch": [{"if": "event.value > 1", "go": "below"}, {"else": True, "go": "here"}]},
            {"arm_0": "below", "arm_1": "here"},
        ),
        ({"send": "email", "template": "a.mjml"}, {"sent": "below", "failed": "below", "suppressed": "below"}),
        (
            {"send": "email", "template": "a.mjml", "if_suppressed": "exit"},
            {"sent": "below", "failed": "below", "suppressed": "exited"},
        ),
        (
            {"lead_magnet": {"file": "a.pdf", "template": "a.mjml"}, "if_suppressed": "here"},
            {"sent": "below", "failed": "below", "suppressed": "here"},
        ),
        ({"audience": {"add": "cart"}}, {"next": "below"}),
        ({"crm": {"task": "Call"}}, {"next": "below"}),
        ({"set": {"stage": "warm"}}, {"next": "below"}),
        ({"go": "here"}, {"go": "here"}),
        ({"exit": "done"}, {"leave": "exited"}),
    ],
)
def test_each_kind_of_step_leads_where_its_text_says(step: dict[str, object], ways: dict[str, str]) -> None:
    assert ways_of(step) == ways


def test_the_last_step_leads_out_of_the_journey() -> None:
    journey = JourneySpec.model_validate({"entry": {"event": "A"}, "steps": [{"id": "only", "wait": "1d"}]})
    assert successors(journey) == {"only": {"next": EXIT}}
