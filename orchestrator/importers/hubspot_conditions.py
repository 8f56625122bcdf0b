"""How are the filters of a HubSpot workflow said in our conditions?

The shapes are those of HubSpot's published specification of the automation API v4
(github.com/HubSpot/HubSpot-public-api-spec-collection, at 9989379): branches of `OR` and `AND` that hold filters and
more branches. The operators of properties are plain text there; those known here are listed in `_OPERATORS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from journeys.scope import Kind
from orchestrator.importers.draft import Draft, Fields, Gap
from orchestrator.importers.phrases import Said, attribute, joined, listing, literal, quoted
from orchestrator.importers.reading import entries, fields, number, text, written

DEEPEST = 12
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "IS_EQUAL_TO": "==",
        "IS_EXACTLY": "==",
        "IS_NOT_EQUAL_TO": "!=",
        "IS_GREATER_THAN": ">",
        "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
        "IS_LESS_THAN": "<",
        "IS_LESS_THAN_OR_EQUAL_TO": "<=",
        "IS_ANY_OF": "in",
        "IS_NONE_OF": "not in",
        "CONTAINS": "in",
        "DOES_NOT_CONTAIN": "not in",
        "IS_AFTER": ">",
        "IS_BEFORE": "<",
    }
)
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "BOOL": "boolean",
        "NUMBER": "number",
        "NUMBER_RANGED": "number",
        "STRING": "text",
        "MULTISTRING": "text",
        "ENUMERATION": "text",
        "TIME_POINT": "date",
        "TIME_RANGED": "date",
        "DATE": "date",
        "DATETIME": "date",
        "ROLLING_DATE_RANGE": "date",
    }
)
_EVENT_PROPERTIES: Mapping[str, str] = MappingProxyType({"hs_form_id": "form", "hs_page_url": "url", "hs_url": "url"})


@dataclass(frozen=True, slots=True)
class Filters:
    """Says the filters of one workflow. With `event` properties are those of that event, else of the profile."""

    draft: Draft
    at_entry: bool = False
    event: str = ""

    def branch(self, value: object, depth: int = 0) -> Said:
        """Say a branch of filters as one condition."""
        branch = fields(value)
        kind = text(branch.get("filterBranchType"))
        if kind not in ("OR", "AND", "UNIFIED_EVENTS", "NOT_ANY", "NOT_ALL") or depth > DEEPEST:
            why = "it is nested too deep" if depth > DEEPEST else f'filters of the kind "{kind}" have no like here'
            return Gap(why, "keep what it asks for on the profile, and compare that")
        parts = [self.filter(fields(each)) for each in entries(branch.get("filters"))]
        parts += [self.branch(each, depth + 1) for each in entries(branch.get("filterBranches"))]
        word = "or" if kind in ("OR", "NOT_ANY") else "and"
        whole = joined(parts, word)
        return f"not ({whole})" if kind.startswith("NOT_") and isinstance(whole, str) else whole

    def filter(self, value: Fields) -> Said:
        """Say one filter."""
        kind, name = text(value.get("filterType")), text(value.get("property"))
        if kind != "PROPERTY":
            remedy = "ask for the event with count(), or keep what it asks for on the profile"
            return Gap(f'a filter of the kind "{kind}" has no like here', remedy)
        if not name:
            return Gap("a filter names no property")
        operation = fields(value.get("operation"))
        own = self._name(name, _KINDS.get(text(operation.get("operationType")), "any"))
        said = _compared(own, operation)
        return said if isinstance(said, Gap) else self.draft.checked(said, at_entry=self.at_entry)

    def _name(self, name: str, kind: Kind) -> str:
        if not self.event:
            return f"profile.{attribute(self.draft, name, kind)}"
        return f"event.{self.draft.know_property(self.event, _EVENT_PROPERTIES.get(name, name), kind)}"


def _compared(name: str, operation: Fields) -> Said:
    operator = text(operation.get("operator"))
    match operator:
        case "IS_KNOWN":
            return name
        case "IS_UNKNOWN":
            return f"not {name}"
        case "IS_BETWEEN":
            return _between(name, operation)
    sign = _OPERATORS.get(operator)
    said = None if sign is None else _with_sign(name, sign, operation)
    if said is None:
        return Gap(f'"{operator}" of {name} has no like here', "compare it another way by hand")
    lets_missing = operation.get("includeObjectsWithNoValueSet") is True
    return f"(not {name} or {said})" if lets_missing else said


def _with_sign(name: str, sign: str, operation: Fields) -> str | None:
    values, operator = entries(operation.get("values")), text(operation.get("operator"))
    if operator in ("IS_AFTER", "IS_BEFORE"):
        moment = _moment(operation.get("timePoint"))
        return f"{name} {sign} {moment}" if moment else None
    if operator in ("CONTAINS", "DOES_NOT_CONTAIN"):
        word = " and " if sign == "not in" else " or "
        shown = [literal(each) for each in values or [operation.get("value")]]
        parts = [f"{each} {sign} {name}" for each in shown if each is not None]
        return word.join(parts) if len(parts) == 1 else f"({word.join(parts)})" if parts else None
    if sign in ("in", "not in"):
        return _one_of(name, sign, values)
    if values and len(values) > 1:
        return f"{name} {'in' if sign == '==' else 'not in'} {listing(values)}" if sign in ("==", "!=") else None
    only = literal(values[0] if values else operation.get("value"))
    return f"{name} {sign} {only}" if only is not None else None


def _one_of(name: str, sign: str, values: list[object]) -> str | None:
    if not values:
        return None
    if len(values) > 1 or (only := literal(values[0])) is None:
        return f"{name} {sign} {listing(values)}"
    return f"{name} {'==' if sign == 'in' else '!='} {only}"


def _between(name: str, operation: Fields) -> Said:
    if text(operation.get("operationType")) == "TIME_RANGED":
        low, high = _moment(operation.get("lowerBoundTimePoint")), _moment(operation.get("upperBoundTimePoint"))
    else:
        bounds = [number(operation.get(bound)) for bound in ("lowerBound", "upperBound")]
        low, high = (None if bound is None else written(bound) for bound in bounds)
    if low is None or high is None:
        return Gap(f"the range of {name} has no like here", "compare it with now, or with two numbers, by hand")
    return f"{name} >= {low} and {name} <= {high}"


def _moment(value: object) -> str | None:
    """Say a point in time: now, a number of days from now, or a date. Days begin where now is, not at midnight."""
    point = fields(value)
    if text(point.get("timeType")) == "DATE":
        parts = [number(point.get(part)) for part in ("year", "month", "day")]
        year, month, day = (int(part) if part is not None else 0 for part in parts)
        return quoted(f"{year:04}-{month:02}-{day:02}") if all(parts) else None
    reference = text(fields(point.get("indexReference")).get("referenceType"))
    offset = fields(point.get("offset"))
    if reference not in ("NOW", "TODAY") or set(offset) - {"days", "weeks", "hours"}:
        return None
    hours = sum((number(offset.get(unit)) or 0) * size for unit, size in (("days", 24), ("weeks", 168), ("hours", 1)))
    if abs(hours) > 24 * 3_650 or hours != int(hours):
        return None
    span = f"{int(abs(hours)) // 24}d" if hours % 24 == 0 else f"{int(abs(hours))}h"
    return "now" if not hours else f"now {'-' if hours < 0 else '+'} {span}"
