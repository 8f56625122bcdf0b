"""Do people join and leave an audience, hashed and once?"""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace

from actions.audience_file import FileAudience, FileAudienceParams
from actions.base import Rejected, RetryLater, Sent
from actions.testing import assignment, surroundings


def action(folder: Path, **params: object) -> FileAudience:
    return FileAudience(FileAudienceParams.model_validate(params), surroundings(folder))


def change(key: str = "k1", operation: str = "add", audience: str = "cart", **person: object):
    profile = replace(assignment().profile, **person)
    return assignment(key, profile=profile, parameters={"operation": operation, "audience": audience})


def rows(folder: Path, audience: str = "cart") -> list[dict[str, str]]:
    with (folder / "audiences" / f"{audience}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_person_joins_with_hashes_and_goods(tmp_path):
    assert action(tmp_path).perform(change(email="John_Smith@gmail.com", phone="+16505551212")) == Sent("cart/k1")
    assert rows(tmp_path) == [
        {
            "key": "k1",
            "at": "2026-03-02T09:00:00+00:00",
            "operation": "add",
            "email_sha256": "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
            "phone_sha256": "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
            "external_id": "u1",
            "goods": "grinder",
        }
    ]


def test_joining_and_leaving_are_two_rows(tmp_path):
    audience = action(tmp_path)
    audience.perform(change("k1", "add"))
    audience.perform(change("k2", "remove"))
    assert [(row["key"], row["operation"]) for row in rows(tmp_path)] == [("k1", "add"), ("k2", "remove")]


def test_a_bad_phone_leaves_its_column_empty(tmp_path):
    action(tmp_path).perform(change(phone="call me"))
    assert (rows(tmp_path)[0]["phone_sha256"], len(rows(tmp_path)[0]["email_sha256"])) == ("", 64)


def test_a_person_without_any_address_is_refused(tmp_path):
    assert action(tmp_path).perform(change(email="", phone="", user_id="")) == Rejected("audience.no_address")


@pytest.mark.parametrize("name", ["", "../cart", "Cart", "a" * 61])
def test_an_audience_of_a_strange_name_is_refused(tmp_path, name):
    assert action(tmp_path).perform(change(audience=name)) == Rejected("audience.bad_name")


def test_an_operation_that_is_none_is_refused(tmp_path):
    assert action(tmp_path).perform(change(operation="toggle")) == Rejected("audience.bad_operation")


def test_an_id_with_commas_and_line_breaks_is_one_cell_of_one_row(tmp_path):
    action(tmp_path).perform(change("k,1", user_id='u"1,\r\nx'))
    assert [(row["key"], row["external_id"]) for row in rows(tmp_path)] == [("k,1", 'u"1, x')]
    assert action(tmp_path).find("k,1") == Sent("cart/k,1")


def test_google_hashes_a_gmail_address_without_dots(tmp_path):
    action(tmp_path, vendor="google").perform(change("k1", email="Ann.Lee+x@gmail.com"))
    action(tmp_path, vendor="google").perform(change("k2", email="annlee@gmail.com"))
    first, second = rows(tmp_path)
    assert first["email_sha256"] == second["email_sha256"]


def test_the_form_of_phones_can_be_chosen(tmp_path):
    action(tmp_path, vendor="tiktok", phone_format="digits").perform(change(phone="+16505551212"))
    assert rows(tmp_path)[0]["phone_sha256"] == "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path):
    audience = action(tmp_path)
    (tmp_path / "audiences").write_text("a file stands in the way")
    assert audience.perform(change()) == RetryLater("audience.folder_not_writable")
