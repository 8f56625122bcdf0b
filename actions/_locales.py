"""Which files are meant for a reader's language, and how are numbers and dates written in it?

The signs and names are those of the Unicode CLDR. A language that is not listed is written as in a message without one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from actions._locale_words import MONTHS, WEEKDAYS

MOST_SUBTAGS = 4
_COMMA_AND_SPACE = "bg cs en-ZA et fi fr-CA hu lt lv nb nn no pl pt-PT ru sk sq sv uk"
_COMMA_AND_POINT = "bs ca da de el es eu gl hr id is it lb mk nl pt ro sl sr tr vi"
_COMMA_AND_THIN_SPACE = "fr"
_POINT_AND_COMMA = "en es-MX ga ja ko mt zh"
_POINT_AND_APOSTROPHE = "de-CH it-CH"
_SIGNS = {
    tag.lower(): signs
    for tags, signs in (
        (_COMMA_AND_SPACE, (",", "\u00a0")),
        (_COMMA_AND_POINT, (",", ".")),
        (_COMMA_AND_THIN_SPACE, (",", "\u202f")),
        (_POINT_AND_COMMA, (".", ",")),
        (_POINT_AND_APOSTROPHE, (".", "\u2019")),
    )
    for tag in tags.split()
}
_YEAR_FIRST = frozenset(("lt", "sv", "hu", "zh", "ja", "ko"))


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers and dates are written: decimal sign, sign between thousands, a date's pattern, and names."""

    decimal: str = "."
    group: str = ""
    date_pattern: str = "%d %B %Y"
    months: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()

    def number(self, value: float, places: int) -> str:
        """Write a number with so many decimals."""
        whole, _, rest = f"{value:,.{places}f}".partition(".")
        return whole.replace(",", self.group) + (self.decimal + rest if rest else "")


PLAIN = Style()


def chain(locale: str) -> tuple[str, ...]:
    """Give the languages to look for, the nearest first: `pt-BR`, then `pt`; nothing when none is said."""
    tags = locale.strip().replace("_", "-").lower().split("-")[:MOST_SUBTAGS]
    if not tags[0].isascii() or not tags[0].isalpha():
        return ()
    return tuple("-".join(tags[:count]) for count in range(len(tags), 0, -1))


def variant_of(name: str, files: Collection[str]) -> tuple[str, str]:
    """Separate `letters/cart.pt-BR.mjml` into the file it is a variant of and its language in lower case.

    Only a file that stands beside its default is a variant; for all others the language is empty.
    """
    stem, dot, suffix = name.rpartition(".")
    default, second, language = stem.rpartition(".")
    beside = f"{default}{dot}{suffix}"
    first, *rest = language.replace("_", "-").split("-")
    is_language = first.isalpha() and first.isascii() and 2 <= len(first) <= 3 and all(part.isalnum() for part in rest)
    return (beside, "-".join((first, *rest)).lower()) if second and is_language and beside in files else (name, "")


@lru_cache(maxsize=512)
def style_of(locale: str) -> Style:
    """Say how this reader's numbers and dates are written."""
    known = chain(locale)
    signs = next((_SIGNS[tag] for tag in known if tag in _SIGNS), None)
    if signs is None:
        return PLAIN
    language = known[-1]
    return Style(*signs, _date_pattern(known), MONTHS.get(language, ()), WEEKDAYS.get(language, ()))


def _date_pattern(known: tuple[str, ...]) -> str:
    """Give the pattern of a date that needs no word: for English one with the month's name."""
    if known[-1] == "en":
        return "%B %-d, %Y" if "en-us" in known else PLAIN.date_pattern
    if known[-1] in _YEAR_FIRST:
        return "%Y-%m-%d"
    if known[-1] == "nl":
        return "%d-%m-%Y"
    return "%d/%m/%Y" if known[-1] in ("fr", "es", "it", "pt", "el", "vi", "id", "ca", "eu", "gl") else "%d.%m.%Y"
