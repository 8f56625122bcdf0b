"""Does a delivery that may leave become the right call, and does what goes wrong with one leave the others alone?"""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from actions.base import Assignment, Sent
from actions.email_file import FileEmail, FileEmailParams
from actions.lead_magnet import BadLink, SignedFile, verify_link
from actions.testing import surroundings
from journeys.catalog import Catalog
from orchestrator.links import Links, Unsubscription
from orchestrator.program import build_program
from tests.conftest import OpenShop
from tests.fakes.calls import GRINDER, identify, moment, track
from tests.fakes.journeys import SERIES, WELCOME
from tests.fakes.workspace import KEYS, Workspace, check

SHARES = """
journeys:
  shares:
    entry: {event: Signed Up}
    steps:
      - {id: share, send: email, text: "You get {{ 12 / entry.people }} pieces.", purpose: transactional}
      - {id: pause, wait: 1h}
      - {id: second, send: email, text: "And again.", purpose: transactional}
"""
LETTER = """
journeys:
  letters:
    entry: {{event: Signed Up}}
    steps:
      - {{id: letter, send: email, template: letter.html, purpose: {purpose}}}
"""
LETTER_HTML = """---
subject: "For {{ profile.first_name }}"
---
<p>Hello {{ profile.first_name }}!</p>
{% if unsubscribe_url %}<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>{% endif %}
"""
MAGNET = """
journeys:
  guide:
    entry: {event: Signed Up}
    steps:
      - {id: guide, lead_magnet: {file: guide.pdf, template: guide.txt, expires: 7d}}
"""
TASK = """
journeys:
  call:
    entry: {event: Checkout Started}
    steps:
      - {id: call, crm: {task: "Call {{ profile.first_name }}", note: "Left {{ entry.value | money }}"}}
"""
GOODS_ONLY = """
guards:
  already_bought: {within: 30d, do: drop_items}
journeys:
  shelf:
    entry: {event: Checkout Started}
    steps:
      - {id: letter, send: email, items: entry.products, text: "{% for item in items %}{{ item.name }},{% endfor %}"}
"""
GUIDE_TEXT = '---\nsubject: "Your guide"\n---\n{{ magnet_url }}\n'


def with_templates(workspace: Workspace, text: str, templates: dict[str, str]) -> Workspace:
    """Go on with journeys that use these templates."""
    workspace.project = check(text, templates)
    workspace.run_by(workspace.project.program(Catalog()))
    return workspace


def mails(workspace: Workspace) -> list[EmailMessage]:
    """Read what the e-mail action put into its folder."""
    files = sorted((workspace.folder / "mail" / "new").iterdir())
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in read if isinstance(mail, EmailMessage)]


def with_real_mail(workspace: Workspace) -> Workspace:
    params = FileEmailParams.model_validate({"from": "Nordic Roast <hello@shop.example>"})
    workspace.actions["email"] = FileEmail(params, surroundings(workspace.folder))  # type: ignore[assignment]  # a real one
    return workspace


# What cannot be rendered.


@pytest.mark.parametrize("people", [0, None, "many"], ids=["zero", "missing", "a word"])
def test_a_message_that_cannot_be_rendered_is_refused_and_the_others_go(shop: OpenShop, people: object) -> None:
    workspace = shop(SHARES)
    said: dict[str, Any] = {} if people is None else {"people": people}
    workspace.ingest(track("Signed Up", "09:00", "ann", **said), track("Signed Up", "09:00", "bob", people=3))
    workspace.settle()
    assert workspace.fates() == [
        ("share", "rejected", "content.render_failed"),
        ("share", "sent", ""),
    ]
    assert [given.content.text for given in workspace.email.assignments if given.content] == ["You get 4 pieces."]


def test_the_attempt_says_which_name_was_missing_and_where(shop: OpenShop) -> None:
    workspace = shop(SHARES)
    workspace.ingest(track("Signed Up", "09:00", "ann"))
    workspace.settle()
    ((outcome,),) = workspace.rows("SELECT outcome FROM attempts")
    assert outcome.startswith('rejected content.render_failed: text:1: "people" is not set here; write')


def test_whoever_could_not_be_written_to_goes_on_in_the_journey(shop: OpenShop) -> None:
    workspace = shop(SHARES)
    workspace.ingest(track("Signed Up", "09:00", people=0))
    workspace.live_until("12:00")
    assert workspace.sent() == [("ann", "second", "2026-03-02 10:00")]


# What goes wrong on the way.


def test_an_action_that_raises_may_have_sent_and_is_never_asked_again(shop: OpenShop) -> None:
    workspace = shop(SERIES)
    workspace.email.answers.append(ConnectionError("ann@example.com is gone"))
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.live_until("2026-04-02 09:00")
    assert workspace.fates() == [("first", "unknown", "action.raised.ConnectionError")]
    assert len(workspace.provider.asked) == 1


