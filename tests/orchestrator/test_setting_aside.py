"""What if code of others raises: a journey's decision, an action, a guard?"""

from actions.base import RetryLater
from operational_guards.rule import rule_of
from orchestrator.program import build_program
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.faulty import PoisonGuard, with_broken_entry, with_broken_exit
from tests.fakes.journeys import CART, WELCOME
from tests.fakes.workspace import Workspace

# One customer whose decision cannot be made.


def test_of_a_hundred_the_ninety_nine_others_are_sent_once_over_fifty_ticks(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.run_by(with_broken_entry(workspace.program, "welcome", "u7"))
    workspace.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(100)))
    for minute in range(50):
        workspace.settle(f"09:{minute:02}")
    assert (len(workspace.provider.taken), workspace.provider.doubled) == (99, [])


def test_one_address_that_always_fails_makes_nobody_elses_message_come_again(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answer_for = lambda given: RetryLater("email.busy") if given.profile.user_id == "u7" else None
    workspace.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(100)))
    for minute in range(50):
        workspace.settle(f"09:{minute:02}")
    assert (len(workspace.provider.taken), workspace.provider.doubled) == (99, [])


def test_an_action_that_raises_for_one_holds_that_one(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answer_for = lambda given: ValueError("ann@example.com") if given.profile.user_id == "u7" else None
    workspace.ingest(*(track("Signed Up", "09:00", f"u{number}") for number in range(100)))
    for minute in range(50):
        workspace.settle(f"09:{minute:02}")
    states = [(row["state"], row["reason"]) for row in workspace.deliveries() if row["profile"] == "u7"]
    assert states == [("unknown", "action.raised.ValueError")]
    assert (len(workspace.provider.taken), workspace.provider.doubled) == (99, [])


def test_what_was_reported_in_a_turn_that_failed_for_somebody_is_not_lost(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.run_by(with_broken_entry(workspace.program, "welcome", "bob"))
    workspace.ingest(track("Signed Up", "09:00", "ann"))
    reports = workspace.perform(workspace.turn())
    workspace.ingest(track("Signed Up", "09:00", "bob"), track("Signed Up", "09:00", "eve"))
    workspace.perform(workspace.turn(reports))
    fates = [(row["profile"], row["state"]) for row in workspace.deliveries()]
    assert (fates, workspace.provider.doubled) == ([("ann", "sent"), ("eve", "attempting")], [])


def test_whoever_is_set_aside_is_shown_with_the_error(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.run_by(with_broken_entry(workspace.program, "welcome", "bob"))
    workspace.ingest(track("Signed Up", "09:00", "ann"), track("Signed Up", "09:00", "bob"))
    workspace.settle()
    assert workspace.status().set_aside == {2: "BrokenRule: this decision cannot be made"}
    assert workspace.engine.errors == [(2, "BrokenRule: this decision cannot be made")]


def test_whoever_is_set_aside_keeps_their_events_and_is_tried_again_after_a_new_deploy(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    mended = workspace.program
    workspace.run_by(with_broken_entry(mended, "welcome", "bob"))
    workspace.ingest(track("Signed Up", "09:00", "bob"))
    workspace.settle()
    assert (workspace.status().inbox, workspace.sent()) == (1, [])
    workspace.run_by(mended)
    workspace.settle("09:30")
    assert workspace.sent() == [("bob", "hello", "2026-03-02 09:30")]
    assert workspace.status().set_aside == {}


def test_nothing_of_a_turn_that_failed_halfway_is_kept(shop: OpenShop) -> None:
    workspace = shop(CART)
    workspace.run_by(with_broken_exit(workspace.program, "cart", "ann"))
    workspace.ingest(
        track("Checkout Started", "08:00", checkout_id="k1"),
        track("Order Completed", "08:30", order_id="o1", checkout_id="k1"),
    )
    workspace.settle()
    assert workspace.enrollments() == []
    assert workspace.rows("SELECT COUNT(*) FROM orders") == [(0,)]


def test_events_that_come_for_somebody_set_aside_wait_with_the_others(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    mended = workspace.program
    workspace.run_by(with_broken_entry(mended, "welcome", "bob"))
    workspace.ingest(track("Signed Up", "08:00", "bob"))
    workspace.settle()
    workspace.ingest(track("Page Viewed", "08:01", "bob"))
    workspace.settle()
    workspace.run_by(mended)
    workspace.settle()
    assert (workspace.status().inbox, workspace.fates()) == (0, [("hello", "sent", "")])


def test_events_for_somebody_set_aside_do_not_keep_the_others_waiting(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.run_by(with_broken_entry(workspace.program, "welcome", "bob"))
    workspace.engine.batch_size = 2
    workspace.ingest(track("Signed Up", "08:00", "bob"))
    workspace.settle()
    workspace.ingest(*(track("Page Viewed", f"08:0{minute}", "bob") for minute in range(1, 4)))
    workspace.ingest(track("Signed Up", "08:10", "ann"))
    workspace.settle()
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:00")]


def test_a_message_that_left_is_not_sent_again_when_its_customer_is_set_aside(shop: OpenShop) -> None:
    workspace = shop(CART, finds=False)
    mended = workspace.program
    workspace.run_by(with_broken_exit(mended, "cart", "ann"))
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.settle()
    workspace.clock.now = moment("10:00")
    reports = workspace.perform(workspace.turn())
    workspace.ingest(track("Order Completed", "10:00", order_id="o1", checkout_id="k1"))
    workspace.turn(reports)
    assert list(workspace.status().set_aside) == [1]
    workspace.run_by(mended)
    workspace.turn(workspace.recover("10:30"))
    workspace.live_until("2026-03-20 09:00")
    assert len(workspace.provider.asked) == 1


# A guard that cannot answer.


def _with_poison(workspace: Workspace, user_id: str) -> Workspace:
    program = workspace.program
    workspace.run_by(build_program(program.journeys.values(), (*program.book.rules, rule_of(PoisonGuard(user_id)))))
    return workspace


def test_a_guard_that_raises_holds_marketing_and_says_which(shop: OpenShop) -> None:
    workspace = _with_poison(shop(CART), "ann")
    for user in ("ann", "bob"):
        workspace.ingest(
            identify(user, "08:00"), track("Checkout Started", "09:00", user, checkout_id=user, products=GRINDER)
        )
    workspace.live_until("10:30")
    assert workspace.fates() == [("reminder", "delayed", "poison.failed"), ("reminder", "sent", "")]
    assert workspace.next_due() == moment("10:45")


def test_a_guard_that_raises_lets_through_what_the_customer_is_owed(shop: OpenShop) -> None:
    workspace = _with_poison(shop(WELCOME), "ann")
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    assert workspace.sent() == [("ann", "hello", "2026-03-02 09:00")]


def test_what_a_guard_said_when_it_raised_is_not_kept(shop: OpenShop) -> None:
    workspace = _with_poison(shop(CART), "ann")
    workspace.ingest(identify("ann", "08:00"), track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER))
    workspace.live_until("10:00")
    (answers,) = (row[0] for row in workspace.rows("SELECT answers FROM judgements"))
    assert b"LookupError" in answers
    assert b"ann@example.com" not in answers
