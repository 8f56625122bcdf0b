"""How are the filters of a Klaviyo flow said in our conditions?

The shapes are those of Klaviyo's published OpenAPI document (github.com/klaviyo/openapi, revision 2026-04-15): groups
that must all hold, each of conditions of which one must. A condition that cannot be said makes its group unsaid.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from journeys.scope import Kind
from orchestrator.importers.draft import Draft, Fields, Gap
from orchestrator.importers.naming import event_named
from orchestrator.importers.phrases import SIGNS, Said, attribute, joined, listing, literal, quoted, times
from orchestrator.importers.reading import entries, fields, number, text, written

_UNITS: Mapping[str, str] = MappingProxyType({"hour": "h", "day": "d", "week": "w"})
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {"string": "text", "numeric": "number", "boolean": "boolean", "date": "date", "list": "any"}
)
_INSIDE = re.compile(r"\w+\[['\"](.+)['\"]\]")
_PREDICTED: Mapping[str, str] = MappingProxyType(
    {
        "historic_number_of_orders": "profile.orders.count",
        "historic_clv": "profile.orders.total",
        "average_order_value": "profile.orders.total / profile.orders.count",
    }
)
_ALL_OF_TIME = "3650d"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The names behind Klaviyo's ids: of metrics, lists and segments."""

    names: Mapping[str, str]

    def event(self, metric_id: str) -> str:
        """Give our event of a metric, or one that is named after its id."""
        name = self.names.get(metric_id)
        return event_named(name) if name else f"Klaviyo Metric {metric_id or 'without id'}"

    def is_known(self, metric_id: str) -> bool:
        """Say whether the metric's name is known."""
        return metric_id in self.names


@dataclass(frozen=True, slots=True)
class Filters:
    """Says the filters of one flow, at its entry or inside."""

    draft: Draft
    metrics: Metrics
    at_entry: bool = False

    def groups(self, value: object) -> list[Said]:
        """Say each group of a filter; all of them must hold."""
        groups = entries(fields(value).get("condition_groups"))
        return [self.group(fields(group)) for group in groups]

    def whole(self, value: object) -> Said:
        """Say a filter as one condition."""
        return joined(self.groups(value), "and")

    def group(self, group: Fields) -> Said:
        """Say one group: one of its conditions must hold."""
        return joined([self.condition(fields(each)) for each in entries(group.get("conditions"))], "or")

    def condition(self, condition: Fields) -> Said:
        """Say one condition."""
        kind = text(condition.get("type"))
        say = _SAYINGS.get(kind)
        return say(self, condition) if say else Gap(f'conditions of the type "{kind}" are not known here')

    def compared(self, name: str, value: object) -> Said:
        """Say how a value is compared; the result is checked by the language itself."""
        said = _comparison(name, fields(value))
        return said if isinstance(said, Gap) else self.draft.checked(said, at_entry=self.at_entry)


def since_start(condition: object) -> str | None:
    """Give the metric of the condition "zero times since starting this flow"; None for any other."""
    found = fields(condition)
    counted = fields(found.get("measurement_filter"))
    is_never = (text(counted.get("operator")), number(counted.get("value"))) in {("equals", 0.0), ("less-than", 1.0)}
    is_since = text(fields(found.get("timeframe_filter")).get("operator")) == "flow-start"
    is_plain = text(found.get("measurement")) == "count" and not entries(found.get("metric_filters"))
    return text(found.get("metric_id")) if is_never and is_since and is_plain else None


def kind_of(value: object) -> Kind:
    """Tell a property's kind by the filter that is put on it."""
    return _KINDS.get(text(fields(value).get("type")), "any")


# Values.


def _comparison(name: str, value: Fields) -> Said:
    operator, wanted = text(value.get("operator")), value.get("value")
    match text(value.get("type")), operator:
        case _, "is-set":
            return name
        case _, "not-set":
            return f"not {name}"
        case "string" | "numeric" | "boolean", sign if sign in SIGNS and (shown := literal(wanted)) is not None:
            return f"{name} {SIGNS[sign]} {shown}"
        case "string", ("in" | "not-in") if entries(wanted):
            return f"{name} {operator.replace('-', ' ')} {listing(entries(wanted))}"
        case "string" | "list", ("contains" | "not-contains") if (shown := literal(wanted)) is not None:
            return f"{shown} {'not in' if operator.startswith('not') else 'in'} {name}"
        case "numeric", "between":
            low, high = number(value.get("start")), number(value.get("end"))
            if low is not None and high is not None:
                return f"{name} >= {written(low)} and {name} <= {written(high)}"
        case "date", _:
            return _date(name, operator, value)
    return Gap(f'"{operator}" of {name} has no like here', "compare it another way by hand")


