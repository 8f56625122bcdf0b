"""Which click stream is measured? One that is made up: what the visitors of a large shop do in ninety days.

Nearly all of it is looking. In public click streams of large shops, which know views, baskets and purchases, 94 to 96 %
of all events are views, 2 to 4 % go into the basket and 1.5 to 2 % are goods that were bought. Here, of all events:

- 94 % are views: 70.3 % pages (`page`) and 23.7 % goods (`Product Viewed`);
- 2.15 % go into the basket (`Product Added`);
- 0.8 % begin a checkout (`Checkout Started`), and 0.75 % are orders (`Order Completed`) of two goods on average:
  counted by goods, as those streams do, 1.5 % are purchases;
- 0.75 % are parcels that leave (`Order Shipped`), 0.7 % those that arrived before the stream ends (`Order Delivered`);
- 0.75 % are addresses that were left (`identify`).

Nine visitors in ten stay anonymous; whoever begins a checkout leaves an e-mail address and has a user id from then on,
which all their calls carry, and one in two agrees to letters. Events come in the order of their time, those of a visit
shortly after each other, with the members that the calls of a browser usually have: 800 bytes of JSON, most of them
about the page and the browser. The same number of events is the same stream every time.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any, TypeAlias

EVENTS_OF_VISITOR = 12.5
BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
LENGTH = timedelta(days=90)

_EVENTS_OF_VISIT = 5.13
_VIEWS_BEYOND_FIRST = 4.3
_GOODS_AMONG_VIEWS, _FILLS_BASKET, _GOES_ON_TO_CHECKOUT, _BUYS, _AGREES = 0.25, 0.055, 0.75, 0.92, 0.5
_PRODUCTS, _DEAREST = 2_000, 200
_DAY = 86_400.0
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835  # makes of a small number one that looks like any other
_PAGES = ("coffee", "coffee/filter", "coffee/espresso", "brewers", "grinders", "gifts", "journal/brewing", "delivery")
_REFERRERS = ("https://search.example/?q=freshly+roasted+coffee", "https://social.example/nordic-roast", "")
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
)

Call: TypeAlias = dict[str, Any]


def click_stream(events: int) -> Iterator[bytes]:
    """Give the lines of a stream of so many events, by a visitor for every twelve and a half of them."""
    shop = _Shop(Random(events), max(1, round(events / EVENTS_OF_VISITOR)))
    pause = LENGTH.total_seconds() * _EVENTS_OF_VISIT / events
    begins, given = 0.0, 0
    while given < events:
        shop.visit(begins)
        begins += pause
        for call in shop.happened_by(begins):
            yield json.dumps(call, separators=(",", ":")).encode()
            given += 1
            if given == events:
                return


class _Shop:
    """The shop's visitors, and what they and its warehouse are about to do; moments are seconds since the begin."""

    def __init__(self, random: Random, visitors: int) -> None:
        self._random = random
        self._visitors = visitors
        self._members: set[int] = set()
        self._coming: list[tuple[float, int, Call]] = []
        self._number = 0

    def happened_by(self, moment: float) -> Iterator[Call]:
        """Give what happens up to a moment, in the order of time."""
        while self._coming and self._coming[0][0] <= moment:
            yield heappop(self._coming)[2]

    def visit(self, at: float) -> None:
        """Let somebody come by: they look around, few fill a basket, and most of these buy."""
        random = self._random
        visitor = random.randrange(self._visitors)
        seen = [random.randrange(_PRODUCTS) for _ in range(3)]
        for _ in range(1 + int(random.expovariate(1 / _VIEWS_BEYOND_FIRST))):
            at += self._moments_later()
            if random.random() < _GOODS_AMONG_VIEWS:
                self._track(at, visitor, "Product Viewed", _product(random.choice(seen)))
            else:
                self._page(at, visitor)
        if random.random() < _FILLS_BASKET:
            self._shop_for(at, visitor, seen[: random.randint(1, 3)])

    def _shop_for(self, at: float, visitor: int, chosen: list[int]) -> None:
        random = self._random
        basket = [_product(number) | {"quantity": 1} for number in chosen]
        for product in basket:
            at += self._moments_later()
            self._track(at, visitor, "Product Added", product)
        if random.random() >= _GOES_ON_TO_CHECKOUT:
            return
        if visitor not in self._members:
            self._identify(at := at + self._moments_later(), visitor)
        paid = {"value": round(sum(product["price"] for product in basket), 2), "currency": "EUR", "products": basket}
        checkout = {"checkout_id": f"c-{self._number}", **paid}
        self._track(at := at + self._moments_later(), visitor, "Checkout Started", checkout)
        if random.random() < _BUYS:
            order = {"order_id": f"o-{self._number}", **checkout}
            self._track(at := at + self._moments_later(), visitor, "Order Completed", order)
            self._send_parcel(at, visitor, {"order_id": order["order_id"], "carrier": "Parcel Post"})

    def _send_parcel(self, at: float, visitor: int, parcel: Call) -> None:
        leaves = at + _DAY * (0.5 + self._random.random())
        arrives = leaves + _DAY * (1 + 3 * self._random.random())
        for moment, name in ((leaves, "Order Shipped"), (arrives, "Order Delivered")):
            told = {"type": "track", "event": name, "properties": parcel, "userId": f"customer-{visitor}"}
            self._happens(moment, told, {"library": {"name": "warehouse", "version": "3.2.0"}})

    def _identify(self, at: float, visitor: int) -> None:
        self._members.add(visitor)
        agrees = self._random.random() < _AGREES
        traits = {"email": f"customer-{visitor}@mail.example", "firstName": "Ann", "marketing_consent": agrees}
        self._browse(at, visitor, {"type": "identify", "traits": traits}, "checkout")

    def _page(self, at: float, visitor: int) -> None:
        path = self._random.choice(_PAGES)
        said = {"path": f"/{path}", "title": "Nordic Roast", "url": f"https://shop.example/{path}"}
        self._browse(at, visitor, {"type": "page", "name": path.title(), "properties": said}, path)

    def _track(self, at: float, visitor: int, name: str, properties: Call) -> None:
        path = f"products/{properties.get('product_id', 'checkout')}"
        self._browse(at, visitor, {"type": "track", "event": name, "properties": properties}, path)

    def _browse(self, at: float, visitor: int, call: Call, path: str) -> None:
        """Let the browser tell of it, with what it knows of the page and of itself."""
        random = self._random
        call["anonymousId"] = _uuid((visitor + 1) * _SPREAD % 2**128)
        if visitor in self._members:
            call["userId"] = f"customer-{visitor}"
        page = {
            "path": f"/{path}",
            "referrer": random.choice(_REFERRERS),
            "search": "?utm_source=newsletter&utm_medium=email&utm_campaign=spring",
            "title": "Nordic Roast, freshly roasted coffee",
            "url": f"https://shop.example/{path}?utm_source=newsletter&utm_medium=email&utm_campaign=spring",
        }
        context = {
            "page": page,
            "userAgent": _BROWSERS[visitor % len(_BROWSERS)],
            "locale": "en-GB",
            "library": {"name": "analytics.js", "version": "npm:next-1.76.0"},
        }
        self._happens(at, call, context)

    def _happens(self, at: float, call: Call, context: Call) -> None:
        moment = (BEGIN + timedelta(milliseconds=int(at * 1000))).isoformat(timespec="milliseconds")
        stamp = moment.replace("+00:00", "Z")
        self._number += 1
        call |= {"context": context, "integrations": {}}
        call |= {"messageId": _uuid(self._random.getrandbits(128)), "timestamp": stamp}
        heappush(self._coming, (at, self._number, call))

    def _moments_later(self) -> float:
        return self._random.uniform(3, 60)


def _product(number: int) -> Call:
    """Give a product of the catalog; the same number is always the same."""
    return {
        "product_id": f"p-{number}",
        "name": f"Coffee No. {number}",
        "category": ("coffee", "brewers", "gifts")[number % 3],
        "price": 5 + number * 37 % _DEAREST + 0.9,
    }


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
