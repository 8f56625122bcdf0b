"""What does the database know about the shop's goods, and how is what changed written?"""

from collections.abc import Iterable

from sqlalchemy import Connection

from journeys.vocabulary import Goods
from orchestrator.goods import GoodsChange, put_product, put_stock
from orchestrator.store import fact_rows

_SAVE_PRODUCT = (
    "INSERT OR REPLACE INTO goods (product_id, changed_at, observed_at, version, source, body) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_SAVE_STOCK = (
    "INSERT OR REPLACE INTO stock (key, location, changed_at, observed_at, version, source, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def load_goods(connection: Connection) -> Goods:
    """Give all that is known about the shop's goods."""
    goods = Goods()
    for (body,) in connection.exec_driver_sql("SELECT body FROM goods"):
        put_product(goods, fact_rows.read_product(body))
    for (body,) in connection.exec_driver_sql("SELECT body FROM stock"):
        put_stock(goods, fact_rows.read_stock(body))
    return goods


def save_goods(connection: Connection, changes: Iterable[GoodsChange], goods: Goods) -> None:
    """Write what changed, in the transaction of the caller."""
    distinct = dict.fromkeys(changes)
    products = [fact_rows.product_row(goods.products[each.id]) for each in distinct if each.kind == "product"]
    stocks = [fact_rows.stock_row(goods.stock[each.id][each.location]) for each in distinct if each.kind == "stock"]
    if products:
        connection.exec_driver_sql(_SAVE_PRODUCT, products)
    if stocks:
        connection.exec_driver_sql(_SAVE_STOCK, stocks)
