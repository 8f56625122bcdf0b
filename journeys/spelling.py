"""Which known word was meant?"""

from collections.abc import Iterable
from difflib import get_close_matches

_CLOSE_ENOUGH = 0.6

# What other products call our words.
_OURS = {
    "condition": "if",
    "delay": "wait",
    "email": "send",
    "end": "exit",
    "filter": "if",
    "goto": "go",
    "message": "send",
    "name": "id",
    "pause": "wait",
    "reentry": "re_entry",
    "sleep": "wait",
    "sms": "send",
    "stop": "exit",
    "timeout": "at_most",
    "trigger": "entry",
    "wait_until": "wait_for",
    "when": "if",
    "zone": "in",
}


def nearest(word: str, known: Iterable[str], closeness: float = _CLOSE_ENOUGH) -> str:
    """Give the known word that `word` was most likely meant to be; empty when none is close.

    `closeness` is the share of letters in common, from 0 to 1. Upper and lower case count as the same.
    """
    spelled = {candidate.lower(): candidate for candidate in known}
    synonym = _OURS.get(word.lower(), "")
    if synonym in spelled:
        return synonym
    close = get_close_matches(word.lower(), spelled, n=1, cutoff=closeness)
    return spelled[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Write `; did you mean "x"?`, or nothing when no known word is close."""
    meant = nearest(word, known)
    return f'; did you mean "{meant}"?' if meant else ""


def listing(words: Iterable[str]) -> str:
    """Write words as a sentence does: `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
