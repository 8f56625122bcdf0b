"""How does a file of JSON lines come in, and where do the lines go that are not taken?"""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeAlias, cast

import msgspec

from journeys.errors import OrchestratorError
from orchestrator.sources.refusal import MAX_LINE, Refused

CHUNK = 65_536
LONGEST_QUOTE = 2_000
STANDARD_INPUT = "-"
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Lines: TypeAlias = Iterator[tuple[int, bytes]]


class UnreadableInput(OrchestratorError):
    """The input breaks off or is damaged; the lines before that were read."""


def read_lines(source: Path | BufferedReader) -> Lines:
    """Yield the lines of a file or stream with their numbers, from 1; empty ones are passed over.

    Gzip is recognised by its first bytes. Of a line longer than `MAX_LINE` only the first `MAX_LINE + 1` bytes are
    kept, which is how a source knows to refuse it: memory stays bounded. The path `-` is the standard input.

    Raises UnreadableInput when compressed input is damaged, OSError when the file cannot be opened.
    """
    with _opened(source) as stream:
        try:
            yield from _split(_unpacked(stream))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableInput(
                f"{source}: expected a whole gzip file, got one that breaks off or is damaged ({error}); "
                "fetch the file again and import it once more, lines that came in already are recognised"
            ) from error


@contextmanager
def _opened(source: Path | BufferedReader) -> Iterator[BufferedReader]:
    if not isinstance(source, Path):
        yield source
    elif str(source) == STANDARD_INPUT:
        yield cast(BufferedReader, sys.stdin.buffer)
    else:
        with source.open("rb") as stream:
            yield stream


def _unpacked(stream: BufferedReader) -> BinaryIO:
    if stream.peek(2)[:2] == _GZIP_MAGIC:
        # Lines are cut by the buffer: a GzipFile would do it in Python.
        return cast(BinaryIO, BufferedReader(cast(RawIOBase, gzip.GzipFile(fileobj=stream)), CHUNK))
    return stream


def _split(stream: BinaryIO) -> Lines:
    number = 0
    readline = stream.readline
    while line := readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            _skip_rest(stream)
        else:
            line = line.rstrip(b"\r\n")
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if line and not line.isspace():
            yield number, line


def _skip_rest(stream: BinaryIO) -> None:
    """Pass over the rest of a line without holding it."""
    while chunk := stream.readline(CHUNK):
        if chunk.endswith(b"\n"):
            return


def quote(line: bytes) -> str:
    """Give a line's text, shortened to 2,000 characters."""
    return line[: LONGEST_QUOTE * 4].decode(errors="replace")[:LONGEST_QUOTE]


class Rejects:
    """The lines that were not taken, in `<name>.rejected.jsonl` beside the input; made when the first one comes.

    What an earlier import of the same file left there is removed, so that the file always tells of the last one.
    """

    def __init__(self, source: Path) -> None:
        name = "stdin" if str(source) == STANDARD_INPUT else source.name
        self.path = source.with_name(f"{name}.rejected.jsonl")
        self.count = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Rejects":
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, number: int, line: bytes, refused: Refused) -> None:
        """Write down a line that was refused, its text shortened to 2,000 characters."""
        entry = {"line": number, "reason": str(refused.reason), "message": refused.message, "text": quote(line)}
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(msgspec.json.encode(entry) + b"\n")
        self.count += 1
