"""Does every mail land in the folder, whole and once?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from actions.base import Rejected, RetryLater, Sent
from actions.email_file import FileEmail, FileEmailParams
from actions.errors import ActionError
from actions.testing import assignment, surroundings


def action(workspace: Path, **params: object) -> FileEmail:
    return FileEmail(FileEmailParams.model_validate(params), surroundings(workspace))


def to(address: str):
    return assignment(profile=replace(assignment().profile, email=address))


def test_a_mail_is_a_file_of_the_maildir(tmp_path):
    assert action(tmp_path).perform(assignment()) == Sent("1-reminder-1.eml")
    assert b"Subject: Your basket" in (tmp_path / "mail" / "new" / "1-reminder-1.eml").read_bytes()


def test_nothing_is_left_aside(tmp_path):
    action(tmp_path, fsync=True).perform(assignment())
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_the_same_key_is_one_file(tmp_path):
    for _ in range(2):
        action(tmp_path).perform(assignment())
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 1


def test_a_mail_that_was_read_is_not_put_there_again(tmp_path):
    action(tmp_path).perform(assignment())
    mail = tmp_path / "mail" / "new" / "1-reminder-1.eml"
    mail.rename(tmp_path / "mail" / "cur" / "1-reminder-1.eml:2,S")
    assert action(tmp_path).find("1-reminder-1") == Sent("1-reminder-1.eml")


def test_keys_that_hold_slashes_and_dots_stay_in_the_folder(tmp_path):
    action(tmp_path).perform(assignment("../../1:2/x"))
    assert [path.name for path in (tmp_path / "mail" / "new").iterdir()] == ["..%2F..%2F1%3A2%2Fx.eml"]


def test_a_person_without_an_address_gets_nothing(tmp_path):
    assert action(tmp_path).perform(to("")) == Rejected("email.no_address")


def test_an_address_that_is_none_gets_nothing(tmp_path):
    assert action(tmp_path).perform(to("ann@example.com\r\nBcc: x@example.com")) == Rejected("email.bad_address")


def test_a_mail_without_content_is_refused(tmp_path):
    assert action(tmp_path).perform(assignment(content=None)) == Rejected("email.no_content")


def test_a_folder_that_has_gone_is_tried_later(tmp_path):
    email = action(tmp_path)
    (tmp_path / "mail" / "tmp").rmdir()
    assert email.perform(assignment()) == RetryLater("email.folder_not_writable")


def test_threads_put_the_same_mail_there_once(tmp_path):
    email = action(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda place: email.perform(assignment(f"k{place % 5}")), range(40)))
    assert {outcome.provider_id for outcome in outcomes} == {f"k{place}.eml" for place in range(5)}
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 5


def test_a_folder_outside_the_workspace_is_refused(tmp_path):
    with pytest.raises(ActionError, match="a path within the workspace is expected"):
        action(tmp_path, folder="../mail")


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValidationError, match="foldr"):
        FileEmailParams.model_validate({"foldr": "x"})
