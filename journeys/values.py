"""How is a frozen value made quickly?

A frozen dataclass of Python 3.11 sets each of its members through `object.__setattr__`, which looks the member up by
its name. For values that are made by the million, such as the goods of every order, that is most of what they cost.
So a value is filled while it is of a twin class, which has the same slots and is not frozen.
"""

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")

# A frozen value cannot be given another class through its own `__setattr__`.
_BECOME = vars(object)["__class__"].__set__


def quickly_made(cls: type[T]) -> type[T]:
    """Let the instances of a frozen, slotted dataclass be made in half the time or less; nothing else about it changes.

    The generated `__init__` has the same parameters and defaults. Goes on top of `@dataclass(frozen=True, slots=True)`.
    Raises TypeError for a class without slots, or with a `__post_init__`.
    """
    if "__slots__" not in vars(cls) or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__}: expected a slotted dataclass without __post_init__; leave quickly_made out")
    members = fields(cls)  # type: ignore[arg-type]  # every class that comes here is a dataclass
    twin = type(cls.__name__, (), {"__slots__": tuple(member.name for member in members)})
    names: dict[str, Any] = {"MISSING": MISSING, "_become": _BECOME, "_twin": twin, "_class": cls}
    for member in members:
        names[f"default_{member.name}"] = member.default
        names[f"make_{member.name}"] = member.default_factory
    parameters = ", ".join(_parameter(member) for member in members)
    filled = "".join(f"    self.{member.name} = {_value(member)}\n" for member in members)
    body = f"    _become(self, _twin)\n{filled}    self.__class__ = _class\n"
    exec(f"def __init__(self, {parameters}):\n{body}", names)  # noqa: S102 - made of the names of our own members
    made = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = cls.__init__.__annotations__
    cls.__init__ = made  # type: ignore[method-assign]  # the one thing that changes
    return cls


def _parameter(member: "Field[Any]") -> str:
    if member.default_factory is not MISSING:
        return f"{member.name}=MISSING"
    return member.name if member.default is MISSING else f"{member.name}=default_{member.name}"


def _value(member: "Field[Any]") -> str:
    if member.default_factory is MISSING:
        return member.name
    return f"make_{member.name}() if {member.name} is MISSING else {member.name}"
