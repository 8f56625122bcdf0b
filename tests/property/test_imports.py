"""Can any JSON break an import, and is whatever it writes always YAML of our language?"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.parse import parse
from orchestrator.importers.hubspot import import_hubspot
from orchestrator.importers.klaviyo import import_klaviyo
from orchestrator.importers.page import Imported
from orchestrator.importers.reading import UnreadableExport
from tests.fakes.flows import (
    EMAILS,
    HUBSPOT_NURTURE,
    HUBSPOT_RENEWAL,
    HUBSPOT_WINBACK,
    KLAVIYO_BIRTHDAY,
    KLAVIYO_CART,
    KLAVIYO_WELCOME,
    KLAVIYO_WINBACK,
    METRICS,
)
from tests.fakes.workspace import SHOP

Import = Callable[..., Imported]
IMPORTS: list[Import] = [import_klaviyo, import_hubspot]
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(LEAVES, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4))
FLOWS = [KLAVIYO_WELCOME, KLAVIYO_CART, KLAVIYO_WINBACK, KLAVIYO_BIRTHDAY]
WORKFLOWS = [HUBSPOT_NURTURE, HUBSPOT_WINBACK, HUBSPOT_RENEWAL]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every place within a flow."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


@st.composite
def spoilt(draw: st.DrawFn, flows: list[Any]) -> Any:
    """Take a right flow and put anything in a few of its places."""
    flow = deepcopy(draw(st.sampled_from(flows)))
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(list(places(flow))))
        inside = flow
        for key in way:
            inside = inside[key]
        inside[last] = draw(JSON | st.sampled_from(["1", "2", "9", "10", "AND", "in-the-last"]))
    return flow


def is_read_again(imported: Imported) -> bool:
    return parse(SHOP + imported.yaml).problems == ()


@pytest.mark.parametrize("turn", IMPORTS)
@given(content=JSON)
def test_any_json_is_refused_or_read(turn: Import, content: Any) -> None:
    with suppress(UnreadableExport):
        assert is_read_again(turn(content))


@given(flow=spoilt(FLOWS))
def test_a_spoilt_flow_of_klaviyo_still_becomes_a_journey(flow: Any) -> None:
    with suppress(UnreadableExport):
        assert is_read_again(import_klaviyo(flow, [METRICS]))


@given(flow=spoilt(WORKFLOWS))
def test_a_spoilt_workflow_of_hubspot_still_becomes_a_journey(flow: Any) -> None:
    with suppress(UnreadableExport):
        assert is_read_again(import_hubspot(flow, [EMAILS]))


@given(flow=spoilt(FLOWS))
def test_the_same_flow_gives_the_same_yaml(flow: Any) -> None:
    with suppress(UnreadableExport):
        assert import_klaviyo(flow).yaml == import_klaviyo(deepcopy(flow)).yaml
