"""What should an e-mail have, whatever else it says?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from actions._holes import Source
from actions._loaded import Loaded
from actions._program import parse
from journeys.errors import Problem
from journeys.vocabulary import Purpose


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the shop asks of every marketing e-mail: its postal address, and how it signs off; empty when unsaid."""

    address: str = ""
    sign_off: str = ""


def habits(loaded: Loaded, wanted: Wanted, purpose: Purpose) -> Iterator[Problem]:
    """Find what an e-mail lacks: a subject, and of marketing a way out, who is writing and the shop's own end."""
    if not loaded.subject.source.text:
        message = 'the template has no subject; add "subject: ..." to its front matter, or to every step that uses it'
        yield Problem(loaded.name, 1, 1, "template.no_subject", message, "warning")
    if purpose is not Purpose.MARKETING or loaded.html is None:
        return
    used = used_names([loaded.html.source])
    if "unsubscribe_url" not in used:
        message = 'a marketing e-mail has no way to unsubscribe; add <a href="{{ unsubscribe_url }}">Unsubscribe</a>'
        yield Problem(loaded.name, 1, 1, "template.no_unsubscribe", message)
    if wanted.address and "shop.address" not in used and not _says(loaded.words, wanted.address):
        message = "a marketing e-mail does not say the shop's postal address; add {{ shop.address }}"
        yield Problem(loaded.name, 1, 1, "template.no_address", message)
    if wanted.sign_off and "shop.voice.sign_off" not in used and not _says(loaded.words, wanted.sign_off):
        message = f'the message does not end as the shop does ("{wanted.sign_off}"); add {{{{ shop.voice.sign_off }}}}'
        yield Problem(loaded.name, 1, 1, "template.sign_off", message, "warning")


def used_names(sources: Iterable[Source]) -> set[str]:
    """Name what texts use: names, and names with their fields, such as `shop` and `shop.address`."""
    used: set[str] = set()
    for source in sources:
        for node in parse(source).find_all((nodes.Name, nodes.Getattr)):
            used.add(_dotted(node))
    return used


def _dotted(node: nodes.Node) -> str:
    match node:
        case nodes.Name(name=str(name)):
            return name
        case nodes.Getattr(node=inner, attr=str(name)):
            return f"{_dotted(inner)}.{name}"
    return ""


def _says(words: str, wanted: str) -> bool:
    return " ".join(wanted.split()).casefold() in " ".join(words.split()).casefold()
