"""What do the tests of the durable half share? A workspace on every database there is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.stores import STORES, OpenStore
from tests.fakes.workspace import Workspace, open_workspace

OpenShop = Callable[..., Workspace]

# The same code gives the same answer: what is tried is drawn from the test itself, and no machine is too slow for it.
# `make fuzz` tries what nobody has tried yet.
settings.register_profile("fuzz", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


@pytest.fixture(params=sorted(STORES))
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Give a way to open the database of a folder."""
    return STORES[request.param]


@pytest.fixture
def shop(tmp_path: Path, open_store: OpenStore) -> Iterator[OpenShop]:
    """Give a way to open a workspace with these journeys, in a folder of its own; all are closed after the test."""
    opened: list[Workspace] = []

    def open_shop(text: str, **options: Any) -> Workspace:
        folder = tmp_path / f"shop{len(opened)}"
        opened.append(open_workspace(folder, text, open_store, **options))
        return opened[-1]

    yield open_shop
    for workspace in opened:
        workspace.store.close()
