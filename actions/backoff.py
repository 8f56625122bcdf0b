"""When is a delivery that failed tried again?

Exponential with full jitter, so that deliveries which failed together do not come back together. Attempts are
counted per delivery; a guard's delay uses none.
"""

from datetime import timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=6)
LONGEST_WISH = timedelta(days=1)
SHORTEST = timedelta(seconds=1)
MAX_ATTEMPTS = 12


def next_attempt(attempt: int, chance: float, after: timedelta | None = None) -> timedelta | None:
    """Give the pause after this many failed attempts (the first is 1), or None when it was the last.

    `chance` is between 0 and 1 and places the pause under a ceiling that doubles from 30 seconds to six hours. A
    provider's own wish (`after`, honoured up to a day) comes on top of which up to 30 seconds of jitter are laid.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    ceiling = min(LONGEST, FIRST * (1 << (max(attempt, 1) - 1)))
    pause = max(SHORTEST, ceiling * chance)
    if after is None:
        return pause
    return max(pause, min(after, LONGEST_WISH) + FIRST * chance)