def _date(name: str, operator: str, value: Fields) -> Said:
    span = _span(value)
    match operator:
        case "after" | "before" if text(value.get("date")):
            return f"{name} {'>' if operator == 'after' else '<'} {quoted(text(value.get('date')))}"
        case "in-the-last" if span:
            return f"{name} >= now - {span} and {name} <= now"
        case "in-the-next" if span:
            return f"{name} >= now and {name} <= now + {span}"
        case "at-least" if span:
            return f"{name} <= now - {span}"
    return Gap(f'the date filter "{operator}" of {name} has no like here', "compare it with now by hand")


def _span(value: Fields) -> str | None:
    quantity, unit = number(value.get("quantity")), _UNITS.get(text(value.get("unit")))
    is_whole = quantity is not None and quantity == int(quantity) and 0 < quantity < 3_650
    return f"{int(quantity)}{unit}" if is_whole and unit and quantity is not None else None


# Kinds of conditions.


def _profile_property(filters: Filters, condition: Fields) -> Said:
    raw = text(condition.get("property"))
    if not raw:
        return Gap("a condition names no property of the profile")
    inside = _INSIDE.fullmatch(raw)
    own = attribute(filters.draft, inside[1] if inside else raw, kind_of(condition.get("filter")))
    return filters.compared(f"profile.{own}", condition.get("filter"))


def _event_property(filters: Filters, condition: Fields) -> Said:
    event = filters.draft.entry_event
    if event is None:
        return Gap("no event begins this journey, so it has no properties")
    raw = text(condition.get("field")).removeprefix("$") or "value"
    own = filters.draft.know_property(event, raw, kind_of(condition.get("filter")))
    return filters.compared(f"{'event' if filters.at_entry else 'entry'}.{own}", condition.get("filter"))


def _metric(filters: Filters, condition: Fields) -> Said:
    metric = text(condition.get("metric_id"))
    event = filters.metrics.event(metric)
    if not filters.metrics.is_known(metric):
        return Gap(f'the metric "{metric}" has no name in the file', "give the names with --names")
    if entries(condition.get("metric_filters")):
        return Gap(f"it counts only some events of {event}", "count them under an event of their own")
    counted = fields(condition.get("measurement_filter"))
    sign, value = SIGNS.get(text(counted.get("operator"))), number(counted.get("value"))
    if sign is None or value is None:
        return Gap(f"how often {event} happened is compared in an unknown way")
    timeframe = fields(condition.get("timeframe_filter"))
    when, comparison = text(timeframe.get("operator")), f"{sign} {written(value)}"
    if text(condition.get("measurement")) == "sum":
        if event == "Order Completed" and when == "alltime":
            return f"profile.orders.total {comparison}"
        return Gap(f"it sums the value of {event}", "compare profile.orders.total")
    return _count(filters, event, comparison, timeframe)


def _count(filters: Filters, event: str, comparison: str, timeframe: Fields) -> Said:
    span = _span(timeframe)
    match text(timeframe.get("operator")):
        case "in-the-last" if span:
            return times(filters.draft, event, span, comparison)
        case "alltime" if event == "Order Completed":
            return f"profile.orders.count {comparison}"
        case "alltime":
            return times(filters.draft, event, _ALL_OF_TIME, comparison)
        case "flow-start" if event == "Order Completed" and not filters.at_entry:
            if comparison in ("== 0", "< 1", "<= 0"):
                return "profile.orders.count == 0 or profile.orders.last.at < enrollment.entered_at"
            if comparison in ("> 0", ">= 1", "!= 0"):
                return "profile.orders.last.at >= enrollment.entered_at"
    return Gap(f"when {event} happened is limited in a way without a like here", "count the last days instead")


def _consent(_filters: Filters, condition: Fields) -> Said:
    consent = fields(condition.get("consent"))
    channel = text(consent.get("channel"))
    status = text(fields(consent.get("consent_status")).get("subscription"))
    if channel not in ("email", "sms") or status == "never_subscribed":
        return Gap(f'the consent "{channel} {status}" has no like here', "the guard consent asks before every message")
    return f"profile.consent.{channel}" if consent.get("can_receive_marketing") else f"not profile.consent.{channel}"


def _predicted(filters: Filters, condition: Fields) -> Said:
    dimension = text(condition.get("dimension"))
    name = _PREDICTED.get(dimension)
    if name is None:
        return Gap(f'the prediction "{dimension}" is Klaviyo\'s own', "use what is known, such as profile.orders.total")
    return filters.compared(name, condition.get("filter"))


def _membership(filters: Filters, condition: Fields) -> Said:
    groups = ", ".join(
        filters.metrics.names.get(text(each), text(each)) for each in entries(condition.get("group_ids"))
    )
    return Gap(f"it asks for lists or segments ({groups[:100]})", "write the segment's condition under segments:")


_SAYINGS: Mapping[str, Callable[[Filters, Fields], Said]] = MappingProxyType(
    {
        "profile-property": _profile_property,
        "metric-property": _event_property,
        "price-drop-property": _event_property,
        "low-inventory-property": _event_property,
        "profile-metric": _metric,
        "profile-marketing-consent": _consent,
        "profile-predictive-analytics": _predicted,
        "profile-group-membership": _membership,
    }
)
