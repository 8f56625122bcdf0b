"""Is what we put together by hand an e-mail that others read the same way?"""

import email
import email.policy
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from actions.base import Content
from actions.errors import ActionError
from actions.mime import build_email, encoded_words, plain_address, read_sender
from actions.testing import assignment
from journeys.vocabulary import Purpose

SENDER = read_sender("Nordic Roast <hello@shop.example>")
ALLOWED = {
    "From", "To", "Subject", "Date", "Message-ID", "X-Tactful-Key", "MIME-Version", "Content-Type",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Transfer-Encoding",
}  # fmt: skip


def built(content: Content | None = None, sender=SENDER, **changes: object) -> bytes:
    given = assignment(**changes)
    return build_email(given, content or given.content, sender, "ann@example.com")


def read(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=email.policy.default)


def parts(message: EmailMessage) -> list[tuple[str, str]]:
    """Give type and text of each part; a mail's own line ends are those of the network (RFC 2046, 4.1.1)."""
    found = message.iter_parts() if message.is_multipart() else [message]
    return [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in found]


def test_the_headers_say_who_what_and_when():
    message = read(built())
    assert [
        (name, str(message[name])) for name in ("From", "To", "Subject", "Date", "Message-ID", "X-Tactful-Key")
    ] == [
        ("From", "Nordic Roast <hello@shop.example>"),
        ("To", "ann@example.com"),
        ("Subject", "Your basket"),
        ("Date", "Mon, 02 Mar 2026 09:00:00 +0000"),
        ("Message-ID", "<1-reminder-1@shop.example>"),
        ("X-Tactful-Key", "1-reminder-1"),
    ]


def test_both_parts_are_read_back():
    message = read(built(Content("Grüße\n", "<p>Grüße 🎉</p>", "x")))
    assert parts(message) == [
        ("text/plain", "Grüße\n"),
        ("text/html", "<p>Grüße 🎉</p>"),
    ]


def test_a_mail_of_text_alone_has_one_part():
    message = read(built(Content("Hello\n", subject="x")))
    assert parts(message) == [("text/plain", "Hello\n")]


def test_the_same_assignment_gives_the_same_bytes():
    assert built() == built()


def test_a_date_of_another_zone_is_written_in_utc():
    at = datetime(2026, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert read(built(at=at))["Date"] == "Sun, 01 Mar 2026 22:30:00 +0000"


def test_marketing_can_be_left_with_one_click():
    message = read(built(parameters={"unsubscribe_url": "https://shop.example/u/1"}))
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (
        "<https://shop.example/u/1>",
        "List-Unsubscribe=One-Click",
    )


def test_what_the_customer_is_owed_cannot_be_left():
    delivery = replace(assignment().delivery, purpose=Purpose.TRANSACTIONAL)
    message = read(built(delivery=delivery, parameters={"unsubscribe_url": "https://shop.example/u/1"}))
    assert message["List-Unsubscribe"] is None


def test_an_unsubscribe_address_cannot_bring_a_header():
    message = read(built(parameters={"unsubscribe_url": "https://a.example/>\r\nBcc: x@example.com"}))
    assert (message["List-Unsubscribe"], message["Bcc"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("hello@shop.example", "hello@shop.example"),
        ("Nordic Roast <hello@shop.example>", "Nordic Roast <hello@shop.example>"),
        ("Roast, Nordic <hello@shop.example>", '"Roast, Nordic" <hello@shop.example>'),
        ('"Nordic" <hello@shop.example>', "Nordic <hello@shop.example>"),
        ("Kafē <hello@shop.example>", "=?utf-8?b?S2FmxJM=?= <hello@shop.example>"),
        ("Shop <hello@kafē.example>", "Shop <hello@xn--kaf-5qa.example>"),
    ],
)
def test_a_sender_is_read(text, header):
    assert read_sender(text).header == header


@pytest.mark.parametrize(
    "text", ["", "Nordic Roast", "a@b@c <x>", "x <a b@shop.example>", "<>", "a@b\r\nBcc: c@d.example"]
)
def test_a_sender_without_an_address_is_refused(text):
    with pytest.raises(ActionError, match="from expects a sender such as"):
        read_sender(text)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "a b@example.com",
        "ann@example.com\r\nBcc: x@example.com",
        "a@b>c",
        "jörg@example.com",
    ],
)
def test_an_address_that_cannot_stand_in_a_header_is_none(address):
    assert plain_address(address) == ""


def test_a_domain_of_other_letters_is_written_in_ascii():
    assert plain_address("ann@kafē.example") == "ann@xn--kaf-5qa.example"


def test_a_plain_subject_stands_as_it_is():
    assert encoded_words("Your basket is waiting!") == "Your basket is waiting!"


def test_no_line_of_an_encoded_subject_is_too_long():
    lines = f"Subject: {encoded_words('Zażółć gęślą jaźń 🎉 ' * 20)}".split("\r\n")
    assert max(len(line) for line in lines) <= 76


@given(st.text(max_size=300))
def test_every_subject_is_read_back_and_brings_no_header(subject):
    message = read(built(Content("x", "", subject)))
    assert set(message.keys()) <= ALLOWED
    printable = subject.encode("utf-8", "replace").decode()
    if all(letter.isprintable() for letter in printable):
        assert str(message["Subject"]) == " ".join(printable.split())


@given(st.text(max_size=100))
def test_no_senders_name_brings_a_header(name):
    try:
        sender = read_sender(f"{name} <hello@shop.example>")
    except ActionError:
        return
    message = read(built(sender=sender))
    assert set(message.keys()) <= ALLOWED
    assert message["From"].addresses[-1].addr_spec == "hello@shop.example"


@given(st.text(max_size=60))
def test_no_key_brings_a_header(key):
    assert set(read(built(key=key or "k")).keys()) <= ALLOWED


@given(st.text(max_size=400))
def test_every_text_is_read_back(text):
    message = read(built(Content(text, f"<p>{text}</p>", "x")))
    wanted = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    assert parts(message) == [("text/plain", wanted), ("text/html", f"<p>{wanted}</p>")]


def test_a_mail_has_no_line_that_is_too_long_for_smtp():
    message = built(Content("x" * 5_000, "<p>" + "y" * 50_000, "z" * 500), at=datetime(2026, 3, 2, tzinfo=UTC))
    assert max(len(line) for line in message.split(b"\r\n")) <= 998
