"""Does the shop's own endpoint object to this delivery?

Rule: right before a delivery leaves, an endpoint of the shop's own is asked about it and has the last word beside the
other guards. It answers with one JSON object:

    {"verdict": "allow"}
    {"verdict": "drop_items", "product_ids": ["grinder"], "reason": "recalled"}
    {"verdict": "delay", "until": "2026-03-09T10:00:00+02:00", "reason": "stock-taking"}
    {"verdict": "suppress", "reason": "in talks with the sales team"}

`reason` may be left out; members that are not named here are not looked at. A moment without an offset, or a date, is
on the customer's clock. The guard itself is pure: `orchestrator.outside` asks, and the answer comes with the facts. No
answer is unknown, and so is one that cannot be understood, that delays into the past or further than 30 days: never a
yes. Source: rules that only the shop can know, such as a recall of goods or a customer in talks with the sales team.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from journeys.duration import format_duration
from journeys.vocabulary import Delivery, FactKind, Facts, Outside, Properties, Purpose, Reach
from operational_guards.base import ALLOW, NOTHING_NEEDED, DurationText, GuardParams
from operational_guards.holds import Deadline, Hold, hold_back
from operational_guards.local_time import ZoneText, zone_of
from operational_guards.verdict import DropItems, Evidence, Suppress, Unsure, Verdict

SECRET = "TACTFUL_GUARD_SECRET"  # noqa: S105 - the name of the variable, not a secret
LONGEST_DELAY = timedelta(days=30)
_LONGEST_TIMEOUT = timedelta(seconds=30)
_LONGEST_REASON = 100
_AT_HOME = frozenset({"localhost", "127.0.0.1", "::1"})

Part: TypeAlias = Literal["items", "journey", "step", "channel", "profile"]


def _endpoint(url: str) -> str:
    expected = "expected an https address, or http to localhost, without a user or password"
    try:
        parts = urlsplit(url)
        is_right = bool(parts.hostname) and parts.port != 0 and parts.username is None and parts.password is None
    except ValueError:
        is_right = False
    if not is_right:
        # The address is not repeated: it may hold a password.
        raise ValueError(f"{expected}, got another; write one like https://shop.example/may-send")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _AT_HOME):
        raise ValueError(f'{expected}, got "{url}"; write one like https://shop.example/may-send')
    return url


def _short(timeout: timedelta) -> timedelta:
    if timeout > _LONGEST_TIMEOUT:
        raise ValueError(f'expected at most 30s, got "{format_duration(timeout)}"; the message waits while it is asked')
    return timeout


class HttpParams(GuardParams):
    """Where to ask, about which deliveries, and what the endpoint is told; `profile` is personal and only on request.

    `secret_env` names the environment variable with the secret that signs the question. `at_most` and `then` end delays
    that the endpoint asks for again and again; `zone` is the shop's.
    """

    url: Annotated[str, AfterValidator(_endpoint)] = Field(examples=["https://shop.example/may-send"])
    secret_env: str = SECRET
    timeout: Annotated[DurationText, AfterValidator(_short)] = timedelta(seconds=2)
    purposes: tuple[Purpose, ...] = (Purpose.MARKETING,)
    send: tuple[Part, ...] = ("items", "journey", "step", "channel")
    at_most: DurationText = timedelta(days=30)
    then: Literal["suppress", "send"] = "suppress"
    zone: ZoneText = "UTC"


@dataclass(frozen=True, slots=True)
class Http:
    """Holds what the shop's own endpoint says must be held."""

    params: HttpParams

    name: ClassVar[str] = "http"
    Params: ClassVar[type[GuardParams]] = HttpParams
    always: ClassVar[bool] = False
    needs: ClassVar[frozenset[FactKind]] = NOTHING_NEEDED
    speaks_by: ClassVar[tuple[str, ...]] = ("profile",)
    reasons: ClassVar[Mapping[str, str]] = {
        "http.dropped": "The shop's endpoint objects to these goods.",
        "http.delayed": "The shop's endpoint asks to wait.",
        "http.suppressed": "The shop's endpoint objects to the message.",
        "http.unknown": "The shop's endpoint did not answer.",
        "http.malformed": "The shop's endpoint gave an answer that cannot be understood.",
    }

    def applies_to(self, delivery: Delivery) -> bool:
        """Look at messages and audiences of the purposes it is set up for, not at CRM entries."""
        return delivery.purpose in self.params.purposes and delivery.reach != Reach.CRM

    def judge(self, delivery: Delivery, facts: Facts, now: datetime) -> Verdict | Unsure:
        """Do as the endpoint says."""
        outside = facts.outside.get(self.name)
        if outside is None or outside.body is None:
            return Unsure("http.unknown", (_unknown("no answer", outside),))
        body, verdict, reason = outside.body, outside.body.get("verdict"), outside.body.get("reason")
        if not isinstance(reason, str | None):
            return _malformed("reason", outside)
        evidence = (Evidence("endpoint", _shown(reason or "no reason given"), str(verdict), outside.at),)
        match verdict:
            case "allow":
                return ALLOW
            case "drop_items":
                return _drop(body, delivery, evidence) or _malformed("product_ids", outside)
            case "delay":
                until = self._until(body, facts, now)
                return self._delay(until, evidence, delivery, now) if until else _malformed("until", outside)
            case "suppress":
                return Suppress("http.suppressed", evidence)
            case _:
                return _malformed("verdict", outside)

    def _until(self, body: Properties, facts: Facts, now: datetime) -> datetime | None:
        """Read until when to wait; None when it says no moment, or none of the next 30 days."""
        zone = zone_of(facts.profile.timezone, self.params.zone)
        try:
            moment = datetime.fromisoformat(body.get("until", ""))
            ahead = (moment if moment.tzinfo else moment.replace(tzinfo=zone)) - now
        except (TypeError, ValueError, OverflowError):
            return None
        return now + ahead if timedelta(0) < ahead <= LONGEST_DELAY else None

    def _delay(self, until: datetime, evidence: tuple[Evidence, ...], delivery: Delivery, now: datetime) -> Verdict:
        deadline = Deadline(delivery.planned_at + self.params.at_most, self.params.then, "http.delayed")
        return hold_back([Hold("http.delayed", until, evidence)], "delay", now, deadline)


def _drop(body: Properties, delivery: Delivery, evidence: tuple[Evidence, ...]) -> Verdict | None:
    """Drop the goods the endpoint names; None when it names none in a way that can be read."""
    named = body.get("product_ids")
    if not isinstance(named, list) or not named or not all(isinstance(product_id, str) for product_id in named):
        return None
    places = frozenset(place for place, item in enumerate(delivery.items) if item.product_id in named)
    return DropItems(places, "http.dropped", evidence) if places else ALLOW


def _malformed(member: str, outside: Outside) -> Unsure:
    return Unsure("http.malformed", (_unknown(member, outside),))


def _unknown(what: str, outside: Outside | None) -> Evidence:
    return Evidence("endpoint", what, "unknown", outside.at if outside else None)


def _shown(reason: str) -> str:
    """Give the endpoint's own words, such that they can be printed on one short line."""
    return "".join(letter for letter in reason if letter.isprintable())[:_LONGEST_REASON]
