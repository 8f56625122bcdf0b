"""How is an e-mail put into a folder instead of being sent?

For trying journeys out, for tests and for hosts whose mail server picks messages up: a Maildir, one file per delivery.
"""

import os
from pathlib import Path
from threading import get_ident
from typing import ClassVar
from urllib.parse import quote

from pydantic import BaseModel, Field

from actions._folder import inside
from actions.base import Assignment, Outcome, Params, Rejected, RetryLater, Sent, Surroundings
from actions.mime import build_email, plain_address, read_sender

_FOLDERS = ("tmp", "new", "cur")


class FileEmailParams(Params):
    """Where mails are put, and who they are from."""

    folder: str = Field("mail", description="A folder within the workspace; made when it is not there.")
    from_: str = Field("Shop <shop@example.com>", alias="from", description="Name and address of the sender.")
    fsync: bool = Field(False, description="Wait for the disk after every mail; slow, and needed only for pick-up.")


class FileEmail:
    """Puts e-mails into a Maildir."""

    name: ClassVar[str] = "email.file"
    Params: ClassVar[type[BaseModel]] = FileEmailParams
    needs: ClassVar[str] = "email"
    finds: ClassVar[bool] = True

    def __init__(self, params: FileEmailParams, surroundings: Surroundings) -> None:
        self._folder = inside(surroundings.folder, params.folder, self.name)
        self._sender = read_sender(params.from_)
        self._waits_for_disk = params.fsync
        for name in _FOLDERS:
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        # A mail reader moves what was read to cur and appends flags to the name.
        self._read = {entry.name.partition(":")[0] for entry in os.scandir(self._folder / "cur")}

    def perform(self, assignment: Assignment) -> Outcome:
        """Put the mail into the folder, once per key."""
        recipient = plain_address(assignment.profile.email)
        if not recipient:
            return Rejected("email.bad_address" if assignment.profile.email else "email.no_address")
        if assignment.content is None:
            return Rejected("email.no_content")
        found = self.find(assignment.key)
        if found:
            return found
        name = _file_name(assignment.key)
        message = build_email(assignment, assignment.content, self._sender, recipient)
        try:
            self._deliver(name, message)
        except OSError:
            return RetryLater("email.folder_not_writable")
        return Sent(name)

    def find(self, key: str) -> Sent | None:
        """Look for the file of this key."""
        name = _file_name(key)
        is_there = name in self._read or (self._folder / "new" / name).exists()
        return Sent(name) if is_there else None

    def _deliver(self, name: str, message: bytes) -> None:
        """Write aside, then move into place: a reader never sees half a mail."""
        aside = self._folder / "tmp" / f"{name}.{os.getpid()}.{get_ident()}"
        with aside.open("wb") as file:
            file.write(message)
            if self._waits_for_disk:
                file.flush()
                os.fsync(file.fileno())
        _move(aside, self._folder / "new" / name)


def _move(aside: Path, place: Path) -> None:
    os.replace(aside, place)


def _file_name(key: str) -> str:
    """Name a file after the key; different keys give different names. Maildir keeps : and / for itself."""
    return f"{quote(key, safe='')}.eml"
