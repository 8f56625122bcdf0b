"""What did all customers do, and how did journeys go? Read by `report goals`, one customer after the other."""

from itertools import groupby

from sqlalchemy import Connection

from orchestrator.reports.goals import Passes, Trade
from orchestrator.store.fact_rows import read_order

_ORDERS = (
    "SELECT COALESCE(p.merged_into, p.id), o.body FROM orders o JOIN profiles p ON p.id = o.profile_id ORDER BY 1, o.id"
)
_PASSES = "SELECT journey, COUNT(*), COUNT(goal_at) FROM enrollments GROUP BY journey"


def trade(connection: Connection, currency: str) -> Trade:
    """Sum up the orders that stand; those in another currency are orders, but no revenue."""
    people = connection.exec_driver_sql("SELECT COUNT(*) FROM profiles WHERE merged_into IS NULL").scalar_one()
    found = Trade(profiles=people)
    for _, rows in groupby(connection.exec_driver_sql(_ORDERS), key=lambda row: row[0]):
        orders = [order for _, body in rows if (order := read_order(body)).counts_as_bought]
        if orders:
            found.add(len(orders), sum(order.total for order in orders if order.currency in ("", currency)))
    return found


def passes(connection: Connection) -> dict[str, Passes]:
    """Count entries and goals by journey."""
    return {journey: Passes(entered, reached) for journey, entered, reached in connection.exec_driver_sql(_PASSES)}
