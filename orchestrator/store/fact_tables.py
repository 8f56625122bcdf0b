"""How is kept what happened in the shop: orders, parcels, returns, goods and their stock?

The other tables, and how instants are stored, are in `orchestrator.store.tables`.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class _FactRow(SQLModel):
    profile_id: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(primary_key=True)
    status: str
    changed_at: int = Field(sa_type=BigInteger)
    observed_at: int = Field(sa_type=BigInteger)
    version: int
    source: str
    body: bytes


class OrderRow(_FactRow, table=True):
    """The newest known state of an order, by the time it happened."""

    __tablename__ = "orders"
    __table_args__ = ({"sqlite_with_rowid": False},)


class PaymentRow(_FactRow, table=True):
    """The newest known state of a payment."""

    __tablename__ = "payments"
    __table_args__ = ({"sqlite_with_rowid": False},)


class RefundRow(_FactRow, table=True):
    """Money that was paid back."""

    __tablename__ = "refunds"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ShipmentRow(_FactRow, table=True):
    """The newest known state of a parcel."""

    __tablename__ = "shipments"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ReturnRow(_FactRow, table=True):
    """The newest known state of a return."""

    __tablename__ = "returns"
    __table_args__ = ({"sqlite_with_rowid": False},)


class TicketRow(_FactRow, table=True):
    """The newest known state of a question or complaint."""

    __tablename__ = "tickets"
    __table_args__ = ({"sqlite_with_rowid": False},)


class _ShopRow(SQLModel):
    changed_at: int = Field(sa_type=BigInteger)
    observed_at: int = Field(sa_type=BigInteger)
    version: int
    source: str
    body: bytes


class GoodsRow(_ShopRow, table=True):
    """What the shop last said about one of its goods."""

    __tablename__ = "goods"
    __table_args__ = ({"sqlite_with_rowid": False},)
    product_id: str = Field(primary_key=True)


class StockRow(_ShopRow, table=True):
    """What was last said about the stock of one thing at one place."""

    __tablename__ = "stock"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: str = Field(primary_key=True)
    location: str = Field(primary_key=True)


class ProductRow(SQLModel, table=True):
    """One of the shop's goods and when it was first seen: the catalog, learned from events."""

    __tablename__ = "products"
    __table_args__ = ({"sqlite_with_rowid": False},)
    id: str = Field(primary_key=True)
    first_seen_at: int = Field(sa_type=BigInteger)
    body: bytes
