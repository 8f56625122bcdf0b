"""Where do the events of a call go that are not taken?

Into `rejected/<source>.jsonl` in the workspace, each with its reason, so that they can be looked at and, once mended,
taken in with `tactful ingest`. The vendor is told that the call arrived: it would only say the same again, and switch
its webhook off after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

import msgspec

from orchestrator.intake import quote
from orchestrator.sources.refusal import Refused

FOLDER = "rejected"
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event that was not taken: its line and why."""

    line: bytes
    refused: Refused


@dataclass(frozen=True, slots=True)
class RejectedEvents:
    """The files in one workspace's folder. A file that has grown past 10 MB takes the place of the one before it."""

    folder: Path
    _lock: Lock = field(default_factory=Lock)

    def keep(self, source: str, rejections: Sequence[Rejection], at: datetime) -> None:
        """Write these down. Raises OSError when the folder cannot be written to."""
        lines = b"".join(_line(rejection, at) for rejection in rejections)
        path = self.folder / FOLDER / f"{source}.jsonl"
        with self._lock:
            path.parent.mkdir(exist_ok=True)
            if path.exists() and path.stat().st_size > LARGEST:
                path.replace(path.with_name(f"{source}.before.jsonl"))
            with path.open("ab") as file:
                file.write(lines)


def _line(rejection: Rejection, at: datetime) -> bytes:
    refused = rejection.refused
    entry = {"at": at, "reason": str(refused.reason), "message": refused.message, "text": quote(rejection.line)}
    return msgspec.json.encode(entry) + b"\n"
