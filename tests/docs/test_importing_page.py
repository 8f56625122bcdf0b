"""Does the page about importing name what is imported, and does its example come true?"""

from pathlib import Path

import pytest

from orchestrator.importers import hubspot_steps, klaviyo_steps
from orchestrator.importers.klaviyo import import_klaviyo
from orchestrator.importers.naming import EVENTS
from tests.fakes.flows import KLAVIYO_CART, METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def test_the_example_of_what_could_not_be_said_comes_true() -> None:
    (example,) = (line for line in PAGE.splitlines() if line.startswith("could not be said"))
    assert example in [str(unsaid) for unsaid in import_klaviyo(KLAVIYO_CART, [METRICS]).unsaid]


@pytest.mark.parametrize("event", sorted(set(EVENTS.values())))
def test_every_event_that_a_metric_becomes_is_on_the_page(event: str) -> None:
    assert event in PAGE


@pytest.mark.parametrize("kind", sorted(klaviyo_steps._SAYINGS))
def test_every_type_of_action_of_klaviyo_is_on_the_page(kind: str) -> None:
    assert f"`{kind}`" in PAGE


@pytest.mark.parametrize("kind", sorted(hubspot_steps._BRANCHES))
def test_every_kind_of_branch_of_hubspot_is_on_the_page(kind: str) -> None:
    assert f"`{kind}`" in PAGE


@pytest.mark.parametrize("kind", ["0-1", "0-3", "0-4", "0-5", "0-8", "0-9", "0-13", "0-29", "0-35", "0-63809083"])
def test_every_action_of_hubspot_that_becomes_a_step_is_on_the_page(kind: str) -> None:
    assert (kind in PAGE, kind in hubspot_steps._SAYINGS) == (True, True)
