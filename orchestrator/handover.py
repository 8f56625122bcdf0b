"""What does an engine give to be handed over, and what is it given back?"""

from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from msgspec import Struct

from actions.base import Outcome
from journeys.errors import OrchestratorError
from journeys.vocabulary import Delivery, Profile, Properties
from orchestrator.inquiries import Answered, Inquiry

LEASE = timedelta(minutes=5)
# The reason of an attempt that was lost on our side of the call: nobody has to be spared, so it is made up for at once.
NEVER_LEFT = "attempt.not_found"


class Handover(Struct, frozen=True):
    """A delivery that was judged and may leave: everything its action needs, as it was at that moment.

    `seen` is the newest place in the log it was judged with, `version` that of the journey its words come from.
    """

    delivery: Delivery
    profile: Profile
    entry: Properties
    parameters: Properties
    at: datetime
    token: int
    attempt: int
    seen: int = 0
    version: str = ""
    coupon: str = ""


class Report(Struct, frozen=True):
    """What came of a handover, or of asking a provider about a lost one."""

    delivery_id: int
    profile_id: int
    token: int
    outcome: Outcome


Input: TypeAlias = Report | Answered
Output: TypeAlias = Handover | Inquiry


class Superseded(OrchestratorError):
    """Other journeys were applied since this engine was put together: it must not decide by its own any more."""


class Moments(Protocol):
    """What time is it for a customer? The wall clock says one thing to all; history has a time for each."""

    def claim_until(self) -> datetime:
        """Claim customers who have something to do by this moment."""
        ...

    def leases_from(self) -> datetime:
        """Count leases from this moment: always the wall clock's."""
        ...

    @property
    def follows_events(self) -> bool:
        """Say whether each customer's time is that of their own next input."""
        ...
