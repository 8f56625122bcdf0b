"""What time is it? The only place that reads the wall clock and makes random ids."""

import os
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime


def wall_now() -> datetime:
    """Read the wall clock: aware UTC, in whole milliseconds, as everything is stored."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def stopwatch() -> float:
    """Read a clock that only measures how long things take, in seconds."""
    return time.perf_counter()


def worker_id() -> int:
    """Make the id of a process that runs journeys: unlike any other's."""
    return int.from_bytes(secrets.token_bytes(4)) << 16 | os.getpid() & 0xFFFF


@dataclass(frozen=True, slots=True)
class LiveMoments:
    """It is the same time for everybody: now."""

    follows_events: bool = False

    def claim_until(self) -> datetime:
        """Claim what is due now."""
        return wall_now()

    def leases_from(self) -> datetime:
        """Count leases from now."""
        return wall_now()


@dataclass(frozen=True, slots=True)
class HistoryMoments:
    """Each customer's time is that of their own next input, up to the end of history."""

    end: datetime
    follows_events: bool = True

    def claim_until(self) -> datetime:
        """Claim everything that history holds."""
        return self.end

    def leases_from(self) -> datetime:
        """Count leases on the wall clock: a crash happens in real time."""
        return wall_now()


def random_secret() -> str:
    """Make a secret that nobody can guess."""
    return secrets.token_urlsafe(32)
