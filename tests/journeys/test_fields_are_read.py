"""Is every field of the language read by some code? The test beside it, `test_spec`, sees them read while journeys run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.spec import JourneysFile
from tests.journeys.test_spec import models

ROOT = Path(__file__).parents[2]
PACKAGES = ("journeys", "operational_guards", "actions", "orchestrator")
# These say what may be written and how; that they name a field is not to read it.
ABOUT_THE_TEXT = {"spec.py", "step_specs.py", "texts.py", "editor_schema.py", "schema_values.py", "language_reference.py"}
# For people who read the file: no code has anything to do with it.
FOR_READERS = {"JourneysFile.version", "PartSpec.description"}


def read_names(text: str) -> Iterator[str]:
    """Name what a module reads of any value: by a dot, in a pattern, or by its name as text."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Load()):
                yield name
            case ast.MatchClass(kwd_attrs=names):
                yield from names
            case ast.Constant(value=str(name)) if name.isidentifier():
                yield name


READ = {
    name
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name not in ABOUT_THE_TEXT
    for name in read_names(path.read_text(encoding="utf-8"))
}
FIELDS = sorted({f"{model.__name__}.{field}" for model in models(JourneysFile) for field in model.model_fields})


@pytest.mark.parametrize("field", FIELDS)
def test_some_code_reads_the_field(field: str) -> None:
    assert field.partition(".")[2] in READ
