"""In which order do the keys of a mapping stand?

As in the model, a step's with its id and its kind first and its guards last. What stands in the file at large (its
sections, journeys, segments) and all that an author names keeps the author's order.
"""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from journeys.spec import JourneysFile, PartSpec
from journeys.step_base import Step
from journeys.step_specs import STEP_KINDS, Guarded, SplitStep, StepSpec, step_kind

# What may stand at a place of the file: a type as the models write it; None where anything may.
Hint: TypeAlias = Any

_STEPS = tuple[StepSpec, ...]
_BEHIND = tuple(field.alias or name for name, field in Guarded.model_fields.items() if name != "id")
# Where the order of the model would not be read as easily.
_BEFORE = {"if_active": "re_entry", "purpose": "items", "intent": "items"}


def model_of(hint: Hint, keys: Iterable[str]) -> type[BaseModel] | None:
    """Say which model a mapping with these keys is written for; None when it is none."""
    there = dict.fromkeys(keys)
    models = [each for each in _choices(hint) if isinstance(each, type) and issubclass(each, BaseModel)]
    if any(issubclass(model, Step) for model in models):
        kind = step_kind(there)
        return STEP_KINDS[kind] if kind else Step
    return models[0] if models else None


def hint_below(hint: Hint, keys: Iterable[str], key: str) -> Hint:
    """Say what may stand under a key of a mapping."""
    model = model_of(hint, keys)
    if model is None:
        named = _first(hint, dict)
        return get_args(named)[1] if named else None
    if model is PartSpec and key == "steps":
        return _STEPS
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return field.annotation
    return _STEPS if model is SplitStep else None


def hint_inside(hint: Hint) -> Hint:
    """Say what may stand in a list."""
    listed = _first(hint, tuple)
    return get_args(listed)[0] if listed else None


def ordered(hint: Hint, keys: list[str]) -> list[str]:
    """Give the keys in their order; what the model does not know comes behind, as the author has it."""
    model = model_of(hint, keys)
    if model is None or model is JourneysFile:
        return keys
    known = list(_model_order(model, step_kind(dict.fromkeys(keys)) if issubclass(model, Step) else None))
    places = {key: place for place, key in enumerate(known)}
    behind = {key: len(known) + place for place, key in enumerate(_BEHIND)} if issubclass(model, Guarded) else {}
    return sorted(keys, key=lambda key: -1 if key == "<<" else behind.get(key, places.get(key, len(known))))


def _model_order(model: type[BaseModel], kind: str | None) -> Iterator[str]:
    first = ["id", kind] if kind else []
    names = [field.alias or name for name, field in model.model_fields.items()]
    rest = [name for name in names if name not in first]
    for name, before in _BEFORE.items():
        if name in rest and before in rest:
            rest.remove(name)
            rest.insert(rest.index(before), name)
    yield from (each for each in [*first, *rest] if each)


def _first(hint: Hint, kind: object) -> Hint:
    """Give the first choice of this kind."""
    origins: list[tuple[object, Hint]] = [(get_origin(each), each) for each in _choices(hint)]
    return next((each for origin, each in origins if origin is kind), None)


def _choices(hint: Hint) -> Iterator[Hint]:
    """Unfold unions and annotations."""
    origin: object = get_origin(hint)
    if origin is Annotated:
        yield from _choices(get_args(hint)[0])
    elif origin in (Union, UnionType):
        for each in get_args(hint):
            yield from _choices(each)
    else:
        yield hint
