"""Is this call of `count`, `sum`, `first` or `last` well formed, and what does it read?"""

import ast
from datetime import timedelta

from journeys._syntax import Syntax
from journeys.counting import (
    COUNTING,
    events_counted,
    events_summed,
    first_event,
    first_order,
    last_event,
    last_order,
    orders_counted,
    orders_summed,
)
from journeys.errors import ConditionError
from journeys.schema import Schema, describe
from journeys.scope import Known
from journeys.spelling import did_you_mean

_ORDERS = "orders"
_ORDERS_TOTAL = "orders.total"


def check_counting(node: ast.Call, syntax: Syntax, schema: Schema) -> Known | tuple[ConditionError, ...]:
    """Find what a call reads, or say all that is wrong with it."""
    return _Call(node, syntax, schema).known()


class _Call:
    """One call; what is wrong with it is noted."""

    def __init__(self, node: ast.Call, syntax: Syntax, schema: Schema) -> None:
        self.node = node
        self.syntax = syntax
        self.schema = schema
        self.name = syntax.source(node.func)
        self.problems: list[ConditionError] = []

    def known(self) -> Known | tuple[ConditionError, ...]:
        """Find what the call reads."""
        first = self.node.args[0] if self.node.args else None
        match first:
            case ast.Constant(value=str() as event) if not self.node.keywords:
                found = self._of_event(event, first)
            case ast.Name() | ast.Attribute() if not self.node.keywords and self._source(first) != self.name:
                found = self._of_orders(self._source(first))
            case _:
                found = None
        if found is None and not self.problems:
            problem = f"expected {COUNTING[self.name]}, got {self.syntax.source(self.node)}"
            self._refuse(problem, self.node)
        return tuple(self.problems) if self.problems or found is None else found

    def _of_event(self, event: str, node: ast.expr) -> Known | None:
        """Read a call such as `count("Product Viewed", 30d)`."""
        if not self.schema.knows_event(event):
            meant = did_you_mean(event, self.schema.event_names())
            remedy = f"{meant} Correct it, or declare it under events:" if meant else "; declare it under events:"
            self._refuse(f'no event is called "{event}"{remedy}', node)
        more = self.node.args[1:]
        match self.name, len(more):
            case "first", 0:
                return first_event(event)
            case "last", 0:
                return last_event(event)
            case "count", 0 | 1:
                return events_counted(event, self._window(more))
            case "sum", 1 | 2:
                return events_summed(event, self._number(event, more[0]), self._window(more[1:]))
            case _:
                return None

    def _of_orders(self, what: str) -> Known | None:
        """Read a call such as `sum(orders.total, 365d)`."""
        more = self.node.args[1:]
        match self.name, what, len(more):
            case "first", "orders", 0:
                return first_order()
            case "last", "orders", 0:
                return last_order()
            case "count", "orders", 0 | 1:
                return orders_counted(self._window(more))
            case "sum", "orders.total", 0 | 1:
                return orders_summed(self._window(more))
            case _:
                return None

    def _number(self, event: str, node: ast.expr) -> str:
        """Read the name of a property that is a number."""
        known = self.schema.events.get(event)
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            self._refuse(f'expected the name of a number in quotes, like "total", got {self._source(node)}', node)
            return ""
        kind = None if known is None else known.get(node.value)
        if known is not None and kind is None:
            numbers = sorted(name for name, kind in known.items() if kind in ("number", "any"))
            choice = f"; its numbers are {', '.join(numbers)}" if numbers else "; it has no numbers"
            hint = did_you_mean(node.value, numbers) or choice
            self._refuse(f'"{event}" has no property "{node.value}"{hint}', node)
        elif kind not in ("number", "any", None):
            assert kind is not None
            problem = f'"{node.value}" of "{event}" is {describe(kind)}; sum adds up numbers, and count counts events'
            self._refuse(problem, node)
        return node.value

    def _window(self, nodes: list[ast.expr]) -> timedelta | None:
        """Read how far back to look; None is ever."""
        if not nodes:
            return None
        window = self.syntax.durations.get(self.syntax.offset(nodes[0]))
        if window is None or not isinstance(nodes[0], ast.Name):
            self._refuse(f"expected how far back to look, like 30d, got {self._source(nodes[0])}", nodes[0])
        elif window <= timedelta(0):
            self._refuse(f"{self._source(nodes[0])} reaches back to nothing; write a longer time, like 30d", nodes[0])
        return window

    def _source(self, node: ast.expr) -> str:
        return self.syntax.source(node)

    def _refuse(self, problem: str, node: ast.expr) -> None:
        self.problems.append(ConditionError(problem, self.syntax.offset(node) + 1))
