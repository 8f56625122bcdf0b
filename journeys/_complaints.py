"""What is wrong with these values, said once each and in our words?

Pydantic reports one mistake several times: for every shape a value could have had, and again for what is missing
because of it. Here each mistake becomes one complaint.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from journeys._levels import SPLIT_KEYS, dig, step_path, steps_in
from journeys._positions import Path
from journeys._remedies import AS_ENTRIES, NAME_WORDS, expectation, got, remedy, shown, snake_case
from journeys._shape import Spot, is_list, is_model, keys_of, spot_of
from journeys.spec import STEP_KINDS, step_kind
from journeys.spelling import listing, nearest

Content: TypeAlias = dict[str, Any]

_PERCENT = re.compile(r"\d+(\.\d+)?%")
_ROUNDING = 0.5


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake in the value at `path`, or in its key when `at_key` is true."""

    path: Path
    code: str
    message: str
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """An error of pydantic's with the spot it is about."""

    error: Mapping[str, Any]
    spot: Spot
    model: type[BaseModel]

    @property
    def path(self) -> Path:
        return self.spot.path

    @property
    def kind(self) -> str:
        return str(self.error["type"])

    @property
    def known_keys(self) -> tuple[str, ...]:
        return keys_of(spot_of(self.error["loc"][:-1], self.model).shape)

    def meant(self, content: Content) -> str:
        """Give the known key that this one was meant to be; one that is there already was not."""
        present = dig(content, self.path[:-1])
        return nearest(str(self.path[-1]), [key for key in self.known_keys if key not in present])


def complaints_about(error: ValidationError | None, model: type[BaseModel], content: Content) -> list[Complaint]:
    """List the mistakes in the content of a file's head or of one journey; paths begin at that content."""
    own = [*_empty_values(content, (), content), *_step_ids(content), *_steps_alone(content)]
    settled = {complaint.path for complaint in own}
    errors = error.errors(include_url=False) if error else []
    found = [_Found(each, spot_of(each["loc"], model), model) for each in errors]
    found = [each for each in found if not _is_noise(each, content, found) and not _is_under(each.path, settled)]
    kinds = list(_kind_complaints(found, content))
    steps = {step_path(complaint.path, content) for complaint in kinds}
    rest = [each for each in found if not _is_under(each.path, steps)]
    said = [*own, *kinds, *_key_complaints(rest, content), *_value_complaints(rest, content)]
    return [complaint for complaint in said if not _explained_by_misspelling(complaint, rest, content)]


def where(path: Path, content: object, part: str = "") -> str:
    """Begin a message with the step a path leads through; empty outside the steps."""
    here = step_path(path, content)
    if not here:
        return ""
    step = dig(content, here)
    name = step.get("id") if isinstance(step, dict) else None
    shown_id = f'"{name}"' if isinstance(name, str) else f"{int(here[-1]) + 1}"
    arm = f' of arm "{here[-2]}"' if len(here) > 2 and not isinstance(name, str) else ""
    return f"step {shown_id}{arm}{f' (part {part})' if part else ''}: "


def field_name(path: Path, content: object) -> str:
    """Write a path the way it is read: `wait_for.at_most`, `branch[0].go`."""
    inner = path[len(step_path(path, content)) :]
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inner)
    return written.removeprefix(".")


def _empty_values(value: object, path: Path, content: Content) -> Iterator[Complaint]:
    match value:
        case None if path and not _is_channel_parameter(path):
            remedy = "write {} when it needs no settings" if "guards" in path else "give it one, or remove it"
            yield Complaint(path, "schema.empty_value", f"{field_name(path, content) or 'this'} has no value; {remedy}")
        case dict():
            for key, inner in value.items():
                yield from _empty_values(inner, (*path, key), content)
        case list():
            for place, inner in enumerate(value):
                yield from _empty_values(inner, (*path, place), content)


def _is_channel_parameter(path: Path) -> bool:
    return path[0] == "channels" and len(path) > 2 and path[2] != "action"


def _step_ids(journey: Content) -> Iterator[Complaint]:
    for path, step in steps_in(journey):
        if isinstance(step, dict) and "id" not in step:
            message = 'missing key "id"; add a short name that never changes, for example id: reminder'
            yield Complaint((*path, "id"), "schema.missing_key", message)


