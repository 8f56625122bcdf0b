"""Do the pages about sources that call us name every parameter, and do their examples load?"""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from journeys.vocabulary import OrderStatus, PaymentStatus, ReturnStatus, ShipmentStatus, TicketStatus
from orchestrator.sources.aftership import AfterShip
from orchestrator.sources.easypost import EasyPost
from orchestrator.sources.hooks import Hook
from orchestrator.sources.loop import Loop
from orchestrator.sources.mapping import Mapping
from orchestrator.sources.mapping_rules import ProductPaths, Rule
from orchestrator.sources.shippo import Shippo

PAGES = Path(__file__).parents[2] / "docs" / "sources"
ADAPTERS: tuple[type[Hook], ...] = (AfterShip, EasyPost, Shippo, Loop, Mapping)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def examples(name: str) -> list[dict[str, Any]]:
    """List the entries under `sources` in a page's YAML."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)
    return [entry for block in blocks for entry in YAML(typ="safe").load(block)["sources"].values()]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_the_example_loads(adapter: type[Hook]) -> None:
    (example,) = examples(adapter.name)
    assert example.pop("adapter") == adapter.name
    assert adapter.Params.model_validate(example).model_fields_set == set(example)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_parameter_is_named(adapter: type[Hook]) -> None:
    rows = "\n".join(line for line in page(adapter.name).splitlines() if line.startswith("|"))
    assert [key for key in adapter.Params.model_fields if f"`{key}`" not in rows] == []


@pytest.mark.parametrize("model", [Rule, ProductPaths], ids=lambda model: model.__name__)
def test_every_key_of_a_rule_is_named(model: type[BaseModel]) -> None:
    assert [key for key in model.model_fields if f"`{key}`" not in page("mapping")] == []


def test_every_event_a_rule_may_speak_of_is_named() -> None:
    names = re.findall(r"`([A-Z][a-z]+ [A-Z][a-z]+)`", page("mapping"))
    schema = Rule.model_json_schema()["properties"]["event"]
    assert set(schema["enum"]) == set(names)


@pytest.mark.parametrize("kind", [OrderStatus, ShipmentStatus, ReturnStatus, PaymentStatus, TicketStatus])
def test_every_status_is_named(kind: Any) -> None:
    rows = [line for line in page("mapping").splitlines() if line.startswith(("| an ", "| a "))]
    assert any(all(f"`{status.value}`" in row for status in kind) for row in rows)
