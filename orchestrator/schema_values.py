"""How does a model become JSON Schema that an editor can use?

pydantic writes the schema of the models; here every default becomes what a file would say ("10:00", not a mapping),
what may be left empty is one type instead of two, and what the models take leniently, such as `yes` for true, is taken
as well. The draft is 07, which editors know best.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from journeys.duration import format_duration

Schema: TypeAlias = dict[str, Any]

_TRUE_OR_FALSE = r"^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]|[TtFfYyNn01])$"
_NUMBER = r"^\s*[-+]?[\d_]*\.?[\d_]*(?:[eE][-+]?[\d_]+)?\s*$"
_LENIENT: Mapping[str, Schema] = {
    "boolean": {"pattern": _TRUE_OR_FALSE, "patternErrorMessage": "expected true or false"},
    "integer": {"pattern": _NUMBER, "patternErrorMessage": "expected a whole number"},
    "number": {"pattern": _NUMBER, "patternErrorMessage": "expected a number"},
}
# pydantic puts these into schemas of other types, where they say nothing.
_NO_KEYWORDS = frozenset({"ge", "le", "gt", "lt"})
_SEVERAL = ("anyOf", "oneOf", "allOf")
_BY_NAME = ("properties", "patternProperties", "definitions")


def schema_of(model: type[BaseModel], prefix: str = "") -> tuple[Schema, dict[str, Schema]]:
    """Give the schema of a model, and those of the models within it under names that begin with the prefix.

    A plugin's model that has no JSON Schema is any mapping.
    """
    try:
        whole = model.model_json_schema(
            ref_template=f"#/definitions/{prefix}{{model}}", schema_generator=_AsWritten, mode="validation"
        )
    except PydanticInvalidForJsonSchema:
        return {"type": "object", "description": sentence(model)}, {}
    inner = whole.pop("$defs", {})
    return tidy(whole), {f"{prefix}{name}": tidy(each) for name, each in inner.items()}


class _AsWritten(GenerateJsonSchema):
    """Writes defaults the way a file does."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  # pydantic's own way

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        default = self.get_default_value(schema)
        if default is None or not isinstance(default, bool | int | float | str | timedelta | tuple | BaseModel):
            return self.generate_inner(schema["schema"])
        written = {**self.generate_inner(schema["schema"])}
        write = _writer(schema["schema"])
        if isinstance(default, BaseModel) and write is None:
            return written
        return {**written, "default": as_written(write(default) if write else default, written)}

    def get_title_from_name(self, name: str) -> str:
        return name.rstrip("_")


def _writer(schema: Any) -> Any:
    """Find the function that writes a value the way the file does, however deep pydantic has put it."""
    while isinstance(schema, dict):
        found = schema.get("serialization")
        if isinstance(found, dict) and "function" in found:
            return found["function"]
        schema = schema.get("schema")
    return None


def as_written(default: Any, schema: Mapping[str, Any]) -> Any:
    """Give a default the way a file says it."""
    if isinstance(default, timedelta):
        return format_duration(default)
    if isinstance(default, tuple):
        return [as_written(each, {}) for each in default]
    examples = schema.get("examples") or [""]
    is_share = isinstance(default, float) and str(examples[0]).endswith("%")
    return f"{default * 100:.10g}%" if is_share else str(default) if _is_text(default) else default


def _is_text(default: object) -> bool:
    return isinstance(default, str) and type(default) is not str


def sentence(described: object) -> str:
    """Give the first sentence of what stands in a docstring, on one line."""
    text = re.sub(r"\s+", " ", (getattr(described, "__doc__", "") or "").strip())
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def tidy(schema: Any) -> Any:
    """Make a schema, and all schemas in it, short and lenient."""
    if not isinstance(schema, dict):
        return schema
    found: Schema = {key: value for key, value in schema.items() if key not in _NO_KEYWORDS and value is not None}
    for key in _BY_NAME:
        if key in found:
            found[key] = {name: tidy(each) for name, each in found[key].items()}
    for key in ("items", "additionalProperties", "propertyNames"):
        if key in found:
            found[key] = tidy(found[key])
    for key in _SEVERAL:
        if key in found:
            found[key] = [tidy(each) for each in found[key]]
    return _described(_closed(_lenient(_joined(found))))


def _joined(schema: Schema) -> Schema:
    """Make one schema of a value that may be left empty."""
    choices = schema.get("anyOf", [])
    values = [each for each in choices if each != {"type": "null"}]
    if len(choices) != 2 or len(values) != 1 or "type" not in values[0] or "enum" in values[0] or "const" in values[0]:
        return schema
    types = values[0]["type"]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**values[0], **rest, "type": [*(types if isinstance(types, list) else [types]), "null"]}


def _lenient(schema: Schema) -> Schema:
    """Take text for a number and for yes and no, as the models do."""
    lenient = _LENIENT.get(schema["type"]) if isinstance(schema.get("type"), str) else None
    if lenient is None or "const" in schema or "enum" in schema:
        return schema
    types = ["boolean", "string", "integer"] if schema["type"] == "boolean" else [schema["type"], "string"]
    ends = {"minimum": 0, "maximum": 1} if schema["type"] == "boolean" else {}
    return {**schema, "type": types, **ends, **lenient}


def _closed(schema: Schema) -> Schema:
    """Refuse names that are none, where all names fit one pattern."""
    if "patternProperties" in schema and "additionalProperties" not in schema:
        return {**schema, "additionalProperties": False}
    return schema


def _described(schema: Schema) -> Schema:
    """Describe a schema for editors too, and write the default of a share as one."""
    description, default = schema.get("description"), schema.get("default")
    if isinstance(default, float):
        schema = {**schema, "default": as_written(default, schema)}
    return {**schema, "markdownDescription": description} if isinstance(description, str) else schema
