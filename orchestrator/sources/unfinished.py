"""Of which orders and parcels of a customer may there still be news?"""

from journeys.vocabulary import Facts, Order, OrderStatus, Shipment, ShipmentStatus

# More than these are never asked about at once: someone with more of them is no customer but a reseller.
MOST = 10
_ENDED_ORDERS = frozenset({OrderStatus.CANCELLED, OrderStatus.REFUNDED})
_ENDED_PARCELS = frozenset(
    {
        ShipmentStatus.DELIVERED,
        ShipmentStatus.LOST,
        ShipmentStatus.RETURNED_TO_SENDER,
        ShipmentStatus.CANCELLED,
    }
)


def open_parcels(facts: Facts) -> tuple[Shipment, ...]:
    """List the parcels that have not arrived, those with the newest state first."""
    found = [parcel for parcel in facts.shipments.values() if parcel.status not in _ENDED_PARCELS]
    return tuple(sorted(found, key=lambda parcel: (parcel.changed_at, parcel.shipment_id), reverse=True)[:MOST])


def open_orders(facts: Facts) -> tuple[Order, ...]:
    """List the orders that are neither undone nor wholly delivered, newest first."""
    found = [order for order in facts.orders.values() if _is_open(facts, order)]
    return tuple(sorted(found, key=lambda order: (order.placed_at, order.order_id), reverse=True)[:MOST])


def _is_open(facts: Facts, order: Order) -> bool:
    """An order whose every known parcel ended may have another one; but then the shop told of it."""
    if order.status in _ENDED_ORDERS:
        return False
    parcels = facts.parcels_of(order.order_id)
    return not parcels or any(parcel.status not in _ENDED_PARCELS for parcel in parcels)
