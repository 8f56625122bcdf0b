"""Is every answer of a mail server, and every silence, read rightly?"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, Session
from msgspec.structs import replace

from actions.base import Outcome, Rejected, RetryLater, Sent, Unknown
from actions.email_smtp import SmtpEmail, SmtpEmailParams
from actions.errors import MissingSecret
from actions.testing import assignment, perform, surroundings


class Mailbox:
    """A mail server's behaviour: it takes all but a few addresses."""

    def __init__(self) -> None:
        self.messages: list[Envelope] = []
        self.connections = 0
        self.answer = "250 queued as m1"

    async def handle_EHLO(
        self, server: Server, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ):
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        if address.startswith("blocked"):
            return "554 blocked by policy"
        if address.startswith("busy"):
            return "451 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope):
        if self.answer.startswith("250"):
            self.messages.append(envelope)
        return self.answer


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Controller]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller
    controller.stop()


def action(port: int, secrets: dict[str, str] | None = None, **params: object) -> SmtpEmail:
    known = {"host": "127.0.0.1", "port": port, "from": "Shop <hello@shop.example>", "start_tls": False, "timeout": 2}
    return SmtpEmail(SmtpEmailParams.model_validate({**known, **params}), surroundings("/", secrets))


def to(address: str, key: str = "k1"):
    return assignment(key, profile=replace(assignment().profile, email=address))


def send_all(email: SmtpEmail, *addresses: str) -> list[Outcome]:
    async def all_of_them() -> list[Outcome]:
        outcomes = [await email.perform(to(address, f"k{place}")) for place, address in enumerate(addresses)]
        await email.close()
        return outcomes

    return asyncio.run(all_of_them())


def test_a_mail_is_taken_and_the_servers_words_are_kept(mailbox):
    box, controller = mailbox
    assert perform(action(controller.port), to("ann@example.com")) == Sent("queued as m1")
    assert (box.messages[0].mail_from, box.messages[0].rcpt_tos) == ("hello@shop.example", ["ann@example.com"])
    assert b"Subject: Your basket" in box.messages[0].content


def test_one_connection_serves_all(mailbox):
    box, controller = mailbox
    send_all(action(controller.port), *["ann@example.com"] * 5)
    assert (len(box.messages), box.connections) == (5, 1)


def test_mails_at_the_same_time_wait_for_each_other(mailbox):
    box, controller = mailbox
    email = action(controller.port)

    async def at_once() -> list[Outcome]:
        return await asyncio.gather(*(email.perform(to("ann@example.com", f"k{place}")) for place in range(10)))

    assert asyncio.run(at_once()) == [Sent("queued as m1")] * 10
    assert box.connections == 1


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("nobody@example.com", Rejected("email.no_such_mailbox")),
        ("blocked@example.com", Rejected("email.refused_554")),
        ("busy@example.com", RetryLater("email.deferred")),
        ("", Rejected("email.no_address")),
        ("ann@example.com>\r\nDATA", Rejected("email.bad_address")),
    ],
)
def test_one_recipients_refusal_does_not_touch_the_next(mailbox, address, outcome):
    box, controller = mailbox
    assert send_all(action(controller.port), address, "ann@example.com") == [outcome, Sent("queued as m1")]
    assert len(box.messages) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("554 spam", Rejected("email.refused_554")), ("452 disk full", RetryLater("email.deferred"))],
)
def test_a_refused_text_is_read_by_its_code(mailbox, answer, outcome):
    box, controller = mailbox
    box.answer = answer
    assert perform(action(controller.port), to("ann@example.com")) == outcome


def test_a_closed_port_is_tried_later():
    assert perform(action(free_port()), to("ann@example.com")) == RetryLater("email.unreachable")


