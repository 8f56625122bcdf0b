"""What does the reference of the language say? It is made from the models, and nothing in it is written by hand.

`python -m orchestrator.language_reference` writes docs/language-reference.md anew; a test compares the two.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from journeys.codes import CODES
from journeys.lint import RULES
from journeys.spec import ENTRY_KINDS, EntrySpec, JourneysFile
from journeys.step_specs import STEP_KINDS
from journeys.wait_specs import WAIT_KINDS
from orchestrator.language_examples import ENTRY_EXAMPLES, STEP_EXAMPLES, WAIT_EXAMPLES
from orchestrator.schema_values import Schema, schema_of

PAGE = Path(__file__).parent.parent / "docs" / "language-reference.md"
_HEAD = """# The language, key by key

What every key of `journeys.yaml` takes. This page is made from the models that read the file, as is the schema for
editors (`tactful schema`); [the guide](language.md) explains how the parts play together. A key without a default must
be written, unless the text says what happens when it is left out.
"""
# Where the keys stand that a channel, a source or a guard takes itself.
_PAGES = {
    "channels": "Each action has [keys of its own](actions.md).",
    "sources": "Each adapter has [keys of its own](sources.md).",
    "guards": "Each guard has [keys of its own](guards.md).",
}
_REF = "#/definitions/"
# What has a section of its own.
_APART = {
    "EntrySpec": "[entry](#ways-in)",
    **{model.__name__: "[step](#steps)" for model in STEP_KINDS.values()},
}


def reference() -> str:
    """Write the page."""
    return "\n".join(_Page().lines()).rstrip() + "\n"


class _Page:
    """Writes each model once, where it is first needed, and links to it from elsewhere."""

    def __init__(self) -> None:
        self._whole, self._models = schema_of(JourneysFile)
        self._written: set[str] = set()

    def lines(self) -> Iterator[str]:
        yield _HEAD
        yield from self._section("## The file", self._whole, _PAGES)
        yield from self._kinds("## Ways in", "entry", ENTRY_KINDS, ENTRY_EXAMPLES)
        yield "Beside its kind an entry takes:\n"
        yield from self._model(EntrySpec)
        yield from self._kinds("## Ways to wait", "", WAIT_KINDS, WAIT_EXAMPLES)
        yield "## Steps\n"
        for kind, model in STEP_KINDS.items():
            yield f"### `{kind}`\n"
            yield f"{_joined(model.__doc__ or '')}\n"
            yield f"```yaml\n- {STEP_EXAMPLES[kind]}\n```\n"
            yield from self._model(model)
        yield from _problems()

    def _kinds(self, head: str, key: str, kinds: Mapping[str, str], examples: Mapping[str, str]) -> Iterator[str]:
        yield f"{head}\n"
        for kind, said in kinds.items():
            yield f"### `{kind}`\n" if key else f"### Wait: `{kind}`\n"
            yield f"{said}\n"
            yield f"```yaml\n{f'{key}: ' if key else '- '}{examples[kind]}\n```\n"

    def _model(self, model: type[BaseModel]) -> Iterator[str]:
        self._written.add(model.__name__)
        yield from self._table(self._models[model.__name__])

    def _section(self, head: str, schema: Schema, more: Mapping[str, str] | None = None) -> Iterator[str]:
        yield f"{head}\n"
        if said := schema.get("description"):
            yield f"{_joined(said)}\n"
        yield from self._table(schema, more)

    def _table(self, schema: Schema, more: Mapping[str, str] | None = None) -> Iterator[str]:
        """Write the keys of a model, and below them the models that are new here."""
        required = schema.get("required", [])
        yield "| key | takes | default | what it says |\n|---|---|---|---|"
        for key, value in schema.get("properties", {}).items():
            default = "must be written" if key in required else _default(value)
            said = " ".join(filter(None, (_cell(self._said_of(value)), (more or {}).get(key))))
            yield f"| `{key}` | {self._takes(value)} | {default} | {said} |"
        yield ""
        for name in dict.fromkeys(_inner(schema)):
            if name not in self._written and name not in _APART and "properties" in self._models[name]:
                self._written.add(name)
                yield from self._section(f"#### {_title(name)}", self._models[name])

    def _said_of(self, schema: Schema) -> str:
        """Give the sentence of a key; one that has none says what its model says."""
        model = self._models.get(schema.get("$ref", "").removeprefix(_REF), {})
        return str(schema.get("description") or model.get("description", ""))

    def _takes(self, schema: Schema) -> str:
        """Say in words what a value may be."""
        if "$ref" in schema:
            return self._linked(schema["$ref"].removeprefix(_REF))
        choices = [each for each in schema.get("anyOf") or schema.get("oneOf") or () if each != {"type": "null"}]
        if len(choices) == len(STEP_KINDS):
            return "[step](#steps)"
        if "patternErrorMessage" in schema and "enum" not in schema:
            return _said(schema)
        if choices:
            return " or ".join(dict.fromkeys(self._takes(each) for each in choices))
        return self._plain(schema)

    def _plain(self, schema: Schema) -> str:
        if "enum" in schema:
            return ", ".join(f"`{each}`" for each in schema["enum"])
        if "const" in schema:
            return f"`{_yaml(schema['const'])}`"
        if "items" in schema:
            return f"list of: {self._takes(schema['items'])}"
        inner = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties"))
        if isinstance(inner, dict) and inner:
            return f"by name: {self._takes(inner)}"
        if schema.get("format"):
            return "[condition or value](language.md#conditions)"
        types = schema.get("type", "anything")
        return {"string": "text", "object": "mapping"}.get(types[0] if isinstance(types, list) else types, "anything")

    def _linked(self, name: str) -> str:
        if name in _APART:
            return _APART[name]
        model = self._models[name]
        return self._plain(model) if "enum" in model else f"[{_title(name).lower()}](#{_slug(name)})"


def _problems() -> Iterator[str]:
    yield "## Problems\n"
    yield "What `tactful check` says about journeys whose text is right:\n"
    yield "| code | severity | what it says |\n|---|---|---|"
    for rule in sorted(RULES, key=lambda rule: rule.code):
        yield f"| `{rule.code}` | {rule.severity} | {_cell(rule.explanation)} |"
    yield "\nAnd about the text itself:\n"
    yield "| code | what it says |\n|---|---|"
    for code, said in sorted(CODES.items()):
        yield f"| `{code}` | {_cell(said)} |"


def _inner(value: Any) -> Iterator[str]:
    """Name the models a schema speaks of, in its order."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].removeprefix(_REF)
        for each in value.values():
            yield from _inner(each)
    if isinstance(value, list):
        for each in value:
            yield from _inner(each)


def _said(schema: Schema) -> str:
    said = str(schema["patternErrorMessage"]).removeprefix("expected ")
    return "name" if said.startswith("a name ") else _cell(said)


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "" if default in (None, "", [], {}) else f"`{_yaml(default)}`"


def _yaml(value: object) -> str:
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return f'"{text}"' if isinstance(value, str) and ":" in text else text


def _cell(text: str) -> str:
    return _joined(text).replace("|", "\\|")


def _joined(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _title(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r" \1", name.removesuffix("Spec")).capitalize()


def _slug(name: str) -> str:
    return _title(name).lower().replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: written\n")
