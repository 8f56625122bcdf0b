"""What does one line in the shape of the Segment spec say, and about whom?

Source of the shape: Segment's spec, https://segment.com/docs/connections/spec/ (identify, track, page, screen, group,
alias). A line is either accepted, as an event with the identifiers of the person, or refused with one reason. E-mail
addresses and phone numbers in the event are written the one way `orchestrator.sources.contact` writes them; what is
no address at all stays, as `invalid_email` or `invalid_phone`, and identifies nobody. So it is with the tracking number
of a parcel. An event about the shop's goods is about nobody: it has no identifiers.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar

import msgspec
from msgspec.structs import astuple

from journeys.vocabulary import Event, Identifier, IdentifierKind
from orchestrator.goods import SHOP_EVENTS
from orchestrator.sources.base import Accepted, Reading
from orchestrator.sources.contact import normal_email, normal_phone
from orchestrator.sources.refusal import MAX_DEPTH, MAX_LINE, MAX_PRODUCTS, Reason, Refused, diagnose, refuse

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(hours=24)
LONGEST_IDENTIFIER = 256

# What faulty integrations send in place of an id. Taken at their word they would make one person of everybody.
PLACEHOLDERS = frozenset(
    {"", "0", "null", "undefined", "none", "nan", "nil", "[object object]", "00000000-0000-0000-0000-000000000000"}
)
# Carriers' numbers all have a digit; what has none, such as "N/A", would make one parcel of all.
_TRACKING_NUMBER = re.compile(r"[1-9]")
_NAMES = {
    "page": ("page", "Page Viewed"),
    "screen": ("page", "Page Viewed"),
    "identify": ("identify", "Identified"),
    "group": ("group", "Group Joined"),
    "alias": ("alias", "Aliased"),
    "track": ("track", ""),
}


class _Envelope(msgspec.Struct, rename="camel", gc=False):
    """The parts of a call that are read. Identifiers and names may be of any type: numbers are common."""

    type: str
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    event: Any = None
    name: Any = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Any = None
    about: Any = None


_DECODER = msgspec.json.Decoder(_Envelope)


class SegmentSource:
    """Reads lines of the Segment spec for a shop in one country (ISO 3166 code, for numbers written without one).

    Its events carry `name`, which is how YAML calls the source they come from; without one, that of the class.
    """

    name: ClassVar[str] = "segment"

    def __init__(self, country: str = "GB", name: str = "") -> None:
        self._country = country
        self._name = name or self.name

    def read(self, line: bytes, received_at: datetime, place: str) -> Reading:
        """Read one line; `place` (such as `orders.jsonl:12`) begins the sentence of a refusal."""
        if len(line) > MAX_LINE:
            return refuse(place, Reason.TOO_LONG, f"more than {MAX_LINE:,} bytes")
        try:
            if not line.isascii():
                line.decode()
            call = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            return diagnose(line, place, error)
        return self._accept(call, line, received_at, place)

    def _accept(self, call: _Envelope, line: bytes, received_at: datetime, place: str) -> Reading:
        kind_and_name = _NAMES.get(call.type)
        if kind_and_name is None:
            return refuse(place, Reason.UNKNOWN_TYPE, f'"{call.type[:60]}"')
        kind, name = kind_and_name
        message_id = _plain(call.message_id)
        if not message_id:
            return refuse(place, Reason.NO_MESSAGE_ID, "none")
        name = name or _plain(call.event)
        if not name:
            return refuse(place, Reason.NO_EVENT_NAME, "none")
        fault = _fault(line, call, place)
        if fault is not None:
            return fault
        own = call.timestamp or call.original_timestamp
        at = _moment(call, received_at)
        if not EARLIEST <= at <= received_at + LATEST_AHEAD:
            return refuse(place, Reason.ABSURD_DATE, (own or at).isoformat())
        # Nothing happens after it was told: the sender's clock is ahead. What is to come would wait in the inbox.
        at = min(at, received_at)
        properties = _properties(call)
        contacts = self._contacts(call, properties)
        is_about_shop = call.about == "shop" and name in SHOP_EVENTS
        identifiers = () if is_about_shop else _identifiers(call, properties, contacts)
        if not identifiers and not is_about_shop:
            return refuse(place, Reason.NO_IDENTIFIER, "none")
        event = Event(message_id, kind, name, _to_millisecond(at), properties, self._name)  # type: ignore[arg-type]  # kind is one of _NAMES
        return Accepted(event, identifiers, dedup_key(self._name, message_id, own), line)

    def _contacts(self, call: _Envelope, properties: dict[str, Any]) -> list[Identifier]:
        """Write the contacts in the event the one way, and list all that the call names."""
        found = self._normalise(properties)
        if call.type == "track" and "tracking_number" in properties:
            _rewrite(properties, "tracking_number", _normal_tracking_number(properties["tracking_number"]))
        context = call.context
        if type(context) is dict and type(context.get("traits")) is dict:
            found += self._normalise(dict(context["traits"]))
        if call.traits is not None and call.type != "identify":
            found += self._normalise(dict(call.traits))
        return found

    def _normalise(self, said: dict[str, Any]) -> list[Identifier]:
        found = []
        if "email" in said:
            email = normal_email(_plain(said["email"]))
            _rewrite(said, "email", email)
            if email:
                found.append(Identifier("email", email))
        if "phone" in said:
            phone = normal_phone(_plain(said["phone"]), self._country)
            _rewrite(said, "phone", phone)
            if phone:
                found.append(Identifier("phone", phone))
        return found


def dedup_key(source: str, message_id: str, own: datetime | None) -> bytes:
    """Name a message: the hour it says it happened in (0 when it says nothing), then a hash of where and which.

    The hour comes first so that keys of one time lie together in the index; it is never the hour of receipt, which
    would differ when the message is sent again.
    """
    hour = 0 if own is None else max(0, int(_aware(own).timestamp()) // 3600)
    name = f"{source}\0{message_id}".encode()
    return hour.to_bytes(4, "big") + blake2b(name, digest_size=12).digest()


def _fault(line: bytes, call: _Envelope, place: str) -> Refused | None:
    """Look for what would hurt later: NUL characters, deep nesting, absurd numbers of products.

    Counting bytes is cheap and clears nearly every line; only a suspicious one is walked. Most lines have no backslash,
    which is found sooner than a longer text.
    """
    if line.count(b"{") + line.count(b"[") > MAX_DEPTH and _is_deep(astuple(call)):
        return refuse(place, Reason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
    if b"\\" in line and b"\\u0000" in line and any(_has_nul(member) for member in astuple(call)):
        return refuse(place, Reason.NUL_CHARACTER, "\\u0000")
    products = call.properties.get("products") if call.properties else None
    if type(products) is list and len(products) > MAX_PRODUCTS:
        return refuse(place, Reason.TOO_MANY_PRODUCTS, f"{len(products):,}")
    return None


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(child) for key, child in value.items())
    return isinstance(value, list) and any(_has_nul(child) for child in value)


def _is_deep(members: Iterable[object]) -> bool:
    """Say whether an event nests too deep, the event itself being the first level; `members` are its members."""
    level = list(members)
    for _ in range(MAX_DEPTH):
        level = [member for member in level if type(member) is dict or type(member) is list]
        if not level:
            return False
        level = [child for parent in level for child in _children(parent)]
    return True


def _children(parent: object) -> list[object]:
    if isinstance(parent, dict):
        return list(parent.values())
    return parent if isinstance(parent, list) else []


def _moment(call: _Envelope, received_at: datetime) -> datetime:
    """Say when it happened: as stated, else on our clock where only the sender's clock is known, else on receipt.

    The correction of a sender's clock is Segment's: timestamp = receivedAt - (sentAt - originalTimestamp).
    """
    stated, original, sent = call.timestamp, call.original_timestamp, call.sent_at
    if stated is not None:
        return _aware(stated)
    if original is None:
        return received_at
    if sent is None:
        return _aware(original)
    on_the_way = max(_aware(sent) - _aware(original), timedelta(0))
    return received_at - min(on_the_way, received_at - EARLIEST + LATEST_AHEAD)


def _aware(moment: datetime) -> datetime:
    """A moment written without a zone is UTC, as the spec demands."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _to_millisecond(moment: datetime) -> datetime:
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    rest = utc.microsecond % 1000
    return utc if rest == 0 else utc - timedelta(microseconds=rest)


