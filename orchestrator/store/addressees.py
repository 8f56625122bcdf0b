"""Whom does the link in a message lead to, years after the message was sent?"""

from dataclasses import dataclass

from sqlalchemy import Connection

from journeys.vocabulary import Identifier, Profile
from orchestrator.store import codec
from orchestrator.store.codes import IDENTIFIER_KINDS

_PROFILE = "SELECT merged_into, body FROM profiles WHERE id = ?"
# The first condition has an index; hardly anybody is known by nothing of it.
_BY_NAME = "SELECT kind, value FROM identities WHERE profile_id = ? AND kind IN (0, 2, 3) ORDER BY kind LIMIT 1"
_BY_ANYTHING = "SELECT kind, value FROM identities WHERE profile_id = ? ORDER BY kind LIMIT 1"
_WAITING = "SELECT 1 FROM inbox WHERE profile_id = ? LIMIT 1"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person as they are now: the profile they became part of, and an identifier that leads to it.

    `has_news` says that events wait which the profile does not show yet.
    """

    profile: Profile
    identifier: Identifier
    has_news: bool

    def is_off(self, channel: str) -> bool:
        """Say whether the person surely gets no marketing on a channel any more."""
        is_suppressed = self.profile.address(channel) in self.profile.suppressed
        return is_suppressed and self.profile.consents_to(channel) is False and not self.has_news


def find_addressee(connection: Connection, profile_id: int) -> Addressee | None:
    """Find whoever this profile is by now; None when it never was one."""
    row = connection.exec_driver_sql(_PROFILE, (profile_id,)).first()
    while row is not None and row[0] is not None:
        profile_id = row[0]
        row = connection.exec_driver_sql(_PROFILE, (profile_id,)).first()
    if row is None:
        return None
    known = (
        connection.exec_driver_sql(_BY_NAME, (profile_id,)).first()
        or connection.exec_driver_sql(_BY_ANYTHING, (profile_id,)).first()
    )
    if known is None:
        return None
    has_news = connection.exec_driver_sql(_WAITING, (profile_id,)).first() is not None
    return Addressee(codec.read_profile(row[1]), Identifier(IDENTIFIER_KINDS[known[0]], known[1]), has_news)
