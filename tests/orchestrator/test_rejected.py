"""Are events that were not taken kept where they can be mended, without end but not without limit?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator import rejected
from orchestrator.rejected import RejectedEvents, Rejection
from orchestrator.sources.refusal import Reason, Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REFUSED = Refused(Reason.NO_IDENTIFIER, "hooks/shop:1: an event says who it is about")


def kept(folder: Path, name: str) -> list[str]:
    lines = (folder / "rejected" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_an_event_is_kept_with_its_reason_and_when_it_came(tmp_path: Path) -> None:
    RejectedEvents(tmp_path).keep("shop", [Rejection(b'{"a":1}', REFUSED)], NOON)
    assert (tmp_path / "rejected" / "shop.jsonl").read_text(encoding="utf-8") == (
        '{"at":"2026-03-02T12:00:00Z","reason":"line.no_identifier",'
        '"message":"hooks/shop:1: an event says who it is about","text":"{\\"a\\":1}"}\n'
    )


def test_what_came_before_stays(tmp_path: Path) -> None:
    events = RejectedEvents(tmp_path)
    events.keep("shop", [Rejection(b"first", REFUSED), Rejection(b"second", REFUSED)], NOON)
    events.keep("shop", [Rejection(b"third", REFUSED)], NOON)
    assert kept(tmp_path, "shop.jsonl") == ["first", "second", "third"]


def test_each_source_has_a_file_of_its_own(tmp_path: Path) -> None:
    events = RejectedEvents(tmp_path)
    events.keep("shop", [Rejection(b"order", REFUSED)], NOON)
    events.keep("parcels", [Rejection(b"parcel", REFUSED)], NOON)
    assert (kept(tmp_path, "shop.jsonl"), kept(tmp_path, "parcels.jsonl")) == (["order"], ["parcel"])


def test_a_file_that_has_grown_too_large_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected, "LARGEST", 100)
    events = RejectedEvents(tmp_path)
    for text in (b"first", b"second", b"third"):
        events.keep("shop", [Rejection(text, REFUSED)], NOON)
    assert (kept(tmp_path, "shop.before.jsonl"), kept(tmp_path, "shop.jsonl")) == (["second"], ["third"])
