"""How does alembic reach our tables? Over the connection that `orchestrator.store.migrate` hands it."""

from alembic import context
from sqlmodel import SQLModel

from orchestrator.store import fact_tables, tables

assert {tables.MetaRow.__tablename__, fact_tables.OrderRow.__tablename__} <= set(SQLModel.metadata.tables)

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
