"""Does the page about the language name everything the model accepts?"""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from journeys import spec

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
INTERNAL = {"hour", "minute", "weekday", "allowed", "after"}


def _fields(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


MODELS = [
    each
    for each in vars(spec).values()
    if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == spec.__name__
]


@pytest.mark.parametrize("kind", spec.STEP_KINDS)
def test_every_step_kind_has_a_row(kind: str) -> None:
    assert f"\n| `{kind}` |" in PAGE


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_a_model_accepts_is_named(model: type[BaseModel]) -> None:
    named = set(re.findall(r"[a-z_]+", PAGE))
    assert _fields(model) - INTERNAL <= named
