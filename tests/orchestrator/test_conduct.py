"""Does a guard's word go exactly as far as the file says: divert, exempt, only recorded, waived by chance, unknown?"""

import json
from pathlib import Path
from typing import Any

import pytest

from journeys.draw import draw
from orchestrator.project import check_project
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.workspace import SHOP, Workspace, check

GUARDS = "guards:\n  already_bought: {within: 30d, do: suppress}\n  in_delivery: {do: delay, until: delivered}\n"
JOURNEY = """
journeys:
  cart:
    entry: {event: Checkout Started}
    steps:
      - {id: reminder, send: email, text: "Your basket is waiting.", items: entry.products%s}
      - {id: after, exit: reminded}
      - {id: care, send: email, text: "All well?", purpose: transactional}
      - {id: cared, exit: cared_for}
"""
EVERYTHING = Path()
ORDER = track("Order Completed", "08:30", order_id="o1", products=GRINDER)
CHECKOUT = track("Checkout Started", "09:00", checkout_id="k1", products=GRINDER)


def journey(at_step: str = "", guards: str = GUARDS) -> str:
    return guards + JOURNEY % at_step


def lived(shop: OpenShop, text: str, *more: bytes, agrees: bool = True) -> Workspace:
    """Let Ann, who has just ordered the grinder, leave it in a basket."""
    workspace = shop(text)
    workspace.ingest(identify("ann", "08:00", consent=agrees), ORDER, CHECKOUT, *more)
    workspace.settle()
    return workspace


def problems(at_step: str, guards: str = GUARDS) -> list[tuple[str, str, int]]:
    """Give code, severity and line of everything that `tactful check` says."""
    found = check_project(f"{SHOP}{journey(at_step, guards)}", {}, EVERYTHING).problems
    return [(problem.code, problem.severity, problem.line) for problem in found]


def answers(workspace: Workspace, guard: str) -> list[dict[str, Any]]:
    """Give what one guard answered, judgement by judgement."""
    rows = workspace.rows("SELECT answers FROM judgements ORDER BY id")
    return [answer for (row,) in rows for answer in json.loads(row) if answer["guard"] == guard]


STEP_LINE = len(f"{SHOP}{GUARDS}".splitlines()) + 6


# Divert.

DIVERTED = ", guards: {already_bought: {divert: care}}"


def test_a_guard_that_diverts_settles_the_message_and_leads_to_its_step(shop: OpenShop) -> None:
    workspace = lived(shop, journey(DIVERTED))
    assert workspace.fates() == [("reminder", "suppressed", "already_bought.recent_order"), ("care", "sent", "")]
    assert workspace.enrollments() == [("cart", "cared", "cared_for")]


def test_a_diversion_is_told_in_the_persons_story(shop: OpenShop) -> None:
    workspace = lived(shop, journey(DIVERTED))
    assert ("reminder", "diverted") in workspace.story("ann")


def test_a_guard_that_would_only_delay_diverts_instead_of_waiting(shop: OpenShop) -> None:
    diverted = ", guards: {in_delivery: {divert: care}}, except: {already_bought: they may want two}"
    workspace = lived(shop, journey(diverted))
    assert workspace.fates() == [("reminder", "suppressed", "in_delivery.not_shipped"), ("care", "sent", "")]


def test_consent_is_stronger_than_a_diversion(shop: OpenShop) -> None:
    workspace = lived(shop, journey(DIVERTED), agrees=False)
    assert workspace.fates() == [("reminder", "suppressed", "consent.refused")]
    assert workspace.enrollments() == [("cart", "after", "reminded")]


def test_a_guard_without_an_objection_diverts_nobody(shop: OpenShop) -> None:
    workspace = shop(journey(DIVERTED))
    workspace.ingest(identify("ann", "08:00"), CHECKOUT)
    workspace.settle()
    assert workspace.enrollments() == [("cart", "after", "reminded")]


