"""How is an e-mail handed to a mail server?

One connection is kept and used again. What the server says decides: 4yz means later, 5yz means never (RFC 5321,
4.2.1). A connection that breaks before the text of the mail was announced has sent nothing; one that breaks afterwards
may have, and SMTP has no key by which a server would tell a repetition.
"""

import asyncio
from typing import ClassVar

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from pydantic import BaseModel, Field

from actions.base import Assignment, Outcome, Params, Rejected, RetryLater, Sent, Surroundings, Unknown
from actions.errors import MissingSecret
from actions.mime import build_email, plain_address, read_sender

PASSWORD = "SMTP_PASSWORD"  # noqa: S105  the name of the variable, not a password
TLS_PORT = 465
_NO_SUCH_MAILBOX = frozenset((550, 551, 553))


class SmtpEmailParams(Params):
    """Which server, and who mails are from. The password comes from SMTP_PASSWORD only."""

    host: str = Field(description="Name of the mail server.")
    port: int = Field(587, ge=1, le=65_535, description="587 for most servers, 465 with TLS from the start.")
    username: str = Field("", description="Left out for a server that asks for none.")
    from_: str = Field(alias="from", description='Name and address of the sender: "Nordic Roast <hello@shop.example>".')
    start_tls: bool = Field(True, description="Encrypt (from the start on port 465); only a local server goes without.")
    timeout: float = Field(30, gt=0, le=600, description="Seconds to wait for each answer.")


class SmtpEmail:
    """Hands e-mails to a mail server."""

    name: ClassVar[str] = "email.smtp"
    Params: ClassVar[type[BaseModel]] = SmtpEmailParams
    needs: ClassVar[str] = "email"
    finds: ClassVar[bool] = False

    def __init__(self, params: SmtpEmailParams, surroundings: Surroundings) -> None:
        self._params = params
        self._sender = read_sender(params.from_)
        self._password = surroundings.secrets(PASSWORD) if params.username else ""
        if params.username and not self._password:
            raise MissingSecret(self.name, PASSWORD)
        self._client: SMTP | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = asyncio.Lock()

    async def perform(self, assignment: Assignment) -> Outcome:
        """Hand the mail over, one at a time."""
        recipient = plain_address(assignment.profile.email)
        if not recipient:
            return Rejected("email.bad_address" if assignment.profile.email else "email.no_address")
        if assignment.content is None:
            return Rejected("email.no_content")
        message = build_email(assignment, assignment.content, self._sender, recipient)
        self._move_to_running_loop()
        async with self._turn:
            try:
                return await self._hand_over(recipient, message)
            except BaseException:  # a call that is cancelled leaves the conversation half-way
                self._drop()
                raise

    def find(self, key: str) -> Sent | None:  # noqa: ARG002  the contract names it
        """SMTP cannot be asked."""
        return None

    async def close(self) -> None:
        """Say goodbye to the server."""
        client, self._client = self._client, None
        if client and client.is_connected:
            client.close()

    async def _hand_over(self, recipient: str, message: bytes) -> Outcome:
        """Announce the mail, then send its text. From the text on, silence means that it may have been taken."""
        client = await self._announced(recipient)
        if not isinstance(client, SMTP):
            return client
        try:
            answer = await client.data(message)
        except SMTPResponseException as refusal:
            return await self._refused(refusal) if refusal.code >= 400 else self._unanswered()
        except (SMTPException, OSError, TimeoutError):
            return self._unanswered()
        return Sent(" ".join(answer.message.split())[:200])

    async def _announced(self, recipient: str) -> SMTP | Outcome:
        """Get the server to take sender and recipient, on a new connection if the kept one has gone."""
        is_kept = self._client is not None
        try:
            client = self._client or await self._connect()
        except SMTPAuthenticationError:
            return RetryLater("email.login_refused")
        except (SMTPException, OSError, TimeoutError):
            return RetryLater("email.unreachable")
        try:
            await client.mail(self._sender.address)
            await client.rcpt(recipient)
        except SMTPResponseException as answer:
            # A server that gave up on an idle connection may have left a 421 on it.
            if answer.code != 421 or not is_kept:
                return await self._refused(answer)
        except (SMTPException, OSError, TimeoutError):
            if not is_kept:
                self._drop()
                return RetryLater("email.unreachable")
        else:
            return client
        self._drop()
        return await self._announced(recipient)

    async def _connect(self) -> SMTP:
        params = self._params
        is_tls_from_the_start = params.start_tls and params.port == TLS_PORT
        client = SMTP(
            hostname=params.host,
            port=params.port,
            username=params.username or None,
            password=self._password or None,
            start_tls=params.start_tls and not is_tls_from_the_start,
            use_tls=is_tls_from_the_start,
            timeout=params.timeout,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        self._client = client
        return client

    async def _refused(self, answer: SMTPResponseException) -> Outcome:
        """Read a refusal, and make the connection ready for the next mail."""
        try:
            if self._client:
                await self._client.rset()
        except (SMTPException, OSError, TimeoutError):
            self._drop()
        match answer:
            case SMTPSenderRefused():  # our own address, which somebody can still set right
                return RetryLater("email.sender_refused")
            case SMTPRecipientRefused(code=code) if code in _NO_SUCH_MAILBOX:
                return Rejected("email.no_such_mailbox")
        return Rejected(f"email.refused_{answer.code}") if answer.code >= 500 else RetryLater("email.deferred")

    def _unanswered(self) -> Outcome:
        self._drop()
        return Unknown("email.no_answer")

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            client.close()

    def _move_to_running_loop(self) -> None:
        """Forget a connection of another loop; it cannot be used from this one."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._client, self._turn = loop, None, asyncio.Lock()
