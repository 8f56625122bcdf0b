"""What has a person told us about themselves, and what may we write to them?

`apply_event` takes one event into account, `adopt` the identifiers it came with, `merge` makes one profile of two. All
are pure and give the same object back when nothing changes. Who an event is about is `orchestrator.identity`.

A statement counts by the time it was made: one that arrives late but is older changes nothing (`Profile.changed_at`).
Consent leans to no: at the same instant a refusal beats an agreement, a refusal of all marketing takes back earlier
agreements to single channels, and an agreement to a channel older than such a refusal is void.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from journeys.vocabulary import Event, Identifier, Profile
from orchestrator.identity import Known

ALL_CHANNELS = "marketing"
PHONE_CHANNEL, EMAIL_CHANNEL = "sms", "email"
HARD_BOUNCES = frozenset({"hard", "permanent"})

# Reasons not to write to an address, the weightiest last; only the lightest can be taken back by subscribing again.
_WEIGHT = {"unsubscribed": 0, "hard_bounce": 1, "spam_complaint": 2}
_NEVER = datetime.min.replace(tzinfo=UTC)
# A profile whose addresses are the names of the properties they come in: it says which one a channel writes to.
_PROPERTY_NAMES = Profile(id=0, created_at=_NEVER, email="email", phone="phone")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+")
_NOT_TRAITS = frozenset(
    {"id", "user_id", "anonymous_id", "email", "phone", "timezone", "created_at", "consent", "marketing_consent"}
)


@dataclass(slots=True)
class _Draft:
    """What will be different about a profile; the mappings are copied on their first change."""

    profile: Profile
    at: datetime
    fields: dict[str, Any] = field(default_factory=dict)

    def copied(self, name: str) -> dict[str, Any]:
        """Give the draft's own copy of one of the profile's mappings."""
        if name not in self.fields:
            self.fields[name] = dict(getattr(self.profile, name))
        return self.fields[name]  # type: ignore[no-any-return]  # the mappings' values differ in type

    def now(self, name: str) -> Any:
        """Give a member as it stands in the draft."""
        return self.fields.get(name, getattr(self.profile, name))

    def last(self, key: str) -> datetime:
        """Say when this was last stated."""
        moment: datetime = self.now("changed_at").get(key, _NEVER)
        return moment

    def stamp(self, key: str) -> None:
        """Note that this was stated now."""
        if self.last(key) != self.at:
            self.copied("changed_at")[key] = self.at

    def finish(self) -> Profile:
        """Give the changed profile, or the very same when nothing changed."""
        return replace(self.profile, **self.fields) if self.fields else self.profile


_Handler: TypeAlias = Callable[[_Draft, Event], None]


def apply_event(profile: Profile, event: Event) -> Profile:
    """Take an event into account: traits, addresses, consent, suppression.

    Any event may bring the first e-mail or phone number of a profile; only an identify call replaces a known one.
    """
    properties = event.properties
    if ("email" in properties and not profile.email) or ("phone" in properties and not profile.phone):
        profile = _with_first_addresses(profile, properties)
    handler = _HANDLERS.get(event.name)
    if handler is None:
        return profile
    draft = _Draft(profile, event.at)
    handler(draft, event)
    return draft.finish()


def _with_first_addresses(profile: Profile, properties: Mapping[str, Any]) -> Profile:
    found = {name: properties.get(name) for name in ("email", "phone") if not getattr(profile, name)}
    gaps: dict[str, Any] = {name: value for name, value in found.items() if isinstance(value, str) and value}
    return replace(profile, **gaps) if gaps else profile


def adopt(profile: Profile, identifiers: Iterable[Identifier]) -> Profile:
    """Fill an unknown user id, e-mail or phone from the identifiers an event came with; never replace a known one."""
    gaps: dict[str, Any] = {}
    for identifier in identifiers:
        kind = identifier.kind
        if kind in ("user_id", "email", "phone") and kind not in gaps and not getattr(profile, kind):
            gaps[kind] = identifier.value
    return replace(profile, **gaps) if gaps else profile


def first_profiles(known: Iterable[Known], identities: Iterable[tuple[Identifier, int]]) -> Iterator[Profile]:
    """Give new profiles as they are on their first day: nothing but the identifiers they came with."""
    identifiers: dict[int, list[Identifier]] = defaultdict(list)
    for identifier, owner in identities:
        identifiers[owner].append(identifier)
    for each in known:
        yield adopt(Profile(id=each.id, created_at=each.created_at), identifiers[each.id])


def traits_of(event: Event) -> dict[str, Any]:
    """Give an identify call's traits under snake_case names, without those that have a place of their own."""
    named = {_snake(name): value for name, value in event.properties.items() if value is not None}
    return {name: value for name, value in named.items() if name not in _NOT_TRAITS}


