r"""Logs in files below ``cf3:\log``: one after the other, each for a time, old ones removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from srpki.core.events import Event
from srpki.device.logging.sentences import sentence
from srpki.storage.files import OsFiles

OCTETS: Final = 1 << 20
"""Octets after which a file is followed by another, however young it is."""
FILES: Final = 100
"""Most files that one log leaves behind."""

_STAMP: Final = "%Y%m%d-%H%M%S"


def event_lines(number: int, event: Event) -> Iterator[str]:
    """Yield *event*, the *number*th of its log, as SR OS writes it [pki.md 12]."""
    kind = event.type
    head = f"{kind.severity}: {kind.application} #{kind.number} Base {event.subject}"
    yield from logged_lines(number, event.time, head, sentence(event))


def logged_lines(number: int, moment: datetime, head: str, text: str) -> Iterator[str]:
    """Yield what happened at *moment*: the *head* of the event behind its time, then its *text*."""
    time = moment.astimezone(UTC)
    stamp = f"{time:%Y/%m/%d %H:%M:%S}.{time.microsecond // 1000:03} UTC"
    yield f"{number} {stamp} {head}"
    yield f'"{text}"'


class LogFiles:
    """The files of one log, called *prefix* and the time at which they begin.

    A disk that refuses loses events and stops nothing.
    """

    def __init__(
        self, files: OsFiles, directory: Path, prefix: str, *, rollover: int, retention: int
    ) -> None:
        """Begin another file after *rollover* minutes; keep files for *retention* hours."""
        self._files = files
        self._directory = directory
        self._prefix = prefix
        self._rollover = timedelta(minutes=rollover)
        self._retention = timedelta(hours=retention)
        self._since: datetime | None = None
        self._octets = 0

    @property
    def since(self) -> datetime | None:
        """When the present file was begun; None before the first event."""
        return self._since

    @property
    def current(self) -> str:
        """The name of the present file, empty before the first event."""
        return "" if self._since is None else self._path(self._since).name

    def names(self) -> list[str]:
        """Return the names of the files that are there, the eldest first."""
        pattern = re.compile(re.escape(self._prefix) + r"-[0-9]{8}-[0-9]{6}", re.ASCII)
        with suppress(OSError):
            return [name for name in self._files.names(self._directory) if pattern.fullmatch(name)]
        return []

    def expired(self, name: str) -> bool:
        """Say whether the file *name* goes when the next one is begun."""
        now = self._since
        return now is not None and name < self._path(now - self._retention).name

    def append(self, number: int, event: Event) -> None:
        """Write *event* to the present file."""
        text = "\n".join(("", *event_lines(number, event), ""))
        content = text.encode("utf-8", "replace")
        with suppress(OSError):
            if self._full(event.time):
                self._begin(event.time)
            self._octets += len(content)
            assert self._since is not None
            self._files.append(self._path(self._since), content)

    def _full(self, now: datetime) -> bool:
        if self._since is None or self._octets >= OCTETS:
            return True
        return not timedelta() <= now - self._since < self._rollover

    def _begin(self, now: datetime) -> None:
        self._files.make_directory(self._directory)
        self._since, self._octets = now, 0
        kept = self.names()
        for position, name in enumerate(kept):
            if self.expired(name) or position < len(kept) - FILES + 1:
                self._files.unlink(self._directory / name)

    def _path(self, since: datetime) -> Path:
        return self._directory / f"{self._prefix}-{since.astimezone(UTC):{_STAMP}}"
