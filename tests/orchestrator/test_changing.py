"""What becomes of people inside a journey that is changed under them?"""

import pytest

from actions.base import RetryLater, Sent
from orchestrator.handover import NEVER_LEFT, Report
from orchestrator.in_force import Refused
from tests.conftest import OpenShop
from tests.fakes.calls import identify, track
from tests.fakes.deployed import put_in_force
from tests.fakes.workspace import Workspace

HELLO = '{id: hello, send: email, text: "Hello!", purpose: transactional}'
TAG = "{id: tag, set: {city: Riga}}"
PAUSE = "{id: pause, wait: 3d}"
LETTER = '{id: letter, send: email, text: "A letter.", purpose: transactional}'
THANKS = '{id: thanks, send: email, text: "Thanks!", purpose: transactional}'
EXTRA = '{id: extra, send: email, text: "One more.", purpose: transactional}'
BREAK = "{id: break, wait: 1d}"
DONE = "{id: done, exit: finished}"
BEFORE = (HELLO, TAG, PAUSE, LETTER, THANKS, DONE)
# People enter on the second of March and the journey is changed a day later, while they wait.
CHANGED = "2026-03-03 09:00"
OVER = "2026-03-05 09:00"


def series(*steps: str, moved: str = "{}", re_entry: str = "always") -> str:
    """Write the journey with these steps."""
    lines = "".join(f"      - {step}\n" for step in steps)
    return (
        "journeys:\n  series:\n    entry: {event: Signed Up}\n"
        f"    re_entry: {re_entry}\n    moved: {moved}\n    steps:\n{lines}"
    )


def inside(shop: OpenShop, *steps: str) -> Workspace:
    """Let one person walk into the journey until they wait."""
    workspace = shop(series(*steps))
    put_in_force(workspace, series(*steps))
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    workspace.settle("09:00")
    return workspace


def sent_after(workspace: Workspace, until: str = "2026-03-20 09:00") -> list[tuple[str, str]]:
    """Say what is sent from now on, and when."""
    before = len(workspace.sent())
    workspace.live_until(until)
    assert workspace.provider.doubled == []
    assert workspace.status().set_aside == {}
    return [(step, at) for _, step, at in workspace.sent()[before:]]


# The matrix: what is changed, and where it stands to the step at which somebody waits.

RENAMED = "{id: rest, wait: 3d}"
GREETING = HELLO.replace("id: hello", "id: greeting")
POST = LETTER.replace("id: letter", "id: post")
MATRIX = [
    pytest.param((HELLO, EXTRA, TAG, PAUSE, LETTER, THANKS, DONE), "{}", ["letter", "thanks"], OVER, id="add before"),
    pytest.param((PAUSE, LETTER, THANKS, DONE), "{}", ["letter", "thanks"], OVER, id="remove before"),
    pytest.param((GREETING, TAG, PAUSE, LETTER, THANKS, DONE), "{}", ["letter", "thanks"], OVER, id="rename before"),
    pytest.param((TAG, HELLO, PAUSE, LETTER, THANKS, DONE), "{}", ["letter", "thanks"], OVER, id="reorder before"),
    pytest.param(
        (HELLO, TAG, PAUSE, BREAK, LETTER, THANKS, DONE), "{}", ["letter", "thanks"], "2026-03-06 09:00", id="add at"
    ),
    pytest.param(
        (HELLO, TAG, LETTER, THANKS, DONE), "{pause: letter}", ["letter", "thanks"], CHANGED, id="remove at, moved"
    ),
    pytest.param((HELLO, TAG, LETTER, THANKS, DONE), "{pause: exit}", [], "", id="remove at, out"),
    pytest.param(
        (HELLO, TAG, RENAMED, LETTER, THANKS, DONE), "{pause: rest}", ["letter", "thanks"], OVER, id="rename at"
    ),
    pytest.param((HELLO, TAG, LETTER, PAUSE, THANKS, DONE), "{}", ["thanks"], OVER, id="reorder at"),
    pytest.param(
        (HELLO, TAG, PAUSE, LETTER, EXTRA, THANKS, DONE), "{}", ["letter", "extra", "thanks"], OVER, id="add after"
    ),
    pytest.param((HELLO, TAG, PAUSE, THANKS, DONE), "{}", ["thanks"], OVER, id="remove after"),
    pytest.param((HELLO, TAG, PAUSE, POST, THANKS, DONE), "{}", ["post", "thanks"], OVER, id="rename after"),
    pytest.param((HELLO, TAG, PAUSE, THANKS, LETTER, DONE), "{}", ["thanks", "letter"], OVER, id="reorder after"),
]


