"""The commits that are remembered: one JSON line each in the node's state."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from srpki.core.values import NamedTuple
from srpki.storage.files import OsFiles
from srpki.storage.lines import Fields, LineFile

MAXIMUM: Final = 200
"""The most that `commit-history` allows."""


_MAX_OCTETS: Final = 1 << 22


class Author(NamedTuple):
    """Who commits: *user*, the *interface* as SR OS names it, the peer's *address* or nothing."""

    user: str
    interface: str = "MD-CLI"
    address: str = ""


class Commit(NamedTuple):
    """One commit that is remembered; *location* is the URL of the configuration as saved then."""

    commit_id: int
    time: datetime
    author: Author
    comment: str = ""
    location: str = ""


class Record(NamedTuple):
    """A *commit* with the *digest* of the configuration that it led to."""

    commit: Commit
    digest: str


class History:
    """The last commits, the newest first; in memory alone when there is no *path*.

    A line that cannot be read back is skipped, and a disk that refuses a new one does not stop a
    commit.
    """

    def __init__(self, path: Path | None = None, files: OsFiles | None = None) -> None:
        """Read what is kept in *path*, if it is there."""
        self._file = None if path is None else LineFile(path, files or OsFiles(path.parent))
        self._records: list[Record] = []
        self._unread = path is not None
        self._next = 1
        self._load()

    @property
    def records(self) -> tuple[Record, ...]:
        """What is remembered, the newest first."""
        return tuple(self._records)

    def add(self, time: datetime, author: Author, comment: str, digest: str, *, limit: int) -> None:
        """Remember a commit, and of all no more than *limit*."""
        self._load()
        commit = Commit(self._next, time, author, comment)
        self._next += 1
        self._records = [Record(commit, digest), *self._records][:limit]
        if self._file is not None and not self._unread:
            with suppress(OSError):
                self._file.rewrite(map(_encode, reversed(self._records)), sync=True)

    def _load(self) -> None:
        """Read what is kept, unless that is done; what the disk does not give now is left alone."""
        if self._file is None or not self._unread:
            return
        try:
            last = deque(self._file.read(_MAX_OCTETS), maxlen=MAXIMUM)
        except OSError:
            return
        self._unread = False
        for fields in filter(None, reversed(last)):
            with suppress(ValueError, KeyError, TypeError, ArithmeticError):
                self._records.append(_decode(fields))
        newest = max((record.commit.commit_id for record in self._records), default=0)
        self._next = max(self._next, newest + 1)


def _encode(record: Record) -> Fields:
    commit, digest = record
    return {
        "id": commit.commit_id,
        "time": commit.time.isoformat(),
        "user": commit.author.user,
        "interface": commit.author.interface,
        "address": commit.author.address,
        "comment": commit.comment,
        "digest": digest,
    }


def _decode(values: Fields) -> Record:
    author = Author(str(values["user"]), str(values["interface"]), str(values["address"]))
    time = datetime.fromisoformat(values["time"]).astimezone(UTC)
    commit = Commit(int(values["id"]), time, author, str(values["comment"]))
    return Record(commit, str(values["digest"]))
