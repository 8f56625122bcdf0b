"""Laws of the schema for editors: whatever the model takes it takes, so what it refuses the model refuses."""

import json
from copy import deepcopy
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import ValidationError

from journeys.spec import ENTRY_KINDS, JourneysFile
from orchestrator.editor_schema import editor_schema
from tests.property.written_journeys import written_journeys

# A number for yes or no, and yes for a number, are left out: the models take 1 for true and true for 1, editors do not.
# fmt: off
JUNK = (
    None, "x", "exit", "3d", " 1h 30m", "-2h", "10:00", "Tue 10:00", "5%", "5 %", "1e1%", "2 per 7d", "after 3d", "yes",
    "0 10 * * 1", "2026-12-24", "12", "1.5", 7, 2.5, -1, (), ("x",), {}, {"x": 1}, {"event": "E"}, {"from": "now"},
)
# fmt: on


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(editor_schema())


def is_taken(content: Any) -> bool:
    try:
        JourneysFile.model_validate(content, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return True


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Write a file; guards are left out, of which the model knows nothing and the schema every installed one.

    So it is with the parameters of channels.
    """
    shop = {"name": "Nordic Roast", "currency": "EUR", "voice": {"never": ["hurry"], "sign_off": "Yours"}}
    content = {
        "version": 1,
        "shop": shop,
        "channels": {"email": {"action": "email.file", "rate": "100 per hour", "cost": 0.1, "tracking": False}},
        "segments": {"vip": "profile.orders.count >= 3"},
        "events": {"Form Sent": {"form": "text"}},
        "goals": {"more": {"kpi": "margin", "target": 0.3}},
        "parts": {"ask": {"arguments": {"subject": "required"}, "steps": [{"id": "a", "wait": "$pause"}]}},
        "journeys": {"cart": draw(written_journeys())},
    }
    return {key: _without_guards(value) for key, value in content.items()}


def _without_guards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_guards(each) for key, each in value.items() if key not in {"guards"}}
    return [_without_guards(each) for each in value] if isinstance(value, list) else value


@given(files())
def test_the_schema_takes_what_the_model_takes(content: dict[str, Any]) -> None:
    assert is_taken(content)
    assert list(validator().iter_errors(content)) == []


@given(files(), st.data())
def test_what_the_schema_refuses_the_model_refuses(content: dict[str, Any], data: st.DataObject) -> None:
    changed = {key: deepcopy(value) for key, value in content.items() if key != "channels"}
    for _ in range(data.draw(st.integers(1, 2))):
        _change(data.draw, content=changed)
    if is_taken(changed) and "guards" not in json.dumps(changed) and _has_doors(changed):
        assert [f"{error.json_path}: {error.message}" for error in validator().iter_errors(changed)] == []


def _has_doors(content: dict[str, Any]) -> bool:
    """Whether each journey can be entered: the model leaves that to the linter, the schema does not."""
    return all(not ENTRY_KINDS.keys().isdisjoint(each["entry"]) for each in content.get("journeys", {}).values())


def _change(draw: Any, content: dict[str, Any]) -> None:
    """Drop, add or replace one thing somewhere within, most often in the journey."""
    journeys = content.get("journeys")
    value: Any = journeys.get("cart", content) if isinstance(journeys, dict) and draw(st.booleans()) else content
    while isinstance(value, dict | list) and value:
        key = draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
        inner = value[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
            value = inner
            continue
        match draw(st.sampled_from(["drop", "add", "replace", "replace"])):
            case "drop":
                del value[key]
            case "add" if isinstance(value, dict):
                value[draw(st.sampled_from(["x", "if", "go", "wait", "machine", "event", "Ä"]))] = _junk(draw)
            case _:
                value[key] = _junk(draw)
        return


def _junk(draw: Any) -> Any:
    junk = draw(st.sampled_from(JUNK))
    return list(junk) if isinstance(junk, tuple) else deepcopy(junk)
