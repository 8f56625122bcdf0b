"""Which part of the language does a place in the file belong to?

Pydantic names the place of an error with labels of its own between the keys (`steps, 0, wait, wait, Until, untl`).
Walking the models along it gives the path as the file has it, and the models that could stand there.
"""

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator

from journeys._positions import Path
from journeys.spec import STEP_KINDS, SplitStep, StepSpec, Target

Location: TypeAlias = tuple[str | int, ...]
# What stands under a key of a split step that is no field of it.
_ARM: Any = tuple[StepSpec, ...] | Target


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file. `choices` are the paths where several shapes were possible, with the one that was tried."""

    path: Path
    shape: Any
    choices: tuple[tuple[Path, Any], ...] = ()
    is_key: bool = False


def spot_of(location: Location, model: type[BaseModel]) -> Spot:
    """Follow the location of a pydantic error from the model it was validated with."""
    path: Path = ()
    shape: Any = model
    choices: tuple[tuple[Path, Any], ...] = ()
    for part in location:
        shape = _bare(shape)
        if part == "[key]":
            return Spot(path, shape, choices, is_key=True)
        if get_origin(shape) is Annotated:
            shape = STEP_KINDS[str(part)]
        elif _is_union(shape):
            shape = _member(shape, str(part))
            choices += ((path, shape),)
        else:
            shape = _inside(shape, part)
            path += (part,)
    return Spot(path, _bare(shape), choices)


def keys_of(shape: Any) -> tuple[str, ...]:
    """List the YAML keys of a model, in order; none for anything else."""
    if not is_model(shape):
        return ()
    return tuple(field.alias or name for name, field in shape.model_fields.items())


def is_model(shape: Any) -> bool:
    """Whether this is a mapping with keys of its own."""
    return isinstance(shape, type) and issubclass(shape, BaseModel)


def is_list(shape: Any) -> bool:
    """Whether this is a list of values."""
    return get_origin(shape) is tuple


def _bare(shape: Any) -> Any:
    """Strip what is not structure: metadata and `| None`. The steps keep theirs, by which they are told apart."""
    if get_origin(shape) is Annotated:
        inner, *metadata = get_args(shape)
        return shape if any(isinstance(part, Discriminator) for part in metadata) else _bare(inner)
    if get_origin(shape) in (Union, UnionType):
        members = [member for member in get_args(shape) if member is not NoneType]
        return _bare(members[0]) if len(members) == 1 else shape
    return shape


def _is_union(shape: Any) -> bool:
    return get_origin(shape) in (Union, UnionType)


def _member(union: Any, label: str) -> Any:
    members = [_bare(member) for member in get_args(union) if member is not NoneType]
    if label.startswith("tuple["):
        return next((member for member in members if is_list(member)), None)
    return next((member for member in members if getattr(member, "__name__", "") == label and is_model(member)), None)


def _inside(shape: Any, part: str | int) -> Any:
    if get_origin(shape) is dict:
        return get_args(shape)[1]
    if get_origin(shape) is tuple:
        return get_args(shape)[0]
    if is_model(shape):
        fields = (field for name, field in shape.model_fields.items() if (field.alias or name) == part)
        return next((field.annotation for field in fields), _ARM if shape is SplitStep else None)
    return None
