"""Which orders does a WooCommerce shop have of a customer, right now?

Sources: https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders for `search`, `customer`, `include`
and `per_page`, and #authentication-over-https for the key. `search` looks into several fields of an order, so what it
finds is kept only where the billing address has the e-mail asked for. An order has the shape of the payload of
`order.updated`, so both are read by `orchestrator.sources.woocommerce`.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from pydantic import Field

from journeys.vocabulary import FactKind, Facts, Item
from orchestrator.sources.answers import no_answer_to, read_objects, state_id
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.asked_params import AskedParams, SecureUrl, read_token
from orchestrator.sources.calls import Call
from orchestrator.sources.few import for_each
from orchestrator.sources.hooks import Secrets, SourceParams
from orchestrator.sources.reading import Payload, object_in, text
from orchestrator.sources.unfinished import open_orders
from orchestrator.sources.web import Request, Web
from orchestrator.sources.woocommerce import _Notice, _read_order

_CUSTOMER = "customer/"
_ORDER = "order/"
# The most the API gives in one page; of a customer the newest are enough.
_MOST_BY_ID = 100
_MOST_OF_CUSTOMER = 20


class WooCommerceRestParams(AskedParams):
    """Where the shop is, and where its key for reading is."""

    url: SecureUrl = Field(description="The shop's address: https, or http on localhost.")
    key_env: str = Field("WOOCOMMERCE_KEY", description="The environment variable with the consumer key.")
    secret_env: str = Field("WOOCOMMERCE_SECRET", description="The environment variable with the consumer secret.")


class WooCommerceRest:
    """Asks one WooCommerce shop."""

    name: ClassVar[str] = "woocommerce_rest"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"orders", "refunds"})
    Params: ClassVar[type[SourceParams]] = WooCommerceRestParams

    def __init__(self, params: WooCommerceRestParams, secrets: Secrets, web: Web) -> None:
        self._params = params
        key = read_token(self.name, params.key_env, secrets)
        secret = read_token(self.name, params.secret_env, secrets)
        self._authorization = f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"
        self._web = web

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:  # noqa: ARG002  the contract
        """Ask by the e-mail, else by the shop's id of the customer, else about each open order."""
        profile = facts.profile
        if profile.email:
            return (Question("orders", profile.email),)
        if _is_id(profile.user_id):
            return (Question("orders", f"{_CUSTOMER}{profile.user_id}"),)
        ids = [order.order_id for order in open_orders(facts)]
        return tuple(Question("orders", f"{_ORDER}{order_id}") for order_id in ids if _is_id(order_id))

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        """Ask about all orders named by their ids in one call, and about each customer in one."""

        async def ask_some(some: Sequence[Question]) -> Mapping[Question, Answer]:
            return await self._ask_once(some, now)

        named = [question for question in questions if question.about.startswith(_ORDER)]
        calls = [named] if named else []
        calls += [[question] for question in questions if question not in named]
        told = await for_each(calls, ask_some)
        return {question: answer for answers in told for question, answer in answers.items()}

    async def _ask_once(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        url = f"{self._params.url}/wp-json/wc/v3/orders?{urlencode(_query(questions))}"
        headers = {"authorization": self._authorization, "accept": "application/json"}
        request = Request("GET", url, headers, seconds=self._params.timeout)
        orders = read_objects(self.name, await self._web.call(request, now))
        if isinstance(orders, NoAnswer):
            return no_answer_to(questions, orders)
        return {question: _answer_to(question, orders, now) for question in questions}


def _query(questions: Sequence[Question]) -> Mapping[str, str | int]:
    """Write what is asked as the API wants it: several questions are about orders, a single one about anything."""
    about = questions[0].about
    if about.startswith(_ORDER):
        ids = ",".join(question.about.removeprefix(_ORDER) for question in questions)
        return {"include": ids, "per_page": _MOST_BY_ID}
    if about.startswith(_CUSTOMER):
        return {"customer": about.removeprefix(_CUSTOMER), "per_page": _MOST_OF_CUSTOMER}
    return {"search": about, "per_page": _MOST_OF_CUSTOMER}


def _answer_to(question: Question, orders: Sequence[Payload], now: datetime) -> Answer:
    calls: list[Call] = []
    for order in orders:
        if question.about.casefold() in _names(order):
            calls += _calls(order, now)
    return Told(tuple(calls))


def _names(order: Payload) -> tuple[str, ...]:
    """Name all that this order answers a question about."""
    email = text(object_in(order, "billing").get("email"))
    return (email.casefold(), f"{_CUSTOMER}{text(order.get('customer_id'))}", f"{_ORDER}{text(order.get('id'))}")


def _calls(order: Payload, now: datetime) -> tuple[Call, ...]:
    """Tell of the order as a message that it was changed does."""
    order_id = text(order.get("id"))
    if not _is_id(order_id):
        return ()
    name = state_id(WooCommerceRest.name, order_id, order)
    return _read_order(_Notice("order.updated", name, order, order_id, now))


def _is_id(value: str) -> bool:
    """Say whether the shop could have given this id; 0 is how it writes nobody."""
    return value.isascii() and value.isdigit() and value.strip("0") != ""
