"""Does a file come in line by line, and do refused lines go where they can be mended?"""

import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest

from orchestrator.intake import Rejects, UnreadableInput, read_lines
from orchestrator.sources.refusal import MAX_LINE, Reason, Refused

REFUSED = Refused(Reason.NOT_JSON, "orders.jsonl:3: a line is one JSON value")


def written(folder: Path, content: bytes, name: str = "orders.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_lines_come_with_their_numbers(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, b'{"a":1}\n{"b":2}\n'))) == [(1, b'{"a":1}'), (2, b'{"b":2}')]


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, b"a\nb"))) == [(1, b"a"), (2, b"b")]


def test_empty_lines_are_passed_over_but_counted(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, b"a\n\n  \r\nb\n"))) == [(1, b"a"), (4, b"b")]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, b""))) == []


def test_windows_line_ends_and_a_byte_order_mark_are_removed(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, b"\xef\xbb\xbf{}\r\n[]\r\n"))) == [(1, b"{}"), (2, b"[]")]


def test_gzip_is_recognised_by_its_content_not_its_name(tmp_path: Path) -> None:
    assert list(read_lines(written(tmp_path, gzip.compress(b"a\nb\n")))) == [(1, b"a"), (2, b"b")]


def test_a_stream_is_read_like_a_file() -> None:
    stream = io.BufferedReader(io.BytesIO(gzip.compress(b"a\n")))
    assert list(read_lines(stream)) == [(1, b"a")]  # type: ignore[arg-type]  # a BytesIO is raw enough


def test_of_an_oversized_line_only_the_beginning_is_kept(tmp_path: Path) -> None:
    lines = list(read_lines(written(tmp_path, b"a\n" + b"x" * (MAX_LINE + 5_000) + b"\nb\n")))
    assert [(number, len(line)) for number, line in lines] == [(1, 1), (2, MAX_LINE + 1), (3, 1)]


def test_a_line_of_just_the_limit_is_whole(tmp_path: Path) -> None:
    lines = list(read_lines(written(tmp_path, b"x" * MAX_LINE + b"\nb\n")))
    assert [(number, len(line)) for number, line in lines] == [(1, MAX_LINE), (2, 1)]


def test_an_oversized_last_line_ends_the_file(tmp_path: Path) -> None:
    assert [number for number, _ in read_lines(written(tmp_path, b"x" * (MAX_LINE * 3)))] == [1]


def test_a_line_of_ten_megabytes_is_never_held_whole(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"x" * 10_000_000 + b"\n"))
    tracemalloc.start()
    count = sum(1 for _ in read_lines(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, peak < 4_000_000) == (1, True)


def test_a_file_that_breaks_off_gives_its_lines_and_then_says_so(tmp_path: Path) -> None:
    content = gzip.compress(b"".join(b'{"n":%d}\n' % number for number in range(50_000)))
    lines = read_lines(written(tmp_path, content[: len(content) // 2]))
    assert next(lines) == (1, b'{"n":0}')
    with pytest.raises(UnreadableInput, match=r"orders\.jsonl: expected a whole gzip file, got one that breaks off"):
        list(lines)


def test_a_refused_line_is_written_beside_the_input(tmp_path: Path) -> None:
    with Rejects(tmp_path / "orders.jsonl.gz") as rejects:
        rejects.add(3, b"{broken", REFUSED)
    entry = json.loads((tmp_path / "orders.jsonl.gz.rejected.jsonl").read_text())
    assert entry == {
        "line": 3,
        "reason": "line.not_json",
        "message": "orders.jsonl:3: a line is one JSON value",
        "text": "{broken",
    }


def test_the_text_of_a_refused_line_is_shortened_and_valid(tmp_path: Path) -> None:
    with Rejects(tmp_path / "a") as rejects:
        rejects.add(1, "ü".encode() * 1_500 + b"\xff" * 3_000, REFUSED)
    text = json.loads(rejects.path.read_text(encoding="utf-8"))["text"]
    assert text == "ü" * 1_500 + "\N{REPLACEMENT CHARACTER}" * 500


def test_rejects_are_counted(tmp_path: Path) -> None:
    with Rejects(tmp_path / "a") as rejects:
        rejects.add(1, b"x", REFUSED)
        rejects.add(2, b"y", REFUSED)
    assert (rejects.count, len(rejects.path.read_bytes().splitlines())) == (2, 2)


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    with Rejects(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_rejects_of_an_earlier_import_do_not_stay(tmp_path: Path) -> None:
    written(tmp_path, b"old", "a.rejected.jsonl")
    with Rejects(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_rejects_of_the_standard_input_have_a_name() -> None:
    assert Rejects(Path("-")).path == Path("stdin.rejected.jsonl")
