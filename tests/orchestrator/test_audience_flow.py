"""Does one person's odd name or number spoil only their own row?"""

import csv
import json

import pytest

from actions.audience_file import FileAudience, FileAudienceParams
from actions.crm_file import FileCrm, FileCrmParams
from actions.normalise import hashed, normalise_name
from actions.testing import surroundings
from tests.conftest import OpenShop
from tests.fakes.calls import call, identify, track
from tests.fakes.workspace import Workspace

SHELF = """
journeys:
  shelf:
    entry: {event: Checkout Started}
    steps:
      - {id: ads, audience: {add: shelf}}
      - {id: call, crm: {note: "{{ profile.first_name }} left a basket"}}
      - {id: done, exit: done}
"""
GOOD_NUMBER = "+37129123456"
HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
NAMES = ["Анна", "李", "Ευαγγελία", "שרה", "अनिता", "ทิพย์", "Jāņa", "Ayşe"]


def with_real_actions(workspace: Workspace) -> Workspace:
    around = surroundings(workspace.folder)
    workspace.actions["ads"] = FileAudience(FileAudienceParams.model_validate({}), around)  # type: ignore[assignment]  # a real one
    workspace.actions["crm"] = FileCrm(FileCrmParams.model_validate({}), around)  # type: ignore[assignment]  # a real one
    return workspace


def audience(workspace: Workspace) -> list[dict[str, str]]:
    with (workspace.folder / "audiences" / "shelf.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("number", ["call me", "12", "+999999999999999999", "٠٩٨٧", "null"])
def test_a_bad_number_in_a_batch_leaves_the_others_theirs(shop: OpenShop, number: str) -> None:
    workspace = with_real_actions(shop(SHELF))
    numbers = {"ann": GOOD_NUMBER, "bob": number, "cid": "+37129123457"}
    workspace.ingest(*(identify(user, "08:00", phone=phone) for user, phone in numbers.items()))
    workspace.ingest(*(track("Checkout Started", "08:30", user) for user in numbers))
    workspace.settle()
    rows = {row["external_id"]: row for row in audience(workspace)}
    assert [user for user in numbers if rows[user]["phone_sha256"]] == ["ann", "cid"]
    assert {len(row["email_sha256"]) for row in rows.values()} == {64}
    assert {row["state"] for row in workspace.deliveries()} == {"sent"}


def test_somebody_without_any_address_is_refused_and_the_others_join(shop: OpenShop) -> None:
    workspace = with_real_actions(shop(SHELF))
    agrees = {"marketing_consent": True}
    workspace.ingest(call("identify", "08:00", "m1", anonymousId="v1", traits=agrees), identify("bob", "08:00"))
    workspace.ingest(call("track", "08:30", "m2", anonymousId="v1", event="Checkout Started"))
    workspace.ingest(track("Checkout Started", "08:30", "bob"))
    workspace.settle()
    fates = [(row["profile"], row["state"], row["reason"]) for row in workspace.deliveries() if row["step"] == "ads"]
    assert fates == [("#1", "rejected", "audience.no_address"), ("bob", "sent", "")]


def test_nothing_is_ever_matched_by_the_hash_of_nothing(shop: OpenShop) -> None:
    workspace = with_real_actions(shop(SHELF))
    workspace.ingest(identify("ann", "08:00", phone="none"), track("Checkout Started", "08:30"))
    workspace.settle()
    assert HASH_OF_NOTHING not in [value for row in audience(workspace) for value in row.values()]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_reaches_the_manager_as_it_is_written(shop: OpenShop, name: str) -> None:
    workspace = with_real_actions(shop(SHELF))
    workspace.ingest(identify("ann", "08:00", first_name=name), track("Checkout Started", "08:30"))
    workspace.settle()
    (line,) = (workspace.folder / "crm.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["note"] == f"{name} left a basket"


def test_names_of_different_people_have_different_hashes_whatever_their_script() -> None:
    hashes = {hashed(normalise_name(name)) for name in NAMES}
    assert (len(hashes), HASH_OF_NOTHING in hashes) == (len(NAMES), False)
