"""What becomes of people whose journey is taken away, kept, or brought back?"""

import pytest

from orchestrator.deployment import Deployment
from orchestrator.in_force import Archive, Overtaken, Refused, put_into_force
from orchestrator.plan import Choices
from orchestrator.store import deployments
from tests.conftest import OpenShop
from tests.fakes.calls import identify, track
from tests.fakes.deployed import ended, kept, planned, put_in_force, take_notice
from tests.fakes.workspace import Workspace

OTHER = """
journeys:
  other:
    entry: {event: Somebody Called}
    steps:
      - {id: hello, send: email, text: "Hello!", purpose: transactional}
"""
SERIES = """  series:
    entry: {{event: Signed Up}}
    re_entry: {re_entry}
    steps:
      - {{id: first, send: email, text: "{words}", purpose: transactional}}
      - {{id: pause, wait: {wait}}}
      - {{id: letter, send: email, text: "{words}", purpose: transactional}}
"""


def both(re_entry: str = "always", wait: str = "3d", words: str = "A letter.") -> str:
    return OTHER + SERIES.format(re_entry=re_entry, wait=wait, words=words)


def inside(shop: OpenShop, text: str = "") -> Workspace:
    """Let ann walk in until she waits."""
    workspace = shop(text or both())
    put_in_force(workspace, text or both())
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    workspace.settle("09:00")
    return workspace


def sent(workspace: Workspace) -> list[tuple[str, str]]:
    return [(who, step) for who, step, _ in workspace.sent()]


def newest(workspace: Workspace) -> Deployment:
    with workspace.store.reading() as connection:
        found = deployments.newest(connection)
    assert found is not None
    return found


# Publish, unpublish, publish again.

AGAIN = [
    pytest.param("never", ended, 0, id="never, ended"),
    pytest.param("never", kept, 0, id="never, kept"),
    pytest.param("always", ended, 1, id="always, ended"),
    pytest.param("always", kept, 1, id="always, kept"),
    pytest.param("after 2d", ended, 0, id="after 2d, ended"),
    pytest.param("after 2d", kept, 0, id="after 2d, kept"),
    pytest.param("after 20h", ended, 1, id="after 20h, ended"),
    pytest.param("after 20h", kept, 1, id="after 20h, kept"),
]


@pytest.mark.parametrize(("re_entry", "choice", "entries"), AGAIN)
def test_a_journey_that_comes_back_mails_nobody_by_itself_and_lets_in_whom_re_entry_allows(
    shop: OpenShop, re_entry: str, choice: type[Choices], entries: int
) -> None:
    text = both(re_entry).replace("wait: 3d", "wait: 2h")
    workspace = inside(shop, text)
    put_in_force(workspace, OTHER, choice("series"), at="10:00")
    workspace.live_until("2026-03-03 08:00")
    before = len(workspace.sent())
    put_in_force(workspace, text, at="2026-03-03 09:00")
    workspace.settle()
    assert len(workspace.sent()) == before
    workspace.ingest(track("Signed Up", "2026-03-03 09:30"))
    workspace.settle("2026-03-03 09:30")
    assert len(workspace.sent()) == before + entries
    assert workspace.provider.doubled == []


def test_a_journey_with_people_is_not_taken_away_without_a_word_about_them(shop: OpenShop) -> None:
    workspace = inside(shop)
    with pytest.raises(Refused, match="`--end series` lets them leave, `--keep series` lets them finish"):
        put_in_force(workspace, OTHER, at="10:00")


def test_whoever_is_ended_leaves_with_that_reason(shop: OpenShop) -> None:
    workspace = inside(shop)
    put_in_force(workspace, OTHER, ended("series"), at="10:00")
    workspace.settle()
    assert workspace.enrollments() == [("series", "pause", "journey_removed")]
    assert workspace.next_due() is None


def test_what_waits_in_the_outbox_is_taken_back_when_its_journey_ends(shop: OpenShop) -> None:
    text = both().replace(
        '{id: first, send: email, text: "A letter."', '{id: first, send: email, text: "A", at: "12:00"'
    )
    workspace = inside(shop, text)
    put_in_force(workspace, OTHER, ended("series"), at="10:00")
    workspace.live_until("2026-03-20 09:00")
    assert workspace.fates() == [("first", "cancelled", "journey.journey_removed")]


def test_whoever_is_kept_finishes_a_journey_that_nobody_enters_any_more(shop: OpenShop) -> None:
    workspace = inside(shop)
    put_in_force(workspace, OTHER, kept("series"), at="10:00")
    workspace.settle("11:00")
    workspace.ingest(track("Signed Up", "11:00", "bob"))
    workspace.live_until("2026-03-20 09:00")
    assert sent(workspace) == [("ann", "first"), ("ann", "letter")]


# Two versions beside each other.


