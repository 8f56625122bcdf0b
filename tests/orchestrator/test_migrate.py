"""Do the migrations make exactly the tables of this version, and refuse what they do not know?"""

import re
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from orchestrator.store import tables
from orchestrator.store.migrate import HEAD, NewerDatabase, upgrade
from orchestrator.store.sqlite import open_database

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    """Give an empty database."""
    return open_database(f"sqlite:///{tmp_path / 'tactful.db'}")


def query(database: Engine, statement: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def execute(database: Engine, statement: str) -> None:
    with database.connect() as connection:
        connection.exec_driver_sql(statement)


def normal(sql: str) -> str:
    """Write a CREATE statement without quotes, and with its spaces in one way."""
    return re.sub(r"\s+", " ", sql.replace('"', "")).replace(" )", ")").replace("( ", "(")


def test_a_new_database_has_the_tables_the_models_describe(database: Engine) -> None:
    upgrade(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_indexes_have_the_conditions_the_models_describe(database: Engine, tmp_path: Path) -> None:
    upgrade(database)
    modelled = open_database(f"sqlite:///{tmp_path / 'modelled.db'}")
    SQLModel.metadata.create_all(modelled)
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    migrated, wanted = ([(name, normal(sql)) for name, sql in query(each, statement)] for each in (database, modelled))
    assert migrated == wanted


def test_the_same_tables_are_kept_without_a_row_number_of_their_own(database: Engine, tmp_path: Path) -> None:
    upgrade(database)
    modelled = open_database(f"sqlite:///{tmp_path / 'modelled.db'}")
    SQLModel.metadata.create_all(modelled)
    statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%' ORDER BY name"
    assert query(database, statement) == query(modelled, statement)
    assert ("identities",) in query(database, statement)


def test_a_new_database_is_at_the_newest_version(database: Engine) -> None:
    upgrade(database)
    assert query(database, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_the_newest_version_is_that_of_the_last_script() -> None:
    numbers = sorted(match[1] for path in VERSIONS.iterdir() if (match := re.fullmatch(r"v(\d{4})_\w+\.py", path.name)))
    assert numbers[-1] == HEAD


def test_upgrading_again_changes_nothing(database: Engine) -> None:
    upgrade(database)
    execute(database, "INSERT INTO meta (key, value) VALUES ('kept', 'yes')")
    before = query(database, SCHEMA)
    upgrade(database)
    assert query(database, SCHEMA) == before
    assert query(database, "SELECT value FROM meta WHERE key = 'kept'") == [("yes",)]


def test_what_an_older_version_kept_is_there_after_the_upgrade(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.store.migrate.HEAD", "0001")
    upgrade(database)
    monkeypatch.undo()
    execute(
        database,
        "INSERT INTO judgements (id, delivery_id, profile_id, at, verdict, reason, answers) "
        "VALUES (1, 2, 3, 4, 0, '', x'5b5d')",
    )
    upgrade(database)
    assert query(database, "SELECT id, delivery_id, kind, edition, seen, given FROM judgements") == [
        (1, 2, 0, 0, 0, "")
    ]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Engine) -> None:
    upgrade(database)
    execute(database, "UPDATE alembic_version SET version_num = '9999'")
    before = query(database, SCHEMA)
    with pytest.raises(NewerDatabase) as raised:
        upgrade(database)
    assert str(raised.value) == (
        f"the database is at version 9999, this tactful knows up to {HEAD}; install the newer tactful, "
        "or name another database with --db"
    )
    assert query(database, SCHEMA) == before


def test_a_migration_that_fails_leaves_nothing_behind(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alembic.operations.batch.BatchOperationsImpl.flush", _fail)
    with pytest.raises(OSError, match="disk is full"):
        upgrade(database)
    monkeypatch.undo()
    assert query(database, SCHEMA) == []
    upgrade(database)
    assert query(database, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def _fail(*_: object, **__: object) -> None:
    raise OSError("the disk is full")