def test_what_only_records_diverts_nobody(shop: OpenShop) -> None:
    both = ", guards: {already_bought: {divert: care, mode: shadow}, in_delivery: {mode: shadow}}"
    workspace = lived(shop, journey(both))
    assert workspace.enrollments() == [("cart", "after", "reminded")]


def test_the_ledger_says_where_a_guard_diverts_to(shop: OpenShop) -> None:
    (answer,) = answers(lived(shop, journey(DIVERTED)), "already_bought")
    assert (answer["verdict"], answer["divert"]) == ("suppress", "care")


def test_a_diversion_outlives_a_restart(shop: OpenShop) -> None:
    workspace = shop(journey(DIVERTED.replace("}}", "}}, at: '18:00'")))
    workspace.ingest(identify("ann", "08:00"), ORDER, CHECKOUT)
    workspace.settle()
    workspace.restart()
    workspace.live_until("19:00")
    assert workspace.enrollments() == [("cart", "cared", "cared_for")]


def test_a_diversion_to_no_step_is_a_problem_at_its_place() -> None:
    (problem, *_) = problems(", guards: {already_bought: {divert: cair}}")
    assert problem == ("journey.unknown_target", "error", STEP_LINE)


def test_a_diversion_at_an_audience_is_a_problem_for_nobody_waits_there() -> None:
    text = journey().replace(
        'send: email, text: "Your basket is waiting.", items: entry.products',
        "audience: {add: shelf, items: entry.products}, guards: {already_bought: {divert: care}}",
    )
    found = check_project(f"{SHOP}{text}", {}, EVERYTHING).errors
    assert [(problem.code, problem.line) for problem in found] == [("guard.divert_nowhere", STEP_LINE)]


def test_a_step_that_only_a_diversion_leads_to_can_be_reached() -> None:
    assert problems(DIVERTED) == []


def test_without_the_diversion_the_step_cannot_be_reached() -> None:
    assert {code for code, _, _ in problems("")} == {"journey.unreachable_step"}


def test_the_way_of_a_diversion_is_drawn() -> None:
    assert "reminder --> care: divert to care" in draw(check(journey(DIVERTED)).journeys["cart"])


def test_a_diversion_makes_another_version_of_the_journey() -> None:
    plain, diverted = (check(journey(at_step)).journeys["cart"].version for at_step in ("", DIVERTED))
    assert plain != diverted


# Exemptions.

EXEMPT = ", except: {already_bought: they refill it monthly, in_delivery: they refill it monthly}"


def test_a_message_that_is_exempt_goes_in_spite_of_the_guard(shop: OpenShop) -> None:
    assert lived(shop, journey(EXEMPT)).fates() == [("reminder", "sent", "")]


def test_what_was_not_heeded_is_in_the_ledger_with_its_facts(shop: OpenShop) -> None:
    (answer,) = answers(lived(shop, journey(EXEMPT)), "already_bought")
    assert (answer["unheeded"], answer["reason"], answer["evidence"][0]["id"]) == (
        "exempt",
        "already_bought.recent_order",
        "o1",
    )


def test_only_the_guard_that_is_named_is_waived(shop: OpenShop) -> None:
    workspace = lived(shop, journey(", except: {in_delivery: they refill it monthly}"))
    assert [fate for _, fate, _ in workspace.fates()] == ["suppressed"]


def test_an_exemption_at_one_step_is_none_at_another(shop: OpenShop) -> None:
    text = journey(EXEMPT).replace('text: "All well?", purpose: transactional', 'text: "Well?", items: entry.products')
    workspace = lived(shop, text.replace("{id: after, exit: reminded}", "{id: after, wait: 1h}"))
    workspace.live_until("11:00")
    assert workspace.fates() == [("reminder", "sent", ""), ("care", "suppressed", "already_bought.recent_order")]


