"""Which integer stands for which word in the tables? Codes never change meaning; new words go to the end."""

from datetime import UTC, datetime

from journeys.vocabulary import IdentifierKind, Intent, Purpose, Reach
from orchestrator.customer import DeliveryState, JudgementKind

STATES: tuple[DeliveryState, ...] = (
    "planned",
    "delayed",
    "attempting",
    "unknown",
    "sent",
    "suppressed",
    "rejected",
    "cancelled",
)
STATE_CODES: dict[DeliveryState, int] = {word: code for code, word in enumerate(STATES)}
OPEN = STATES[:4]

KINDS: tuple[JudgementKind, ...] = ("claim", "forecast", "membership")
KIND_CODES: dict[JudgementKind, int] = {word: code for code, word in enumerate(KINDS)}

VERDICTS = ("Allow", "DropItems", "Delay", "Suppress")
VERDICT_WORDS = ("allow", "drop_items", "delay", "suppress")
VERDICT_CODES = {word: code for code, word in enumerate(VERDICTS)}

REACHES = (Reach.MESSAGE, Reach.AUDIENCE, Reach.CRM, Reach.SYSTEM)
REACH_CODES = {word: code for code, word in enumerate(REACHES)}

PURPOSES = (Purpose.MARKETING, Purpose.TRANSACTIONAL)
PURPOSE_CODES = {word: code for code, word in enumerate(PURPOSES)}

INTENTS = (Intent.PROMOTE, Intent.FOLLOW_UP)
INTENT_CODES = {word: code for code, word in enumerate(INTENTS)}

IDENTIFIER_KINDS: tuple[IdentifierKind, ...] = (
    "user_id",
    "anonymous_id",
    "email",
    "phone",
    "order_id",
    "checkout_id",
    "tracking_number",
)
IDENTIFIER_CODES = {word: code for code, word in enumerate(IDENTIFIER_KINDS)}
DISTINGUISHING: tuple[IdentifierKind, ...] = ("user_id", "email", "phone")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_last: tuple[datetime, int] = (EPOCH, 0)


def to_ms(at: datetime) -> int:
    """Write an instant as milliseconds since 1970."""
    global _last
    # Most of what one customer's turn writes happened at one moment, which is then the very same value.
    known, ms = _last
    if known is not at:
        ms = round(at.timestamp() * 1000)
        _last = at, ms
    return ms


def to_ms_or_none(at: datetime | None) -> int | None:
    """Write an instant that may be missing."""
    return None if at is None else round(at.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Read an instant back, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def from_ms_or_none(ms: int | None) -> datetime | None:
    """Read an instant that may be missing."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
