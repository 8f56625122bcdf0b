"""Are the tables those of this version, and how do they become so?

Migrations are numbered alembic scripts that ship in the package. A database that is up to date is recognised by one
query, so that commands start fast; a database of a newer version is refused rather than guessed at.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from journeys.errors import OrchestratorError

HEAD = "0003"
_FOLDER = Path(__file__).parent / "migrations"


class NewerDatabase(OrchestratorError):
    """The database was written by a newer version of tactful."""


def upgrade(engine: Engine) -> None:
    """Bring a database to `HEAD`. Raises NewerDatabase for one that is past it."""
    with engine.connect() as connection:
        found = _version(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise NewerDatabase(
                f"the database is at version {found}, this tactful knows up to {HEAD}; install the newer tactful, "
                "or name another database with --db"
            )
        _run(connection)


def is_current(engine: Engine) -> bool:
    """Say whether a database can be reached and is at `HEAD`."""
    try:
        with engine.connect() as connection:
            return _version(connection) == HEAD
    except SQLAlchemyError:
        return False


def _version(connection: Connection) -> str | None:
    try:
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except OperationalError:
        return None
    return found


def _run(connection: Connection) -> None:
    # Alembic takes half a second to import and is needed once in a database's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        if _version(connection) != HEAD:
            command.upgrade(config, HEAD)
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
