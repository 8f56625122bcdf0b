"""How does what a person does with the link of a message get into the inbox?

As an event like any other, so that journeys, guards and `explain` see it, and it is on disk before the person is told
that it was done. Nothing of a link or a person is ever logged.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Connection

from actions.lead_magnet import SignedFile
from journeys.vocabulary import Delivery, Event, Properties
from orchestrator.group_commit import GroupCommit
from orchestrator.links import Unsubscription
from orchestrator.sources.base import Accepted
from orchestrator.sources.segment import dedup_key
from orchestrator.store import past
from orchestrator.store.addressees import Addressee, find_addressee
from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival
from orchestrator.store.base import Store

SOURCE = "tactful"
PATIENCE_SECONDS = 4.0
_LOG = logging.getLogger("tactful.people")
_Found = TypeVar("_Found")


class Kept(StrEnum):
    """What became of it: it is on disk, there is nobody it could be about, or it could not be kept now."""

    DONE = "done"
    NOBODY = "nobody"
    NOT_NOW = "not_now"


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Puts what people do with the links of messages into the inbox."""

    store: Store
    commits: GroupCommit

    async def unsubscribe(self, wish: Unsubscription, now: datetime) -> Kept:
        """Take a person off a channel; asked again, it is done already."""
        return await self._patiently(self._unsubscribe(wish, now))

    async def downloaded(self, signed: SignedFile, now: datetime, *, by_machine: bool) -> Kept:
        """Note that the file somebody asked for was fetched; of a delivery the first time by each counts."""
        return await self._patiently(self._downloaded(signed, now, by_machine=by_machine))
