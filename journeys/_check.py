"""Is this expression well typed, and what does each of its names mean?

Turns a parsed text into the typed tree that can be evaluated. Only what is listed here is part of the language; every
problem of a text is noted with its column and its remedy, none hides another.
"""

import ast
from dataclasses import replace
from typing import Literal

from journeys._counted import check_counting
from journeys._expression import (
    TRUTHY,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Joined,
    Logic,
    Named,
    Not,
    Presence,
    Read,
    is_within_reason,
    read_as,
    reading_of,
)
from journeys._kinds import EQUAL, FROM_OUTSIDE, NEGATED, ORDERED, RESULTS, SIGNS, WANTED, WORDS, Wanted, date_if, fits
from journeys._meanings import Meanings, Within
from journeys._syntax import Syntax, is_profile, parse, segment_of
from journeys.counting import COUNTING
from journeys.errors import ConditionError, ConditionErrors
from journeys.schema import ROOTS, NamedKind, NotKnown, Schema, describe, part_of_goods, remedy
from journeys.scope import FUNCTIONS, LARGEST, UNSET, UNSET_EXAMPLE, Kind, Known


def check_condition(syntax: Syntax, schema: Schema) -> Expression:
    """Make a condition of a parsed text, or raise ConditionErrors."""
    return _check(syntax, schema, Meanings(_check_text))


def _check_text(text: str, schema: Schema, meanings: Meanings, within: Within) -> Expression:
    return _check(parse(text), schema, meanings, within)


def _check(syntax: Syntax, schema: Schema, meanings: Meanings, within: Within = ()) -> Expression:
    checker = _Checker(syntax, schema, meanings, within)
    return checker.finish(checker.condition(syntax.tree))


def check_value(syntax: Syntax, schema: Schema, wanted: Wanted) -> Expression:
    """Make a value of the wanted kind of a parsed text, or raise ConditionErrors."""
    checker = _Checker(syntax, schema.for_goods() if wanted == "items" else schema, Meanings(_check_text))
    value = checker.finish(checker.value(syntax.tree))
    if wanted == "any":
        return value
    kinds, expected = WANTED[wanted]
    if value.kind not in kinds:
        problem = f"expected {expected}, got {value.text}, which is {describe(value.kind)}"
        raise ConditionErrors([ConditionError(problem, value.column)])
    return value if wanted == "key" else read_as(value, wanted)