def test_every_exemption_is_listed_as_a_warning_at_its_line() -> None:
    found = [problem for problem in problems(EXEMPT) if problem[0].startswith("guard.")]
    assert found == [("guard.exempt", "warning", STEP_LINE)] * 2


def test_a_warning_names_the_guard_and_the_reason() -> None:
    found = check_project(f"{SHOP}{journey(EXEMPT)}", {}, EVERYTHING).problems
    assert 'this step is exempt from "already_bought": they refill it monthly' in [each.message for each in found]


@pytest.mark.parametrize("guard", ["consent", "suppression_list"])
def test_no_step_is_exempt_from_what_is_always_on(guard: str) -> None:
    assert ("guard.always_on", "error", STEP_LINE) in problems(f", except: {{{guard}: we know better}}")


def test_an_exemption_from_a_guard_that_does_not_hold_is_a_problem() -> None:
    assert ("guard.not_configured", "error", STEP_LINE) in problems(", except: {refunded: they may want it}")


def test_an_exemption_from_no_guard_at_all_is_a_problem() -> None:
    assert ("guard.unknown", "error", STEP_LINE) in problems(", except: {alredy_bought: they may want it}")


# Only recorded.

SHADOWS = "guards:\n  already_bought: {within: 30d, do: suppress, mode: shadow}\n"


def test_a_guard_that_only_records_lets_the_message_go(shop: OpenShop) -> None:
    assert lived(shop, journey(guards=SHADOWS)).fates() == [("reminder", "sent", "")]


def test_what_it_would_have_done_is_recorded(shop: OpenShop) -> None:
    (answer,) = answers(lived(shop, journey(guards=SHADOWS)), "already_bought")
    assert (answer["verdict"], answer["unheeded"]) == ("suppress", "shadow")


def test_a_step_can_let_a_guard_act_that_only_records_elsewhere(shop: OpenShop) -> None:
    workspace = lived(shop, journey(", guards: {already_bought: {mode: act}}", SHADOWS))
    assert workspace.fates() == [("reminder", "suppressed", "already_bought.recent_order")]


# Waived by chance.

HALF = "guards:\n  already_bought: {within: 30d, do: suppress, holdout: %s}\n"
CROWD = [f"u{number}" for number in range(400)]


def crowd(shop: OpenShop, share: str) -> Workspace:
    """Let 400 customers who have just ordered the grinder leave it in a basket."""
    workspace = shop(journey(guards=HALF % share))
    for user in CROWD:
        workspace.ingest(
            identify(user, "08:00"),
            track("Order Completed", "08:30", user, order_id=f"o-{user}", products=GRINDER),
            track("Checkout Started", "09:00", user, checkout_id=f"k-{user}", products=GRINDER),
        )
    workspace.settle()
    return workspace


def test_about_the_share_is_let_through_and_the_rest_held(shop: OpenShop) -> None:
    sent = [state for _, state, _ in crowd(shop, "20%").fates()].count("sent")
    assert 55 <= sent <= 105


def test_another_workspace_draws_the_very_same(shop: OpenShop) -> None:
    one, other = (crowd(shop, "20%").sent() for _ in range(2))
    assert one == other


def test_a_larger_share_lets_through_whom_a_smaller_did(shop: OpenShop) -> None:
    small, large = ({user for user, _, _ in crowd(shop, share).sent()} for share in ("2%", "20%"))
    assert (0 < len(small) < len(large), small <= large) == (True, True)


def test_what_chance_let_through_is_recorded(shop: OpenShop) -> None:
    workspace = lived(shop, journey(guards=HALF % "100%"))
    (answer,) = answers(workspace, "already_bought")
    assert (workspace.fates()[0][1], answer["unheeded"]) == ("sent", "holdout")


