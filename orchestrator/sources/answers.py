"""What does it mean, whatever came back when a source was asked?

Either what was read of it, or `NoAnswer` with the source's name and one of: what the web says (`unreachable`,
`timeout`, `too_large`, `bad_url`, `circuit_open`, `rate_limited`), `refused` (401, 403), `throttled` (429),
`status_<n>` for any other status that is no success, and `unreadable`.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from orchestrator.sources.asked import Answer, NoAnswer, Question
from orchestrator.sources.reading import Payload
from orchestrator.sources.web import Response, Unreachable

_Shape = TypeVar("_Shape")


def read_object(source: str, answer: Response | Unreachable) -> Payload | NoAnswer:
    """Read a successful answer that is one JSON object."""
    return _read(source, answer, dict[str, Any])


def read_objects(source: str, answer: Response | Unreachable) -> Sequence[Payload] | NoAnswer:
    """Read a successful answer that is a JSON list of objects."""
    return _read(source, answer, list[dict[str, Any]])


def no_answer_to(questions: Sequence[Question], reason: NoAnswer) -> Mapping[Question, Answer]:
    """Give the same reason to all of these."""
    return dict.fromkeys(questions, reason)


def unreadable(source: str) -> NoAnswer:
    """Say that something came back, but nothing that can be read."""
    return NoAnswer(f"{source}.unreadable")


def state_id(source: str, thing: str, state: object) -> str:
    """Name what is so of a thing: the same name for the same state, however often it is told."""
    written = msgspec.json.encode(state, order="deterministic")
    return f"{source}-{thing}/{blake2b(written, digest_size=12).hexdigest()}"


def _read(source: str, answer: Response | Unreachable, shape: type[_Shape]) -> _Shape | NoAnswer:
    if isinstance(answer, Unreachable):
        return NoAnswer(f"{source}.{answer.reason}")
    if not 200 <= answer.status < 300:
        return NoAnswer(f"{source}.{_refusal(answer.status)}")
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (ValueError, RecursionError):
        return unreadable(source)


def _refusal(status: int) -> str:
    if status in (401, 403):
        return "refused"
    return "throttled" if status == 429 else f"status_{status}"
