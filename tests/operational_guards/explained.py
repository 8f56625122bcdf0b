"""What does `tactful explain` show of a guard? One customer for each guard's page in `docs/guards`."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from journeys.vocabulary import (
    Delivery,
    Doubt,
    Facts,
    Intent,
    Item,
    OrderStatus,
    Outside,
    ReturnStatus,
    ShipmentStatus,
)
from operational_guards.judge import judge
from operational_guards.rule import Rule
from orchestrator.explain import Explanation, Past
from orchestrator.store.codec import encode_answers
from orchestrator.story import tell
from tests.operational_guards.people import (
    ANN,
    DAY,
    HOUR,
    NOW,
    about,
    give_back,
    known,
    order,
    parcel,
    product,
    refund,
    sent,
    stock,
    ticket,
)

BOUGHT = order("o9", "grinder", placed_at=NOW - 5 * DAY)
TRAVELLING = parcel("s1", "o9", ShipmentStatus.IN_TRANSIT)
CANCELLED = order("o9", "grinder", placed_at=NOW - 5 * DAY, status=OrderStatus.CANCELLED, changed_at=NOW - DAY)
REMINDER = about("beans", "grinder")
AT_NIGHT = NOW + 10 * HOUR


def _in_doubt() -> Facts:
    facts = known()
    facts.doubts = {"orders": (Doubt("shop", "silent", NOW - 2 * DAY),)}
    return facts


def _answered() -> Facts:
    facts = known()
    answer = {"verdict": "drop_items", "product_ids": ["grinder"], "reason": "recalled"}
    facts.outside = {"http": Outside(NOW, answer)}
    return facts


CASES: Mapping[str, tuple[Delivery, Facts]] = {
    "already_bought": (REMINDER, known(BOUGHT)),
    "cancelled": (REMINDER, known(CANCELLED)),
    "consent": (REMINDER, known(profile=replace(ANN, consent={"marketing": True, "email": False}))),
    "frequency_cap": (REMINDER, known(sent(NOW - 3 * HOUR))),
    "holdout": (replace(REMINDER, profile_id=14), known(profile=replace(ANN, id=14))),
    "http": (REMINDER, _answered()),
    "in_delivery": (REMINDER, known(BOUGHT, TRAVELLING)),
    "open_ticket": (REMINDER, known(ticket("t1"))),
    "order_problem": (REMINDER, known(BOUGHT, parcel("s1", "o9", ShipmentStatus.LOST))),
    "out_of_stock": (REMINDER, known(stock("beans/", 12), stock("grinder/", 0))),
    "price_lower_than_promised": (
        about(items=(Item("beans", price=9.0), Item("grinder", price=80.0))),
        known(product("beans", price=9.0), product("grinder", price=89.9)),
    ),
    "quiet_hours": (replace(REMINDER, planned_at=AT_NIGHT), known()),
    "recent_message": (REMINDER, known(sent(NOW - DAY, products=["grinder"]))),
    "refunded": (REMINDER, known(BOUGHT, refund("f1", "o9", "grinder"))),
    "returned": (REMINDER, known(BOUGHT, give_back("r1", "grinder", order_id="o9", status=ReturnStatus.IN_TRANSIT))),
    "review_before_delivery": (about("grinder", intent=Intent.FOLLOW_UP), known(BOUGHT, TRAVELLING)),
    "send_window": (replace(REMINDER, planned_at=AT_NIGHT), known()),
    "stale_facts": (REMINDER, _in_doubt()),
    "suppression_list": (REMINDER, known(profile=replace(ANN, suppressed={"ann@example.com": "hard_bounce"}))),
}


def explained(name: str, rules: tuple[Rule, ...]) -> str:
    """Give the lines of an explanation that tell of this guard's judgement, when its page's customer is judged."""
    delivery, facts = CASES[name]
    judgement = judge([rule for rule in rules if rule.name == name], delivery, facts, delivery.planned_at)
    line = {
        "at": delivery.planned_at,
        "kind": "judgement",
        "delivery": delivery.id,
        "journey": delivery.journey,
        "step": delivery.step,
        "verdict": type(judgement.verdict).__name__.replace("DropItems", "drop_items").lower(),
        "reason": getattr(judgement.verdict, "reason", ""),
        "answers": msgspec.json.decode(encode_answers(judgement.answers)),
    }
    told = list(tell(Past(facts.profile), Explanation((line,), {}), ZoneInfo("UTC")))
    return "\n".join(told[told.index("") + 2 : -2])
