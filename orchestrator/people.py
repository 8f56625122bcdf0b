"""What do the pages for people need of a workspace? Free of the web framework, which only serving processes load."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.letterbox import Letterbox
from orchestrator.links import Links


@dataclass(frozen=True, slots=True)
class People:
    """Who speaks, how links are signed, where files are served from, and where what people do goes."""

    shop: str
    links: Links
    link_keys: Sequence[str]
    magnets: Path
    letterbox: Letterbox
