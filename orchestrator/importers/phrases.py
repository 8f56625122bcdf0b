"""How is a condition of another product said in our language?"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from journeys.scope import TRAITS, Kind
from orchestrator.importers.draft import Draft, Gap
from orchestrator.importers.naming import snake
from orchestrator.importers.reading import written

_OWN: Mapping[str, str] = MappingProxyType(
    {
        "firstname": "first_name",
        "lastname": "last_name",
        "phone_number": "phone",
        "mobilephone": "phone",
        "region": "state",
        "zip": "postal_code",
        "created": "created_at",
        "createdate": "created_at",
        "date_of_birth": "birthday",
        "hs_language": "locale",
    }
)
_FIXED: Mapping[str, Kind] = MappingProxyType(
    {"email": "text", "phone": "text", "user_id": "text", "timezone": "text", "created_at": "date", **TRAITS}
)
_TAKEN = frozenset({"orders", "touches", "consent", "stage", "profile"})
LONGEST_CONDITION = 1_800

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "equals": "==",
        "not-equals": "!=",
        "greater-than": ">",
        "greater-than-or-equal": ">=",
        "less-than": "<",
        "less-than-or-equal": "<=",
    }
)
Said = str | Gap


def quoted(text: str) -> str:
    """Write a text of a condition."""
    return json.dumps(text, ensure_ascii=False)


def literal(value: object) -> str | None:
    """Write a value of a condition; None for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return written(value)
    return quoted(value) if isinstance(value, str) else None


def listing(values: Iterable[object]) -> str:
    """Write a list of texts and numbers."""
    return "[" + ", ".join(found for value in values if (found := literal(value)) is not None) + "]"


def attribute(draft: Draft, name: str, kind: Kind) -> str:
    """Give the name under which a property of the profile is kept, without `profile.`, and declare it."""
    own = snake(name) or "attribute"
    own = _OWN.get(own, own)
    own = f"own_{own}" if own in _TAKEN else own[:60].rstrip("_")
    if own not in _FIXED:
        draft.know_attribute(own, kind)
    return own


def times(draft: Draft, event: str, days: str, comparison: str) -> str:
    """Say how often something happened in the last so many days."""
    return f"count({quoted(draft.know_event(event))}, {days}) {comparison}"


def joined(parts: Sequence[Said], word: str) -> Said:
    """Join conditions; one that cannot be said makes the whole unsaid."""
    for part in parts:
        if isinstance(part, Gap):
            return part
    texts = list(dict.fromkeys(str(part) for part in parts))
    if not texts:
        return Gap("it has no conditions")
    whole = texts[0] if len(texts) == 1 else f" {word} ".join(grouped(text) for text in texts)
    return whole if len(whole) <= LONGEST_CONDITION else Gap("the condition is too long to be one", "split it up")


def grouped(text: str) -> str:
    """Put a condition that joins several into brackets."""
    return f"({text})" if " and " in text or " or " in text else text


_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAMED = re.compile(
    r"\{\{[-\s]*(?:person\.|profile\.|contact\.|enrolled_object\.)?([a-z_]+)\s*"
    r"(?:\|\s*default:?\s*\(?['\"]([^'\"{}\\]*)['\"]\)?\s*)?-?\}\}"
)
_SPOKEN = frozenset({"first_name", "last_name", "city", "country", "email", "firstname", "lastname"})


def template_text(text: str) -> tuple[str, list[str]]:
    """Turn the vendor's placeholders into ours; those we do not know stay readable and are listed."""
    unknown: list[str] = []
    pieces: list[str] = []
    last = 0
    for match in _TAG.finditer(text):
        ours = _our_tag(match.group())
        if ours is None:
            unknown.append(match.group())
            ours = _harmless(f"[{match.group().strip('{}%#- ')}]")
        pieces += [_harmless(text[last : match.start()]), ours]
        last = match.end()
    return "".join([*pieces, _harmless(text[last:])]), unknown


def _our_tag(tag: str) -> str | None:
    named = _NAMED.fullmatch(tag)
    if not named or named[1] not in _SPOKEN:
        return None
    default = f" or {quoted(named[2])}" if named[2] else ""
    return f"{{{{ profile.{_OWN.get(named[1], named[1])}{default} }}}}"


def _harmless(text: str) -> str:
    """Leave nothing that a template could take for the beginning of a tag."""
    plain = text.replace("{{", "((").replace("{%", "(%").replace("{#", "(#")
    return f"{plain[:-1]}(" if plain.endswith("{") else plain
