"""Which guards exist, and are they set up rightly?

Guards come in through the entry-point group `tactful.guards`, the built-ins as well as anybody's plugins. What is
wrong with their parameters is collected as faults that carry the path into the YAML; building comes afterwards.
"""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from journeys.errors import Fault
from operational_guards.base import Guard, GuardParams
from operational_guards.errors import GuardError

GROUP = "tactful.guards"

# The codes of the faults below; a code never changes its meaning.
CODES = {
    "guard.unknown": "No guard of this name is installed.",
    "guard.unknown_parameter": "The guard has no parameter of this name.",
    "guard.missing_parameter": "A parameter the guard cannot do without is not there.",
    "guard.invalid_parameter": "A parameter has a value the guard does not understand.",
    "guard.unknown_channel": "A guard speaks of a channel that the shop does not have.",
    "guard.always_on": "A step sets parameters of a guard that holds everywhere alike.",
}

Path: TypeAlias = tuple[str | int, ...]
Parameters: TypeAlias = Mapping[str, Any]
Known: TypeAlias = Mapping[str, type[Guard]]


def load_guards() -> dict[str, type[Guard]]:
    """Find every installed guard by name. Raises GuardError when one cannot be loaded or is called otherwise."""
    return {point.name: _loaded(point.name, point.load) for point in entry_points(group=GROUP)}


def _loaded(name: str, load: Any) -> type[Guard]:
    try:
        guard: type[Guard] = load()
    except Exception as error:
        raise GuardError(
            f'entry point "{name}" of {GROUP}: expected a guard class, got {type(error).__name__}: {error}; '
            "repair or uninstall the package that declares it"
        ) from error
    if guard.name != name:
        raise GuardError(
            f'entry point "{name}" of {GROUP}: expected a guard of this name, got "{guard.name}"; '
            "give both the same name"
        )
    return guard


def build_guards(
    configured: Mapping[str, Parameters], shop_zone: str, *, known: Known | None = None
) -> tuple[Guard, ...]:
    """Build the configured guards and those that are always on, in order of their names.

    Guards that know the customer's clock get the shop's zone for customers without one. Raises GuardError for what
    `check_guards` would have reported.
    """
    guards = load_guards() if known is None else known
    always: dict[str, Parameters] = {name: {} for name, guard in guards.items() if guard.always}
    complete = {
        name: {"zone": shop_zone, **parameters} if name in guards and _has_zone(guards[name]) else parameters
        for name, parameters in sorted({**always, **configured}.items())
    }
    faults = check_guards(complete, known=guards)
    if faults:
        raise GuardError("; ".join(fault.message for fault in faults))
    return tuple(guards[name](guards[name].Params.model_validate(parameters)) for name, parameters in complete.items())


def _has_zone(guard: type[Guard]) -> bool:
    return "zone" in guard.Params.model_fields


def override(configured: Mapping[str, Parameters], overrides: Mapping[str, Parameters]) -> dict[str, Parameters]:
    """Merge what one step says about its guards into what holds for all: key by key, the step's word counts."""
    names = [*configured, *(name for name in overrides if name not in configured)]
    return {name: {**configured.get(name, {}), **overrides.get(name, {})} for name in names}


def check_guards(
    configured: Mapping[str, Parameters],
    path_prefix: Path = ("guards",),
    *,
    channels: Collection[str] | None = None,
    known: Known | None = None,
) -> list[Fault]:
    """List everything that is wrong with configured guards. `channels`, when given, are those the shop has."""
    guards = load_guards() if known is None else known
    faults: list[Fault] = []
    for name, parameters in configured.items():
        path = (*path_prefix, name)
        if name in guards:
            faults.extend(_parameter_faults(guards[name], parameters, path, channels))
        else:
            faults.append(Fault(path, "guard.unknown", f'no guard is called "{name}"; {_hint(name, guards)}'))
    return faults


def check_overrides(
    configured: Mapping[str, Parameters],
    overrides: Mapping[str, Parameters],
    path_prefix: Path,
    *,
    channels: Collection[str] | None = None,
    known: Known | None = None,
) -> list[Fault]:
    """List everything that is wrong with what one step says about its guards, beyond what is wrong for all."""
    guards = load_guards() if known is None else known
    fixed = [name for name in overrides if name in guards and guards[name].always]
    merged = override(configured, overrides)
    changed = {name: merged[name] for name in overrides if name not in fixed}
    everywhere = {name: configured[name] for name in changed if name in configured}
    elsewhere = check_guards(everywhere, path_prefix, channels=channels, known=guards)
    found = check_guards(changed, path_prefix, channels=channels, known=guards)
    return [_fixed(name, path_prefix) for name in fixed] + [fault for fault in found if fault not in elsewhere]


def _fixed(name: str, path_prefix: Path) -> Fault:
    message = f'guard "{name}" is always on, got parameters for one step; remove it from the step'
    return Fault((*path_prefix, name), "guard.always_on", message)


def _parameter_faults(
    guard: type[Guard], parameters: Parameters, path: Path, channels: Collection[str] | None
) -> Iterator[Fault]:
    try:
        params = guard.Params.model_validate(parameters)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            yield _parameter_fault(guard, details, path)
        return
    if channels is None:
        return
    for channel in sorted(params.channels().difference(channels)):
        message = f'guard "{guard.name}": expected a channel of the shop, got "{channel}"; {_hint(channel, channels)}'
        yield Fault((*path, channel), "guard.unknown_channel", message)


def _parameter_fault(guard: type[Guard], details: ErrorDetails, path: Path) -> Fault:
    """Turn one of pydantic's errors into a sentence that says where, what, got and what to do."""
    key = str(details["loc"][0]) if details["loc"] else ""
    where = f'guard "{guard.name}"'
    match details["type"]:
        case "extra_forbidden":
            hint = _hint(key, _keys(guard.Params))
            return Fault((*path, key), "guard.unknown_parameter", f'{where} has no parameter "{key}"; {hint}')
        case "missing":
            example = _example(guard.Params, key)
            return Fault(path, "guard.missing_parameter", f'{where} needs "{key}", got nothing; add {key}: "{example}"')
    place = (*path, key) if key else path
    return Fault(place, "guard.invalid_parameter", f"{where}: {_complaint(guard.Params, key, details)}")


def _complaint(params: type[GuardParams], key: str, details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    got = details["input"]
    if details["type"] == "literal_error":
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return f'{key} expected {" or ".join(words)}, got "{got}"; {_hint(str(got), words)}'
    if details["type"] == "value_error":
        return _with_key_hint(f"{key} {context['error']}".strip(), params, key)
    return f"{key} expected another value ({details['msg'].lower()}), got {got!r}; see docs/guards.md"


def _with_key_hint(complaint: str, params: type[GuardParams], key: str) -> str:
    """Where any key is taken for a channel, a misspelt parameter shows as a wrong value: name the parameter."""
    meant = get_close_matches(key, _keys(params), n=1)
    return f'{complaint}; or did you mean the parameter "{meant[0]}"?' if meant and meant[0] != key else complaint


def _keys(params: type[GuardParams]) -> list[str]:
    return [field.alias or name for name, field in params.model_fields.items()]


def _example(params: type[GuardParams], key: str) -> str:
    fields = {field.alias or name: field for name, field in params.model_fields.items()}
    return str((fields[key].examples or ["..."])[0])


def _hint(word: str, known: Collection[str]) -> str:
    """Say what was meant, or else what there is."""
    meant = get_close_matches(word, list(known), n=1)
    if meant:
        return f'did you mean "{meant[0]}"?'
    return f"choose from {', '.join(sorted(known))}" if known else "it takes none, remove it"
