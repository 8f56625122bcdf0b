"""How does the sales manager's CRM get a task, a note or the stage of a deal, when it is kept as a file?

One line of JSON per entry, in a file that only grows and that any CRM can import.
"""

import json
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from actions._folder import LineFile, inside
from actions.base import Assignment, Outcome, Params, Rejected, RetryLater, Sent, Surroundings


class FileCrmParams(Params):
    """Where the entries go."""

    file: str = Field("crm.jsonl", description="A file within the workspace; made when it is not there.")


class FileCrm:
    """Writes CRM entries into a file."""

    name: ClassVar[str] = "crm.file"
    Params: ClassVar[type[BaseModel]] = FileCrmParams
    needs: ClassVar[str] = ""
    finds: ClassVar[bool] = True

    def __init__(self, params: FileCrmParams, surroundings: Surroundings) -> None:
        self._file = LineFile(inside(surroundings.folder, params.file, self.name), _key_of)

    def perform(self, assignment: Assignment) -> Outcome:
        """Write the entry, once per key."""
        entry = _entry(assignment)
        if not (entry["task"] or entry["note"] or entry["deal"]):
            return Rejected("crm.nothing_to_write")
        try:
            self._file.append(assignment.key, json.dumps(entry, ensure_ascii=False, default=str))
        except OSError:
            return RetryLater("crm.file_not_writable")
        return Sent(assignment.key)

    def find(self, key: str) -> Sent | None:
        """Look for the line of this key."""
        return Sent(key) if self._file.has(key) else None


def _entry(assignment: Assignment) -> dict[str, Any]:
    profile = assignment.profile
    person = {"user_id": profile.user_id, "email": profile.email, "phone": profile.phone}
    return {
        "key": assignment.key,
        "at": assignment.at.isoformat(),
        "profile": {**person, "first_name": profile.traits.get("first_name", "")},
        "journey": assignment.delivery.journey,
        "step": assignment.delivery.step,
        "task": assignment.parameters.get("task") or "",
        "note": assignment.parameters.get("note") or "",
        "deal": assignment.parameters.get("deal") or "",
    }


def _key_of(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    return str(entry.get("key", "")) if isinstance(entry, dict) else ""
