"""How does a condition become fast?

A checked condition becomes one Python expression over numbered names, evaluated in place of walking the tree.
Negations are pushed inwards to the leaves, so that Python's own `and` and `or` over "surely true" and "surely false"
leaves give exactly Kleene's answer to "is it true?". Nothing of the author's text enters the code: names, texts and
numbers are values in its namespace.
"""

from collections.abc import Callable

from journeys._expression import (
    LOOSE,
    TRUTHY,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Joined,
    Named,
    Not,
    Presence,
    Read,
)
from journeys.scope import CONVERT, Scope, to_number


def generate(condition: Expression) -> Callable[[Scope], bool]:
    """Compile a condition to a function that is true when the condition surely is.

    The function may raise ArithmeticError where a computation has no result; only the exact way can tell what the
    whole condition is then.
    """
    writer = _Writer()
    source = f"lambda scope: {writer.condition(condition, True)}"
    namespace = {"__builtins__": {}, **writer.names}
    holds: Callable[[Scope], bool] = eval(source, namespace)  # noqa: S307 - the source is made of our own words only
    return holds


class _Writer:
    """Writes one expression and collects the values it names."""

    def __init__(self) -> None:
        self.names: dict[str, object] = {}
        self.variables = 0

    def _name(self, value: object) -> str:
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def condition(self, expression: Expression, wanted: bool) -> str:
        """Write that a condition surely is what is wanted: true, or false."""
        match expression:
            case Joined():
                word = expression.word if wanted else {"and": "or", "or": "and"}[expression.word]
                return "(" + f" {word} ".join(self.condition(part, wanted) for part in expression.parts) + ")"
            case Not():
                return self.condition(expression.of, not wanted)
            case Named():
                return self.condition(expression.of, wanted)
            case Presence():
                value = self.value(expression.of)
                if expression.of.kind in TRUTHY and not expression.is_plain:
                    return f"({'not not' if wanted else 'not'} {value})"
                return f"({value} {'is not' if wanted else 'is'} None)"
            case Compare(is_loose=True):
                loose = self._name(LOOSE[expression.sign])
                return f"({loose}({self.value(expression.left)}, {self.value(expression.right)}) is {wanted})"
            case Compare():
                return self._comparison(expression, wanted)
            case _:
                return f"({self.value(expression)} is {wanted})"

    def _comparison(self, expression: Compare, wanted: bool) -> str:
        """Write that both sides are there and compare so."""
        checks, left, right = self._both(expression.left, expression.right)
        compared = f"{left} {expression.sign} {right}"
        return "(" + " and ".join([*checks, compared if wanted else f"not {compared}"]) + ")"

    def _both(self, left: Expression, right: Expression) -> tuple[list[str], str, str]:
        """Write what fetches two values and checks that they are there, and the names they then have."""
        checks, names = [], []
        for side in (left, right):
            if isinstance(side, Constant):
                names.append(self._name(side.value))
                continue
            self.variables += 1
            name = f"v{self.variables}"
            checks.append(f"({name} := {self.value(side)}) is not None")
            names.append(name)
        return checks, names[0], names[1]

    def value(self, expression: Expression) -> str:
        """Write what fetches a value, or None when it is missing."""
        match expression:
            case Constant():
                return self._name(expression.value)
            case Read():
                return f"{self._name(CONVERT[expression.kind])}({self._name(expression.read)}(scope))"
            case Arithmetic():
                checks, left, right = self._both(expression.left, expression.right)
                computed = f"{left} {expression.sign} {right}"
                if expression.kind == "number":
                    computed = f"{self._name(to_number)}({computed})"
                return f"({computed} if {' and '.join(checks) or True} else None)"
            case _:
                raise TypeError(f"a condition is no value: {expression.text}")
