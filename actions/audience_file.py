"""How does a person join or leave a retargeting audience that is kept as a file?

One CSV per audience that only grows: each row adds or removes one person, hashed the way the platform wants it, ready
to be uploaded. An address that cannot be normalised leaves its column empty and stops nothing.
"""

import csv
import io
import re
from threading import Lock
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from actions._folder import LineFile, inside
from actions.base import Assignment, Outcome, Params, Rejected, RetryLater, Sent, Surroundings
from actions.normalise import PHONE_FORMATS, PhoneFormat, Vendor, hashed, normalise_email, normalise_phone

COLUMNS = ("key", "at", "operation", "email_sha256", "phone_sha256", "external_id", "goods")
_AUDIENCE = re.compile(r"[a-z][a-z0-9_]{0,59}")


class FileAudienceParams(Params):
    """Where the files are, and whose rules the hashes follow."""

    folder: str = Field("audiences", description="A folder within the workspace; made when it is not there.")
    vendor: Vendor = Field("meta", description="The platform the files are for.")
    phone_format: PhoneFormat | None = Field(
        None, description="Hash phones as digits or e164; the platform's own if left out."
    )


class FileAudience:
    """Keeps audiences as CSV files."""

    name: ClassVar[str] = "audience.file"
    Params: ClassVar[type[BaseModel]] = FileAudienceParams
    needs: ClassVar[str] = ""
    finds: ClassVar[bool] = True

    def __init__(self, params: FileAudienceParams, surroundings: Surroundings) -> None:
        self._folder = inside(surroundings.folder, params.folder, self.name)
        self._vendor = params.vendor
        self._phone_format = params.phone_format or PHONE_FORMATS[params.vendor]
        self._files: dict[str, LineFile] = {}
        self._lock = Lock()

    def perform(self, assignment: Assignment) -> Outcome:
        """Write the row that adds or removes the person, once per key."""
        audience = str(assignment.parameters.get("audience", ""))
        operation = assignment.parameters.get("operation")
        if not _AUDIENCE.fullmatch(audience):
            return Rejected("audience.bad_name")
        if operation not in ("add", "remove"):
            return Rejected("audience.bad_operation")
        person = self._person(assignment)
        if not any(person):
            return Rejected("audience.no_address")
        goods = " ".join(item.product_id for item in assignment.delivery.items)
        try:
            row = (assignment.key, assignment.at.isoformat(), operation, *person, goods)
            self._file(audience).append(assignment.key, _row(row))
        except OSError:
            return RetryLater("audience.folder_not_writable")
        return Sent(f"{audience}/{assignment.key}")

    def find(self, key: str) -> Sent | None:
        """Look for the row of this key in every audience."""
        if not self._folder.exists():
            return None
        for path in sorted(self._folder.glob("*.csv")):
            if self._file(path.stem).has(key):
                return Sent(f"{path.stem}/{key}")
        return None

    def _person(self, assignment: Assignment) -> tuple[str, str, str]:
        """Give the hashed e-mail, the hashed phone and the shop's own id, which is not hashed."""
        profile = assignment.profile
        return (
            hashed(normalise_email(self._vendor, profile.email)),
            hashed(normalise_phone(profile.phone, self._phone_format)),
            profile.user_id,
        )

    def _file(self, audience: str) -> LineFile:
        with self._lock:
            if audience not in self._files:
                path = self._folder / f"{audience}.csv"
                self._files[audience] = LineFile(path, _key_of, header=",".join(COLUMNS))
            return self._files[audience]


def _row(values: tuple[Any, ...]) -> str:
    """Write one row on one line, whatever the values hold."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(" ".join(str(value).split()) for value in values)
    return buffer.getvalue()


def _key_of(line: str) -> str:
    return next(csv.reader([line]), [""])[0]