@lru_cache(maxsize=4_096)
def _snake(name: str) -> str:
    return _HUMP.sub("_", name.strip()).lower()


def _identified(draft: _Draft, event: Event) -> None:
    get = event.properties.get
    for name in ("email", "phone", "timezone"):
        value = get(name)
        if isinstance(value, str) and value and (name != "timezone" or is_zone(value)):
            _state_field(draft, name, value)
    user_id = get("user_id")
    if isinstance(user_id, str) and user_id and not draft.profile.user_id:
        draft.fields["user_id"] = user_id
    for name, value in traits_of(event).items():
        _state_trait(draft, name, value)
    agreed = get("marketing_consent", get("marketingConsent"))
    if isinstance(agreed, bool):
        _answer(draft, ALL_CHANNELS, agreed)
    _answer_all(draft, get("consent"))


def _state_field(draft: _Draft, name: str, value: str) -> None:
    if draft.at >= draft.last(name):
        draft.stamp(name)
        if draft.now(name) != value:
            draft.fields[name] = value


def _state_trait(draft: _Draft, name: str, value: object) -> None:
    key = f"traits.{name}"
    if draft.at >= draft.last(key):
        draft.stamp(key)
        traits = draft.now("traits")
        if name not in traits or traits[name] != value or type(traits[name]) is not type(value):
            draft.copied("traits")[name] = value


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    """Say whether a text names a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _answer_all(draft: _Draft, answers: object) -> None:
    """Take answers by channel; the general one first, so that single channels can differ from it."""
    if not isinstance(answers, Mapping):
        return
    for channel in sorted(answers, key=lambda name: (name != ALL_CHANNELS, name)):
        if isinstance(answers[channel], bool):
            _answer(draft, channel, answers[channel])


def _answer(draft: _Draft, channel: str, agreed: bool) -> None:
    """Take a yes or no to a channel, if none was given later."""
    key = f"consent.{channel}"
    known: bool | None = draft.now("consent").get(channel)
    if draft.at < draft.last(key) or (draft.at == draft.last(key) and agreed and known is False):
        return
    draft.stamp(key)
    if agreed and _is_void(draft, channel):
        return
    if known is not agreed:
        draft.copied("consent")[channel] = agreed
    if channel == ALL_CHANNELS and not agreed:
        _take_back_earlier(draft)


def _is_void(draft: _Draft, channel: str) -> bool:
    """Say whether an agreement to one channel is older than a standing refusal of all marketing."""
    refused = draft.now("consent").get(ALL_CHANNELS) is False
    return channel != ALL_CHANNELS and refused and draft.at < draft.last(f"consent.{ALL_CHANNELS}")


def _take_back_earlier(draft: _Draft) -> None:
    for channel, agreed in tuple(draft.now("consent").items()):
        if agreed and draft.last(f"consent.{channel}") < draft.at:
            del draft.copied("consent")[channel]


def _subscribed(draft: _Draft, event: Event) -> None:
    _subscribe(draft, event, _channel(event))


def _subscribe(draft: _Draft, event: Event, channel: str) -> None:
    """Agree to a channel; an earlier unsubscription of its address is lifted, a bounce or complaint is not."""
    _answer(draft, channel, True)
    for address in _addresses(draft, event, channel):
        if _is_newest_about(draft, address, wins_ties=False) and draft.now("suppressed").get(address) == "unsubscribed":
            del draft.copied("suppressed")[address]


def _unsubscribed(draft: _Draft, event: Event) -> None:
    _unsubscribe(draft, event, _channel(event))


def _unsubscribe(draft: _Draft, event: Event, channel: str) -> None:
    _answer(draft, channel, False)
    for address in _addresses(draft, event, channel):
        if _is_newest_about(draft, address, wins_ties=True):
            _suppress(draft, address, "unsubscribed")


def _is_newest_about(draft: _Draft, address: str, *, wins_ties: bool) -> bool:
    """Say whether nothing newer was said about subscribing an address, and note when this was said."""
    key = f"address.{address}"
    last = draft.last(key)
    if draft.at < last or (draft.at == last and not wins_ties):
        return False
    draft.stamp(key)
    return True


def _preferences_updated(draft: _Draft, event: Event) -> None:
    """Take the answers of a preference page: `consent` maps a channel to yes or no. A yes lifts an unsubscription."""
    answers = event.properties.get("consent")
    _answer_all(draft, answers)
    if isinstance(answers, Mapping):
        for channel in sorted(name for name, agreed in answers.items() if agreed is True):
            _subscribe(draft, event, channel)


def _bounced(draft: _Draft, event: Event) -> None:
    get = event.properties.get
    kind = get("type") or get("bounce_type")
    if isinstance(kind, str) and kind.strip().lower() in HARD_BOUNCES:
        for address in _addresses(draft, event, EMAIL_CHANNEL):
            _suppress(draft, address, "hard_bounce")


def _complained(draft: _Draft, event: Event) -> None:
    for address in _addresses(draft, event, EMAIL_CHANNEL):
        _suppress(draft, address, "spam_complaint")


def _channel(event: Event) -> str:
    channel = event.properties.get("channel")
    name = channel.strip().lower() if isinstance(channel, str) else ""
    return ALL_CHANNELS if name == "all" else name or EMAIL_CHANNEL


def _addresses(draft: _Draft, event: Event, channel: str) -> tuple[str, ...]:
    """Name the addresses an event is about: those it gives, else the profile's own."""
    channels = (EMAIL_CHANNEL, PHONE_CHANNEL) if channel == ALL_CHANNELS else (channel,)
    found = []
    for each in channels:
        given = event.properties.get(_PROPERTY_NAMES.address(each))
        address = given if isinstance(given, str) and given else draft.profile.address(each)
        if address:
            found.append(address)
    return tuple(found)


