"""Which guards exist, and are they set up rightly?

Guards come in through the entry-point group `tactful.guards`, the built-ins as well as anybody's plugins. What is
wrong with their parameters is collected as faults that carry the path into the YAML; building comes afterwards.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from journeys.errors import Fault
from journeys.vocabulary import Purpose
from operational_guards.base import Guard, GuardParams
from operational_guards.errors import GuardError
from operational_guards.rule import CONDUCT, UNKNOWN, Conduct, IfUnknown, Rule

GROUP = "tactful.guards"

# The codes of the faults below; a code never changes its meaning.
CODES = {
    "guard.unknown": "No guard of this name is installed.",
    "guard.unknown_parameter": "The guard has no parameter of this name.",
    "guard.missing_parameter": "A parameter the guard cannot do without is not there.",
    "guard.invalid_parameter": "A parameter has a value the guard does not understand.",
    "guard.unknown_channel": "A guard speaks of a channel that the shop does not have.",
    "guard.unknown_group": "A guard speaks of a group that no journey belongs to.",
    "guard.always_on": "A guard that holds everywhere alike is loosened, or set otherwise at one step.",
    "guard.not_configured": "A step names an exemption from a guard that does not hold anyway.",
    "guard.exempt": "A step is exempt from a guard: a reminder, not an error.",
    "guard.divert_everywhere": "A guard diverts to a step of one journey, but is set for all of them.",
    "guard.divert_nowhere": "A guard diverts at a step that nobody waits at, such as an audience.",
}

Path: TypeAlias = tuple[str | int, ...]
Parameters: TypeAlias = Mapping[str, Any]
Known: TypeAlias = Mapping[str, type[Guard]]

EVERYWHERE: Path = ("guards",)


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


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how rules are built: the shop's zone for customers without one, and the lines that set up the guards.

    `groups` names the journeys of each group, `exempt` the guards a step waives, each with its reason; `unknown` is the
    default per purpose.
    """

    zone: str = "UTC"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[Purpose, IfUnknown] = field(default_factory=lambda: UNKNOWN)


PLAIN_SETTING = Setting()


def build_rules(
    configured: Mapping[str, Parameters], setting: Setting = PLAIN_SETTING, *, known: Known | None = None
) -> tuple[Rule, ...]:
    """Build the configured guards and those that are always on, in order of their names.

    Raises GuardError for what `check_guards` would have reported.
    """
    guards = load_guards() if known is None else known
    always: dict[str, Parameters] = {name: {} for name, guard in guards.items() if guard.always}
    complete = {
        name: _with_setting(guards.get(name), parameters, setting)
        for name, parameters in sorted({**always, **configured}.items())
    }
    faults = [fault for fault in check_guards(complete, known=guards) if fault.code != "guard.divert_everywhere"]
    if faults:
        raise GuardError("; ".join(fault.message for fault in faults))
    return tuple(_rule(guards[name], parameters, setting) for name, parameters in complete.items())


def _rule(guard: type[Guard], parameters: Parameters, setting: Setting) -> Rule:
    own, conduct = _parted(parameters)
    return Rule(
        guard=guard(guard.Params.model_validate(own)),
        name=guard.name,
        needs=guard.needs,
        conduct=Conduct.model_validate(conduct),
        exempt=setting.exempt.get(guard.name, ""),
        place=setting.places.get(guard.name, ""),
        unknown=setting.unknown,
        parameters={**own, **conduct},
    )


def _parted(parameters: Parameters) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a guard's own parameters from those that every guard takes."""
    own = {key: value for key, value in parameters.items() if key not in CONDUCT}
    return own, {key: value for key, value in parameters.items() if key in CONDUCT}


def _with_setting(guard: type[Guard] | None, parameters: Parameters, setting: Setting) -> Parameters:
    """Give a guard that goes by a clock the shop's zone, and one that caps groups their journeys.

    What the file says itself comes first.
    """
    if guard is None:
        return parameters
    known = guard.Params.model_fields
    given: dict[str, Any] = {"zone": setting.zone} if "zone" in known else {}
    groups = parameters.get("groups") if "groups" in known and "journeys" in known else None
    if isinstance(groups, Mapping):
        given["journeys"] = {name: list(setting.groups[name]) for name in groups if name in setting.groups}
    return {**given, **parameters}


