"""Which kinds of values may meet in an expression, and what comes of it?"""

import ast
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, TypeAlias

from journeys._expression import Constant, Expression
from journeys.scope import Kind, to_date

Wanted: TypeAlias = Literal["any", "text", "key", "items", "date"]

WORDS: Mapping[str, bool | None] = MappingProxyType({"true": True, "false": False, "none": None})
SIGNS: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        ast.Eq: "==",
        ast.NotEq: "!=",
        ast.Lt: "<",
        ast.LtE: "<=",
        ast.Gt: ">",
        ast.GtE: ">=",
        ast.In: "in",
        ast.NotIn: "not in",
        ast.Add: "+",
        ast.Sub: "-",
        ast.Mult: "*",
        ast.Div: "/",
    }
)
NEGATED: Mapping[str, str] = MappingProxyType({"!=": "==", "not in": "in"})
EQUAL: frozenset[Kind] = frozenset({"text", "number", "boolean", "date", "duration", "any"})
FROM_OUTSIDE: frozenset[Kind] = frozenset({"text", "number", "boolean", "date"})
ORDERED: frozenset[Kind] = frozenset({"number", "date", "duration"})
RESULTS: Mapping[tuple[Kind, str, Kind], Kind] = MappingProxyType(
    {
        ("number", "+", "number"): "number",
        ("number", "-", "number"): "number",
        ("number", "*", "number"): "number",
        ("number", "/", "number"): "number",
        ("date", "-", "date"): "duration",
        ("date", "-", "duration"): "date",
        ("date", "+", "duration"): "date",
        ("duration", "+", "date"): "date",
        ("duration", "+", "duration"): "duration",
        ("duration", "-", "duration"): "duration",
        ("duration", "*", "number"): "duration",
        ("number", "*", "duration"): "duration",
        ("duration", "/", "number"): "duration",
    }
)
WANTED: Mapping[Wanted, tuple[frozenset[Kind], str]] = MappingProxyType(
    {
        "text": (frozenset({"text", "any"}), "text, such as profile.email"),
        "key": (frozenset({"text", "number", "any"}), "a text or a number, such as event.checkout_id"),
        "items": (frozenset({"items", "any"}), "goods, such as entry.products"),
        "date": (frozenset({"date", "any", "text"}), "a date, such as entry.expected_at"),
    }
)


def date_if(expression: Expression, kind: Kind) -> Expression:
    """Read a written text such as "2026-03-02" as a date where a date stands on the other side."""
    if kind == "date" and isinstance(expression, Constant) and isinstance(expression.value, str):
        date: datetime | None = to_date(expression.value)
        return expression if date is None else replace(expression, kind="date", value=date)
    return expression


def fits(expression: Expression, kind: Kind) -> bool:
    """Tell whether a value may stand where this kind is needed; no duration ever comes from outside."""
    return expression.kind == kind or (expression.kind == "any" and kind != "duration")
