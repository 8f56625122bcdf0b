"""Which actions are there?

Built-ins and plugins come in through the same door, the entry-point group `tactful.actions`. A class is imported
when it is first asked for, so a plugin that cannot be imported hurts only the channels that use it.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from actions._nearest import did_you_mean
from actions.base import Action
from actions.errors import BrokenAction, UnknownAction

GROUP = "tactful.actions"
_CONTRACT = ("name", "Params", "needs", "finds", "perform", "find")


class Actions:
    """The actions that are declared, each loaded when first asked for."""

    def __init__(self, declared: Iterable[EntryPoint]) -> None:
        self._declared: dict[str, EntryPoint] = {}
        self._loaded: dict[str, type[Action]] = {}
        self._doubles: list[str] = []
        for entry_point in declared:
            first = self._declared.setdefault(entry_point.name, entry_point)
            if first.value != entry_point.value:
                self._doubles.append(_double(first, entry_point))

    def names(self) -> tuple[str, ...]:
        """List the names that may stand under `action:`."""
        return tuple(sorted(self._declared))

    def __contains__(self, name: str) -> bool:
        return name in self._declared

    def __getitem__(self, name: str) -> type[Action]:
        """Give the action's class.

        Raises UnknownAction, with a suggestion, for a name nobody declares, and BrokenAction for a plugin that cannot
        be imported or does not keep the contract of `actions.base.Action`.
        """
        if name not in self._declared:
            raise UnknownAction(f'there is no action "{name}"; {did_you_mean(name, self._declared)}')
        if name not in self._loaded:
            self._loaded[name] = _load(self._declared[name])
        return self._loaded[name]

    def problems(self) -> tuple[str, ...]:
        """Load everything, and say what is wrong with each plugin that cannot be used; the others stay usable."""
        found = list(self._doubles)
        for name in self.names():
            try:
                self[name]
            except BrokenAction as broken:
                found.append(str(broken))
        return tuple(found)


def load_actions() -> Actions:
    """Find the actions that are installed."""
    return Actions(entry_points(group=GROUP))


def _load(entry_point: EntryPoint) -> type[Action]:
    try:
        loaded = entry_point.load()
    except Exception as error:  # whatever a plugin raises while it is imported must not stop the others
        raise BrokenAction(_broken(entry_point, f"cannot be imported: {type(error).__name__}: {error}")) from error
    missing = [part for part in _CONTRACT if not hasattr(loaded, part)]
    if missing:
        raise BrokenAction(_broken(entry_point, f"lacks {', '.join(missing)} of the action contract"))
    if loaded.name != entry_point.name:
        raise BrokenAction(_broken(entry_point, f'calls itself "{loaded.name}"'))
    return cast("type[Action]", loaded)


def _broken(entry_point: EntryPoint, reason: str) -> str:
    return f'action "{entry_point.name}" ({entry_point.value}) {reason}; repair or uninstall the package that brings it'


def _double(first: EntryPoint, second: EntryPoint) -> str:
    return (
        f'action "{first.name}" is declared twice, by {first.value} and {second.value}; '
        "the first is used: uninstall one of the two packages"
    )