def _steps_alone(journey: Content) -> Iterator[Complaint]:
    """Say what the models cannot say well: a split takes any key, for its arms, and a wait has two forms."""
    for path, step in steps_in(journey):
        if not isinstance(step, dict):
            continue
        wait = step.get("wait")
        if (
            isinstance(wait, dict)
            and not any(nearest(key, ("until",)) for key in wait)
            and not {"at", "if_past"} & {*wait}
        ):
            message = "wait expects a duration like 3d as it is, or {until: ...}, got a mapping without until"
            yield Complaint((*path, "wait"), "schema.wrong_value", f"{message}; write wait: 3d")
        arms = step.get("split")
        if isinstance(arms, dict) and step_kind(step) == "split":
            yield from _wrong_arm_names(path, arms)
            yield from _unknown_arms(path, step, arms)
            yield from _wrong_arms(path, step, arms)
            yield from _wrong_shares(path, arms)


def _wrong_arm_names(path: Path, arms: Content) -> Iterator[Complaint]:
    for arm in arms:
        if arm in SPLIT_KEYS or arm in STEP_KINDS:
            message = f'an arm cannot be named "{arm}", the name of a key; give it another one'
            yield Complaint((*path, "split", arm), "schema.wrong_name", message, at_key=True)


def _wrong_shares(path: Path, arms: Content) -> Iterator[Complaint]:
    """Say that percents are of a whole; rounded thirds may miss it a little."""
    texts = [str(value).strip() for value in arms.values()]
    if not all(_PERCENT.fullmatch(text) for text in texts):
        return
    whole = sum(float(text.removesuffix("%")) for text in texts)
    if whole and abs(whole - 100) > _ROUNDING:
        message = f"the shares of a split are percents of all people and sum to 100%, got {whole:g}%; correct one"
        yield Complaint((*path, "split"), "schema.wrong_shares", f"{message}, or write weights without %")


def _wrong_arms(path: Path, step: Content, arms: Content) -> Iterator[Complaint]:
    for arm in arms:
        value = step.get(arm)
        if arm not in SPLIT_KEYS and value is not None and not isinstance(value, str | list):
            message = f"{arm} expects a list of steps or the id of a step, got {shown(value)}{AS_ENTRIES}"
            yield Complaint((*path, arm), "schema.wrong_value", message)


def _unknown_arms(path: Path, step: Content, arms: Content) -> Iterator[Complaint]:
    others = [key for key in step if key not in SPLIT_KEYS and key not in arms]
    kind = next((key for key in others if key in STEP_KINDS), None)
    if kind:
        message = f"a step does one thing, got split and {kind}; give each a step of its own"
        yield Complaint((*path, kind), "schema.two_step_kinds", message, at_key=True)
        return
    free = [key for key in (*arms, "experiment") if key not in step]
    for key in others:
        meant = nearest(key, free)
        suggestion = f'; did you mean "{meant}"? The' if meant else "; the"
        message = f'"{key}" is no arm of this split{suggestion} arms are {", ".join(arms)}'
        yield Complaint((*path, key), "schema.unknown_arm", message, at_key=True)


def _is_noise(found: _Found, content: Content, all_found: list[_Found]) -> bool:
    if found.kind == "too_short" and len(found.error["input"]) >= found.error["ctx"]["min_length"]:
        return True  # the entries are there; each has its own complaint
    return any(_is_other_shape(path, shape, content, all_found) for path, shape in found.spot.choices)


def _is_other_shape(path: Path, shape: Any, content: Content, all_found: list[_Found]) -> bool:
    """Whether the value has the form of another of the shapes it could have had."""
    value = dig(content, path)
    if not isinstance(value, dict | list):
        return is_model(shape) or is_list(shape)
    if isinstance(value, list) and is_model(shape):
        return True
    fits = is_model if isinstance(value, dict) else is_list
    tried = [tried for found in all_found for at, tried in found.spot.choices if at == path]
    return not fits(shape) and any(fits(other) for other in tried)


def _is_under(path: Path, tops: Collection[Path]) -> bool:
    return any(path[: len(top)] == top for top in tops)