class _Checker:
    """Checks one text; a part that is wrong becomes None, and its problem is noted.

    `meanings` is what named conditions stand for; `within` are the names of which this text is the meaning.
    """

    def __init__(self, syntax: Syntax, schema: Schema, meanings: Meanings, within: Within = ()) -> None:
        self.syntax = syntax
        self.schema = schema
        self.meanings = meanings
        self.within = within
        self.problems: list[ConditionError] = []

    def finish(self, expression: Expression | None) -> Expression:
        """Give the expression, or raise all that was noted."""
        if expression is not None and not is_within_reason(expression):
            self._refuse("it is too long with all that its names stand for; say less with one of them", 1)
        if self.problems or expression is None:
            raise ConditionErrors(self.problems)
        return expression

    def _refuse(self, problem: str, column: int) -> Expression | None:
        """Note a problem, and leave its place in the tree empty."""
        self.problems.append(ConditionError(problem, column))
        return None

    def _place(self, node: ast.expr) -> tuple[str, int]:
        return self.syntax.source(node), self.syntax.offset(node) + 1

    # Conditions.

    def condition(self, node: ast.expr) -> Expression | None:
        """Check something that must be true or false."""
        match node:
            case ast.BoolOp():
                parts = [self.condition(part) for part in node.values]
                known = tuple(part for part in parts if part is not None)
                word: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
                return Joined(*self._place(node), word, known) if len(known) == len(parts) else None
            case ast.UnaryOp(op=ast.Not()):
                part = self.condition(node.operand)
                return None if part is None else Not(*self._place(node), part)
            case _:
                return self._as_condition(self.value(node))

    def _as_condition(self, expression: Expression | None) -> Expression | None:
        """Let a bare value be a condition where that asks something."""
        match expression:
            case None:
                return None
            case Constant():
                problem = f"{expression.text} alone is {describe(expression.kind)} and decides nothing"
            case Arithmetic():
                problem = f"{expression.text} is {describe(expression.kind)}, not yes or no"
            case Read(kind=kind, is_always=True) if kind not in TRUTHY:
                problem = f"{expression.text} is {describe(kind)} and always there, so it decides nothing"
            case Read() if expression.kind != "boolean":
                return Presence(expression.text, expression.column, expression)
            case _:
                return expression
        return self._refuse(f"{problem}; compare it, as in profile.orders.count > 0", expression.column)

    def _comparison(self, node: ast.Compare) -> Expression | None:
        """Check a comparison; a chain such as `1 < x < 5` is all of its pairs."""
        if isinstance(node.ops[0], ast.In | ast.NotIn) and (is_profile(node.left) or segment_of(node.comparators[0])):
            return self._membership(node)
        last = node.comparators[-1]
        looks_into_list = isinstance(last, ast.List | ast.Tuple) and isinstance(node.ops[-1], ast.In | ast.NotIn)
        sides = [node.left, *node.comparators]
        values = [None if looks_into_list and side is last else self._side(side) for side in sides]
        pairs = [
            self._pair(values[place], operator, values[place + 1], sides[place + 1])
            for place, operator in enumerate(node.ops)
        ]
        known = tuple(pair for pair in pairs if pair is not None)
        if len(known) < len(pairs):
            return None
        return known[0] if len(known) == 1 else Joined(*self._place(node), "and", known)

    def _side(self, node: ast.expr) -> Expression | None:
        """Check one side of a comparison, which is no comparison itself."""
        value = self.value(node)
        if isinstance(value, Logic):
            problem = f"{value.text} is already true or false; join comparisons with and, or, not"
            return self._refuse(problem, value.column)
        return value

    def _pair(
        self, left: Expression | None, operator: ast.cmpop, right: Expression | None, node: ast.expr
    ) -> Expression | None:
        """Check two sides of a comparison; `node` is the right one as it was written."""
        sign = SIGNS.get(type(operator))
        if sign is None and right is not None:
            problem = '"is" is not part of the language; compare with "==", or write the bare name to ask for a value'
            return self._refuse(problem, right.column)
        if sign is None:
            return None
        positive = NEGATED.get(sign, sign)
        if positive == "in" and isinstance(node, ast.List | ast.Tuple):
            found = self._one_of(left, node)
        elif left is None or right is None:
            return None
        else:
            found = self._contained(left, right) if positive == "in" else self._compared(left, positive, right)
        if found is None or positive == sign:
            return found
        return Not(found.text, found.column, found)

    def _compared(self, left: Expression, sign: str, right: Expression) -> Expression | None:
        """Check that two values can be compared, and read both as one kind."""
        if left.kind == "any" and right.kind in FROM_OUTSIDE:
            left = read_as(left, right.kind)
        if left.kind in FROM_OUTSIDE:
            right = read_as(right, left.kind)
        if left.kind == "any" and sign != "==":
            left, right = read_as(left, "number"), read_as(right, "number")
        left, right = date_if(left, right.kind), date_if(right, left.kind)
        text = f"{left.text} {sign} {right.text}"
        if left.kind != right.kind or left.kind not in EQUAL:
            what = f"{left.text} is {describe(left.kind)} and {right.text} is {describe(right.kind)}"
            return self._refuse(f"{what}; compare two values of one kind", right.column)
        if sign != "==" and left.kind not in ORDERED:
            problem = f'"{sign}" compares numbers, dates and durations, but {left.text} is {describe(left.kind)}'
            return self._refuse(f'{problem}; use "==" or "in"', left.column)
        return Compare(text, left.column, sign, left, right, is_loose=left.kind == "any")

    def _one_of(self, left: Expression | None, node: ast.List | ast.Tuple) -> Expression | None:
        """Check `x in [a, b]`: a list of constants is looked up, anything else is compared one by one."""
        entries = [self._side(entry) for entry in node.elts]
        text, column = self._place(node)
        if not entries:
            return self._refuse(f"{text} is an empty list; write what to look for in it", column)
        if left is None or None in entries:
            return None
        pairs = [self._compared(left, "==", entry) for entry in entries if entry is not None]
        known = [pair for pair in pairs if isinstance(pair, Compare)]
        if len(known) < len(pairs):
            return None
        kinds = {pair.right.kind for pair in known}
        if len(kinds) > 1:
            return self._refuse(f"{text} mixes {' and '.join(sorted(kinds))}; write a list of one kind", column)
        values = [pair.right.value for pair in known if isinstance(pair.right, Constant)]
        if len(values) == len(known):
            choices = Constant(text, column, known[0].right.kind, frozenset(values))
            return Compare(f"{left.text} in {text}", left.column, "in", known[0].left, choices)
        return Joined(f"{left.text} in {text}", left.column, "or", tuple(known))

    def _contained(self, left: Expression, right: Expression) -> Expression | None:
        """Check `x in y` where y is a list, a text or of no declared kind."""
        text = f"{left.text} in {right.text}"
        if right.kind == "items":
            problem = f"{right.text} is a list of goods; name what to look at, such as {right.text}.product_id"
            return self._refuse(problem, right.column)
        if right.kind not in ("text", "any", "list of text", "list of number", "list of any"):
            problem = f'{right.text} is {describe(right.kind)}; "in" looks into a list or a text, as in ["LV", "EE"]'
            return self._refuse(problem, right.column)
        if right.kind in ("any", "list of any"):
            if left.kind in ("text", "number", "boolean", "any"):
                return Compare(text, left.column, "in", left, right, is_loose=True)
            needed: Kind = "text"
        else:
            needed = "number" if right.kind == "list of number" else "text"
        left = read_as(left, needed)
        if left.kind != needed:
            what = f"{left.text} is {describe(left.kind)} and {right.text} is {describe(right.kind)}"
            return self._refuse(f"{what}; look for {describe(needed)} in it", left.column)
        return Compare(text, left.column, "in", left, right)

    # Named conditions.

    def _membership(self, node: ast.Compare) -> Expression | None:
        """Check `profile in segment.vip`."""
        segment = segment_of(node.comparators[0])
        if segment is None or len(node.ops) > 1 or not is_profile(node.left):
            text, column = self._place(node)
            example = segment.attr if segment else min(self.schema.segments, default="vip")
            return self._refuse(f"{text}: a segment holds people; write it like profile in segment.{example}", column)
        found = self._named("segment", segment.attr, node, self.syntax.end(segment) - len(segment.attr) + 1)
        return Not(found.text, found.column, found) if found and isinstance(node.ops[0], ast.NotIn) else found

    def _condition(self, names: list[tuple[str, int]], node: ast.expr) -> Expression | None:
        """Check `condition.big_basket`."""
        if len(names) == 1:
            return self._named("condition", names[0][0], node, names[0][1])
        text, column = self._place(node)
        whole = f"condition.{names[0][0]}"
        return self._refuse(f"{text}: {whole} is yes or no and has nothing inside it; write {whole} alone", column)

    def _named(self, kind: NamedKind, name: str, node: ast.expr, column: int) -> Expression | None:
        """Put in what a name stands for; what is wrong with that alone is said once, where it is written."""
        written, (text, begin) = self.schema.named(kind).get(name), self._place(node)
        if written is None:
            return self._refuse(self.schema.no_such(kind, name), column)
        meaning = self.meanings.of(kind, name, self.schema, self.within)
        if isinstance(meaning, tuple):
            says = f'{kind}.{name} says "{written}"'
            self.problems += [ConditionError(f"{says}: {error}", begin) for error in meaning]
            return None
        return Named(text, begin, meaning)

    # Values.

    def value(self, node: ast.expr) -> Expression | None:
        """Check anything that has a value."""
        match node:
            case ast.Name() | ast.Attribute() | ast.Call():
                return self._read(node)
            case ast.Constant():
                return self._constant(node, node.value)
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return self.condition(node)
            case ast.UnaryOp(op=ast.USub()):
                return self._negative(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case _:
                return self._foreign(node)

    def _foreign(self, node: ast.expr) -> Expression | None:
        text, column = self._place(node)
        if isinstance(node, ast.List | ast.Tuple):
            return self._refuse(f'{text} is a list, which may only stand right of "in"; as in x in ["a", "b"]', column)
        allowed = "comparisons, and, or, not, in, + - * /, names, texts, numbers and durations"
        return self._refuse(f"{text} is not part of the language; use {allowed}", column)

    def _constant(self, node: ast.expr, value: object) -> Expression | None:
        text, column = self._place(node)
        match value:
            case bool():
                return Constant(text, column, "boolean", value)
            case str():
                return Constant(text, column, "text", value)
            case int() | float() if -LARGEST < value < LARGEST:
                return Constant(text, column, "number", value)
            case int() | float():
                return self._refuse(f"expected a number below 1e300, got {text[:20]}; write a smaller one", column)
            case None:
                problem = f"{text} is not part of the language; a bare name asks whether there is a value"
                return self._refuse(f"{problem}, as in profile.email or not profile.email", column)
            case _:
                return self._foreign(node)

    def _negative(self, node: ast.UnaryOp) -> Expression | None:
        operand = self.value(node.operand)
        if operand is None:
            return None
        operand = read_as(operand, "number")
        text, column = self._place(node)
        if operand.kind not in ("number", "duration"):
            what = f"{operand.text} is {describe(operand.kind)}"
            return self._refuse(f'{what}; "-" stands before a number or a duration', operand.column)
        factor = Constant("-1", column, "number", -1)
        if isinstance(operand, Constant) and isinstance(operand.value, int | float):
            return replace(operand, text=text, column=column, value=-operand.value)
        return Arithmetic(text, column, operand.kind, "*", factor, operand)

    def _arithmetic(self, node: ast.BinOp) -> Expression | None:
        left, right, sign = self.value(node.left), self.value(node.right), SIGNS.get(type(node.op))
        text, column = self._place(node)
        if sign is None:
            return self._refuse(f"{text} uses an operator that is not part of the language; use + - * /", column)
        if left is None or right is None:
            return None
        for (left_kind, known, right_kind), kind in RESULTS.items():
            if known == sign and fits(left, left_kind) and fits(right, right_kind):
                return Arithmetic(text, column, kind, sign, read_as(left, left_kind), read_as(right, right_kind))
        what = f"{left.text} is {describe(left.kind)} and {right.text} is {describe(right.kind)}"
        problem = f'{what}, which "{sign}" does not join; write it like now - profile.created_at or event.value * 2'
        return self._refuse(problem, column)

    # Names.

    def _read(self, node: ast.Name | ast.Attribute | ast.Call) -> Expression | None:
        """Find what a name, a dotted name or a call means."""
        base, names = self.syntax.unfold(node)
        text, column = self._place(node)
        if isinstance(base, ast.Call):
            return self._call(base, names, text, column)
        if not isinstance(base, ast.Name):
            return self._refuse(f"{text}: a dot may only follow a name, as in profile.email", column)
        if not names and self.syntax.offset(base) in self.syntax.durations:
            return Constant(text, column, "duration", self.syntax.durations[self.syntax.offset(base)])
        if not names and base.id in WORDS:
            return self._constant(base, WORDS[base.id])
        if base.id == "condition" and names:
            return self._condition(names, node)
        found = self.schema.find((base.id, *(name for name, _ in names)))
        if isinstance(found, Known):
            return reading_of(text, column, found)
        is_slip = base.id not in (*ROOTS, *self.schema.segments, *self.schema.conditions) and not names
        hint = f'; a text is written in quotes, "{base.id}"' if is_slip else ""
        return self._refuse(found.message + hint, names[found.place - 1][1] if found.place else column)

    def _call(self, node: ast.Call, names: list[tuple[str, int]], text: str, column: int) -> Expression | None:
        """Find what a call gives, or one attribute of the goods it gives."""
        if isinstance(node.func, ast.Name) and node.func.id in COUNTING:
            return self._counting(node, names, text, column)
        if isinstance(node.func, ast.Name) and node.func.id == UNSET:
            return self._unset(node, text, column)
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = self.syntax.source(node.func)
            return self._refuse(f'there is no function "{name}"{remedy(name, (*FUNCTIONS, *COUNTING, UNSET))}', column)
        function = FUNCTIONS[node.func.id]
        arguments = tuple(argument.value for argument in node.args if isinstance(argument, ast.Constant))
        found = None if node.keywords or len(arguments) < len(node.args) else function.build(arguments)
        if found is None:
            return self._refuse(f"expected {function.example}, got {self.syntax.source(node)}", column)
        if not names:
            return reading_of(text, column, found)
        part = part_of_goods(self.syntax.source(node), found.read, names[0][0])
        if isinstance(part, NotKnown) or len(names) > 1:
            problem = part.message if isinstance(part, NotKnown) else f"{text} goes too deep; write one name after it"
            return self._refuse(problem, names[-1][1])
        return Read(text, column, part.kind, part.read)

    def _unset(self, node: ast.Call, text: str, column: int) -> Expression | None:
        """Check `unset(profile.vip)`, which is never unknown itself."""
        if len(node.args) != 1 or node.keywords or self.syntax.source(node) != text:
            return self._refuse(f"expected {UNSET_EXAMPLE}, got {text}", column)
        of = self.value(node.args[0])
        if isinstance(of, Read) and not of.is_always:
            return Not(text, column, Presence(of.text, of.column, of, is_plain=True))
        what = "always there" if isinstance(of, Read) else "no name"
        return of and self._refuse(f"{of.text} is {what}; unset asks for a name, like {UNSET_EXAMPLE}", of.column)

    def _counting(self, node: ast.Call, names: list[tuple[str, int]], text: str, column: int) -> Expression | None:
        """Find what `count`, `sum`, `first` or `last` gives."""
        found = check_counting(node, self.syntax, self.schema)
        if isinstance(found, tuple):
            self.problems += found
            return None
        if names:
            whole = self.syntax.source(node)
            return self._refuse(f"{whole} is {describe(found.kind)} and has nothing inside it", names[0][1])
        return reading_of(text, column, found)
