"""What does the shop's own system say, in the shop's own shapes?

For a system no adapter knows: the rules (`orchestrator.sources.mapping_rules`) say in YAML where in its payloads what
we need lies, and `words` what its own words mean. Its calls are known in one of three ways: a signature after Standard
Webhooks (https://www.standardwebhooks.com), an HMAC-SHA256 of the raw body in a header, or a token in the address.
"""

import hmac
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, get_args

from pydantic import Field, model_validator
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signer

from journeys.vocabulary import FactKind, OrderStatus, PaymentStatus, ReturnStatus, ShipmentStatus, TicketStatus
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, HookParams, HookRequest, Received, Secrets, SourceParams
from orchestrator.sources.mapping_rules import SOURCE, Rule, holds, tell
from orchestrator.sources.reading import decode, epoch
from orchestrator.sources.signatures import MissingSecret, check_age, check_signature, read_secrets
from orchestrator.sources.tokens import check_token
from orchestrator.statuses import order_status, return_status, shipment_status

_STATUSES = ("status", "payment_status")


class MappingParams(HookParams):
    """How the shop's system is known, and what its payloads mean."""

    tells: frozenset[FactKind] = Field(
        min_length=1, description="The kinds of facts it tells; its silence makes these unknown."
    )
    signed_by: Literal["standard_webhooks", "header", "token"] = Field(
        "standard_webhooks", description="How its calls are known: by a signature, or by a ?token= in the address."
    )
    header: str = Field("", description="The header with the signature, for signed_by: header.")
    prefix: str = Field("", description="What stands before the signature in that header, such as sha256=.")
    encoding: Literal["base64", "hex"] = Field("hex", description="How the signature in that header is written.")
    rules: tuple[Rule, ...] = Field(description="What which payload says; all rules that hold speak.")
    words: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="What the system's words mean, by property: status: {VERSANDT: shipped}."
    )

    @model_validator(mode="after")
    def _names_the_header(self) -> "MappingParams":
        if (self.signed_by == "header") != bool(self.header):
            got = f'"{self.header}"' if self.header else "none"
            raise ValueError(
                f"expected a header with signed_by: header and only then, got {got}; write both or neither"
            )
        return self

    @model_validator(mode="after")
    def _reads_and_translates(self) -> "MappingParams":
        if not self.rules:
            raise ValueError("rules: expected at least one rule, got none; write what the payloads say")
        read = {name for rule in self.rules for name in rule.properties}
        for name in self.words:
            if name not in read:
                raise ValueError(
                    f'words: expected properties that a rule reads, got "{name}"; read it in a rule or take it out'
                )
        for word, meaning in [pair for name in _STATUSES for pair in self.words.get(name, {}).items()]:
            if not _is_status(meaning):
                raise ValueError(
                    f'words: expected a status after "{word}", got "{meaning}"; '
                    "write one that docs/sources/mapping.md lists"
                )
        return self


class Mapping:
    """Reads the calls of the shop's own system by the shop's own rules."""

    name: ClassVar[str] = SOURCE
    # Of all it could tell, the parameters name what it does.
    tells: ClassVar[frozenset[FactKind]] = frozenset(get_args(FactKind))
    Params: ClassVar[type[SourceParams]] = MappingParams

    def __init__(self, params: MappingParams, secrets: Secrets) -> None:
        self._params = params
        self._secrets = read_secrets(self.name, params.secret_env, secrets)
        self._signers = _signers(self._secrets, params) if params.signed_by == "standard_webhooks" else ()

    def receive(self, request: HookRequest, now: datetime) -> Received | Denied:
        """Check the call, and let every rule that holds say what happened."""
        payload = self._check(request, now) or decode(request.body, self.name)
        if isinstance(payload, Denied):
            return payload
        own_id = request.headers.get("webhook-id", "") if self._signers else ""
        calls: list[Call] = []
        for rule in self._params.rules:
            if not holds(rule, payload):
                continue
            told = tell(rule, payload, self._params.words, own_id=own_id, body=request.body)
            if isinstance(told, Denied):
                return told
            calls.append(told)
        return Received(_named_apart(calls))

    def _check(self, request: HookRequest, now: datetime) -> Denied | None:
        if self._params.signed_by == "token":
            return check_token(self.name, request, self._secrets)
        if self._params.signed_by == "standard_webhooks":
            return self._check_standard(request, now)
        given = request.headers.get(self._params.header.lower(), "").removeprefix(self._params.prefix)
        return check_signature(self.name, request.body, given, self._secrets, self._params.encoding)

    def _check_standard(self, request: HookRequest, now: datetime) -> Denied | None:
        """Check the signature over id, second and body, and then the second.

        The library's own check reads the wall clock; its `sign` is pure.
        """
        given = request.headers.get("webhook-signature", "")
        called_at = epoch(request.headers.get("webhook-timestamp", ""))
        if not given or called_at is None:
            return _unsigned("the headers webhook-signature and webhook-timestamp", "none that can be read")
        if not self._is_signed(request, given, called_at):
            return _unsigned("a signature made with our secret", "another")
        return check_age(self.name, called_at, now, self._params.replay_window)

    def _is_signed(self, request: HookRequest, given: str, called_at: datetime) -> bool:
        own_id = request.headers.get("webhook-id", "")
        try:
            made = [signer.sign(own_id, called_at, request.body.decode()) for signer in self._signers]
        except UnicodeDecodeError:
            return False
        return any([_same(one, other) for one in made for other in given.split()])


def _named_apart(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Number the calls of one name from the second on, which would otherwise pass for repeats of the first."""
    names = [call["messageId"] for call in calls]
    before = [names[:place].count(name) for place, name in enumerate(names)]
    return tuple(
        {**call, "messageId": f"{call['messageId']}/{count + 1}"} if count else call
        for call, count in zip(calls, before, strict=True)
    )


def _signers(secrets: Sequence[str], params: MappingParams) -> tuple[Signer, ...]:
    try:
        return tuple(Signer(secret) for secret in secrets)
    except (Base64Error, ValueError, EmptyWebhookSecretError):
        message = (
            f"{SOURCE}: expected base64 in {params.secret_env}, with or without whsec_ before it, got something else; "
            "make a secret with openssl rand -base64 32, and give it to the sender too"
        )
        raise MissingSecret(message) from None


def _unsigned(expected: str, got: str) -> Denied:
    return Denied("unsigned", f"{SOURCE}: expected {expected}, got {got}; compare secret and signing at the sender")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))


def _is_status(word: str) -> bool:
    """Say whether a word is a status of anything."""
    known = (*OrderStatus, *ShipmentStatus, *ReturnStatus, *PaymentStatus, *TicketStatus)
    return word in known or any(read(word) is not None for read in (order_status, shipment_status, return_status))
