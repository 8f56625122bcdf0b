"""Was this message mis-timed, by all that is known today?

A marketing message is mis-timed when, at the moment it is handed over, one of its goods is (when it promotes) bought
within the window of `already_bought`, or (always) not yet delivered, returned or being returned, refunded or
cancelled. This is worked out from the customer's complete history, also from what was learned later, and shares no
code with the guards: it is what they are measured against.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from journeys.vocabulary import Delivery, Event, Intent, Purpose

BOUGHT_WITHIN = timedelta(days=30)
_CENT = 0.005
_ABOUT_GOODS = ("Order ", "Payment ", "Return ", "Shipment ")
_SENT_BACK = ("Return Requested", "Return Shipped", "Return Received")
_KEPT_AFTER_ALL = ("Return Declined", "Return Cancelled")


@dataclass(slots=True)
class _Purchase:
    """What became of one order, each moment None while it has not happened.

    `refunds` are what was paid back and when, by the id of the refund.
    """

    order_id: str = ""
    placed_at: datetime | None = None
    products: set[str] = field(default_factory=set)
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    smallest_total: float | None = None
    refunds: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    failures: list[datetime] = field(default_factory=list)
    payments: list[datetime] = field(default_factory=list)
    parcels: list["_Parcel"] = field(default_factory=list)

    def called_off_by(self, at: datetime) -> bool:
        return self.cancelled_by(at) or (self.refunded_at is not None and self.refunded_at <= at)

    def cancelled_by(self, at: datetime) -> bool:
        """Say whether it was cancelled, or its payment failed and none came after that."""
        if self.cancelled_at is not None and self.cancelled_at <= at:
            return True
        if not self.failures:
            return False
        failed_at = max([failure for failure in self.failures if failure <= at], default=None)
        return failed_at is not None and not any(failed_at <= paid <= at for paid in self.payments)

    def delivered_by(self, at: datetime) -> bool:
        """Say whether all of its parcels had arrived; without any, nobody knows of an arrival."""
        for parcel in self.parcels:
            if parcel.arrived_at is None or parcel.arrived_at > at:
                return False
        return bool(self.parcels)

    def add_up(self) -> None:
        """Find out when all of the money was back."""
        paid_back = 0.0
        for at, money in sorted(self.refunds.values()):
            paid_back += money
            if self.smallest_total and paid_back > self.smallest_total - _CENT:
                self.refunded_at = _earlier(self.refunded_at, at)


@dataclass(slots=True)
class _Parcel:
    """One parcel by all the names it was ever called."""

    names: set[str]
    orders: set[str] = field(default_factory=set)
    arrived_at: datetime | None = None


@dataclass(slots=True)
class _SentBack:
    """One return: the goods are back or on their way from `since` on, unless the customer kept them after all."""

    order_id: str = ""
    products: set[str] = field(default_factory=set)
    since: datetime | None = None
    kept_at: datetime | None = None

    def stands_at(self, at: datetime) -> bool:
        """Say whether the goods were back, or on their way back, at this moment."""
        return self.since is not None and self.since <= at and not (self.kept_at and self.kept_at <= at)


class GoodsHistory:
    """Everything that ever happened to one customer's goods."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._purchases: dict[str, _Purchase] = defaultdict(_Purchase)
        self._returns: dict[str, _SentBack] = defaultdict(_SentBack)
        self._parcels: list[_Parcel] = []
        for event in events:
            if event.name.startswith(_ABOUT_GOODS):
                self._note(event)
        for parcel in self._parcels:
            for order_id in parcel.orders:
                self._purchases[order_id].parcels.append(parcel)
        self._orders_of: dict[str, list[_Purchase]] = defaultdict(list)
        for order_id, purchase in self._purchases.items():
            purchase.order_id = order_id
            purchase.add_up()
            for product in purchase.products:
                self._orders_of[product].append(purchase)
        self._returns_of: dict[str, list[_SentBack]] = defaultdict(list)
        for back in self._returns.values():
            # A return that names no goods is of all goods of its order.
            for product in back.products or self._goods_of(back.order_id):
                self._returns_of[product].append(back)
        self._alike = self._goods_alike()

    def mistimed(self, delivery: Delivery, at: datetime, bought_within: timedelta = BOUGHT_WITHIN) -> str:
        """Say why a message handed over at this moment is mis-timed; empty when it is not."""
        if delivery.purpose is not Purpose.MARKETING:
            return ""
        # Of the goods that were always ordered and returned together, mostly all of an order, one look at one will do.
        each_once = {self._alike[item.product_id]: None for item in delivery.items if item.product_id in self._alike}
        for product in each_once:
            reason = self._wrong_about(product, delivery.intent, at, bought_within)
            if reason:
                return reason
        return ""

    def _goods_alike(self) -> dict[str, str]:
        """Lead from each product to the first one that was in the very same orders and returns."""
        first: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = {}
        alike = {}
        for product in {**self._orders_of, **self._returns_of}:
            orders = tuple([id(purchase) for purchase in self._orders_of.get(product, ())])
            returns = tuple([id(back) for back in self._returns_of.get(product, ())])
            alike[product] = first.setdefault((orders, returns), product)
        return alike

    def _wrong_about(self, product: str, intent: Intent, at: datetime, bought_within: timedelta) -> str:
        placed = self._placed(product, at)
        returns = [back for back in self._returns_of.get(product, ()) if back.stands_at(at)]
        if intent is Intent.PROMOTE and _was_bought(placed, at, bought_within):
            return "bought"
        standing = [purchase for purchase in placed if not purchase.called_off_by(at)]
        if _is_under_way(standing, returns, at):
            return "in_delivery"
        if _was_sent_back(standing, returns):
            return "returned"
        if len(standing) < len(placed) and _was_called_off(standing, placed, at):
            return "called_off"
        return ""

    def _placed(self, product: str, at: datetime) -> list[_Purchase]:
        """List the orders of this product that were placed by then."""
        return [buy for buy in self._orders_of.get(product, ()) if buy.placed_at and buy.placed_at <= at]

    def _goods_of(self, order_id: str) -> set[str]:
        purchase = self._purchases.get(order_id)
        return purchase.products if purchase else set()

    # Reading the history.

    def _note(self, event: Event) -> None:
        order_id, name = _text(event.properties.get("order_id")), event.name
        if name in ("Order Shipped", "Shipment Updated", "Order Delivered"):
            self._note_parcel(event, order_id)
        elif name.startswith(("Order ", "Payment ")) and order_id:
            self._note_order(event, order_id)
        if name.startswith("Return ") or name == "Order Refunded":
            return_id = _text(event.properties.get("return_id"))
            if return_id or (order_id and _products(event.properties)):
                self._note_return(event, return_id or _refund_id(event, order_id), order_id)

    def _note_order(self, event: Event, order_id: str) -> None:
        purchase, said = self._purchases[order_id], event.properties
        match event.name:
            case "Order Completed" | "Order Placed":
                purchase.placed_at = _earlier(purchase.placed_at, event.at)
                purchase.products |= _products(said)
                purchase.payments.append(event.at)
            case "Order Cancelled":
                purchase.cancelled_at = _earlier(purchase.cancelled_at, event.at)
            case "Payment Failed":
                purchase.failures.append(event.at)
            case "Payment Received":
                purchase.payments.append(event.at)
            case "Order Refunded" if not said.get("return_id"):
                self._note_refund(event, order_id)
        total = _total(said)
        if event.name in ("Order Completed", "Order Placed", "Order Updated") and total is not None:
            known = purchase.smallest_total
            purchase.smallest_total = total if known is None else min(known, total)

    def _note_refund(self, event: Event, order_id: str) -> None:
        purchase, total = self._purchases[order_id], _total(event.properties)
        if not total and not event.properties.get("refund_id"):
            purchase.refunded_at = _earlier(purchase.refunded_at, event.at)
            return
        refund_id, money = _refund_id(event, order_id), abs(total or 0.0)
        known = purchase.refunds.get(refund_id)
        if known is None or (money, known[0]) > (known[1], event.at):
            purchase.refunds[refund_id] = (event.at, money)

    def _note_parcel(self, event: Event, order_id: str) -> None:
        said = event.properties
        names = {_text(said.get("tracking_number")), _text(said.get("shipment_id"))} - {""}
        if not names and order_id:
            names = {f"{order_id}/1"}
        if not names:
            return
        parcel = _Parcel(names, {order_id} - {""})
        if event.name == "Order Delivered" or said.get("status") == "delivered":
            parcel.arrived_at = event.at
        for known in [known for known in self._parcels if known.names & names]:
            self._parcels.remove(known)
            parcel.names |= known.names
            parcel.orders |= known.orders
            if known.arrived_at is not None:
                parcel.arrived_at = _earlier(parcel.arrived_at, known.arrived_at)
        self._parcels.append(parcel)

    def _note_return(self, event: Event, return_id: str, order_id: str) -> None:
        back = self._returns[return_id]
        back.order_id = back.order_id or order_id
        back.products |= _products(event.properties)
        if event.name in _SENT_BACK or event.name in ("Order Refunded", "Return Closed"):
            back.since = _earlier(back.since, event.at)
        elif event.name in _KEPT_AFTER_ALL:
            back.kept_at = _earlier(back.kept_at, event.at)


