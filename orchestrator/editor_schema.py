"""What does an editor need to know to complete and check journeys.yaml while it is written?

One JSON Schema from the models of the language, with the parameters of every guard, action and source that is installed
where it is made. It knows the structure; conditions, names of steps and templates are `tactful check`'s business. One
schema serves the main file and those it includes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from actions.errors import ActionError
from actions.registry import load_actions
from journeys.codes import CODES
from journeys.lint import RULES
from journeys.spec import ENTRY_KINDS, ChannelSpec, JourneysFile, SourceSpec
from journeys.step_specs import STEP_KINDS
from journeys.yaml_text import read
from operational_guards.base import Guard
from operational_guards.registry import load_guards
from operational_guards.rule import Conduct
from orchestrator.language_examples import ENTRY_EXAMPLES, STEP_EXAMPLES
from orchestrator.schema_values import Schema, schema_of, sentence
from orchestrator.sources.registry import UnknownSource, load_adapter, source_names

SCHEMA_FILE = "journeys.schema.json"
MODELINE = f"# yaml-language-server: $schema=./{SCHEMA_FILE}"
_DRAFT = "http://json-schema.org/draft-07/schema#"
_PAGES = "docs"
# Only the main file says one of these; by them it is told from a file that it includes.
_MAIN = ("shop", "include", "channels", "sources", "guards", "if_unknown")


def editor_schema() -> Schema:
    """Make the schema of journeys.yaml, as it is installed here."""
    whole, definitions = schema_of(JourneysFile)
    for name, model in STEP_KINDS.items():
        definitions[model.__name__] = _step(name, definitions[model.__name__])
    definitions["step"] = _any_step()
    definitions["problem"] = _problems()
    definitions = {name: _with_steps(each) for name, each in definitions.items()}
    definitions["PartSpec"]["properties"]["steps"]["items"] = _part_step(definitions)
    definitions["EntrySpec"] |= _one_entry()
    guards = load_guards()
    definitions |= _guard_definitions(guards)
    everywhere, of_step = _guards(guards, "guard"), _guards(guards, "step_guard")
    for definition in definitions.values():
        if "except" in definition.get("properties", {}):
            definition["properties"]["guards"] |= of_step
    whole["properties"]["guards"] |= everywhere
    definitions |= _plugged(ChannelSpec, "action", _actions(), definitions["ChannelSpec"])
    definitions |= _plugged(SourceSpec, "adapter", _adapters(), definitions["SourceSpec"])
    required = whole.pop("required")
    is_main = {"anyOf": [{"required": [key]} for key in _MAIN]}
    return {
        "$schema": _DRAFT,
        **whole,
        "title": "journeys.yaml",
        "if": is_main,
        "then": {"required": required},
        "definitions": {name: definitions[name] for name in sorted(definitions)},
    }


def schema_text() -> str:
    """Write the schema as a file."""
    return json.dumps(editor_schema(), ensure_ascii=False, indent=1) + "\n"


def _step(kind: str, schema: Schema) -> Schema:
    example = read(STEP_EXAMPLES[kind]).root
    return {**schema, "title": kind, "examples": [example.value if example else {}]}


def _any_step() -> Schema:
    """Choose the model of a step by its kind, the way the loader does: the first kind whose key is there.

    Whoever makes a mistake in a step reads about that kind alone. Without a kind yet all kinds are offered.
    """
    kinds = {name: {"title": name, "markdownDescription": sentence(model)} for name, model in STEP_KINDS.items()}
    chain: Schema = {"anyOf": [{"required": [name]} for name in STEP_KINDS]}
    for name, model in reversed(STEP_KINDS.items()):
        chain = {"if": {"required": [name]}, "then": {"$ref": f"#/definitions/{model.__name__}"}, "else": chain}
    snippets = [_snippet(name) for name in STEP_KINDS]
    return {
        "title": "step",
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"title": "id", "type": "string"}, **kinds},
        **chain,
        "defaultSnippets": snippets,
    }


def _snippet(kind: str) -> Schema:
    example = read(STEP_EXAMPLES[kind]).root
    return {"label": kind, "description": sentence(STEP_KINDS[kind]), "body": example.value if example else {}}


def _problems() -> Schema:
    """List the codes of `tactful check`, so that an editor or a script knows what each means."""
    said = {**CODES, **{rule.code: rule.explanation for rule in RULES}}
    codes = sorted(said)
    return {"title": "problem", "enum": codes, "markdownEnumDescriptions": [said[code] for code in codes]}


def _with_steps(value: Any) -> Any:
    """Put the choice by kind wherever the model lists all steps."""
    if isinstance(value, list):
        return [_with_steps(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value.get("oneOf", ())) == len(STEP_KINDS):
        return {"$ref": "#/definitions/step"}
    return {key: _with_steps(each) for key, each in value.items()}


def _part_step(definitions: Mapping[str, Schema]) -> Schema:
    """Describe a step of a part: any value in it may be an argument such as $pause, so that only its keys are known."""
    keys: Schema = {}
    for model in STEP_KINDS.values():
        for key, schema in definitions[model.__name__]["properties"].items():
            kept = {name: schema[name] for name in ("title", "markdownDescription") if name in schema}
            keys.setdefault(key, kept or True)
    return {"type": "object", "title": "step", "properties": keys, "defaultSnippets": [_snippet(k) for k in STEP_KINDS]}


def _one_entry() -> Schema:
    return {
        "examples": [node.value for text in ENTRY_EXAMPLES.values() if (node := read(text).root)],
        "anyOf": [{"required": [kind]} for kind in ENTRY_KINDS],
    }


# Guards, actions and sources, which know their own parameters.


def _guard_definitions(guards: Mapping[str, type[Guard]]) -> dict[str, Schema]:
    """Describe every guard twice: for the whole file, and for one step, where what is left out stays as it is."""
    found: dict[str, Schema] = {}
    conduct, _ = schema_of(Conduct)
    for name, guard in guards.items():
        own, inner = schema_of(guard.Params, f"guard.{name}.")
        page = f"See {_PAGES}/guards/{name}.md." if guard.__module__.startswith("operational_guards.") else ""
        described = {"title": name, "markdownDescription": " ".join(filter(None, (sentence(guard.Params), page)))}
        shared = {} if guard.always else conduct["properties"]
        properties = {**own.get("properties", {}), **shared}
        at_all = {**own, **described, "properties": {key: properties[key] for key in properties if key != "divert"}}
        at_step = {**own, **described, "properties": properties, "required": []}
        found |= {**inner, f"guard.{name}": at_all}
        if not guard.always:
            found[f"step_guard.{name}"] = at_step
    return found


def _guards(guards: Mapping[str, type[Guard]], kind: str) -> Schema:
    names = [name for name, guard in guards.items() if kind == "guard" or not guard.always]
    listed = {name: {"$ref": f"#/definitions/{kind}.{name}", "title": name} for name in sorted(names)}
    return {"properties": listed, "patternProperties": {}, "additionalProperties": False}


def _actions() -> Iterator[tuple[str, Any]]:
    known = load_actions()
    for name in known.names():
        try:
            yield name, known[name]
        except ActionError:  # `tactful check` says what is wrong with a plugin that a channel uses
            continue


def _adapters() -> Iterator[tuple[str, Any]]:
    for name in source_names():
        try:
            yield name, load_adapter(name)
        except UnknownSource:  # what reads files is no adapter, and a broken plugin is `tactful check`'s business
            continue


def _plugged(spec: type[BaseModel], key: str, plugins: Iterator[tuple[str, Any]], shared: Schema) -> dict[str, Schema]:
    """Let the key say whose parameters stand beside it."""
    found: dict[str, Schema] = {}
    ways, descriptions = [], []
    for name, plugin in plugins:
        own, inner = schema_of(plugin.Params, f"{key}.{name}.")
        properties = {**own.get("properties", {}), **shared["properties"]}
        required = [*shared["required"], *own.get("required", [])]
        params = {**own, "title": name, "properties": properties, "required": required}
        found |= {**inner, f"{key}.{name}": params}
        named = {"properties": {key: {"const": name}}, "required": [key]}
        ways.append({"if": named, "then": {"$ref": f"#/definitions/{key}.{name}"}})
        descriptions.append((name, sentence(plugin)))
    choice = {
        **shared["properties"][key],
        "enum": [name for name, _ in descriptions],
        "markdownEnumDescriptions": [said for _, said in descriptions],
    }
    found[spec.__name__] = {**shared, "properties": {**shared["properties"], key: choice}, "allOf": ways}
    return found
