"""What comes from the environment? The database's address, secrets, and who is at work; nothing else."""

import os
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from journeys.errors import OrchestratorError

DATABASE = "TACTFUL_DB"
DEFAULT_DATABASE = "sqlite:///tactful.db"
PUBLIC_URL = "TACTFUL_PUBLIC_URL"


class WrongDatabase(OrchestratorError):
    """The database's address cannot be used."""


class WrongPublicUrl(OrchestratorError):
    """Our own public address is none."""


def read_secret(name: str) -> str:
    """Read one secret; empty when it is not set."""
    return os.environ.get(name, "")


def login_name() -> str:
    """Say who is at work, by the name they logged in with."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or os.environ.get("USERNAME") or "somebody"


def is_made(url: str) -> bool:
    """Say whether a database is there already."""
    database = make_url(url).database
    return database is not None and Path(database).exists()


def public_url() -> str:
    """Give the address at which `tactful serve` can be reached by everybody; empty when it is not set.

    Raises WrongPublicUrl for what is no web address.
    """
    url = os.environ.get(PUBLIC_URL, "").rstrip("/")
    if url and not url.startswith(("https://", "http://")):
        raise WrongPublicUrl(f'{PUBLIC_URL}: expected an address such as https://mail.shop.example, got "{url}"')
    return url


def database_url(folder: Path, given: str | None) -> str:
    """Say which database: the one given, else TACTFUL_DB, else tactful.db in the workspace.

    A relative SQLite path counts from the workspace. Raises WrongDatabase for an address nobody can use.
    """
    text = given or os.environ.get(DATABASE) or DEFAULT_DATABASE
    try:
        url = make_url(text)
    except ArgumentError:
        raise WrongDatabase(f'--db: expected an address like {DEFAULT_DATABASE}, got "{text}"') from None
    if url.get_backend_name() != "sqlite":
        raise WrongDatabase(f'--db: only SQLite is built in, got "{url.get_backend_name()}"; use {DEFAULT_DATABASE}')
    if url.database and url.database != ":memory:":
        url = url.set(database=str((folder / url.database).resolve()))
    return url.render_as_string(hide_password=False)
