"""Which customers, deliveries and configurations can there be, as far as guards can tell?"""

from datetime import timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.vocabulary import (
    Delivery,
    Facts,
    Intent,
    Item,
    OrderStatus,
    PaymentStatus,
    Purpose,
    Reach,
    ReturnStatus,
    ShipmentStatus,
    TicketStatus,
)
from operational_guards.base import Guard
from operational_guards.verdict import Allow, Delay, DropItems, Evidence, Suppress, Verdict
from tests.operational_guards.people import (
    ANN,
    BUILT_IN,
    NOW,
    about,
    give_back,
    guard_of,
    known,
    order,
    parcel,
    pay,
    product,
    refund,
    sent,
    stock,
    ticket,
)

PRODUCTS = ("beans", "grinder", "mill", "cup")
ORDERS = ("o1", "o2", "o3")
ZONES = ("", "UTC", "Europe/Riga", "America/St_Johns", "Africa/Cairo", "Australia/Lord_Howe", "Mars/Olympus")

# Whole days meet the edges of the windows; odd minutes lie between them.
ages = st.one_of(
    st.integers(0, 90).map(lambda days: timedelta(days=days)),
    st.integers(0, 90 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
moments = ages.map(lambda age: NOW - age)
products = st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=3, unique=True)


@st.composite
def _orders(draw, order_id):
    placed_at = draw(moments)
    return order(
        order_id,
        *draw(products),
        placed_at=placed_at,
        status=draw(st.sampled_from(OrderStatus)),
        changed_at=draw(st.datetimes(placed_at.replace(tzinfo=None), NOW.replace(tzinfo=None))).replace(
            tzinfo=NOW.tzinfo
        ),
        checkout_id=draw(st.sampled_from(["", "k1", "k2"])),
        promised_at=draw(st.one_of(st.none(), moments)),
    )


@st.composite
def _parcels(draw, shipment_id):
    status = draw(st.sampled_from(ShipmentStatus))
    changed_at = draw(moments)
    is_dated = status is ShipmentStatus.DELIVERED and draw(st.booleans())
    return parcel(
        shipment_id,
        draw(st.sampled_from((*ORDERS, "o404"))),
        status,
        changed_at=changed_at,
        delivered_at=changed_at if is_dated else None,
        expected_at=draw(st.one_of(st.none(), moments)),
        products=draw(st.one_of(st.just([]), products)),
    )


@st.composite
def _returns(draw, return_id):
    requested_at = draw(moments)
    return give_back(
        return_id,
        *draw(products),
        order_id=draw(st.sampled_from(("", *ORDERS))),
        status=draw(st.sampled_from(ReturnStatus)),
        requested_at=requested_at,
        changed_at=min(NOW, requested_at + draw(ages)),
    )


orders = st.sampled_from(("", *ORDERS, "o404"))
payments = st.builds(
    lambda payment_id, order_id, status, at: pay(payment_id, order_id, status, changed_at=at),
    st.sampled_from(["p1", "p2"]),
    orders,
    st.sampled_from(PaymentStatus),
    moments,
)
refunds = st.builds(
    lambda refund_id, order_id, goods, at: refund(refund_id, order_id, *goods, refunded_at=at),
    st.sampled_from(["f1", "f2"]),
    orders,
    st.one_of(st.just([]), products),
    moments,
)
tickets = st.builds(
    lambda ticket_id, goods, status, at: ticket(ticket_id, *goods, status=status, changed_at=at),
    st.sampled_from(["t1", "t2"]),
    st.one_of(st.just([]), products),
    st.sampled_from(TicketStatus),
    moments,
)
catalogs = st.builds(
    lambda product_id, category, price, parts: product(
        product_id, category=category, price=price, parts=tuple(part for part in parts if part != product_id)
    ),
    st.sampled_from(PRODUCTS),
    st.sampled_from(["", "kitchen", "drinks"]),
    st.sampled_from([None, 9.0, 10.0, 11.0]),
    st.one_of(st.just([]), products),
)
stocks = st.builds(
    lambda product_id, quantity, location: stock(f"{product_id}/", quantity, location=location),
    st.sampled_from(PRODUCTS),
    st.sampled_from([None, 0, 1, 5]),
    st.sampled_from(["riga", "tartu"]),
)

profiles = st.builds(
    lambda zone, consent, suppressed: replace(ANN, timezone=zone, consent=consent, suppressed=suppressed),
    st.sampled_from(ZONES),
    # Most people agree and are not listed, or hardly any made-up message would get past the first two guards.
    st.one_of(
        st.just({"marketing": True}),
        st.just({"email": True, "sms": True}),
        st.dictionaries(st.sampled_from(["email", "sms", "marketing"]), st.booleans()),
    ),
    st.one_of(
        st.just({}),
        st.just({}),
        st.dictionaries(
            st.sampled_from([ANN.email, ANN.phone]),
            st.sampled_from(["unsubscribed", "hard_bounce", "spam_complaint", "other"]),
            max_size=1,
        ),
    ),
)


@st.composite
def facts(draw) -> Facts:
    """Make up a customer with all kinds of facts, of a shop that tells of its goods or does not."""
    return known(
        *(draw(_orders(order_id)) for order_id in draw(st.lists(st.sampled_from(ORDERS), min_size=1, unique=True))),
        *(draw(_parcels(shipment_id)) for shipment_id in draw(st.lists(st.sampled_from(["s1", "s2"]), unique=True))),
        *(draw(_returns(return_id)) for return_id in draw(st.lists(st.sampled_from(["r1", "r2"]), unique=True))),
        *draw(st.lists(st.builds(sent, moments, st.sampled_from(["email", "sms"]), products=products), max_size=6)),
        *(fact for kind in (payments, refunds, tickets) for fact in draw(st.lists(kind, max_size=2))),
        *(fact for kind in (catalogs, stocks) for fact in draw(st.one_of(st.just([]), st.lists(kind, max_size=6)))),
        profile=draw(profiles),
    )


@st.composite
def deliveries(draw) -> Delivery:
    """Plan a delivery of any kind, some time ago or now."""
    goods = draw(st.one_of(st.just(PRODUCTS), st.lists(st.sampled_from(PRODUCTS), max_size=4, unique=True)))
    return about(
        items=tuple(Item(product_id, price=draw(st.sampled_from([0.0, 9.0, 10.0]))) for product_id in goods),
        channel=draw(st.sampled_from(["email", "sms"])),
        planned_at=NOW - draw(st.one_of(st.just(timedelta(0)), ages)),
        reach=draw(st.sampled_from([Reach.MESSAGE] * 4 + [Reach.AUDIENCE, Reach.CRM])),
        purpose=draw(st.sampled_from([Purpose.MARKETING] * 4 + [Purpose.TRANSACTIONAL])),
        intent=draw(st.sampled_from(Intent)),
        min_items=draw(st.integers(1, 3)),
    )


durations = st.sampled_from(["1h", "2d", "7d", "30d", "60d"])
clocks = st.builds(lambda hour, half: f"{hour:02}:{half:02}", st.integers(0, 23), st.sampled_from([0, 30]))
caps = st.sampled_from(["0 per day", "1 per day", "2 per week", "1 per 24h", "3 per 7d"])
does = st.sampled_from(["delay", "drop_items", "suppress"])
thens = st.sampled_from(["suppress", "send", "drop_items"])

sames = st.sampled_from(["product", "variant", "category", "any"])
undone = st.fixed_dictionaries(
    {}, optional={"within": durations, "do": does, "at_most": durations, "then": thens, "same": sames}
)

CONFIGURATIONS = {
    "already_bought": st.fixed_dictionaries({}, optional={"within": durations, "do": does, "same": sames}),
    "cancelled": undone,
    "consent": st.just({}),
    "frequency_cap": st.fixed_dictionaries(
        {"any": st.one_of(caps, st.lists(caps, min_size=1, max_size=2))},
        optional={"email": caps, "do": st.sampled_from(["delay", "suppress"]), "at_most": durations},
    ),
    "in_delivery": st.fixed_dictionaries(
        {},
        optional={
            "do": does,
            "until": st.sampled_from(["delivered", "delivered + 2d", "delivered + 30d"]),
            "at_most": durations,
            "then": thens,
            "same": sames,
            "silent_after": durations,
            "unshipped_after": durations,
        },
    ),
    "open_ticket": st.fixed_dictionaries(
        {},
        optional={
            "do": does,
            "until": st.sampled_from(["closed", "closed + 1d", "closed + 30d"]),
            "within": durations,
            "at_most": durations,
            "then": thens,
            "same": sames,
        },
    ),
    "order_problem": st.fixed_dictionaries(
        {},
        optional={
            "do": st.sampled_from(["delay", "suppress"]),
            "within": durations,
            "grace": durations,
            "at_most": durations,
            "then": st.sampled_from(["suppress", "send"]),
        },
    ),
    "out_of_stock": st.fixed_dictionaries(
        {}, optional={"do": does, "least": st.integers(1, 6), "at_most": durations, "then": thens}
    ),
    "price_lower_than_promised": st.fixed_dictionaries(
        {},
        optional={"do": does, "tolerance": st.sampled_from(["0%", "15%"]), "at_most": durations, "then": thens},
    ),
    "quiet_hours": st.fixed_dictionaries(
        {"from": clocks, "to": clocks, "zone": st.sampled_from(["UTC", "Asia/Tokyo"])}
    ),
    "send_window": st.fixed_dictionaries(
        {"zone": st.sampled_from(["UTC", "Asia/Tokyo"])},
        optional={"from": st.sampled_from(["00:00", "09:00", "21:00"]), "to": st.sampled_from(["06:00", "18:00"])},
    ),
    "refunded": st.builds(
        lambda shared, own: {**shared, **own},
        undone,
        st.fixed_dictionaries({}, optional={"sums": st.sampled_from(["hold", "ignore"])}),
    ),
    "returned": undone,
    "review_before_delivery": st.fixed_dictionaries(
        {},
        optional={
            "do": does,
            "until": st.sampled_from(["delivered", "delivered + 7d"]),
            "at_most": durations,
            "then": thens,
            "same": sames,
            "silent_after": durations,
            "unshipped_after": durations,
        },
    ),
    "recent_message": st.fixed_dictionaries(
        {},
        optional={
            "within": st.sampled_from(["1h", "2d", "7d", "30d"]),
            "same": st.sampled_from(["product", "variant", "category", "any"]),
            "do": does,
            "channels": st.just(["email"]),
            "other_journeys_only": st.booleans(),
            "at_most": durations,
            "then": thens,
        },
    ),
    "holdout": st.fixed_dictionaries(
        {}, optional={"share": st.sampled_from(["0%", "5%", "50%", "100%"]), "of": st.sampled_from(["shop", "journey"])}
    ),
    "http": st.just({"url": "https://shop.example/may-send"}),
    "stale_facts": st.fixed_dictionaries(
        {},
        optional={
            "kinds": st.just(["orders"]),
            "do": st.sampled_from(["delay", "suppress"]),
            "at_most": durations,
            "then": st.sampled_from(["suppress", "send"]),
        },
    ),
    "suppression_list": st.just({}),
}


def guards(name: str) -> st.SearchStrategy[Guard]:
    """Configure one built-in guard in any way that its parameters allow."""
    return CONFIGURATIONS[name].map(lambda parameters: guard_of(BUILT_IN[name], **parameters))


@st.composite
def guard_sets(draw) -> list[Guard]:
    """Configure some of the built-in guards, in any order."""
    names = draw(st.lists(st.sampled_from(sorted(BUILT_IN)), min_size=2, unique=True))
    return [draw(guards(name)) for name in names]


evidence = st.builds(
    Evidence, st.sampled_from(["order", "shipment"]), st.sampled_from(["o1", "o2"]), st.just("placed"), st.just(NOW)
)
evidences = st.lists(evidence, min_size=1, max_size=2).map(tuple)


def drops(name: str, goods: int) -> st.SearchStrategy[DropItems]:
    """Drop some of so many goods, in the name of this guard."""
    places = st.frozensets(st.integers(0, goods - 1), min_size=1)
    return st.builds(DropItems, places, st.sampled_from([f"{name}.one", f"{name}.two"]), evidences)


def verdicts(name: str, goods: int) -> st.SearchStrategy[Verdict]:
    """Give any verdict a guard of this name can give on a message with so many goods."""
    reason = st.sampled_from([f"{name}.one", f"{name}.two"])
    later = ages.map(lambda age: NOW + timedelta(minutes=1) + age)
    answers: list[st.SearchStrategy[Verdict]] = [
        st.just(Allow()),
        st.builds(Suppress, reason, evidences),
        st.builds(Delay, later, reason, evidences, st.booleans()),
    ]
    return st.one_of([*answers, drops(name, goods)] if goods else answers)
