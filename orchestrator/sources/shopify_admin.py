"""What does a Shopify shop know of a customer's orders, parcels and returns, right now?

Source: https://shopify.dev/docs/api/admin-graphql (address, `X-Shopify-Access-Token`, `errors` with a `path` and a code
under `extensions`). Several questions go into one query (`orchestrator.sources._shopify_query`); queries follow one
another, because their points come out of one bucket: a query that could cost more than is left is answered with 200 and
the error THROTTLED, and those after it are not sent at all.

The app needs the scopes read_orders, read_returns, and access to customers' e-mail addresses: what is found for an
e-mail is kept only where the order has that address. Without read_all_orders Shopify gives the last 60 days only.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from journeys.vocabulary import FactKind, Facts, Item
from orchestrator.sources._shopify_graphql import order_calls, short_id
from orchestrator.sources._shopify_query import Query, packed
from orchestrator.sources.answers import no_answer_to, read_object, unreadable
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.asked_params import AskedParams, read_token
from orchestrator.sources.hooks import Secrets, SourceParams
from orchestrator.sources.reading import Payload, object_in, objects_in, text
from orchestrator.sources.unfinished import open_orders
from orchestrator.sources.web import Request, Web

NAME = "shopify_admin"
_THROTTLED = NoAnswer(f"{NAME}.throttled")
_BY_PERSON: tuple[FactKind, ...] = ("orders", "refunds", "returns")
_CODES = {"THROTTLED": "throttled", "ACCESS_DENIED": "refused", "MAX_COST_EXCEEDED": "too_expensive"}


class ShopifyAdminParams(AskedParams):
    """Which shop is asked, and where the app's token is."""

    shop: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$",
        description="The shop's own domain.",
        examples=["nordic-roast.myshopify.com"],
    )
    token_env: str = Field("SHOPIFY_ADMIN_TOKEN", description="The environment variable with the Admin API token.")
    api_version: str = Field("2026-10", pattern=r"^\d{4}-\d{2}$", description="The version of the Admin API.")


class ShopifyAdmin:
    """Asks the Admin API of one Shopify shop."""

    name: ClassVar[str] = NAME
    tells: ClassVar[frozenset[FactKind]] = frozenset({*_BY_PERSON, "shipments"})
    Params: ClassVar[type[SourceParams]] = ShopifyAdminParams

    def __init__(self, params: ShopifyAdminParams, secrets: Secrets, web: Web) -> None:
        self._params = params
        self._token = read_token(NAME, params.token_env, secrets)
        self._web = web

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:  # noqa: ARG002  the contract
        """Ask by the e-mail, else by Shopify's id of the customer; about parcels only where an order is open."""
        profile = facts.profile
        person = profile.email or (profile.user_id if _is_id(profile.user_id) else "")
        of_person = tuple(Question(kind, person) for kind in _BY_PERSON if person)
        ids = [order.order_id for order in open_orders(facts)]
        return of_person + tuple(Question("shipments", order_id) for order_id in ids if _is_id(order_id))

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        """Ask all of these with as few queries as their cost allows, until Shopify has enough."""
        known = [question for question in questions if question.kind in self.tells]
        answers: dict[Question, Answer] = dict.fromkeys(questions, NoAnswer(f"{NAME}.no_answer"))
        is_throttled = False
        for query in packed(known):
            asked = query.questions
            answers |= no_answer_to(asked, _THROTTLED) if is_throttled else await self._ask_once(query, now)
            is_throttled = is_throttled or _THROTTLED in (answers[question] for question in asked)
        return answers

    async def _ask_once(self, query: Query, now: datetime) -> Mapping[Question, Answer]:
        url = f"https://{self._params.shop}/admin/api/{self._params.api_version}/graphql.json"
        headers = {"content-type": "application/json", "x-shopify-access-token": self._token}
        request = Request("POST", url, headers, json.dumps(query.body()).encode(), self._params.timeout)
        answer = read_object(NAME, await self._web.call(request, now))
        if isinstance(answer, NoAnswer):
            return no_answer_to(query.questions, answer)
        numbered = enumerate(query.questions)
        return {question: _answer_to(question, f"a{place}", answer) for place, question in numbered}


def _answer_to(question: Question, alias: str, answer: Payload) -> Answer:
    """Read what stands under the question's alias, if no error is about it."""
    for error in _errors(answer):
        path = error.get("path")
        if not isinstance(path, list) or not path or path[0] == alias:
            code = text(object_in(error, "extensions").get("code"))
            return NoAnswer(f"{NAME}.{_CODES.get(code, 'failed')}")
    found = _orders(question, object_in(answer, "data"), alias)
    if found is None:
        return unreadable(NAME)
    fitting = [order for order in found if _is_about(order, question)]
    return Told(tuple(call for order in fitting for call in order_calls(NAME, question.kind, order)))


def _errors(answer: Payload) -> Sequence[Payload]:
    """List the errors; what is no list of objects is one that is about everything."""
    stated: Any = answer.get("errors")
    if not stated:
        return []
    return stated if isinstance(stated, list) and all(isinstance(each, dict) for each in stated) else [{}]


def _orders(question: Question, told: Payload, alias: str) -> list[Payload] | None:
    """List the orders under an alias; none for an order that is gone, None when nothing can be read."""
    if question.kind != "shipments":
        found = object_in(told, alias)
        return objects_in(found, "nodes") if isinstance(found.get("nodes"), list) else None
    if alias not in told:
        return None
    order = told[alias]
    return [] if order is None else [order] if isinstance(order, dict) else None


def _is_about(order: Payload, question: Question) -> bool:
    """Say whether it is the order asked for, or one of the person asked for."""
    if question.kind == "shipments":
        return short_id(order) == question.about
    if _is_id(question.about):
        return short_id(object_in(order, "customer")) == question.about
    return text(order.get("email")).casefold() == question.about.casefold()


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit()
