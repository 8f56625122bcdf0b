"""How are people divided among the arms of a test?"""

from collections.abc import Sequence
from math import isclose

# Of a whole of 1; nobody divides people more finely, and smaller numbers are mistakes.
_SMALLEST = 1e-4


def divided(given: Sequence[float | None], *, may_be_none: bool = False) -> list[str | float]:
    """Write the arms' shares, which are of 1 or of 100; all the same where one is not said.

    Those that are not all of the people are weights: it is by them that people are divided. With `may_be_none` an arm
    can get nobody, as long as another gets somebody; else 0 is no share.
    """
    known = [share for share in given if share is not None and _is_share(share, may_be_none=may_be_none)]
    if len(known) < len(given) or not any(known):
        return [f"{100 / len(given):.4g}%" for _ in given]
    percents = [share * 100 for share in known] if max(known) <= 1 else known
    if isclose(sum(percents), 100, abs_tol=0.01):
        return [f"{share:.4g}%" for share in percents]
    return [int(share) if share == int(share) else share for share in percents]


def _is_share(share: float, *, may_be_none: bool) -> bool:
    return _SMALLEST <= share <= 100 or (may_be_none and share == 0)
