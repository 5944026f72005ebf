"""One process owns a directory at a time; a second one at a node is told who holds it."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from srpki.core.errors import BusyError, StorageError
from srpki.storage.files import OsFiles


def flocked(descriptor: int) -> bool:
    """Lock the open file *descriptor* with flock(2); return whether nobody else has it.

    Raises `OSError` where it cannot be locked at all.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


_LONGEST: Final = 1 << 13
"""Octets of a lock file that are read: two lines and a path."""


class HeldError(BusyError):
    """Another process owns the node; *alone* says for what reason nobody can join it, if so."""

    def __init__(self, sentence: str, alone: str = "") -> None:
        """Keep the *sentence* and why its owner is *alone*."""
        if alone:
            sentence = f"{sentence} and cannot be joined ({alone})"
        super().__init__(sentence, hint="end it first or use another node directory")
        self.alone = alone


class NodeLock:
    """The lock file of a node: locked with flock(2), telling who the owner is.

    It holds the number of his process, for what reason he cannot be joined, if so, and where he
    can be, a line each; the last is a path, that has as many lines as it likes.
    The operating system frees it when the process ends, however that happens. The file stays: to
    remove it would let two processes lock two files of the same name.
    """

    def __init__(self, path: Path) -> None:
        """Lock the file at *path*, whose directory exists and lies in the node's."""
        self._path = path
        self._descriptor = -1

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            HeldError: when another process, or this one, has it.
            StorageError: when the file cannot be opened or locked.
        """
        try:
            descriptor = OsFiles(self._path.parent.parent).open(self._path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise StorageError(f"cannot open {self._path}: {error.strerror}") from None
        try:
            free = flocked(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise StorageError(f"cannot lock {self._path}: {error.strerror}") from None
        if not free:
            holder, alone = _holder(descriptor)
            os.close(descriptor)
            raise HeldError(
                f"node directory {self._path.parent.parent} is in use by {holder}", alone
            )
        self._descriptor = descriptor
        with suppress(OSError):  # a full disk: then whoever comes second is not told our number
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    def note(self, *, alone: str = "", door: str = "") -> None:
        """Tell whoever comes second at which *door* he can join, or why the owner is *alone*."""
        lines = f"{os.getpid()}\n{alone}\n".encode() + os.fsencode(door)
        with suppress(OSError):
            os.pwrite(self._descriptor, lines[:_LONGEST], 0)

    def release(self) -> None:
        """Free the lock; nothing happens when it is not held."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _holder(descriptor: int) -> tuple[str, str]:
    """Return who holds the lock, and for what reason nobody can join him, if there is one."""
    number, reason, _ = _told(os.pread(descriptor, _LONGEST, 0))
    return f"process {number}" if number.isdecimal() else "another process", reason.strip()


def door_of(node: Path) -> str:
    """Return at which door the owner of *node* says that he can be joined; empty for none.

    Raises `OSError`.
    """
    return _told(OsFiles(node).read(node / "state" / "lock", _LONGEST))[2]


def _told(content: bytes) -> tuple[str, str, str]:
    number, _, rest = content.partition(b"\n")
    reason, _, door = rest.partition(b"\n")
    return number.decode("utf-8", "replace"), reason.decode("utf-8", "replace"), os.fsdecode(door)
