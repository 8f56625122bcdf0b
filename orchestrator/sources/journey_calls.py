"""How does a program let a person into a journey? `POST /journeys/<name>/calls`, with a token from the environment.

The body says who it is and what the journey is given: `{"profile": {"email": "..."}, "with": {"order_id": "o1"}}`. It
becomes the event `Journey Called` in the inbox, so everything after is the life of any other event. A call that comes
again with the same `id` is the same call.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from journeys.compile import CALLED, Journey
from journeys.spec import PropertyType
from journeys.spelling import did_you_mean
from journeys.vocabulary import FactKind
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, HookRequest, Received, Secrets, SourceParams

TOKEN = "TACTFUL_API_TOKEN"  # noqa: S105 - the name of the variable, not a secret
SOURCE = "api"
_WHO = ("user_id", "email", "phone", "anonymous_id")
_KEYS = ("id", "profile", "with")
_KINDS: Mapping[PropertyType, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "date": (str,),
    "items": (list,),
}


@dataclass(frozen=True)
class JourneyCalls:
    """Checks the calls of journeys and turns each into an event. The journey's name comes as the query's `journey`."""

    journeys: Mapping[str, Journey]
    secrets: Secrets
    name: ClassVar[str] = SOURCE
    tells: ClassVar[frozenset[FactKind]] = frozenset()
    Params: ClassVar[type[SourceParams]] = SourceParams

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check a call and read it."""
        name = request.query.get("journey", "")
        where = f"/journeys/{name[:60]}/calls"
        if (denied := self._unauthorised(request, where)) is not None:
            return denied
        journey = self.journeys.get(name)
        if journey is None or journey.spec.entry.call is None:
            return Denied("malformed", f"{where}: {self._no_such_door(name)}")
        body = _body(request.body)
        faults = _faults(body, journey.spec.entry.call)
        if faults or not isinstance(body, dict):
            return Denied("malformed", f"{where}: {'; '.join(faults)}")
        return Received((_call(body, name, request.body, now),))

    def _unauthorised(self, request: HookRequest, where: str) -> Denied | None:
        wanted = [token.strip() for token in self.secrets(TOKEN).split(",") if token.strip()]
        if not wanted:
            return Denied("unsigned", f"{where}: nobody may call journeys here; set {TOKEN} where tactful runs")
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if any(hmac.compare_digest(given.encode(), token.encode()) for token in wanted):
            return None
        return Denied("unsigned", f'{where}: expected the header "Authorization: Bearer ...", got another or none')

    def _no_such_door(self, name: str) -> str:
        doors = sorted(known for known, journey in self.journeys.items() if journey.spec.entry.call is not None)
        if name in self.journeys:
            return f'journey "{name}" has another entry than `call`; give it one, or send the event that begins it'
        hint = did_you_mean(name, doors) or (f"; those that can be called are {', '.join(doors)}" if doors else "")
        return f'no journey "{name[:60]}" runs{hint}'


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _faults(body: Any, wanted: Mapping[str, PropertyType]) -> list[str]:
    """List what is wrong with a call, never its values."""
    if not isinstance(body, dict):
        return ['expected a JSON object such as {"profile": {"email": "..."}, "with": {}}, got something else']
    faults = [f'unknown key "{key[:60]}"; known keys: {", ".join(_KEYS)}' for key in body if key not in _KEYS]
    who = body.get("profile")
    if not isinstance(who, dict) or not any(isinstance(who.get(key), str) and who[key] for key in _WHO):
        faults.append(f"profile needs one of {', '.join(_WHO)}, as text")
    given = body.get("with", {})
    if not isinstance(given, dict):
        return [*faults, "with expects an object of the journey's arguments"]
    for key in given:
        if key not in wanted:
            faults.append(f'the journey takes no "{key[:60]}"; it takes {", ".join(wanted) or "nothing"}')
    faults += [f'the argument "{name}" is missing' for name in wanted if name not in given]
    return faults + [f'"{name}" expects {kind}' for name, kind in wanted.items() if not _is_a(given.get(name), kind)]


def _is_a(value: Any, kind: PropertyType) -> bool:
    """Say whether a value is of this kind; one that is missing has been said to be."""
    if value is None or kind == "any":
        return True
    return isinstance(value, _KINDS[kind]) and not (kind == "number" and isinstance(value, bool))


def _call(body: dict[str, Any], journey: str, raw: bytes, now: datetime) -> Call:
    who = body["profile"]
    same = body.get("id")
    own = f"{journey}/{same}" if same else sha256(raw + now.isoformat().encode()).hexdigest()
    said: dict[str, Any] = {
        "type": "track",
        "event": CALLED,
        "messageId": f"call/{own}",
        "properties": {**body.get("with", {}), "journey": journey},
        "context": {"traits": {key: who[key] for key in ("email", "phone") if key in who}},
    }
    # A call that may come again says no time of its own: whenever it comes, it is the same.
    named = {"userId": who.get("user_id"), "anonymousId": who.get("anonymous_id")}
    return said | {key: value for key, value in named.items() if value}
