"""What does the shop's own endpoint know about a customer, right now?

For a system no adapter knows. It gets one POST for many questions and answers them in the words of
`orchestrator.sources.calls`:

    {"questions": [{"kind": "orders", "about": "ann@customers.example"}]}
    {"answers": [{"kind": "orders", "about": "ann@customers.example", "calls": [{"type": "track", ...}]}]}

An answer may leave out `kind`: it then answers all questions about the same. `"calls": []` says that there is nothing;
a question without an answer stays unknown. The POST carries a bearer token, a signature after Standard Webhooks
(https://www.standardwebhooks.com), or both.
"""

import json
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signer

from journeys.vocabulary import FactKind, Facts, Item
from orchestrator.sources.answers import no_answer_to, read_object, state_id, unreadable
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.asked_params import AskedParams, SecureUrl, read_token
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Secrets, SourceParams
from orchestrator.sources.reading import Payload
from orchestrator.sources.signatures import MissingSecret
from orchestrator.sources.unfinished import open_orders, open_parcels
from orchestrator.sources.web import Request, Web


class HttpFactsParams(AskedParams):
    """Where the endpoint is, what it knows, and how it knows us."""

    url: SecureUrl = Field(description="The address that is called: https, or http on localhost.")
    tells: frozenset[FactKind] = Field(min_length=1, description="The kinds of facts it is asked for.")
    about: Literal["person", "order", "parcel"] = Field(
        "person",
        description="What a question names: the person's user id, else e-mail, else phone; each open order's id; "
        "or each open parcel's number. A question for products always names one of the message's goods.",
    )
    token_env: str = Field("", description="The environment variable with a bearer token.")
    secret_env: str = Field("", description="The environment variable with the secret of the signature, in base64.")

    @model_validator(mode="after")
    def _is_known_somehow(self) -> "HttpFactsParams":
        if self.token_env or self.secret_env:
            return self
        raise ValueError("expected token_env, secret_env or both, got neither; the endpoint must know who asks")


class HttpFacts:
    """Asks the shop's own endpoint."""

    name: ClassVar[str] = "http_facts"
    # Of all it could tell, the parameters name what it does.
    tells: ClassVar[frozenset[FactKind]] = frozenset(get_args(FactKind))
    Params: ClassVar[type[SourceParams]] = HttpFactsParams

    def __init__(self, params: HttpFactsParams, secrets: Secrets, web: Web) -> None:
        self._params = params
        self._token = read_token(self.name, params.token_env, secrets) if params.token_env else ""
        self._signer = _signer(params.secret_env, secrets) if params.secret_env else None
        self._web = web

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:
        """Ask for each kind about the person, the open orders or the open parcels; for products about the goods."""
        named = self._named(facts)
        goods = tuple(dict.fromkeys(item.product_id for item in items))
        return tuple(
            Question(kind, about)
            for kind in sorted(self._params.tells)
            for about in (goods if kind == "products" else named)
        )

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        """Ask all of these in one POST."""
        asked = [{"kind": question.kind, "about": question.about} for question in questions]
        body = json.dumps({"questions": asked})
        request = Request("POST", self._params.url, self._headers(body, now), body.encode(), self._params.timeout)
        answer = read_object(self.name, await self._web.call(request, now))
        if isinstance(answer, NoAnswer):
            return no_answer_to(questions, answer)
        answers = answer.get("answers")
        if not isinstance(answers, list) or not all(isinstance(each, dict) for each in answers):
            return no_answer_to(questions, unreadable(self.name))
        return {question: _answer_to(question, answers) for question in questions}

    def _named(self, facts: Facts) -> tuple[str, ...]:
        if self._params.about == "order":
            return tuple(order.order_id for order in open_orders(facts))
        if self._params.about == "parcel":
            return tuple(parcel.shipment_id for parcel in open_parcels(facts))
        profile = facts.profile
        known_as = profile.user_id or profile.email or profile.phone
        return (known_as,) if known_as else ()

    def _headers(self, body: str, now: datetime) -> dict[str, str]:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        if self._signer is not None:
            name = state_id(self.name, "ask", [body, now])
            headers["webhook-id"] = name
            headers["webhook-timestamp"] = str(int(now.timestamp()))
            headers["webhook-signature"] = self._signer.sign(name, now, body)
        return headers


def _answer_to(question: Question, answers: Sequence[Payload]) -> Answer:
    """Gather what is said to one question; answers to questions that were not asked are left alone."""
    fitting = [each for each in answers if _answers(each, question)]
    if not fitting:
        return NoAnswer(f"{HttpFacts.name}.no_answer")
    calls: list[Call] = []
    for each in fitting:
        said: Any = each.get("calls")
        if not isinstance(said, list) or not all(isinstance(call, dict) for call in said):
            return unreadable(HttpFacts.name)
        calls += said
    return Told(tuple(calls))


def _answers(answer: Payload, question: Question) -> bool:
    return answer.get("about") == question.about and answer.get("kind", question.kind) == question.kind


def _signer(variable: str, secrets: Secrets) -> Signer:
    try:
        return Signer(read_token(HttpFacts.name, variable, secrets))
    except (Base64Error, ValueError, EmptyWebhookSecretError):
        message = (
            f'source "{HttpFacts.name}": expected base64 in {variable}, with or without whsec_ before it, got '
            "something else; make a secret with openssl rand -base64 32, and give it to the endpoint too"
        )
        raise MissingSecret(message) from None