def _properties(call: _Envelope) -> dict[str, Any]:
    """Gather what the event says: properties of a track or page call, traits of an identify or group call."""
    kind = call.type
    if kind in ("identify", "group"):
        said = call.traits or {}
        if kind == "group":
            said["group_id"] = _plain(call.group_id)
            return said
        if user_id := _identifier_text(call.user_id):
            said["user_id"] = user_id
        zone = call.context.get("timezone") if type(call.context) is dict else None
        if zone is not None:
            said.setdefault("timezone", zone)
        return said
    said = call.properties or {}
    if kind == "alias":
        said["previous_id"] = _plain(call.previous_id)
    elif kind != "track" and call.name is not None:
        said.setdefault("name", _plain(call.name))
    return said


def _identifiers(call: _Envelope, properties: Mapping[str, Any], contacts: list[Identifier]) -> tuple[Identifier, ...]:
    """List who the call is about, strongest first and each once.

    The previous id of an alias may have been a user's or a visitor's: it is looked for as both.
    """
    found: list[Identifier] = []
    _add(found, "user_id", call.user_id)
    previous = call.previous_id if call.type == "alias" else None
    if previous is not None:
        _add(found, "user_id", previous)
    if call.type != "identify":
        _add(found, "order_id", properties.get("order_id"))
        _add(found, "checkout_id", properties.get("checkout_id"))
    if contacts:
        found += sorted(contacts, key=lambda identifier: identifier.kind)
    if call.type == "track":
        _add(found, "tracking_number", properties.get("tracking_number"))
    _add(found, "anonymous_id", call.anonymous_id)
    if previous is not None:
        _add(found, "anonymous_id", previous)
    return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))


def _normal_tracking_number(value: object) -> str:
    """Write a tracking number as carriers do, without spaces and in capitals; empty when it is none."""
    number = "".join(_plain(value).split()).upper()
    return number if _TRACKING_NUMBER.search(number) else ""


def _add(found: list[Identifier], kind: IdentifierKind, value: object) -> None:
    if value is not None:
        text = _identifier_text(value)
        if text:
            found.append(Identifier(kind, text))


def _identifier_text(value: object) -> str:
    text = _plain(value)
    return "" if len(text) > LONGEST_IDENTIFIER or text.casefold() in PLACEHOLDERS else text


def _plain(value: object) -> str:
    """Read a text that may have been written as a number; everything else is empty."""
    if type(value) is str:
        return value.strip()
    if type(value) is float and value.is_integer():
        return str(int(value))
    return str(value) if type(value) is int or type(value) is float else ""


def _rewrite(said: dict[str, Any], key: str, normal: str) -> None:
    """Put the normal form in place of what was said; keep what is no address under a name that says so."""
    raw = said[key]
    if normal:
        said[key] = normal
    else:
        del said[key]
        if raw not in (None, ""):
            said[f"invalid_{key}"] = raw