def _kind_complaints(found: list[_Found], content: Content) -> Iterator[Complaint]:
    for each in found:
        if each.kind == "union_tag_not_found":
            yield _unknown_kind(each.path, each.error["input"])
        elif each.kind == "extra_forbidden" and each.path[:-1] == step_path(each.path, content) != ():
            step = dig(content, each.path[:-1])
            kinds = [key for key in step if key in STEP_KINDS]
            if each.path[-1] == kinds[-1] and len(kinds) > 1:
                message = f"a step does one thing, got {' and '.join(kinds)}; give each a step of its own"
                yield Complaint(each.path, "schema.two_step_kinds", message, at_key=True)


def _unknown_kind(path: Path, step: object) -> Complaint:
    kinds = f"kinds: {', '.join(STEP_KINDS)}"
    if not isinstance(step, dict):
        message = f"expects a mapping such as {{id: pause, wait: 3d}}, got {shown(step)}"
        return Complaint(path, "schema.wrong_value", message)
    for key in step:
        if key != "id" and (meant := nearest(key, STEP_KINDS)):
            message = f'unknown step kind "{key}"; did you mean "{meant}"? Known {kinds}'
            return Complaint((*path, key), "schema.unknown_step_kind", message, at_key=True)
    return Complaint(path, "schema.unknown_step_kind", f"no key says what the step does; add one of the {kinds}")


def _key_complaints(found: list[_Found], content: Content) -> Iterator[Complaint]:
    for each in found:
        match each.kind:
            case "extra_forbidden":
                yield _unknown_key(each, content)
            case "missing" if each.path[-1] != "id" or each.path[:1] != ("steps",):
                yield _missing_key(each, content)


def _unknown_key(found: _Found, content: Content) -> Complaint:
    meant = found.meant(content)
    listed = f'; did you mean "{meant}"? Known' if meant else "; known"
    message = (
        f'unknown key "{found.path[-1]}"{_inside(found.path, content)}{listed} keys: {", ".join(found.known_keys)}'
    )
    return Complaint(found.path, "schema.unknown_key", message, at_key=True)


def _missing_key(found: _Found, content: Content) -> Complaint:
    key = str(found.path[-1])
    model = spot_of(found.error["loc"][:-1], found.model).shape
    examples = next(
        (field.examples for name, field in model.model_fields.items() if (field.alias or name) == key), None
    )
    example = f", for example {key}: {examples[0]}" if examples else ""
    message = f'missing key "{key}"{_inside(found.path, content)}; add it{example}'
    return Complaint(found.path, "schema.missing_key", message)


def _inside(path: Path, content: Content) -> str:
    outer = field_name(path[:-1], content)
    return f" in {outer}" if outer else ""


def _value_complaints(found: list[_Found], content: Content) -> Iterator[Complaint]:
    values = [each for each in found if each.kind not in ("extra_forbidden", "missing", "union_tag_not_found")]
    for is_key, same in groupby(values, key=lambda each: (each.path, each.spot.is_key)):
        yield _wrong_name(is_key[0], content) if is_key[1] else _wrong_value(list(same), content)


def _wrong_name(path: Path, content: Content) -> Complaint:
    meant = snake_case(str(path[-1]))
    suggestion = f'; did you mean "{meant}"?' if meant else ""
    message = f'a name is made of {NAME_WORDS}, got "{path[-1]}"{_inside(path, content)}{suggestion}'
    return Complaint(path, "schema.wrong_name", message, at_key=True)


def _wrong_value(found: list[_Found], content: Content) -> Complaint:
    path, first = found[0].path, found[0]
    alternatives = dict.fromkeys(words for each in found for words in expectation(each.error, each.spot.shape))
    expected = listing(sorted(alternatives, key=lambda words: words.startswith("a name")))
    remedies = [said for each in found if (said := remedy(each.error, each.spot.shape))]
    name = field_name(path, content)
    field = f"{name} " if name else ""
    message = f"{field}expects {expected}, got {got(first.error)}{remedies[0] if remedies else ''}"
    is_name = len(found) == 1 and first.kind == "string_pattern_mismatch" and "a name of" in expected
    return Complaint(path, "schema.wrong_name" if is_name else "schema.wrong_value", message)


def _explained_by_misspelling(complaint: Complaint, found: list[_Found], content: Content) -> bool:
    """Whether a key is missing only because the one that is there is misspelt."""
    if complaint.code != "schema.missing_key":
        return False
    unknown = [each for each in found if each.kind == "extra_forbidden" and each.path[:-1] == complaint.path[:-1]]
    return any(each.meant(content) == complaint.path[-1] for each in unknown)