def override(configured: Mapping[str, Parameters], overrides: Mapping[str, Parameters]) -> dict[str, Parameters]:
    """Merge what one step says about its guards into what holds for all: key by key, the step's word counts."""
    names = [*configured, *(name for name in overrides if name not in configured)]
    return {name: {**configured.get(name, {}), **overrides.get(name, {})} for name in names}


def check_guards(
    configured: Mapping[str, Parameters],
    path_prefix: Path = EVERYWHERE,
    *,
    channels: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    known: Known | None = None,
) -> list[Fault]:
    """List everything that is wrong with configured guards.

    `channels`, when given, are those the shop has, and `groups` those its journeys belong to.
    """
    guards = load_guards() if known is None else known
    faults: list[Fault] = []
    for name, parameters in configured.items():
        path = (*path_prefix, name)
        if name in guards:
            faults.extend(_parameter_faults(guards[name], parameters, path, _Names(channels, groups)))
            if parameters.get("divert") and path_prefix == EVERYWHERE:
                faults.append(_diverts_everywhere(name, path))
        else:
            faults.append(Fault(path, "guard.unknown", f'no guard is called "{name}"; {_hint(name, guards)}'))
    return faults


def check_overrides(
    configured: Mapping[str, Parameters],
    overrides: Mapping[str, Parameters],
    path_prefix: Path,
    *,
    channels: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    known: Known | None = None,
) -> list[Fault]:
    """List everything that is wrong with what one step says about its guards, beyond what is wrong for all."""
    guards = load_guards() if known is None else known
    fixed = [name for name in overrides if name in guards and guards[name].always]
    merged = override(configured, overrides)
    changed = {name: merged[name] for name in overrides if name not in fixed}
    everywhere = {name: configured[name] for name in changed if name in configured}
    elsewhere = check_guards(everywhere, path_prefix, channels=channels, groups=groups, known=guards)
    found = check_guards(changed, path_prefix, channels=channels, groups=groups, known=guards)
    return [_fixed(name, path_prefix) for name in fixed] + [fault for fault in found if fault not in elsewhere]


def check_exemptions(
    configured: Mapping[str, Parameters],
    exempt: Mapping[str, str],
    path_prefix: Path,
    *,
    known: Known | None = None,
) -> list[Fault]:
    """List what is wrong with the exemptions of one step, and as reminders those that are right."""
    guards = load_guards() if known is None else known
    return [_exemption(name, reason, configured, guards, (*path_prefix, name)) for name, reason in exempt.items()]


def _exemption(name: str, reason: str, configured: Mapping[str, Parameters], guards: Known, path: Path) -> Fault:
    if name not in guards:
        return Fault(path, "guard.unknown", f'no guard is called "{name}"; {_hint(name, guards)}')
    if guards[name].always:
        message = f'guard "{name}" is always on, got an exemption from it; remove it from the step'
        return Fault(path, "guard.always_on", message)
    if name not in configured:
        message = f'guard "{name}" is not set up under guards, got an exemption from it; {_hint(name, configured)}'
        return Fault(path, "guard.not_configured", message)
    message = f'this step is exempt from "{name}": {reason}'
    return Fault(path, "guard.exempt", message, "warning")


def _fixed(name: str, path_prefix: Path) -> Fault:
    message = f'guard "{name}" is always on, got parameters for one step; remove it from the step'
    return Fault((*path_prefix, name), "guard.always_on", message)


def _diverts_everywhere(name: str, path: Path) -> Fault:
    message = f'guard "{name}": divert names a step of one journey, got it for all; write it under guards of a step'
    return Fault((*path, "divert"), "guard.divert_everywhere", message)


