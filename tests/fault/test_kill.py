"""What is left after kill -9? The same deliveries as without it, and no provider called with another key."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.fault.mortal import HOPS, Fuse, Remains, kill_at_random, make_workspace, remains_of, run_process


@dataclass(frozen=True, slots=True)
class Story:
    """A workspace with its history not lived yet, and what becomes of it undisturbed."""

    folder: Path
    end: datetime
    undisturbed: Remains


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    end = make_workspace(folder / "before")
    shutil.copytree(folder / "before", folder / "undisturbed")
    assert run_process(folder / "undisturbed", end, Fuse("", 0)) == 0
    return Story(folder / "before", end, remains_of(folder / "undisturbed"))


@pytest.fixture
def workspace(story: Story, tmp_path: Path) -> Path:
    return Path(shutil.copytree(story.folder, tmp_path / "shop"))


def test_the_story_has_enough_in_it_to_be_worth_killing(story: Story) -> None:
    states = {row["state"] for row in story.undisturbed.deliveries}
    assert len(story.undisturbed.mails) > 50
    assert {"sent", "suppressed"} <= states


@pytest.mark.parametrize("hop", HOPS)
@pytest.mark.parametrize("time", [1, 3, 10])
def test_dying_at_this_hop_loses_nothing_and_doubles_nothing(
    story: Story, workspace: Path, hop: str, time: int
) -> None:
    assert run_process(workspace, story.end, Fuse(hop, time)) == 9
    assert run_process(workspace, story.end, Fuse("", 0)) == 0
    _check(story, workspace)


def test_dying_at_every_hop_in_a_row_loses_nothing_and_doubles_nothing(story: Story, workspace: Path) -> None:
    for hop in HOPS:
        assert run_process(workspace, story.end, Fuse(hop, 2)) == 9
    assert run_process(workspace, story.end, Fuse("", 0)) == 0
    _check(story, workspace)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_being_killed_again_and_again_loses_nothing_and_doubles_nothing(
    story: Story, workspace: Path, seed: int
) -> None:
    assert kill_at_random(workspace, story.end, seed, kills=5) > 0
    _check(story, workspace)


def _check(story: Story, folder: Path) -> None:
    found, wanted = remains_of(folder), story.undisturbed
    assert found.deliveries == wanted.deliveries
    assert found.ledger == wanted.ledger
    assert found.mails == wanted.mails
    assert found.calls.keys() == wanted.calls.keys()