def test_an_action_that_says_nothing_may_have_sent(shop: OpenShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(WELCOME)
    monkeypatch.setattr(workspace.email, "perform", _says_nothing)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    assert workspace.fates() == [("hello", "unknown", "action.no_outcome")]


def _says_nothing(assignment: Assignment) -> None:
    return None


def test_a_message_for_a_channel_that_is_gone_is_refused(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    del workspace.actions["email"]
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    assert workspace.fates() == [("hello", "rejected", "channel.gone")]


def test_a_message_of_a_journey_that_is_gone_is_refused(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    handovers = workspace.turn()
    workspace.program = build_program(())
    (report,) = workspace.perform(handovers)
    assert report.outcome.reason == "journey.step_gone"  # type: ignore[union-attr]  # it is refused


def test_a_call_that_raises_leaves_the_others_their_answers(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.email.answer_for = lambda given: OSError() if given.profile.user_id == "ann" else None
    workspace.ingest(*(track("Signed Up", "09:00", user) for user in ("ann", "bob", "cid")))
    reports = workspace.perform(workspace.turn())
    assert [type(report.outcome).__name__ for report in reports] == ["Unknown", "Sent", "Sent"]


# What is handed over.


def test_a_message_is_made_from_the_goods_the_guards_left(shop: OpenShop) -> None:
    workspace = shop(GOODS_ONLY)
    beans = {"product_id": "beans", "name": "Beans", "price": 9}
    workspace.ingest(
        identify("ann", "07:00"),
        track("Order Completed", "07:30", order_id="o1", products=GRINDER),
        track("Checkout Started", "08:00", checkout_id="k1", products=[*GRINDER, beans]),
    )
    workspace.settle()
    assert [given.content.text for given in workspace.email.assignments if given.content] == ["Beans,"]


def test_a_task_is_filled_in_for_its_person(shop: OpenShop) -> None:
    workspace = shop(TASK)
    workspace.ingest(identify("ann", "07:00", first_name="Ann"), track("Checkout Started", "08:00", value=80))
    workspace.settle()
    (given,) = workspace.actions["crm"].assignments
    assert dict(given.parameters) == {"task": "Call Ann", "note": "Left 80.00 EUR"}


def test_the_key_of_a_call_is_the_deliverys(shop: OpenShop) -> None:
    workspace = shop(WELCOME)
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    assert workspace.provider.asked == [str(row["key"]) for row in workspace.deliveries()]


# Links.


def test_the_link_of_a_guide_opens_it_for_seven_days_and_no_longer(shop: OpenShop) -> None:
    workspace = with_templates(shop(WELCOME), MAGNET, {"guide.txt": GUIDE_TEXT})
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    (given,) = workspace.email.assignments
    assert given.content is not None
    address = given.content.text.strip()
    assert address.startswith("https://shop.example/magnet/")
    token, end = address.rpartition("/")[2], moment("09:00") + timedelta(days=7)
    assert verify_link(KEYS, token, end - timedelta(seconds=1)) == SignedFile("guide.pdf", given.key)
    assert verify_link(KEYS, token, end) == BadLink("link.expired")


def test_a_guide_that_is_tried_again_is_told_when_its_link_ends(shop: OpenShop) -> None:
    workspace = with_templates(shop(WELCOME), MAGNET, {"guide.txt": GUIDE_TEXT})
    workspace.ingest(track("Signed Up", "09:00"))
    workspace.settle()
    (given,) = workspace.email.assignments
    assert dict(given.parameters) == {"file": "guide.pdf", "expires_at": "2026-03-09T09:00:00+00:00"}


def _mail(shop: OpenShop, purpose: str) -> EmailMessage:
    workspace = with_templates(shop(WELCOME), LETTER.format(purpose=purpose), {"letter.html": LETTER_HTML})
    with_real_mail(workspace)
    workspace.ingest(identify("ann", "08:00", first_name="Ann"), track("Signed Up", "09:00"))
    workspace.settle()
    (mail,) = mails(workspace)
    return mail


def test_marketing_can_be_left_by_its_header_and_by_its_link(shop: OpenShop) -> None:
    mail = _mail(shop, "marketing")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(mail["List-Unsubscribe"]).strip("<>")
    html = mail.get_body(("html",))
    assert html is not None
    assert f'href="{address}' in html.get_content()
    token = address.rpartition("/")[2]
    assert Links(KEYS, "https://shop.example").read_unsubscribe(token) == Unsubscription(1, "email")


def test_what_the_customer_is_owed_has_no_way_to_unsubscribe(shop: OpenShop) -> None:
    mail = _mail(shop, "transactional")
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)
    assert "unsubscribe" not in mail.as_string().lower()


def test_a_mail_says_what_its_template_says(shop: OpenShop) -> None:
    mail = _mail(shop, "marketing")
    assert (mail["Subject"], mail["To"]) == ("For Ann", "ann@example.com")


def test_a_mail_that_was_handed_over_before_a_crash_is_found_and_not_written_again(shop: OpenShop) -> None:
    workspace = with_real_mail(shop(WELCOME))
    workspace.ingest(identify("ann", "08:00"), track("Signed Up", "09:00"))
    workspace.perform(workspace.turn())
    workspace.restart()
    with_real_mail(workspace)
    reports = workspace.recover("09:10")
    assert [type(report.outcome) for report in reports] == [Sent]
    workspace.turn(reports)
    workspace.settle("09:20")
    assert (workspace.fates(), len(mails(workspace))) == ([("hello", "sent", "")], 1)
