"""How does what a person does with the link of a message get into the inbox?

As an event like any other, so that journeys, guards and `explain` see it, and it is on disk before the person is told
that it was done. Nothing of a link or a person is ever logged.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from actions.lead_magnet import SignedFile
from journeys.vocabulary import Delivery, Event
from orchestrator.group_commit import GroupCommit
from orchestrator.links import Click, Unsubscription
from orchestrator.sources.base import Accepted
from orchestrator.sources.segment import dedup_key
from orchestrator.store import past
from orchestrator.store.addressees import Addressee, find_addressee
from orchestrator.store.append import Appended
from orchestrator.store.arrivals import Arrival
from orchestrator.store.base import Store
from orchestrator.store.clicks import Clicked, find_clicked

SOURCE = "tactful"
PATIENCE_SECONDS = 4.0
READING_TIME = timedelta(seconds=2)
_LOG = logging.getLogger("tactful.letterbox")


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
        return await _patiently(self._unsubscribe(wish, now))

    async def downloaded(self, signed: SignedFile, now: datetime, *, by_machine: bool) -> Kept:
        """Note that a file somebody asked for was fetched: of each delivery the first time by a person or a machine."""
        return await _patiently(self._downloaded(signed, now, by_machine=by_machine))

    async def clicked(self, click: Click, now: datetime, *, by_machine: bool) -> Kept:
        """Note that a link of a message was followed: of each the first time by a person or a machine.

        Nobody reads a message within two seconds of its leaving, so that was a machine too.
        """
        return await _patiently(self._clicked(click, now, by_machine=by_machine))

    async def _unsubscribe(self, wish: Unsubscription, now: datetime) -> Kept:
        addressee = await asyncio.to_thread(self._find, wish.profile_id)
        if addressee is None:
            return Kept.NOBODY
        if addressee.is_off(wish.channel):
            return Kept.DONE
        # Whoever subscribed again may unsubscribe again, so only the same instant is the same wish.
        message_id = f"unsubscribe/{wish.profile_id}/{wish.channel}/{now.isoformat()}"
        event = Event(message_id, "track", "Email Unsubscribed", now, {"channel": wish.channel}, SOURCE)
        return await self._put(addressee, event, dedup_key(SOURCE, message_id, now))

    async def _downloaded(self, signed: SignedFile, now: datetime, *, by_machine: bool) -> Kept:
        delivery = await asyncio.to_thread(self._delivery, signed.delivery_key)
        addressee = None if delivery is None else await asyncio.to_thread(self._find, delivery.profile_id)
        if delivery is None or addressee is None:
            return Kept.NOBODY
        message_id = f"download/{delivery.id}/{'machine' if by_machine else 'person'}"
        said = {
            "file": signed.file,
            "delivery": delivery.id,
            "journey": delivery.journey,
            "step": delivery.step,
            "channel": delivery.channel,
            "machine": by_machine,
        }
        event = Event(message_id, "track", "Lead Magnet Downloaded", now, said, SOURCE)
        return await self._put(addressee, event, dedup_key(SOURCE, message_id, None))

    async def _clicked(self, click: Click, now: datetime, *, by_machine: bool) -> Kept:
        message = await asyncio.to_thread(self._message, click.delivery_id)
        addressee = None if message is None else await asyncio.to_thread(self._find, message.profile_id)
        if message is None or message.left_at is None or addressee is None:
            return Kept.NOBODY
        by_machine = by_machine or now - message.left_at < READING_TIME
        who = "machine" if by_machine else "person"
        page = sha256(click.url.encode()).hexdigest()[:16]
        message_id = f"click/{click.delivery_id}/{page}/{who}"
        said = {
            "link": click.url,
            "delivery": click.delivery_id,
            "journey": message.journey,
            "step": message.step,
            "channel": message.channel,
            "machine": by_machine,
        }
        event = Event(message_id, "track", "Email Clicked", now, said, SOURCE)
        return await self._put(addressee, event, dedup_key(SOURCE, message_id, None))

    def _message(self, delivery_id: int) -> Clicked | None:
        with self.store.reading() as connection:
            return find_clicked(connection, delivery_id)

    def _find(self, profile_id: int) -> Addressee | None:
        with self.store.reading() as connection:
            return find_addressee(connection, profile_id)

    def _delivery(self, key: str) -> Delivery | None:
        if not key.isdecimal():
            return None
        with self.store.reading() as connection:
            return past.delivery(connection, int(key))

    async def _put(self, addressee: Addressee, event: Event, dedup: bytes) -> Kept:
        accepted = Accepted(event, (addressee.identifier,), dedup, b"")
        committed = await self.commits.append(Arrival(SOURCE, (accepted,), event.at))
        if isinstance(committed, Appended):
            return Kept.DONE
        _LOG.error("event=letterbox.not_kept name=%s reason=%s", event.name, type(committed).__name__)
        return Kept.NOT_NOW


async def _patiently(work: Awaitable[Kept]) -> Kept:
    """Wait for a database that is busy, but not for ever."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work
    except Exception as error:  # it took too long, or whatever else the database raises
        # An error is named by its kind only: its text may hold what the statement was about, which is customers' data.
        _LOG.error("event=letterbox.failed error=%s", type(error).__name__)
        return Kept.NOT_NOW
