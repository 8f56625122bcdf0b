"""How does alembic reach our tables? Over the connection that `orchestrator.store.migrate` hands it."""

from alembic import context
from sqlmodel import SQLModel

from orchestrator.store import tables

assert tables.MetaRow.__tablename__ in SQLModel.metadata.tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