def _two_versions(shop: OpenShop) -> Workspace:
    workspace = inside(shop)
    put_in_force(workspace, both(wait="1d", words="Another letter."), kept("series"), at="2026-03-03 08:00")
    workspace.settle("2026-03-03 09:00")
    workspace.ingest(track("Signed Up", "2026-03-03 09:00", "bob"))
    return workspace


def test_whoever_is_kept_finishes_as_they_began_and_newcomers_take_the_new_version(shop: OpenShop) -> None:
    workspace = _two_versions(shop)
    workspace.live_until("2026-03-20 09:00")
    assert [row for row in workspace.sent() if row[1] == "letter"] == [
        ("bob", "letter", "2026-03-04 09:00"),
        ("ann", "letter", "2026-03-05 09:00"),
    ]


def test_an_unrelated_change_moves_nobody_who_is_kept(shop: OpenShop) -> None:
    workspace = _two_versions(shop)
    unrelated = both(wait="1d", words="Another letter.").replace("Hello!", "Good day!")
    put_in_force(workspace, unrelated, at="2026-03-03 10:00")
    workspace.live_until("2026-03-20 09:00")
    assert ("ann", "letter", "2026-03-05 09:00") in workspace.sent()


def test_the_next_change_moves_those_who_were_kept_as_well(shop: OpenShop) -> None:
    workspace = _two_versions(shop)
    put_in_force(workspace, both(wait="2d"), at="2026-03-03 10:00")
    workspace.live_until("2026-03-20 09:00")
    assert ("ann", "letter", "2026-03-04 09:00") in workspace.sent()
    assert newest(workspace).kept == {}


def test_whoever_is_kept_is_judged_by_the_guards_of_their_version(shop: OpenShop) -> None:
    lenient = both().replace(", purpose: transactional", "")
    strict = 'guards: {quiet_hours: {from: "08:00", to: "12:00"}}\n' + lenient.replace("wait: 3d", "wait: 1d")
    workspace = inside(shop, lenient)
    put_in_force(workspace, strict, kept("series"), at="2026-03-03 08:00")
    workspace.live_until("2026-03-20 09:00")
    assert workspace.sent()[-1] == ("ann", "letter", "2026-03-05 09:00")


# Two people at once.


def test_a_plan_that_somebody_overtook_is_refused(shop: OpenShop) -> None:
    workspace = inside(shop)
    mine = planned(workspace, both(wait="5d"))
    put_in_force(workspace, both(wait="4d"))
    with pytest.raises(Overtaken, match="expected deployment 1 to be in force, got 2"):
        put_into_force(workspace.store, mine, at=workspace.clock.now, by="bob", kind="apply")


def test_whoever_walks_into_a_removed_step_after_the_plan_was_made_is_not_lost(shop: OpenShop) -> None:
    workspace = shop(both())
    put_in_force(workspace, both())
    mine = planned(workspace, both().replace("id: pause", "id: rest"))
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    workspace.settle("09:00")
    with pytest.raises(Refused, match='step "pause" is gone and 1 person is there'):
        put_into_force(workspace.store, mine, at=workspace.clock.now, by="bob", kind="apply")


def test_a_deployment_wakes_only_those_inside_what_changed(shop: OpenShop) -> None:
    workspace = inside(shop)
    workspace.ingest(track("Page Viewed", "09:00", "bob"))
    workspace.settle()
    plan = planned(workspace, both(wait="5d"))
    put_into_force(workspace.store, plan, at=workspace.clock.now, by="ann", kind="apply")
    with workspace.store.turn() as turn:
        assert turn.claim(workspace.clock.now, 10, in_order=True) == [1]


def test_who_put_it_into_force_is_kept(shop: OpenShop) -> None:
    workspace = inside(shop)
    plan = planned(workspace, both(wait="5d"))
    put_into_force(workspace.store, plan, at=workspace.clock.now, by="bob", kind="apply", note="slower")
    found = newest(workspace)
    assert (found.id, found.by, found.kind, found.note, found.parent) == (2, "bob", "apply", "slower", 1)


def test_what_was_in_force_before_can_be_read_back(shop: OpenShop) -> None:
    workspace = inside(shop)
    first = newest(workspace)
    put_in_force(workspace, both(wait="5d"))
    archive = Archive(workspace.store, workspace.folder)
    assert archive.project(first).journeys["series"].version == first.journeys["series"]


def test_a_restart_goes_on_where_people_stand(shop: OpenShop) -> None:
    workspace = inside(shop)
    put_in_force(workspace, both(wait="5d"), kept("series"), at="10:00")
    workspace.restart()
    take_notice(workspace)
    workspace.live_until("2026-03-20 09:00")
    assert workspace.sent()[-1] == ("ann", "letter", "2026-03-05 09:00")