@pytest.mark.parametrize("restarts", [False, True])
def test_chance_says_the_same_when_a_message_is_judged_again(shop: OpenShop, restarts: bool) -> None:
    half = "guards:\n  in_delivery: {do: delay, until: delivered, holdout: 50%}\n"
    text = journey(guards=half + "  open_ticket: {do: delay, until: closed, at_most: 14d, then: suppress}\n")
    workspace = shop(text)
    for user in CROWD[:40]:
        workspace.ingest(identify(user, "08:00"))
        workspace.ingest(track("Order Completed", "08:30", user, order_id=f"o-{user}", products=GRINDER))
        workspace.ingest(track("Ticket Opened", "08:40", user, ticket_id=f"t-{user}"))
        workspace.ingest(track("Checkout Started", "09:00", user, checkout_id=f"k-{user}", products=GRINDER))
    workspace.settle()
    first = [answer.get("unheeded", "") for answer in answers(workspace, "in_delivery")]
    if restarts:
        workspace.restart()
    workspace.clock.now = moment("10:00")
    workspace.ingest(*(track("Ticket Opened", "10:00", user, ticket_id=f"s-{user}") for user in CROWD[:40]))
    workspace.settle()
    by_delivery = workspace.rows("SELECT delivery_id, answers FROM judgements ORDER BY delivery_id, id")
    drawn = [
        (key, next(answer.get("unheeded", "") for answer in json.loads(row) if answer["guard"] == "in_delivery"))
        for key, row in by_delivery
    ]
    assert (len(drawn), len(set(drawn)), {"", "holdout"} == set(first)) == (80, 40, True)


@pytest.mark.parametrize("share", ["2", "120%", "-1%", "some"])
def test_a_share_that_is_none_is_a_problem(share: str) -> None:
    assert "guard.invalid_parameter" in [code for code, _, _ in problems("", HALF % f'"{share}"')]


# What is not known.


def unknown(word: str) -> str:
    """Let the endpoint that nobody asks in this workspace stay unknown."""
    return f"guards:\n  http: {{url: 'https://shop.example/may-send'{word}}}\n"


@pytest.mark.parametrize(
    ("word", "fate"),
    [
        ("", ("reminder", "delayed", "http.unknown")),
        (", if_unknown: delay", ("reminder", "delayed", "http.unknown")),
        (", if_unknown: suppress", ("reminder", "suppressed", "http.unknown")),
        (", if_unknown: allow", ("reminder", "sent", "")),
    ],
)
def test_the_file_says_what_happens_while_nothing_is_known(
    shop: OpenShop, word: str, fate: tuple[str, str, str]
) -> None:
    assert lived(shop, journey(guards=unknown(word))).fates() == [fate]


def test_what_the_customer_is_owed_goes_unless_the_file_says_otherwise(shop: OpenShop) -> None:
    owed = journey(", purpose: transactional", unknown(", purposes: [marketing, transactional]"))
    assert lived(shop, owed).fates() == [("reminder", "sent", "")]


def test_one_word_changes_what_holds_for_all_guards(shop: OpenShop) -> None:
    workspace = lived(shop, "if_unknown: {marketing: suppress}\n" + journey(guards=unknown("")))
    assert workspace.fates() == [("reminder", "suppressed", "http.unknown")]


def test_a_guard_says_otherwise_than_what_holds_for_all(shop: OpenShop) -> None:
    workspace = lived(shop, "if_unknown: {marketing: suppress}\n" + journey(guards=unknown(", if_unknown: allow")))
    assert workspace.fates() == [("reminder", "sent", "")]


def test_a_message_of_which_nothing_becomes_known_is_given_up_after_a_week(shop: OpenShop) -> None:
    workspace = lived(shop, journey(guards=unknown("")))
    workspace.live_until("2026-03-10 09:00")
    assert workspace.fates() == [("reminder", "suppressed", "http.unknown")]


def test_an_unknown_word_is_a_problem_that_names_what_there_is() -> None:
    found = check_project(f"{SHOP}{journey(guards=unknown(', if_unknown: wait'))}", {}, EVERYTHING).errors
    assert "if_unknown expected delay or suppress or allow" in found[0].message
