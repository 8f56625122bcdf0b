"""Does the page about the language name every name and function of conditions, and is its example right?"""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from journeys.counting import COUNTING
from journeys.named import check_named
from journeys.schema import Schema
from journeys.scope import FIXED, FUNCTIONS, TRAITS, UNSET

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Conditions\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", sorted([*FIXED, *TRAITS]))
def test_every_name_is_on_the_page(name: str) -> None:
    wanted = name.split(".", 2 if name.startswith("profile.orders.") else 1)[-1]
    assert f"`{wanted}`" in SECTION


@pytest.mark.parametrize("name", sorted([*FUNCTIONS, *COUNTING, UNSET]))
def test_every_function_is_on_the_page(name: str) -> None:
    assert f"`{name}(" in SECTION


def test_the_example_of_segments_and_conditions_is_right() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)
    said = YAML(typ="safe", pure=True).load(example)
    assert check_named(Schema.of({}, {}, segments=said["segments"], conditions=said["conditions"])) == []