def test_a_server_that_was_restarted_is_reached_again():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    email = action(controller.port)

    async def around_a_restart() -> list[Outcome]:
        first = await email.perform(to("ann@example.com", "k1"))
        await asyncio.to_thread(controller.stop)
        again = Controller(box, hostname="127.0.0.1", port=controller.port)
        await asyncio.to_thread(again.start)
        second = await email.perform(to("ann@example.com", "k2"))
        await email.close()
        await asyncio.to_thread(again.stop)
        return [first, second]

    assert asyncio.run(around_a_restart()) == [Sent("queued as m1"), Sent("queued as m1")]


def test_one_action_serves_one_loop_after_another(mailbox):
    _, controller = mailbox
    email = action(controller.port)
    assert [perform(email, to("ann@example.com", key)) for key in ("k1", "k2")] == [Sent("queued as m1")] * 2


def scripted(talk: Callable[[socket.socket], None]) -> Outcome:
    """Send one mail to a server that follows a script."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            connection.settimeout(2)
            with connection, suppress(TimeoutError):
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        outcome = perform(action(server.getsockname()[1], timeout=0.5), to("ann@example.com"))
        thread.join()
    return outcome


def up_to_text(connection: socket.socket) -> None:
    for answer in (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
        connection.sendall(answer)
        connection.recv(65_536)


def test_a_connection_that_breaks_after_the_text_leaves_it_unknown():
    assert scripted(up_to_text) == Unknown("email.no_answer")


def test_a_server_that_is_silent_after_the_text_leaves_it_unknown():
    def silent(connection: socket.socket) -> None:
        up_to_text(connection)
        threading.Event().wait(1)

    assert scripted(silent) == Unknown("email.no_answer")


def test_a_connection_that_breaks_before_the_text_sent_nothing():
    def rude(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        connection.recv(1_024)

    assert scripted(rude) == RetryLater("email.unreachable")


def test_a_server_that_refuses_to_talk_refuses_nobody():
    assert scripted(lambda connection: connection.sendall(b"554 go away\r\n")) == RetryLater("email.unreachable")


def test_a_refused_sender_can_be_set_right():
    def strict(connection: socket.socket) -> None:
        for answer in (b"220 hello\r\n", b"250 hello\r\n", b"550 not you\r\n", b"250 reset\r\n"):
            connection.sendall(answer)
            connection.recv(65_536)

    assert scripted(strict) == RetryLater("email.sender_refused")


def test_the_password_comes_from_the_environment():
    seen: list[object] = []

    def authenticate(server: object, session: object, envelope: object, mechanism: str, login: object) -> AuthResult:
        seen.append((login.login, login.password))
        return AuthResult(success=login.password == b"open sesame", handled=False)

    controller = Controller(
        Mailbox(), hostname="127.0.0.1", port=free_port(), authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    try:
        good, bad = (
            perform(action(controller.port, {"SMTP_PASSWORD": word}, username="shop"), to("ann@example.com"))
            for word in ("open sesame", "wrong")
        )
    finally:
        controller.stop()
    assert (good, bad) == (Sent("queued as m1"), RetryLater("email.login_refused"))
    assert seen[0] == (b"shop", b"open sesame")


def test_a_user_without_a_password_is_a_missing_secret():
    with pytest.raises(MissingSecret, match=r"email.smtp: the secret SMTP_PASSWORD is needed"):
        action(25, username="shop")


def test_a_call_that_is_cancelled_leaves_no_conversation_half_way():
    async def cancelled(email: SmtpEmail) -> object:
        with suppress(TimeoutError):
            await asyncio.wait_for(email.perform(to("ann@example.com")), 0.2)
        return email._client

    with socket.create_server(("127.0.0.1", 0)) as server:

        def silent_after_the_sender() -> None:
            connection, _ = server.accept()
            with connection:
                for answer in (b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n"):
                    connection.sendall(answer)
                    connection.recv(65_536)

        thread = threading.Thread(target=silent_after_the_sender)
        thread.start()
        kept = asyncio.run(cancelled(action(server.getsockname()[1])))
        thread.join()
    assert kept is None


def test_smtp_cannot_be_asked():
    assert action(25).find("k1") is None
