"""Does the sales manager see every entry once?"""

import json
from pathlib import Path

from actions.base import Rejected, RetryLater, Sent
from actions.crm_file import FileCrm, FileCrmParams
from actions.testing import assignment, surroundings


def action(folder: Path) -> FileCrm:
    return FileCrm(FileCrmParams(), surroundings(folder))


def entry(key: str = "k1", **parameters: str):
    return assignment(key, parameters=parameters)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "crm.jsonl").read_text(encoding="utf-8").splitlines()]


def test_an_entry_says_who_what_and_why(tmp_path):
    assert action(tmp_path).perform(entry(task="Call Ann", note="Left 80 EUR\nin the basket — ž")) == Sent("k1")
    assert lines(tmp_path) == [
        {
            "key": "k1",
            "at": "2026-03-02T09:00:00+00:00",
            "profile": {"user_id": "u1", "email": "ann@example.com", "phone": "+37120000000", "first_name": "Ann"},
            "journey": "cart_recovery",
            "step": "reminder",
            "task": "Call Ann",
            "note": "Left 80 EUR\nin the basket — ž",
            "deal": "",
        }
    ]


def test_the_same_key_is_one_line(tmp_path):
    for _ in range(2):
        action(tmp_path).perform(entry(note="x"))
    assert len(lines(tmp_path)) == 1


def test_an_entry_without_words_is_refused(tmp_path):
    assert action(tmp_path).perform(entry()) == Rejected("crm.nothing_to_write")


def test_a_line_that_is_no_entry_hurts_nobody(tmp_path):
    (tmp_path / "crm.jsonl").write_text("written by hand\n[1]\n")
    crm = action(tmp_path)
    crm.perform(entry(note="x"))
    assert crm.find("k1") == Sent("k1")


def test_a_file_that_cannot_be_written_is_tried_later(tmp_path):
    crm = action(tmp_path)
    (tmp_path / "crm.jsonl").mkdir()
    assert crm.perform(entry(note="x")) == RetryLater("crm.file_not_writable")
