"""Which fact makes each built-in guard hold, and what does the guard then do? One row per guard, to be read by people.

A row is about a customer who is promised a message about two things, a grinder of their own and the kettle that all
know. The fact concerns the grinder, or the customer as a whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from journeys.vocabulary import FactKind
from tests.fakes.asking import AskingWorkspace
from tests.fakes.calls import call, identify, track

# What a test calls it, and why nothing is heard: the source is asked in vain, or does not call any more.
NO_ANSWER = ("source", "erp", "unknown")
SILENT = ("source", "till", "unknown")
Does: TypeAlias = Literal["delay", "drop_items", "suppress"]
Piece: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One guard. `{user}` in `evidence` is the customer.

    `known` says what is so beforehand and speaks against nothing, `fact` what then makes the guard hold. `needs` is
    empty for a guard that lives without the sources. `because` says what a doubt is called: by the state of the
    sources, the reason and the evidence. `is_told` says that the fact comes in as an event about the customer, so that
    one that comes too late is a regret.
    """

    guard: str
    settings: str
    fact: Callable[[AskingWorkspace, str, str], None]
    does: Does
    reason: str
    evidence: frozenset[Piece]
    known: Callable[[str], list[bytes]] = lambda user: []
    needs: frozenset[FactKind] = frozenset()
    intent: str = "promote"
    holds_transactional: bool = False
    is_told: bool = True
    beside: str = ""
    variant: str = ""
    because: Mapping[str, tuple[str, frozenset[Piece]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the row."""
        return f"{self.guard}.{self.variant}" if self.variant else self.guard


def goods_of(user: str) -> list[dict[str, Any]]:
    """Give the grinder of this customer and the kettle."""
    return [
        {"product_id": f"grinder-{user}", "name": "Grinder", "price": 80},
        {"product_id": "kettle", "name": "Kettle", "price": 40},
    ]


def of_shop(event: str, at: str, **properties: Any) -> bytes:
    """Say something about the shop's goods."""
    message_id = f"{event}/{at}/{properties.get('product_id')}"
    return call("track", at, message_id, about="shop", event=event, properties=properties)


def grinder(user: str) -> list[dict[str, Any]]:
    """Give the grinder alone."""
    return goods_of(user)[:1]


def says(event: str, **properties: Any) -> Callable[[AskingWorkspace, str, str], None]:
    """Let an event of the customer be the fact; `products` is filled in with the grinder where it is named."""

    def happen(asking: AskingWorkspace, user: str, at: str) -> None:
        said: dict[str, Any] = {name: str(value).format(user=user) for name, value in properties.items()}
        if "products" in said:
            said["products"] = grinder(user)
        asking.workspace.ingest(track(event, at, user, **said))

    return happen


def shop_says(event: str, **properties: Any) -> Callable[[AskingWorkspace, str, str], None]:
    """Let an event about the grinder be the fact."""

    def happen(asking: AskingWorkspace, user: str, at: str) -> None:
        asking.workspace.ingest(of_shop(event, at, product_id=f"grinder-{user}", **properties))

    return happen


def states(**traits: Any) -> Callable[[AskingWorkspace, str, str], None]:
    """Let something that is said of the customer be the fact."""

    def happen(asking: AskingWorkspace, user: str, at: str) -> None:
        asking.workspace.ingest(identify(user, at, **traits))

    return happen


def ordered(user: str) -> list[bytes]:
    """Say that the grinder was bought long ago and has arrived."""
    return [
        track("Order Completed", "2026-01-05 09:00", user, order_id=f"first-{user}", products=goods_of(user)),
        track("Order Delivered", "2026-01-09 09:00", user, order_id=f"first-{user}", shipment_id=f"parcel-{user}"),
    ]


def in_stock(user: str) -> list[bytes]:
    """Say that there is enough of both."""
    return [of_shop("Stock Changed", "08:00", product_id=each["product_id"], quantity=5) for each in goods_of(user)]


def priced(user: str) -> list[bytes]:
    """Say that the shop asks what the message says."""
    return [
        of_shop("Product Updated", "08:00", product_id=each["product_id"], price=each["price"])
        for each in goods_of(user)
    ]


def visiting(user: str) -> list[bytes]:
    """Let the customer be two people so far: one who is kept out, and a visitor who is not and gets the message."""
    return [call("identify", "08:05", f"visitor/{user}", anonymousId=f"v-{user}", traits={"marketing_consent": True})]


def turns_out_to_be(asking: AskingWorkspace, user: str, at: str) -> None:
    """Let the visitor turn out to be the customer who is kept out."""
    seen = {"event": "Page Viewed", "userId": user, "anonymousId": f"v-{user}"}
    asking.workspace.ingest(call("track", at, f"signed in/{user}", **seen))


def hears_something_else(asking: AskingWorkspace, user: str, at: str) -> None:
    """Let another message about the grinder leave, which the guard lets go."""
    asking.workspace.ingest(track("Other Wanted", at, user, products=grinder(user)))


def objects(asking: AskingWorkspace, user: str, at: str) -> None:
    """Let the shop's endpoint object to the message."""
    asking.shop.objections[f"grinder-{user}"] = {"verdict": "suppress", "reason": "in talks"}


def falls_silent(asking: AskingWorkspace, user: str, at: str) -> None:
    """Let the source that is asked give no answer about this customer any more."""
    asking.shop.mute.add(user)


# What happens in the table's own words.

SUPPRESSED_BY_ENDPOINT = ("endpoint", "in talks", "suppress")
NOBODY_ANSWERS = ("http.unknown", frozenset({("endpoint", "no answer", "unknown")}))
GONE_QUIET = {
    "slow": ("stale_facts.no_answer", frozenset({NO_ANSWER})),
    "refused": ("stale_facts.no_answer", frozenset({NO_ANSWER})),
    "broken": ("stale_facts.no_answer", frozenset({NO_ANSWER})),
    "silent": ("stale_facts.silent", frozenset({SILENT})),
}
# Draws the eight profiles that are known first, and none of the next eight.
SALT = "table-80680"

ROWS = (
    Row(
        "already_bought",
        "{within: 30d}",
        says("Order Completed", order_id="new-{user}", products=True),
        "drop_items",
        "already_bought.recent_order",
        frozenset({("order", "new-{user}", "placed")}),
        needs=frozenset({"orders"}),
    ),
    Row(
        "in_delivery",
        "{}",
        says("Order Completed", order_id="new-{user}", products=True),
        "delay",
        "in_delivery.not_shipped",
        frozenset({("order", "new-{user}", "placed")}),
        needs=frozenset({"orders", "shipments"}),
    ),
    Row(
        "review_before_delivery",
        "{}",
        says("Order Completed", order_id="new-{user}", products=True),
        "delay",
        "review_before_delivery.not_delivered",
        frozenset({("order", "new-{user}", "placed")}),
        known=ordered,
        needs=frozenset({"orders", "shipments"}),
        intent="follow_up",
    ),
    Row(
        "returned",
        "{}",
        says("Return Requested", return_id="back-{user}", order_id="first-{user}", products=True),
        "drop_items",
        "returned.requested",
        frozenset({("return", "back-{user}", "requested")}),
        known=ordered,
        needs=frozenset({"returns"}),
    ),
    Row(
        "refunded",
        "{do: suppress}",
        says("Order Refunded", order_id="first-{user}"),
        "suppress",
        "refunded.whole",
        frozenset({("order", "first-{user}", "refunded")}),
        known=ordered,
        needs=frozenset({"orders", "refunds"}),
    ),
    Row(
        "cancelled",
        "{do: suppress}",
        says("Order Cancelled", order_id="first-{user}"),
        "suppress",
        "cancelled.order",
        frozenset({("order", "first-{user}", "cancelled")}),
        known=ordered,
        needs=frozenset({"orders"}),
    ),
    Row(
        "order_problem",
        "{}",
        says("Payment Failed", order_id="new-{user}"),
        "delay",
        "order_problem.payment_failed",
        frozenset({("order", "new-{user}", "payment_failed"), ("payment", "new-{user}/payment", "failed")}),
        needs=frozenset({"orders", "payments", "shipments", "returns"}),
    ),
    Row(
        "open_ticket",
        "{}",
        says("Ticket Opened", ticket_id="question-{user}"),
        "delay",
        "open_ticket.open",
        frozenset({("ticket", "question-{user}", "open")}),
        needs=frozenset({"tickets"}),
    ),
    Row(
        "out_of_stock",
        "{}",
        shop_says("Stock Changed", quantity=0),
        "drop_items",
        "out_of_stock.sold_out",
        frozenset({("stock", "grinder-{user}", "out_of_stock")}),
        known=in_stock,
        needs=frozenset({"products"}),
        is_told=False,
    ),
    Row(
        "price_lower_than_promised",
        "{}",
        shop_says("Product Updated", price=99),
        "drop_items",
        "price_lower_than_promised.dearer_now",
        frozenset({("offer", "grinder-{user}", "80.00"), ("price", "grinder-{user}", "99.00")}),
        known=priced,
        needs=frozenset({"products"}),
        is_told=False,
    ),
    Row(
        "consent",
        "{}",
        states(consent=False),
        "suppress",
        "consent.refused",
        frozenset({("consent", "email", "refused")}),
    ),
    Row(
        "suppression_list",
        "{}",
        says("Email Bounced", type="hard"),
        "suppress",
        "suppression_list.hard_bounce",
        frozenset({("suppression", "email", "hard_bounce")}),
        variant="bounced",
        holds_transactional=True,
    ),
    Row(
        "suppression_list",
        "{}",
        says("Spam Complaint"),
        "suppress",
        "suppression_list.spam_complaint",
        frozenset({("suppression", "email", "spam_complaint")}),
        variant="complained",
        holds_transactional=True,
    ),
    Row(
        "suppression_list",
        "{}",
        says("Email Unsubscribed"),
        "suppress",
        "suppression_list.unsubscribed",
        frozenset({("suppression", "email", "unsubscribed")}),
        variant="unsubscribed",
    ),
    Row(
        "quiet_hours",
        '{from: "21:00", to: "09:00"}',
        states(timezone="Asia/Tokyo"),
        "delay",
        "quiet_hours.night",
        frozenset({("clock", "Asia/Tokyo", "21:00")}),
    ),
    Row(
        "send_window",
        '{from: "09:00", to: "18:00"}',
        states(timezone="Asia/Tokyo"),
        "delay",
        "send_window.closed",
        frozenset({("clock", "Asia/Tokyo", "Mon 21:00")}),
    ),
    Row(
        "frequency_cap",
        "{email: 1 per day}",
        hears_something_else,
        "delay",
        "frequency_cap.channel",
        frozenset({("cap", "channel", "1 per day"), ("send", "email/other", "sent")}),
        is_told=False,
    ),
    Row(
        "recent_message",
        "{within: 7d}",
        hears_something_else,
        "drop_items",
        "recent_message.same_goods",
        frozenset({("send", "email/other", "sent")}),
        is_told=False,
    ),
    Row(
        "holdout",
        f"{{share: 50%, salt: {SALT}}}",
        turns_out_to_be,
        "suppress",
        "holdout.kept_out",
        frozenset({("holdout", "shop", "kept_out")}),
        known=visiting,
    ),
    Row(
        "stale_facts",
        "{}",
        falls_silent,
        "delay",
        "stale_facts.no_answer",
        frozenset({NO_ANSWER}),
        is_told=False,
        # It needs no facts itself, so the source is asked for the sake of another guard, which lets the unknown go.
        beside="already_bought: {if_unknown: allow}",
        because=GONE_QUIET,
    ),
    Row(
        "http",
        '{url: "https://shop.example/may-send", timeout: 0.05s, purposes: [marketing, transactional]}',
        objects,
        "suppress",
        "http.suppressed",
        frozenset({SUPPRESSED_BY_ENDPOINT}),
        holds_transactional=True,
        is_told=False,
        because={"slow": NOBODY_ANSWERS, "refused": NOBODY_ANSWERS, "broken": NOBODY_ANSWERS},
    ),
)
