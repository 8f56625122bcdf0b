"""What could six weeks of a small shop look like?

A synthetic history of Nordic Roast, the coffee roaster of the example, in the shape of the Segment spec: sixty
fictional customers whose stories meet every guard. The same seed always gives the same history. Every event carries
`context.synthetic`, so that it can never be taken for a real one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
END = BEGIN + timedelta(weeks=6)
CUSTOMERS = 60
HEROINE = "ilze@example.com"

Line: TypeAlias = dict[str, Any]
Goods: TypeAlias = list[dict[str, Any]]

_SHOP = "https://shop.example"
# Product id, name, category, price in EUR, and the day (from 0) on which the shop begins to offer it.
_OFFERS = (
    ("santos", "Santos, 250 g", "coffee", 9.5, 0),
    ("sidamo", "Sidamo, 250 g", "coffee", 12.0, 0),
    ("filters", "Paper filters, 100", "brewing", 6.9, 0),
    ("kettle", "Gooseneck kettle", "brewing", 69.0, 0),
    ("dripper", "Porcelain dripper", "brewing", 24.0, 0),
    ("scale", "Brewing scale", "brewing", 39.0, 3),
    ("huila", "Huila, 250 g", "coffee", 13.0, 6),
    ("grinder", "Hand grinder", "grinders", 89.0, 9),
    ("yirgacheffe", "Yirgacheffe, 250 g", "coffee", 12.5, 12),
    ("espresso_machine", "Lever espresso machine", "machines", 420.0, 15),
    ("carafe", "Glass carafe", "brewing", 32.0, 21),
    ("kenya_aa", "Kenya AA, 250 g", "coffee", 15.0, 28),
    ("winter_blend", "Winter blend, 1 kg", "coffee", 34.0, 35),
)
_FIRST_NAMES = (
    "Anna", "Janis", "Marta", "Peteris", "Liga", "Andris", "Elina", "Toms", "Zane", "Karlis", "Inga", "Edgars",
    "Sanita", "Oskars", "Dace", "Rihards", "Laura", "Juris", "Evija", "Martins",
)  # fmt: skip
_ARTICLES = ("first-cup", "water", "grind", "moka-or-filter", "how-we-roast")
_CAMPAIGNS = (
    {"source": "instagram", "medium": "paid_social", "name": "winter_mornings"},
    {"source": "google", "medium": "cpc", "name": "coffee_beans"},
    {"source": "newsletter", "medium": "email", "name": "weekly"},
    {"source": "friends", "medium": "referral", "name": "bring_a_friend"},
)


@dataclass(frozen=True, slots=True)
class _Person:
    """One customer, and how this one writes addresses."""

    number: int
    first_name: str
    email: str
    phone: str
    timezone: str = "Europe/Riga"

    @property
    def user_id(self) -> str:
        return f"u{self.number}"

    @property
    def anonymous_id(self) -> str:
        return f"visitor-{self.number}"


@dataclass(slots=True)
class _Book:
    """The history while it is being written."""

    chance: Random
    lines: list[tuple[datetime, Line]] = field(default_factory=list)

    def track(self, person: _Person, at: datetime, event: str, **properties: Any) -> None:
        """Write that a known customer did something."""
        self.write(at, {"type": "track", "event": event, "userId": person.user_id, "properties": properties})

    def page(self, person: _Person, at: datetime, path: str, campaign: dict[str, str] | None = None) -> None:
        """Write that a visitor, not known by name, looked at a page."""
        properties = {"url": _SHOP + path, "path": path}
        line = {"type": "page", "name": path, "anonymousId": person.anonymous_id, "properties": properties}
        self.write(at, line, {"campaign": campaign} if campaign else {})

    def identify(self, person: _Person, at: datetime, **traits: Any) -> None:
        """Write who the visitor is."""
        ids = {"userId": person.user_id, "anonymousId": person.anonymous_id}
        own = {"first_name": person.first_name, "last_name": "Example", "email": person.email, "phone": person.phone}
        self.write(at, {"type": "identify", **ids, "traits": {**own, "timezone": person.timezone, **traits}})

    def write(self, at: datetime, line: Line, context: dict[str, Any] | None = None) -> None:
        """Write one line; what happens after the end of the history is left out."""
        if at < END:
            self.lines.append((at, {**line, "context": {"synthetic": True, **(context or {})}}))

    def soon(self, after: datetime, low: float, high: float) -> datetime:
        """Give a moment some hours after another, at a full minute."""
        return after + timedelta(minutes=round(60 * self.chance.uniform(low, high)))

    def by_day(self, day: int) -> datetime:
        """Give a moment of a day (from 0) at which people are awake."""
        return BEGIN + timedelta(days=day, minutes=self.chance.randrange(7 * 60, 19 * 60))


def demo_history(seed: int = 7) -> list[Line]:
    """Write the history, in order of time, as values that are ready for JSON."""
    book = _Book(Random(seed))  # noqa: S311 - a story, not a secret; the seed makes it the same every time
    _tell_of_ilze(book)
    _show_the_shelf(book)
    for number in range(1, CUSTOMERS):
        person = _person(book, number)
        begin = _arrive(book, person)
        _STORIES[number % len(_STORIES)](book, person, begin)
    ordered = sorted(book.lines, key=lambda entry: entry[0])
    return [
        {"messageId": f"demo-{place:04d}", "timestamp": _written(at), **line}
        for place, (at, line) in enumerate(ordered, start=1)
    ]


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# The heroine: her story meets every guard that looks at goods.


def _tell_of_ilze(book: _Book) -> None:
    """A guide, a grinder bought in another checkout, a late parcel, and a review once it is there."""
    ilze = _Person(0, "Ilze", "ILZE@Example.com", "20 000 100")
    grinder = _goods("grinder")

    def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
        # Riga is two hours ahead of UTC all winter.
        return datetime(2026, month, day, hour - 2, minute, tzinfo=UTC)

    book.page(ilze, at(1, 12, 19, 40), "/articles/first-cup", _CAMPAIGNS[0])
    book.page(ilze, at(1, 12, 19, 52), "/articles/grind")
    book.identify(ilze, at(1, 12, 19, 55), marketing_consent=True)
    book.track(ilze, at(1, 12, 19, 56), "Form Submitted", form="guide", email=ilze.email, url=f"{_SHOP}/guide")
    book.page(ilze, at(1, 21, 17, 50), "/p/grinder")
    book.track(ilze, at(1, 21, 18, 0), "Checkout Started", checkout_id="c-ilze-1", **_priced(grinder))
    book.page(ilze, at(1, 21, 18, 22), "/p/grinder")
    # She goes on with her telephone: the same grinder, in another checkout.
    book.track(ilze, at(1, 21, 18, 25), "Checkout Started", checkout_id="c-ilze-2", **_priced(grinder))
    order = {"order_id": "o-ilze-1", "checkout_id": "c-ilze-2"}
    book.track(ilze, at(1, 21, 18, 40), "Order Completed", **order, **_priced(grinder))
    parcel = {"order_id": "o-ilze-1", "shipment_id": "p-ilze-1", "carrier": "Demo Post"}
    book.track(ilze, at(1, 23, 15, 0), "Order Shipped", **parcel, expected_at="2026-01-27T12:00:00Z")
    for day in (26, 30):
        book.track(ilze, at(1, day, 11, 30), "Shipment Updated", **parcel, status="in_transit")
    book.track(ilze, at(2, 5, 9, 10), "Shipment Updated", **parcel, status="out_for_delivery")
    book.track(ilze, at(2, 5, 14, 0), "Order Delivered", **parcel)
    book.page(ilze, at(2, 8, 20, 15), "/reviews")
    book.track(ilze, at(2, 8, 20, 21), "Product Reviewed", product_id="grinder", review_id="r-ilze-1", rating=5)


def _show_the_shelf(book: _Book) -> None:
    """Show each of the goods from the day it is offered, to visitors who never say who they are."""
    for place, (product_id, _, category, _, day) in enumerate(_OFFERS):
        visitor = _Person(900 + place, "", "", "")
        at = BEGIN + timedelta(days=day, hours=5, minutes=place)
        properties = {"list_id": "new", "category": category, "products": _goods(product_id)}
        line = {"type": "track", "event": "Product List Viewed", "anonymousId": visitor.anonymous_id}
        book.write(at, {**line, "properties": properties})


# Everybody else.


def _person(book: _Book, number: int) -> _Person:
    first_name = _FIRST_NAMES[number % len(_FIRST_NAMES)]
    email = f"{first_name.lower()}{number}@example.com"
    digits = f"{20_000_100 + number}"
    spellings = (
        f"+371{digits}",
        digits,
        f"00371 {digits[:2]} {digits[2:5]} {digits[5:]}",
        f"+371 {digits[:4]} {digits[4:]}",
        f"8 {digits}",
        f"({digits[:3]}) {digits[3:]}",
    )
    zone = book.chance.choice(("Europe/Riga",) * 5 + ("Europe/London", "America/New_York"))
    email = email.upper() if number == 1 else email
    return _Person(number, first_name, email, spellings[number % len(spellings)], zone)


def _arrive(book: _Book, person: _Person) -> datetime:
    """Let a visitor look around for some days and then say who they are."""
    first = book.by_day(book.chance.randrange(0, 18))
    at = first
    campaign: dict[str, str] | None = book.chance.choice(_CAMPAIGNS)
    for _ in range(book.chance.randrange(3, 9)):
        path = f"/articles/{book.chance.choice(_ARTICLES)}" if book.chance.random() < 0.6 else "/coffee"
        book.page(person, at, path, campaign)
        at, campaign = book.soon(at, 0.1, 20), None
    answer = book.chance.choice((True, True, True, True, False, None))
    book.identify(person, at, **({} if answer is None else {"marketing_consent": answer}))
    return at


def _read_only(book: _Book, person: _Person, begin: datetime) -> None:
    """Ask for the guide, and come back to read."""
    book.track(person, book.soon(begin, 0.05, 0.2), "Form Submitted", form="guide", email=person.email)
    _browse(book, person, begin, visits=6)


def _abandon(book: _Book, person: _Person, begin: datetime) -> None:
    """Leave two baskets behind."""
    for place in (1, 2):
        begin = book.soon(begin, 20, 150)
        book.page(person, begin, "/cart")
        _checkout(book, person, begin, place, _basket(book, begin))
    _browse(book, person, begin, visits=3)


def _buy(book: _Book, person: _Person, begin: datetime) -> None:
    """Read, buy, get the parcel in good time."""
    book.track(person, begin + timedelta(minutes=3), "Form Submitted", form="guide", email=person.email)
    _order(book, person, book.soon(begin, 10, 120), 1, days=book.chance.uniform(2, 5))
    _browse(book, person, begin, visits=2)


def _buy_and_look_again(book: _Book, person: _Person, begin: datetime) -> None:
    """Buy, and leave a basket with the same goods and others a few days later."""
    goods, delivered = _order(book, person, book.soon(begin, 5, 60), 1, days=book.chance.uniform(5, 12))
    again = book.soon(begin, 100, 200)
    _checkout(book, person, again, 2, [*goods, *(item for item in _basket(book, again) if item not in goods)])
    book.track(person, book.soon(delivered, 24, 90), "Product Reviewed", product_id=goods[0]["product_id"], rating=4)


def _send_back(book: _Book, person: _Person, begin: datetime) -> None:
    """Buy, send one of the goods back, get the money."""
    goods, delivered = _order(book, person, book.soon(begin, 5, 60), 1, days=book.chance.uniform(2, 4))
    names = {"return_id": f"r-{person.number}-1", "order_id": f"o-{person.number}-1", "products": goods[:1]}
    asked = book.soon(delivered, 20, 70)
    book.track(person, asked, "Return Requested", **names, reason="unwanted")
    received = book.soon(asked, 80, 150)
    book.track(person, received, "Return Received", **names)
    book.track(person, book.soon(received, 10, 60), "Order Refunded", **names, total=goods[0]["price"])
    _checkout(book, person, book.soon(received, 60, 120), 2, goods[:1])


def _trouble(book: _Book, person: _Person, begin: datetime) -> None:
    """Buy, have the parcel stuck, leave a basket meanwhile; most parcels turn up, some are refunded."""
    bought = book.soon(begin, 5, 60)
    goods = _basket(book, bought)
    order_id = _place(book, person, bought, 1, goods)
    parcel = {"order_id": order_id, "shipment_id": f"p-{person.number}-1", "carrier": "Demo Post"}
    shipped = book.soon(bought, 15, 30)
    book.track(person, shipped, "Order Shipped", **parcel)
    stuck = book.soon(shipped, 30, 70)
    book.track(person, stuck, "Shipment Updated", **parcel, status="exception")
    _checkout(book, person, book.soon(stuck, 5, 40), 2, _basket(book, stuck))
    settled = book.soon(stuck, 90, 200)
    if person.number % 3:
        book.track(person, settled, "Order Delivered", **parcel)
    else:
        book.track(person, settled, "Order Refunded", order_id=order_id)


def _leave(book: _Book, person: _Person, begin: datetime) -> None:
    """Buy once, then unsubscribe, then leave a basket all the same."""
    _, delivered = _order(book, person, book.soon(begin, 5, 60), 1, days=3)
    gone = book.soon(delivered, 24, 100)
    book.track(person, gone, "Email Unsubscribed", email=person.email, channel="email")
    later = book.soon(gone, 24, 100)
    _checkout(book, person, later, 2, _basket(book, later))


def _change_of_mind(book: _Book, person: _Person, begin: datetime) -> None:
    """Have a payment fail and try again; cancel a second order."""
    bought = book.soon(begin, 5, 60)
    goods = _basket(book, bought)
    failed = {"order_id": f"o-{person.number}-0", "checkout_id": f"c-{person.number}-1"}
    book.track(person, bought - timedelta(minutes=6), "Order Completed", **failed, **_priced(goods))
    book.track(person, bought - timedelta(minutes=5), "Payment Failed", **failed)
    _order(book, person, bought, 1, days=4, goods=goods)
    second = book.soon(bought, 150, 260)
    order_id = _place(book, person, second, 2, _basket(book, second))
    book.track(person, book.soon(second, 1, 9), "Order Cancelled", order_id=order_id, reason="customer")


_STORIES: tuple[Callable[[_Book, _Person, datetime], None], ...] = (
    _buy,
    _read_only,
    _abandon,
    _buy_and_look_again,
    _buy,
    _send_back,
    _trouble,
    _abandon,
    _leave,
    _change_of_mind,
)


# Parts of the stories.


def _browse(book: _Book, person: _Person, begin: datetime, visits: int) -> None:
    at = begin
    for _ in range(visits):
        at = book.soon(at, 10, 140)
        book.page(person, at, f"/articles/{book.chance.choice(_ARTICLES)}")


def _basket(book: _Book, at: datetime) -> Goods:
    """Choose goods that are offered by then: mostly coffee with one or two other things."""
    day = (at - BEGIN).days
    offered = [offer[0] for offer in _OFFERS if offer[4] <= day]
    return _goods(*book.chance.sample(offered, book.chance.choice((1, 2, 2, 3))))


def _goods(*product_ids: str) -> Goods:
    return [
        {
            "product_id": product_id,
            "name": name,
            "category": category,
            "price": price,
            "quantity": 1,
            "url": f"{_SHOP}/p/{product_id}",
        }
        for product_id, name, category, price, _ in _OFFERS
        if product_id in product_ids
    ]


def _priced(goods: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total = round(sum(item["price"] * item["quantity"] for item in goods), 2)
    return {"value": total, "total": total, "currency": "EUR", "products": list(goods)}


def _checkout(book: _Book, person: _Person, at: datetime, place: int, goods: Goods) -> None:
    book.track(person, at, "Checkout Started", checkout_id=f"c-{person.number}-{place}", **_priced(goods))


def _place(book: _Book, person: _Person, at: datetime, place: int, goods: Goods) -> str:
    """Go through a checkout in a few minutes and give the order's id."""
    order_id = f"o-{person.number}-{place}"
    _checkout(book, person, at - timedelta(minutes=7), place, goods)
    names = {"order_id": order_id, "checkout_id": f"c-{person.number}-{place}"}
    book.track(person, at, "Order Completed", **names, **_priced(goods))
    return order_id


def _order(
    book: _Book, person: _Person, at: datetime, place: int, *, days: float, goods: Goods | None = None
) -> tuple[Goods, datetime]:
    """Buy and have it delivered so many days later; give the goods and the moment they arrive."""
    bought = goods or _basket(book, at)
    order_id = _place(book, person, at, place, bought)
    parcel = {"order_id": order_id, "shipment_id": f"p-{person.number}-{place}", "carrier": "Demo Post"}
    shipped = book.soon(at, 12, 30)
    delivered = max(at + timedelta(minutes=round(days * 1440)), shipped + timedelta(hours=3))
    book.track(person, shipped, "Order Shipped", **parcel)
    book.track(person, shipped + (delivered - shipped) / 2, "Shipment Updated", **parcel, status="in_transit")
    book.track(person, delivered, "Order Delivered", **parcel)
    return bought, delivered
