"""Do files of lines keep every line, stay in the workspace and survive a crash?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from actions._folder import LineFile, inside
from actions.errors import ActionError


def lines(path: Path) -> LineFile:
    return LineFile(path, lambda line: line.partition(",")[0])


def test_a_path_within_the_workspace_is_taken(tmp_path):
    assert inside(str(tmp_path), "out/mail", "email.file") == tmp_path / "out" / "mail"


@pytest.mark.parametrize("relative", ["", ".", "..", "../out", "/etc", "out/../../x"])
def test_a_path_that_leads_out_is_refused(tmp_path, relative):
    with pytest.raises(ActionError, match=r"email.file: a path within the workspace is expected"):
        inside(str(tmp_path), relative, "email.file")


def test_a_link_that_leads_out_is_refused(tmp_path):
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "mail").symlink_to(tmp_path)
    with pytest.raises(ActionError):
        inside(str(tmp_path / "workspace"), "mail", "email.file")


def test_a_line_is_written_once_per_key(tmp_path):
    file = lines(tmp_path / "a" / "x.csv")
    assert [file.append("k1", "k1,a"), file.append("k1", "k1,b"), file.append("k2", "k2,c")] == [True, False, True]
    assert (tmp_path / "a" / "x.csv").read_text() == "k1,a\nk2,c\n"


def test_keys_are_known_after_a_restart(tmp_path):
    lines(tmp_path / "x.csv").append("k1", "k1,a")
    assert lines(tmp_path / "x.csv").append("k1", "k1,b") is False


def test_keys_of_another_writer_are_known(tmp_path):
    first, second = lines(tmp_path / "x.csv"), lines(tmp_path / "x.csv")
    first.append("k1", "k1,a")
    second.append("k2", "k2,b")
    assert first.append("k2", "k2,c") is False


def test_a_line_that_a_crash_cut_short_is_written_again(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("k1,a\nk2,half of a li")
    file = lines(path)
    assert [file.has("k1"), file.has("k2"), file.append("k2", "k2,whole")] == [True, False, True]
    assert path.read_text() == "k1,a\nk2,whole\n"


def test_a_header_that_a_crash_cut_short_is_written_again(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("key,na")
    LineFile(path, lambda line: line.partition(",")[0], "key,name").append("k1", "k1,a")
    assert path.read_text() == "key,name\nk1,a\n"


def test_a_file_that_somebody_emptied_is_begun_anew(tmp_path):
    path = tmp_path / "x.csv"
    file = lines(path)
    file.append("k1", "k1,a")
    path.write_text("")
    assert file.append("k1", "k1,a") is True


def test_asking_makes_no_file(tmp_path):
    assert lines(tmp_path / "x.csv").has("k1") is False
    assert list(tmp_path.iterdir()) == []


def test_no_line_is_lost_or_doubled_between_threads_and_writers(tmp_path):
    writers = [lines(tmp_path / "x.csv") for _ in range(3)]
    work = [(writers[place % 3], f"k{place // 2}") for place in range(400)]
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda pair: pair[0].append(pair[1], f"{pair[1]},x"), work))
    assert sum(added) == 200
    assert sorted((tmp_path / "x.csv").read_text().splitlines()) == sorted(f"k{place},x" for place in range(200))
