"""Which bytes is an e-mail?

Put together by hand: a message has the same few headers every time, and `EmailMessage` takes fifty times as long.
Nothing that comes from outside can begin a header of its own: subjects and names are one line and encoded (RFC 2047),
addresses are refused unless they are plain, and the key is quoted. The tests read every message back with
`email.parser`.
"""

import re
from base64 import b64encode
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

from actions.base import Assignment, Content
from actions.errors import ActionError
from journeys.vocabulary import Purpose

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_PLAIN = re.compile(r"[ -<>-~]*")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_NAMED = re.compile(r"([^<>]*)<([^<>]+)>\s*", re.DOTALL)
_LINE = 76
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEB = re.compile(r"https?://[!-;=?-~]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail is from: the header as it is written, and the bare address."""

    header: str
    address: str
    domain: str


def read_sender(text: str) -> Sender:
    """Read `Nordic Roast <hello@shop.example>`.

    Raises ActionError when there is no plain address in it.
    """
    named = _NAMED.fullmatch(text)
    name = named.group(1).strip().strip('"') if named else ""
    plain = plain_address(named.group(2) if named else text.strip())
    if not plain:
        raise ActionError(
            f'from expects a sender such as "Nordic Roast <hello@shop.example>", got "{text}"; correct it'
        )
    header = f"{_phrase(name)} <{plain}>" if name else plain
    return Sender(header, plain, plain.rpartition("@")[2])


def plain_address(address: str) -> str:
    """Give an address that may stand in a header and an SMTP command, its domain in ASCII; empty when it is none."""
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    plain = f"{local}@{domain}"
    return plain if _ADDRESS.fullmatch(plain) else ""


def build_email(assignment: Assignment, content: Content, sender: Sender, recipient: str) -> bytes:
    """Put an e-mail together; the same assignment gives the same bytes.

    `recipient` is what `plain_address` gave. A marketing mail whose assignment brings the parameter `unsubscribe_url`
    carries the one-click headers of RFC 8058.
    """
    key = quote(assignment.key, safe="")
    head = [
        f"From: {sender.header}",
        f"To: {recipient}",
        f"Subject: {encoded_words(content.subject)}",
        f"Date: {_date(assignment.at)}",
        f"Message-ID: <{key}@{sender.domain}>",
        f"X-Tactful-Key: {key}",
        *_unsubscribe(assignment),
        "MIME-Version: 1.0",
    ]
    if not content.html:
        return "\r\n".join((*head, _part("plain", content.text))).encode("ascii")
    # Base64 has no underscore, so the boundary can occur in no part.
    boundary = f"=_{sha256(assignment.key.encode()).hexdigest()[:32]}"
    body = (
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\n{_part('plain', content.text)}"
        f"--{boundary}\r\n{_part('html', content.html)}"
        f"--{boundary}--\r\n"
    )
    return "\r\n".join((*head, body)).encode("ascii")


def encoded_words(text: str) -> str:
    """Write a header's text: as it stands when it is short and plain, else as encoded words of RFC 2047."""
    line = " ".join(text.split())
    if len(line) <= _LINE - 10 and _PLAIN.fullmatch(line):
        return line
    # A line with encoded words has at most 76 characters; beside "Subject: " there is room for 39 bytes in base64.
    words: list[str] = []
    piece = b""
    for letter in line:
        encoded = letter.encode("utf-8", "replace")
        if len(piece) + len(encoded) > 39:
            words.append(piece.decode())
            piece = b""
        piece += encoded
    words.append(piece.decode())
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word.encode()).decode()}?=" for word in words)


def _phrase(name: str) -> str:
    """Write a display name."""
    if _ATOMS.fullmatch(name) and "=?" not in name:
        return name
    line = " ".join(name.split())
    if _PLAIN.fullmatch(line) and "=?" not in line:
        return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return encoded_words(name)


def _unsubscribe(assignment: Assignment) -> tuple[str, ...]:
    url = str(assignment.parameters.get("unsubscribe_url", ""))
    if assignment.delivery.purpose is not Purpose.MARKETING or not _WEB.fullmatch(url):
        return ()
    return (f"List-Unsubscribe: <{url}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")


def _part(kind: str, text: str) -> str:
    lines_of_mail = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    body = b2a_base64(lines_of_mail.encode("utf-8", "replace"), newline=False).decode("ascii")
    lines = [body[start : start + _LINE] for start in range(0, len(body), _LINE)]
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + "\r\n".join(lines) + "\r\n"


def _date(at: datetime) -> str:
    utc = at.astimezone(UTC)
    day = f"{_DAYS[utc.weekday()]}, {utc.day:02d} {_MONTHS[utc.month - 1]} {utc.year:04d}"
    return f"{day} {utc.hour:02d}:{utc.minute:02d}:{utc.second:02d} +0000"