@pytest.mark.parametrize(("steps", "moved", "sent", "at"), MATRIX)
def test_whoever_waits_goes_on_as_the_new_version_says(
    shop: OpenShop, steps: tuple[str, ...], moved: str, sent: list[str], at: str
) -> None:
    workspace = inside(shop, *BEFORE)
    put_in_force(workspace, series(*steps, moved=moved), at=CHANGED)
    assert sent_after(workspace) == [(step, at) for step in sent]


def test_a_step_with_people_is_not_removed_without_a_word_about_them(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    with pytest.raises(Refused, match='step "pause" is gone and 1 person is there'):
        put_in_force(workspace, series(HELLO, LETTER, DONE), at=CHANGED)
    assert sent_after(workspace) == [("letter", OVER), ("thanks", OVER)]


def test_a_step_without_people_is_removed_without_a_word(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    assert put_in_force(workspace, series(PAUSE, LETTER, DONE), at=CHANGED) == 2


def test_whoever_is_let_out_leaves_with_that_reason(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    put_in_force(workspace, series(HELLO, DONE, moved="{pause: exit}"), at=CHANGED)
    workspace.settle()
    assert workspace.enrollments() == [("series", "pause", "step_removed")]


def test_a_step_that_moved_twice_is_found(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    put_in_force(workspace, series(RENAMED, LETTER, DONE, moved="{pause: rest}"), at=CHANGED)
    third = series(BREAK, LETTER, DONE, moved="{pause: rest, rest: break}")
    put_in_force(workspace, third, at="2026-03-03 10:00")
    assert sent_after(workspace) == [("letter", "2026-03-03 10:00")]


def test_the_way_back_reads_what_the_later_version_said_backwards(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    put_in_force(workspace, series(RENAMED, LETTER, DONE, moved="{pause: rest}"), at=CHANGED)
    workspace.settle()
    put_in_force(workspace, series(*BEFORE), at="2026-03-03 10:00")
    workspace.settle()
    assert workspace.rows("SELECT step, due_at - entered_at FROM enrollments") == [("pause", 3 * 86_400_000)]


def test_there_is_no_way_back_from_a_step_that_several_became(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    merged = series(RENAMED, LETTER, DONE, moved="{pause: rest, before: rest}")
    put_in_force(workspace, merged, at=CHANGED)
    workspace.settle()
    with pytest.raises(Refused):
        put_in_force(workspace, series("{id: before, wait: 1h}", *BEFORE), at="2026-03-03 10:00")


def test_moving_says_so_in_the_story_and_carries_the_version(shop: OpenShop) -> None:
    workspace = inside(shop, *BEFORE)
    put_in_force(workspace, series(PAUSE, LETTER, DONE), at=CHANGED)
    workspace.settle()
    version = workspace.program.journeys["series"].version
    assert workspace.rows("SELECT version FROM enrollments") == [(version,)]
    assert ("pause", "moved") in workspace.story("ann")


# Waits.

LONGER = [
    pytest.param(PAUSE, "{id: pause, wait: 5d}", "2026-03-07 09:00", id="longer"),
    pytest.param(PAUSE, "{id: pause, wait: 2d}", "2026-03-04 09:00", id="shorter"),
    pytest.param(PAUSE, "{id: pause, wait: 1h}", CHANGED, id="over already"),
    pytest.param(PAUSE, '{id: pause, wait: {until: "Sat 12:00"}}', "2026-03-07 12:00", id="until a time"),
    pytest.param('{id: pause, wait: {until: "Fri 12:00"}}', PAUSE, OVER, id="from a time"),
    pytest.param(
        "{id: pause, wait_for: {event: Order Completed, at_most: 3d}}",
        "{id: pause, wait_for: {event: Order Completed, at_most: 5d}}",
        "2026-03-07 09:00",
        id="for an event, longer",
    ),
    pytest.param(
        "{id: pause, wait_for: {event: Order Completed, at_most: 3d}}",
        "{id: pause, wait_for: {event: Cart Viewed, at_most: 1h}}",
        CHANGED,
        id="for another event, over already",
    ),
]


@pytest.mark.parametrize(("before", "after", "at"), LONGER)
def test_what_was_waited_counts(shop: OpenShop, before: str, after: str, at: str) -> None:
    workspace = inside(shop, before, LETTER, DONE)
    put_in_force(workspace, series(after, LETTER, DONE), at=CHANGED)
    assert sent_after(workspace) == [("letter", at)]


def test_whoever_came_before_that_was_kept_is_credited_all_the_same(shop: OpenShop) -> None:
    workspace = inside(shop, PAUSE, LETTER, DONE)
    with workspace.store.transaction() as connection:  # type: ignore[attr-defined]  # rows of an older version
        connection.exec_driver_sql("UPDATE enrollments SET since = NULL")
    put_in_force(workspace, series("{id: pause, wait: 5d}", LETTER, DONE), at=CHANGED)
    assert sent_after(workspace) == [("letter", "2026-03-07 09:00")]


def test_an_event_that_is_awaited_now_ends_the_wait(shop: OpenShop) -> None:
    workspace = inside(shop, "{id: pause, wait_for: {event: Order Completed, at_most: 9d}}", LETTER, DONE)
    after = "{id: pause, wait_for: {event: Cart Viewed, at_most: 9d}}"
    put_in_force(workspace, series(after, LETTER, DONE), at=CHANGED)
    workspace.settle("2026-03-03 11:00")
    workspace.ingest(track("Order Completed", "2026-03-03 10:00"), track("Cart Viewed", "2026-03-03 11:00"))
    assert sent_after(workspace) == [("letter", "2026-03-03 11:00")]


def test_a_step_of_another_kind_is_begun_afresh(shop: OpenShop) -> None:
    workspace = inside(shop, PAUSE, LETTER, DONE)
    put_in_force(workspace, series(EXTRA.replace("id: extra", "id: pause"), LETTER, DONE), at=CHANGED)
    assert sent_after(workspace) == [("pause", CHANGED), ("letter", CHANGED)]


# Messages that wait.

NOON = LETTER.replace("}", ', at: "12:00"}')


def test_a_message_that_waits_stays_as_it_is(shop: OpenShop) -> None:
    workspace = inside(shop, NOON, THANKS, DONE)
    put_in_force(workspace, series(NOON, EXTRA, DONE), at="09:30")
    assert sent_after(workspace) == [("letter", "2026-03-02 12:00"), ("extra", "2026-03-02 12:00")]


TAKEN_BACK = [
    pytest.param((POST, DONE), "{letter: post}", [("post", "2026-03-02 09:30")], id="renamed"),
    pytest.param((THANKS, DONE), "{letter: thanks}", [("thanks", "2026-03-02 09:30")], id="gone"),
    pytest.param(("{id: letter, wait: 1h}", THANKS, DONE), "{}", [("thanks", "2026-03-02 10:30")], id="another kind"),
    pytest.param((NOON.replace("email", "ads"), DONE), "{}", [("letter", "2026-03-02 12:00")], id="another channel"),
]


@pytest.mark.parametrize(("steps", "moved", "sent"), TAKEN_BACK)
def test_a_message_that_waits_is_taken_back_when_its_step_changes(
    shop: OpenShop, steps: tuple[str, ...], moved: str, sent: list[tuple[str, str]]
) -> None:
    workspace = inside(shop, NOON, THANKS, DONE)
    put_in_force(workspace, series(*steps, moved=moved), at="09:30")
    assert sent_after(workspace) == sent
    assert workspace.fates()[0] == ("letter", "cancelled", "journey.step_changed")


def _calling(shop: OpenShop) -> tuple[Workspace, Report]:
    """Let a letter be handed over, with its outcome still to come."""
    workspace = shop(series(LETTER, THANKS, DONE))
    put_in_force(workspace, series(LETTER, THANKS, DONE))
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    (handover,) = workspace.turn()
    return workspace, Report(handover.delivery.id, handover.delivery.profile_id, handover.token, Sent("p1"))


IN_FLIGHT = [
    pytest.param((LETTER, EXTRA, DONE), "{}", ["letter", "extra"], id="same step"),
    pytest.param((POST, EXTRA, DONE), "{letter: post}", ["letter", "extra"], id="renamed"),
    pytest.param((EXTRA, THANKS, DONE), "{letter: thanks}", ["letter", "thanks"], id="moved to another message"),
    pytest.param((PAUSE, THANKS, DONE), "{letter: pause}", ["letter", "thanks"], id="moved to a wait"),
    pytest.param((EXTRA, DONE), "{letter: exit}", ["letter"], id="out"),
]


@pytest.mark.parametrize(("steps", "moved", "sent"), IN_FLIGHT)
def test_nobody_gets_a_message_again_that_was_under_way(
    shop: OpenShop, steps: tuple[str, ...], moved: str, sent: list[str]
) -> None:
    workspace, report = _calling(shop)
    put_in_force(workspace, series(*steps, moved=moved), at="09:30")
    workspace.turn(workspace.perform(workspace.turn([report])))
    workspace.live_until("2026-03-20 09:00")
    assert [step for _, step, _ in workspace.sent()] == sent


def test_a_message_that_never_left_is_taken_back_when_its_step_is_gone(shop: OpenShop) -> None:
    workspace, report = _calling(shop)
    put_in_force(workspace, series(EXTRA, DONE, moved="{letter: extra}"), at="09:30")
    never = Report(report.delivery_id, report.profile_id, report.token, RetryLater(NEVER_LEFT))
    workspace.turn(workspace.perform(workspace.turn([never])))
    workspace.live_until("2026-03-20 09:00")
    assert workspace.fates() == [("letter", "cancelled", "journey.step_changed"), ("extra", "sent", "")]


# Splits.

ONE = LETTER.replace("id: letter", "id: one")
TWO = LETTER.replace("id: letter", "id: two")
IN_A = "{id: in_a, wait: 3d}"
IN_B = "{id: in_b, wait: 3d}"


def split(a: tuple[str, ...], b: tuple[str, ...], shares: str = "{a: 50%, b: 50%}") -> str:
    return f"{{id: toss, split: {shares}, a: [{', '.join(a)}], b: [{', '.join(b)}]}}"


BOTH = split((IN_A, ONE), (IN_B, TWO))
# Ann is drawn into the second arm, and waits there.
TOSSED = [
    pytest.param((BOTH, THANKS, DONE), "{}", ["two", "thanks"], id="a step behind it"),
    pytest.param((HELLO, BOTH, DONE), "{}", ["two"], id="a step before it"),
    pytest.param((split((IN_A, ONE), (IN_B, TWO), "{a: 99%, b: 1%}"), DONE), "{}", ["two"], id="other shares"),
    pytest.param((split((IN_A, ONE), (IN_B, EXTRA)), DONE), "{}", ["extra"], id="another message in the arm"),
    pytest.param((split((IN_B, TWO), (IN_A, ONE)), DONE), "{}", ["two"], id="the arms change places"),
    pytest.param((IN_B, TWO, DONE), "{}", ["two"], id="the split is gone, the arm is not"),
    pytest.param((split((IN_A, ONE), (TWO,)), DONE), "{in_b: in_a}", ["one"], id="sent to the other arm"),
    pytest.param((BOTH.replace("id: toss", "id: draw"), DONE), "{}", ["two"], id="the split has another name"),
]


@pytest.mark.parametrize(("steps", "moved", "sent"), TOSSED)
def test_whoever_is_in_an_arm_goes_on_from_where_they_are(
    shop: OpenShop, steps: tuple[str, ...], moved: str, sent: list[str]
) -> None:
    workspace = inside(shop, BOTH, DONE)
    put_in_force(workspace, series(*steps, moved=moved), at=CHANGED)
    assert [step for step, _ in sent_after(workspace)] == sent


def test_an_arm_with_people_is_not_removed_without_a_word_about_them(shop: OpenShop) -> None:
    workspace = inside(shop, BOTH, DONE)
    with pytest.raises(Refused, match='step "in_b" is gone and 1 person is there'):
        put_in_force(workspace, series(split((IN_A, ONE), (TWO,)), DONE), at=CHANGED)
    assert [step for step, _ in sent_after(workspace)] == ["two"]


# Parts.


def part(*steps: str) -> str:
    """Write a part that is used as `care`."""
    lines = "".join(f"      - {step}\n" for step in steps)
    return f"parts:\n  ask:\n    arguments: {{pause: 3d}}\n    steps:\n{lines}"


USE = "{id: care, use: ask}"
WAIT = "{id: wait, wait: $pause}"
PARTS = [
    pytest.param(part(WAIT, ONE), USE, "{}", [("care_one", OVER)], id="the same"),
    pytest.param(part(HELLO, WAIT, ONE), USE, "{}", [("care_one", OVER)], id="a step more in the part"),
    pytest.param(
        part(WAIT, ONE),
        "{id: care, use: ask, with: {pause: 5d}}",
        "{}",
        [("care_one", "2026-03-07 09:00")],
        id="longer",
    ),
    pytest.param(
        part(WAIT, ONE),
        "{id: tend, use: ask}",
        "{care_wait: tend_wait}",
        [("tend_one", OVER)],
        id="used by another name",
    ),
    pytest.param("", "{id: care_wait, wait: 3d}", "{}", [], id="written out"),
]


@pytest.mark.parametrize(("parts", "step", "moved", "sent"), PARTS)
def test_whoever_is_in_a_part_goes_on_there(
    shop: OpenShop, parts: str, step: str, moved: str, sent: list[tuple[str, str]]
) -> None:
    before = part(WAIT, ONE) + series(USE, DONE)
    workspace = shop(before)
    put_in_force(workspace, before)
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    workspace.settle("09:00")
    put_in_force(workspace, parts + series(step, DONE, moved=moved), at=CHANGED)
    assert sent_after(workspace) == sent
    assert workspace.enrollments() == [("series", "done", "finished")]


def test_a_part_that_loses_the_step_where_somebody_is_is_refused(shop: OpenShop) -> None:
    before = part(WAIT, ONE) + series(USE, DONE)
    workspace = shop(before)
    put_in_force(workspace, before)
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    workspace.settle("09:00")
    with pytest.raises(Refused, match='step "care_wait" is gone and 1 person is there'):
        put_in_force(workspace, part(ONE) + series(USE, DONE), at=CHANGED)


# Calls of other systems.

HOOK = "{id: hook, webhook: {channel: crm, with: {note: warm}}, on_failure: lost}"
ACTION = "{id: hook, action: {channel: crm, with: {note: warm}}, on_failure: lost}"
ASIDE = "{id: hook, webhook: {channel: crm, with: {note: warm}}}"
LOST = "{id: lost, exit: lost}"
CALLED = [
    pytest.param(HOOK, (HOOK, THANKS, DONE, LOST), "{}", ["hook", "thanks"], id="webhook, the same"),
    pytest.param(ACTION, (ACTION, THANKS, DONE, LOST), "{}", ["hook", "thanks"], id="action, the same"),
    pytest.param(HOOK, (LETTER, DONE), "{hook: letter}", ["hook", "letter"], id="webhook, moved to a message"),
    pytest.param(HOOK, (EXTRA, DONE), "{hook: exit}", ["hook"], id="webhook, out"),
    pytest.param(ASIDE, (LETTER, DONE), "{}", ["hook", "letter"], id="nobody waits for it"),
]


@pytest.mark.parametrize(("before", "after", "moved", "performed"), CALLED)
def test_another_system_is_called_once_whatever_happens_to_the_step(
    shop: OpenShop, before: str, after: tuple[str, ...], moved: str, performed: list[str]
) -> None:
    text = series(before, LETTER, DONE, LOST)
    workspace = shop(text)
    put_in_force(workspace, text)
    workspace.ingest(identify("ann", "08:50"), track("Signed Up", "09:00"))
    (handover,) = workspace.turn()
    report = Report(handover.delivery.id, handover.delivery.profile_id, handover.token, Sent("p1"))
    put_in_force(workspace, series(*after, moved=moved), at="09:30")
    workspace.turn(workspace.perform(workspace.turn([report])))
    workspace.live_until("2026-03-20 09:00")
    assert [step for step, fate, _ in workspace.fates() if fate == "sent"] == performed
    assert workspace.provider.doubled == []