def check_diversions(overrides: Mapping[str, Parameters], path_prefix: Path) -> list[Fault]:
    """List the guards that divert at a step whose delivery nobody waits for."""
    return [
        Fault(
            (*path_prefix, name, "divert"),
            "guard.divert_nowhere",
            f'guard "{name}": divert stands at a send, which the journey waits for, got it at a step it walks on from; '
            "remove it, or put a branch before the step",
        )
        for name, parameters in overrides.items()
        if parameters.get("divert")
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """The channels of the shop and the groups of its journeys; None where they are not known."""

    channels: Collection[str] | None
    groups: Collection[str] | None


def _parameter_faults(guard: type[Guard], parameters: Parameters, path: Path, names: _Names) -> Iterator[Fault]:
    own, conduct = _parted(parameters)
    if guard.always:
        for key in conduct:
            message = f'guard "{guard.name}" is always on, got {key}; remove it'
            yield Fault((*path, key), "guard.always_on", message)
    else:
        yield from _validation_faults(guard, Conduct, conduct, path)
    found = list(_validation_faults(guard, guard.Params, own, path))
    yield from found
    if not found:
        yield from _name_faults(guard, guard.Params.model_validate(own), path, names)


def _name_faults(guard: type[Guard], params: GuardParams, path: Path, names: _Names) -> Iterator[Fault]:
    """Find channels and groups that do not exist."""
    channels, groups = names.channels, names.groups
    if channels is not None:
        for channel in sorted(params.channels().difference(channels)):
            hint = _hint(channel, channels)
            message = f'guard "{guard.name}": expected a channel of the shop, got "{channel}"; {hint}'
            yield Fault((*path, channel), "guard.unknown_channel", message)
    if groups is not None:
        for group in sorted(params.named_groups().difference(groups)):
            hint = _hint(group, groups) if groups else f"add `group: {group}` to a journey"
            message = f'guard "{guard.name}": expected a group of journeys, got "{group}"; {hint}'
            yield Fault((*path, "groups", group), "guard.unknown_group", message)


def _validation_faults(
    guard: type[Guard], model: type[BaseModel], parameters: Parameters, path: Path
) -> Iterator[Fault]:
    try:
        model.model_validate(parameters)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            yield _parameter_fault(guard, model, details, path)


def _parameter_fault(guard: type[Guard], model: type[BaseModel], details: ErrorDetails, path: Path) -> Fault:
    """Turn one of pydantic's errors into a sentence that says where, what, got and what to do."""
    key = str(details["loc"][0]) if details["loc"] else ""
    where = f'guard "{guard.name}"'
    match details["type"]:
        case "extra_forbidden":
            hint = _hint(key, _keys(guard.Params) if guard.always else _keys(guard.Params, Conduct))
            return Fault((*path, key), "guard.unknown_parameter", f'{where} has no parameter "{key}"; {hint}')
        case "missing":
            example = _example(model, key)
            return Fault(path, "guard.missing_parameter", f'{where} needs "{key}", got nothing; add {key}: "{example}"')
    place = (*path, key) if key else path
    return Fault(place, "guard.invalid_parameter", f"{where}: {_complaint(model, key, details)}")


def _complaint(params: type[BaseModel], key: str, details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    got = details["input"]
    if details["type"] == "literal_error":
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return f'{key} expected {" or ".join(words)}, got "{got}"; {_hint(str(got), words)}'
    if details["type"] == "value_error":
        return _with_key_hint(f"{key} {context['error']}".strip(), params, key)
    return f"{key} expected another value ({details['msg'].lower()}), got {got!r}; see docs/guards.md"


def _with_key_hint(complaint: str, params: type[BaseModel], key: str) -> str:
    """Where any key is taken for a channel, a misspelt parameter shows as a wrong value: name the parameter."""
    meant = get_close_matches(key, _keys(params, Conduct), n=1)
    return f'{complaint}; or did you mean the parameter "{meant[0]}"?' if meant and meant[0] != key else complaint


def _keys(*models: type[BaseModel]) -> list[str]:
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _example(params: type[BaseModel], key: str) -> str:
    fields = {field.alias or name: field for name, field in params.model_fields.items()}
    return str((fields[key].examples or ["..."])[0])


def _hint(word: str, known: Collection[str]) -> str:
    """Say what was meant, or else what there is."""
    meant = get_close_matches(word, list(known), n=1)
    if meant:
        return f'did you mean "{meant[0]}"?'
    return f"choose from {', '.join(sorted(known))}" if known else "it takes none, remove it"
