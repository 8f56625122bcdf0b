"""Does the page about asking name every parameter and every reason, and do its examples load?"""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from orchestrator.sources.aftership_tracking import AfterShipTracking
from orchestrator.sources.asked import Asked, Question, Told
from orchestrator.sources.asked_params import AskedParams
from orchestrator.sources.http_facts import HttpFacts, _answer_to
from orchestrator.sources.shopify_admin import _CODES, ShopifyAdmin
from orchestrator.sources.woocommerce_rest import WooCommerceRest

PAGE = (Path(__file__).parents[2] / "docs" / "asking.md").read_text(encoding="utf-8")
ADAPTERS: tuple[type[Asked], ...] = (ShopifyAdmin, WooCommerceRest, AfterShipTracking, HttpFacts)
REASONS = (
    *("unreachable", "timeout", "too_large", "bad_url", "circuit_open", "rate_limited"),
    *("refused", "throttled", "unreadable", "no_answer", "not_configured", "failed"),
    *("raised.<Class>", "status_<n>"),
)


def section(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def rows(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_the_example_loads(adapter):
    (block,) = re.findall(r"^```yaml\n(.*?)^```", section(adapter.name), re.MULTILINE | re.DOTALL)
    (example,) = YAML(typ="safe").load(block)["sources"].values()
    assert example.pop("adapter") == adapter.name
    assert adapter.Params.model_validate(example).model_fields_set == set(example)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_parameter_of_its_own_is_named_with_its_default(adapter):
    own = {name: field for name, field in adapter.Params.model_fields.items() if name not in AskedParams.model_fields}
    told = rows(section(adapter.name))
    assert [name for name in own if f"\n| `{name}` | " not in f"\n{told}"] == []
    assert [
        name
        for name, field in own.items()
        if field.default and f"`{field.default}`" not in told and not field.is_required()
    ] == []


@pytest.mark.parametrize("parameter", AskedParams.model_fields)
def test_every_parameter_that_all_have_is_named(parameter):
    assert f"\n| `{parameter}` | " in section("Parameters that all have")


@pytest.mark.parametrize("reason", [*REASONS, *_CODES.values()])
def test_every_reason_is_named(reason):
    assert f"\n| `{reason}` | " in section("When there is no answer")


def test_the_answer_that_is_shown_is_understood():
    question, answer = (
        json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    )
    asked = [Question(each["kind"], each["about"]) for each in question["questions"]]
    told = [_answer_to(each, answer["answers"]) for each in asked]
    assert [len(each.calls) for each in told if isinstance(each, Told)] == [1, 0]
