"""How do actions write into the workspace, and nowhere else?

A file of lines only ever grows. A line is written in one piece under a lock that holds between threads and, where the
system has such locks, between processes; a line that a crash cut short is taken away before the next is written, since
the delivery it belonged to was never settled and comes again.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from actions.errors import ActionError

if sys.platform != "win32":
    from fcntl import LOCK_EX, flock


def inside(workspace: str, relative: str, action: str) -> Path:
    """Give a path within the workspace.

    Raises ActionError for a path that leads out of it, by name or by a symbolic link.
    """
    root = Path(workspace).resolve()
    path = (root / relative).resolve()
    if not relative or path == root or not path.is_relative_to(root):
        raise ActionError(
            f'{action}: a path within the workspace is expected, got "{relative}"; write a name such as out'
        )
    return path


class LineFile:
    """A file of lines that grows, with the keys of the lines that are in it."""

    def __init__(self, path: Path, key_of: Callable[[str], str], header: str = "") -> None:
        """Take the path; `key_of` reads the key out of a line and may give nothing for a line without one."""
        self._path = path
        self._key_of = key_of
        self._header = header
        self._keys: set[str] = set()
        self._read_to = 0
        self._lock = Lock()

    def append(self, key: str, line: str) -> bool:
        """Add a line, given without its line break, unless this key has one; tell whether it was added."""
        with self._lock, self._opened() as descriptor:
            self._catch_up(descriptor)
            if key in self._keys:
                return False
            beginning = self._header + "\n" if self._header and not self._read_to else ""
            _write(descriptor, (beginning + line + "\n").encode())
            self._catch_up(descriptor)
            return True

    def has(self, key: str) -> bool:
        """Tell whether a whole line with this key is in the file."""
        if not self._path.exists():
            return False
        with self._lock, self._opened() as descriptor:
            self._catch_up(descriptor)
            return key in self._keys

    def _opened(self) -> "_Locked":
        return _Locked(self._path)

    def _catch_up(self, descriptor: int) -> None:
        """Read the keys that were added since, by others too, and take away a line that was cut short."""
        size = os.fstat(descriptor).st_size
        if size < self._read_to:  # somebody emptied the file
            self._keys, self._read_to = set(), 0
        added = _read(descriptor, self._read_to, size)
        whole = added.rfind(b"\n") + 1
        if whole < len(added):
            os.ftruncate(descriptor, self._read_to + whole)
        for line in added[:whole].decode("utf-8", "replace").split("\n"):
            if line and line != self._header:
                self._keys.add(self._key_of(line))
        self._read_to += whole


class _Locked:
    """The file, open and held for this process alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if sys.platform != "win32":  # there, one process writes
            flock(self._descriptor, LOCK_EX)
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)  # closing lets go of the lock


def _write(descriptor: int, whole: bytes) -> None:
    """Write all of it, however little the system takes at once."""
    rest = memoryview(whole)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read(descriptor: int, start: int, end: int) -> bytes:
    pieces = []
    os.lseek(descriptor, start, os.SEEK_SET)
    while start < end:
        piece = os.read(descriptor, end - start)
        if not piece:
            break
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