def _was_bought(placed: list[_Purchase], at: datetime, within: timedelta) -> bool:
    return any(at - _moment(buy.placed_at) <= within and not buy.cancelled_by(at) for buy in placed)


def _is_under_way(standing: list[_Purchase], returns: list[_SentBack], at: datetime) -> bool:
    return any(not buy.delivered_by(at) and not _came_back(buy, returns) for buy in standing)


def _came_back(purchase: _Purchase, returns: list[_SentBack]) -> bool:
    """Say whether this order's goods were sent back; they are then judged as returned."""
    placed_at = _moment(purchase.placed_at)
    return any(
        back.order_id == purchase.order_id or (not back.order_id and placed_at < _moment(back.since))
        for back in returns
    )


def _was_sent_back(standing: list[_Purchase], returns: list[_SentBack]) -> bool:
    """Say whether goods came back and were not bought again since."""
    return any(not _bought_after(_moment(back.since), standing) for back in returns)


def _was_called_off(standing: list[_Purchase], placed: list[_Purchase], at: datetime) -> bool:
    """Say whether an order was called off and the goods not bought again since."""
    return any(buy.called_off_by(at) and not _bought_after(_moment(buy.placed_at), standing) for buy in placed)


def _bought_after(at: datetime, standing: list[_Purchase]) -> bool:
    return any(_moment(buy.placed_at) > at for buy in standing)


def _moment(at: datetime | None) -> datetime:
    assert at is not None  # The orders and returns that are looked at have come to be.
    return at


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _refund_id(event: Event, order_id: str) -> str:
    return _text(event.properties.get("refund_id")) or f"{order_id}/refund"


def _total(said: Any) -> float | None:
    """Read the sum of money, else add up the goods; None when neither is said."""
    for key in ("total", "revenue", "value"):
        if isinstance(said.get(key), int | float):
            return float(said[key])
    lines = said.get("products")
    if not isinstance(lines, list) or not _products(said):
        return None
    return sum(_price(line) for line in lines if isinstance(line, dict))


def _price(line: dict[str, Any]) -> float:
    try:
        return float(line.get("price") or 0) * float(line.get("quantity") or 1)
    except (TypeError, ValueError):
        return 0.0


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _products(said: Any) -> set[str]:
    lines = said.get("products")
    if not isinstance(lines, list):
        return set()
    ids = {
        _text(line.get("product_id") or line.get("sku") or line.get("id")) for line in lines if isinstance(line, dict)
    }
    return ids - {""}
