r"""Logs in files below ``cf3:\log``: one after the other, each for a time, old ones removed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from srpki.core.events import Event

OCTETS: Final = 1 << 20
"""Octets after which a file is followed by another, however young it is."""
FILES: Final = 100
"""Most files that one log leaves behind."""

_STAMP: Final = "%Y%m%d-%H%M%S"


def event_lines(number: int, event: Event) -> Iterator[str]:
    """Yield *event*, the *number*th of its log, as SR OS writes it [pki.md 12]."""
    time = event.time.astimezone(UTC)
    stamp = f"{time:%Y/%m/%d %H:%M:%S}.{time.microsecond // 1000:03} UTC"
    kind = event.type
    yield (
        f"{number} {stamp} {kind.severity}: {kind.application} #{kind.number} Base {event.subject}"
    )
    yield f'"{event.text}"'


class LogFiles:
    """The files of one log, called *prefix* and the time at which they begin.

    A disk that refuses loses events and stops nothing.
    """

    def __init__(self, directory: Path, prefix: str, *, rollover: int, retention: int) -> None:
        """Begin another file after *rollover* minutes; keep files for *retention* hours."""
        self._directory = directory
        self._prefix = prefix
        self._rollover = timedelta(minutes=rollover)
        self._retention = timedelta(hours=retention)
        self._since: datetime | None = None
        self._octets = 0

    def append(self, number: int, event: Event) -> None:
        """Write *event* to the present file."""
        text = "\n".join(("", *event_lines(number, event), ""))
        content = text.encode("utf-8", "replace")
        with suppress(OSError):
            if self._full(event.time):
                self._begin(event.time)
            self._octets += len(content)
            assert self._since is not None
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            with os.fdopen(os.open(self._path(self._since), flags, 0o600), "ab") as stream:
                stream.write(content)

    def _full(self, now: datetime) -> bool:
        if self._since is None or self._octets >= OCTETS:
            return True
        return not timedelta() <= now - self._since < self._rollover

    def _begin(self, now: datetime) -> None:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._since, self._octets = now, 0
        pattern = re.compile(re.escape(self._prefix) + r"-[0-9]{8}-[0-9]{6}", re.ASCII)
        files = sorted(path for path in self._directory.iterdir() if pattern.fullmatch(path.name))
        oldest = self._path(now - self._retention).name
        for position, path in enumerate(files):
            if path.name < oldest or position < len(files) - FILES + 1:
                path.unlink(missing_ok=True)

    def _path(self, since: datetime) -> Path:
        return self._directory / f"{self._prefix}-{since.astimezone(UTC):{_STAMP}}"
