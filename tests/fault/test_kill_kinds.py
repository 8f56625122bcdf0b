"""What is left after kill -9 of people who wait for conditions, dates and others' journeys? The same as without it."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import open_store
from orchestrator.importing import import_lines
from orchestrator.intake import Rejects
from orchestrator.sources.segment import SegmentSource
from tests.fault.mortal import HOPS, Fuse, Remains, kill_at_random, remains_of, run_process

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = BEGIN + timedelta(days=20)
PEOPLE = 20
JOURNEYS = """
version: 1
shop: {name: Nordic Roast, timezone: Europe/Riga, country: LV, currency: EUR, url: "https://shop.example"}
channels:
  email: {action: email.file, folder: out/mail, from: "Nordic Roast <hello@shop.example>"}
  crm: {action: crm.file, file: out/crm.jsonl}
attributes: {mood: text, renewal: date}
segments: {merry: 'profile.mood == "merry"'}
journeys:
  first:
    entry: {event: Signed Up}
    steps:
      - {id: glad, wait_for: {condition: profile in segment.merry, at_most: 4d}, then: on, otherwise: sorry}
      - {id: sorry, send: email, text: "Sorry?", purpose: transactional}
      - {id: on, start: second, with: {size: 3}}
      - {id: day, wait: {until: profile.renewal, at: "10:30", if_past: skip}}
      - {id: letter, send: email, text: "Hello!", purpose: transactional}
      - {id: end, stop: second}
  second:
    entry: {call: {size: number}}
    if_active: restart
    steps:
      - id: heard
        wait_for: {first_of: [{event: Product Viewed, go: note}, {event: Form Submitted}], at_most: 3d}
        then: letter
        otherwise: note
      - {id: letter, send: email, text: "More.", purpose: transactional, at: "12:00"}
      - {id: note, crm: {note: "Heard."}, on_failure: exit}
  joined:
    entry: {when: profile in segment.merry}
    steps: [{id: thanks, send: email, text: "So glad.", purpose: transactional}]
  after:
    entry: {journey: second}
    steps: [{id: rest, wait: 1d}, {id: bye, send: email, text: "Bye.", purpose: transactional}]
"""


@dataclass(frozen=True, slots=True)
class Story:
    """A workspace with its history not lived yet, and what becomes of it undisturbed."""

    folder: Path
    undisturbed: Remains


def _history() -> list[dict[str, Any]]:
    lines = [line for number in range(PEOPLE) for line in _life(number)]
    return sorted(lines, key=lambda line: str(line["timestamp"]))


def _life(number: int) -> list[dict[str, Any]]:
    """Sign up, cheer up sooner or later or not at all, move the date, and look around."""
    begin = BEGIN + timedelta(hours=number)
    renewal = f"{begin + timedelta(days=6 + number % 3):%Y-%m-%d}"
    said = [
        _call(number, begin, traits={"email": f"u{number}@example.com", "renewal": renewal, "mood": "sad"}),
        _call(number, begin + timedelta(minutes=1), event="Signed Up"),
        _call(number, begin + timedelta(days=number % 6), traits={"mood": "merry"}),
        _call(number, begin + timedelta(days=4), traits={"renewal": renewal.replace("03-0", "03-1")}),
        _call(number, begin + timedelta(days=2 + number % 5, hours=3), event="Product Viewed"),
        _call(number, begin + timedelta(days=3 + number % 2, hours=5), event="Form Submitted"),
    ]
    return said if number % 5 else said[:2]


def _call(number: int, at: datetime, **rest: Any) -> dict[str, Any]:
    kind = "identify" if "traits" in rest else "track"
    return {"type": kind, "userId": f"u{number}", "messageId": f"{number}/{at}", "timestamp": at.isoformat(), **rest}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("kinds")
    before = folder / "before"
    before.mkdir()
    (before / "journeys.yaml").write_text(JOURNEYS, encoding="utf-8")
    store = open_store(before, None)
    lines = [(place, json.dumps(line).encode()) for place, line in enumerate(_history(), 1)]
    with Rejects(before / "history.jsonl") as rejects:
        import_lines(lines, name="history", source=SegmentSource("LV"), store=store, rejects=rejects)
    store.close()
    shutil.copytree(before, folder / "undisturbed")
    assert run_process(folder / "undisturbed", END, Fuse("", 0)) == 0
    return Story(before, remains_of(folder / "undisturbed"))


@pytest.fixture
def workspace(story: Story, tmp_path: Path) -> Path:
    return Path(shutil.copytree(story.folder, tmp_path / "shop"))


def test_every_journey_of_the_story_sends_something(story: Story) -> None:
    sent = {(row["journey"], row["step"]) for row in story.undisturbed.deliveries if row["state"] == "sent"}
    assert {("first", "sorry"), ("first", "letter"), ("second", "letter"), ("second", "note")} <= sent
    assert {("joined", "thanks"), ("after", "bye")} <= sent


@pytest.mark.parametrize("hop", HOPS)
@pytest.mark.parametrize("time", [1, 4])
def test_dying_while_people_wait_for_conditions_and_each_other_loses_and_doubles_nothing(
    story: Story, workspace: Path, hop: str, time: int
) -> None:
    assert run_process(workspace, END, Fuse(hop, time)) == 9
    assert run_process(workspace, END, Fuse("", 0)) == 0
    _check(story, workspace)


def test_dying_between_any_two_turns_loses_and_doubles_nothing(story: Story, workspace: Path) -> None:
    deaths = 0
    while run_process(workspace, END, Fuse("after the commit", 2)) == 9:
        deaths += 1
    assert deaths > 5
    _check(story, workspace)


def test_being_killed_at_random_loses_and_doubles_nothing(story: Story, workspace: Path) -> None:
    kill_at_random(workspace, END, seed=5, kills=4)
    _check(story, workspace)


def _check(story: Story, folder: Path) -> None:
    found, wanted = remains_of(folder), story.undisturbed
    assert found.deliveries == wanted.deliveries
    assert found.ledger == wanted.ledger
    assert found.mails == wanted.mails
    assert found.calls.keys() == wanted.calls.keys()
