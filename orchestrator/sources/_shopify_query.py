"""How is Shopify's GraphQL asked many questions at once?

Each question is an alias in one query; what it is about goes along as a variable. Fields and arguments:
https://shopify.dev/docs/api/admin-graphql/latest/queries/orders and …/queries/order; the search for a person:
https://shopify.dev/docs/api/usage/search-syntax.

A query is refused when it could cost more than 1,000 points. By
https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits an object costs a point and a connection as much as
what `first` allows; the page gives no formula, so `COSTS` counts two points for each connection and every list in full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from journeys.vocabulary import FactKind
from orchestrator.sources.asked import Question

MOST_POINTS = 1000

_WHO = "id email updatedAt createdAt customer { id }"
_GOODS = "sku title product { id } variant { id }"
_BODIES: dict[FactKind, str] = {
    "orders": """
        phone cancelledAt cancelReason displayFinancialStatus currencyCode
        totalPriceSet { shopMoney { amount } }
        lineItems(first: 10) {
          pageInfo { hasNextPage }
          nodes { quantity %(goods)s originalUnitPriceSet { shopMoney { amount } } }
        }""",
    "refunds": """
        refunds(first: 3) {
          id createdAt totalRefundedSet { shopMoney { amount currencyCode } } return { id }
          refundLineItems(first: 5) { nodes { quantity lineItem { %(goods)s } } }
        }""",
    "returns": """
        returns(first: 3) { nodes { id status createdAt requestApprovedAt closedAt } }""",
    "shipments": """
        fulfillments(first: 5) {
          id status displayStatus createdAt updatedAt deliveredAt estimatedDeliveryAt
          trackingInfo(first: 1) { company number }
          events(first: 2, sortKey: HAPPENED_AT, reverse: true) { nodes { status happenedAt estimatedDeliveryAt } }
          fulfillmentLineItems(first: 10) {
            pageInfo { hasNextPage }
            nodes { quantity lineItem { %(goods)s } }
          }
        }""",
}
# What one question of a kind costs at most; the tests count it again.
COSTS: dict[FactKind, int] = {"orders": 287, "refunds": 402, "returns": 37, "shipments": 247}


@dataclass(frozen=True, slots=True)
class Query:
    """One call: the questions it asks, under the aliases `a0`, `a1`, ... in this order."""

    questions: tuple[Question, ...]

    def body(self) -> dict[str, Any]:
        """Write it as the API takes it."""
        numbered = list(enumerate(self.questions))
        declared = ", ".join(f"$v{place}: {_type(question)}" for place, question in numbered)
        selected = "\n".join(_selection(place, question) for place, question in numbered)
        variables = {f"v{place}": _variable(question) for place, question in numbered}
        return {"query": f"query ({declared}) {{\n{selected}\n}}", "variables": variables}


def packed(questions: Sequence[Question]) -> Iterator[Query]:
    """Put as many questions into each query as it may cost."""
    gathered: list[Question] = []
    points = 0
    for question in questions:
        cost = COSTS[question.kind]
        if gathered and points + cost > MOST_POINTS:
            yield Query(tuple(gathered))
            gathered, points = [], 0
        gathered.append(question)
        points += cost
    if gathered:
        yield Query(tuple(gathered))


def _type(question: Question) -> str:
    return "ID!" if question.kind == "shipments" else "String!"


def _variable(question: Question) -> str:
    """Name an order by its id, a person by a search: for the shop's id of them, else for their e-mail."""
    about = question.about
    if question.kind == "shipments":
        return f"gid://shopify/Order/{about}"
    if about.isdigit():
        return f"customer_id:{about}"
    quoted = about.replace("\\", "\\\\").replace('"', '\\"')
    return f'email:"{quoted}"'


def _selection(place: int, question: Question) -> str:
    """Select what the kind needs: of one order, or of those of a person that changed last."""
    body = _BODIES[question.kind] % {"goods": _GOODS}
    if question.kind == "shipments":
        return f"  a{place}: order(id: $v{place}) {{ {_WHO} {body} }}"
    search = f"first: 5, sortKey: UPDATED_AT, reverse: true, query: $v{place}"
    return f"  a{place}: orders({search}) {{ nodes {{ {_WHO} {body} }} }}"