def _suppress(draft: _Draft, address: str, reason: str) -> None:
    known = draft.now("suppressed").get(address)
    if known is None or _WEIGHT[reason] > _WEIGHT.get(known, -1):
        draft.copied("suppressed")[address] = reason


def merge(survivor: Profile, absorbed: Profile) -> Profile:
    """Make one profile of two that are the same person.

    The survivor's own words win and the absorbed profile fills its gaps. Consent is the most restrictive (see
    `_united_answer`), and an address suppressed for either is suppressed.
    """
    return replace(
        survivor,
        created_at=min(survivor.created_at, absorbed.created_at),
        email=survivor.email or absorbed.email,
        phone=survivor.phone or absorbed.phone,
        user_id=survivor.user_id or absorbed.user_id,
        timezone=survivor.timezone or absorbed.timezone,
        traits={**absorbed.traits, **survivor.traits},
        consent=_united_consent(survivor, absorbed),
        suppressed=_united_suppression(survivor.suppressed, absorbed.suppressed),
        changed_at=_united_times(survivor, absorbed),
    )


def _united_consent(one: Profile, other: Profile) -> dict[str, bool]:
    answers = {channel: _united_answer(channel, one, other) for channel in sorted({*one.consent, *other.consent})}
    return {channel: agreed for channel, agreed in answers.items() if agreed is not None}


def _united_answer(channel: str, one: Profile, other: Profile) -> bool | None:
    """Unite two answers: no if either said no, yes if both said yes; a yes and a silence are silence.

    The exception is the silence of a profile without any address: nobody could have asked it, so the other's yes
    stands. A merge never hands one person's consent to an address whose owner did not give it.
    """
    mine, theirs = one.consents_to(channel), other.consents_to(channel)
    if mine is False or theirs is False:
        return False
    if mine and theirs:
        return True
    silent = other if mine else one
    return None if silent.email or silent.phone else True


def _united_suppression(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    united = dict(one)
    for address, reason in other.items():
        united[address] = max(united.get(address, reason), reason, key=lambda each: (_WEIGHT.get(each, -1), each))
    return united


def _united_times(survivor: Profile, absorbed: Profile) -> dict[str, datetime]:
    """Keep the time of each statement that was kept; of two answers about consent the later time."""
    united = dict(absorbed.changed_at)
    for key, at in survivor.changed_at.items():
        united[key] = max(at, united.get(key, at)) if key.startswith("consent.") else at
    return united


_HANDLERS: dict[str, _Handler] = {
    "Identified": _identified,
    "Subscribed": _subscribed,
    "Unsubscribed": _unsubscribed,
    "Email Unsubscribed": _unsubscribed,
    "Preferences Updated": _preferences_updated,
    "Email Bounced": _bounced,
    "Email Marked as Spam": _complained,
    "Spam Complaint": _complained,
}
