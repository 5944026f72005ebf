"""What log 99 holds: the last events in memory and, one JSON line each, in the node's state."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from sys import intern

from srpki.core.event_types import EVENT_TYPES
from srpki.core.events import Event, EventType, Field
from srpki.core.last import Last
from srpki.device.logging.sentences import MESSAGE, sentence
from srpki.storage.files import OsFiles
from srpki.storage.lines import Fields, LineFile

CAPACITY = 500
"""Events kept, as many as a memory log of SR OS holds by default."""

_MAX_OCTETS = 1 << 24
_INSTANT = "instant"


class EventLog:
    """The events of log 99, oldest dropped first; they survive a restart.

    A line that cannot be read back is skipped: the log must never keep a node from starting.
    """

    def __init__(self, path: Path, files: OsFiles | None = None) -> None:
        """Read the events kept in *path*, if it is there."""
        self._file = LineFile(path, files or OsFiles(path.parent))
        self._lock = threading.Lock()
        self._events: Last[tuple[int, Event]] = Last(CAPACITY)
        self._lines = 0
        self._next = 1
        self._load()

    def append(self, event: Event) -> None:
        """Keep *event*; a disk that refuses it does not stop the engine."""
        with self._lock:
            numbered = (self._next, event)
            self._next += 1
            self._events.append(numbered)
            with suppress(OSError):
                self._write(numbered)

    def events(self) -> tuple[tuple[int, Event], ...]:
        """Return the numbered events kept, oldest first."""
        with self._lock:
            return tuple(self._events)

    @property
    def next_number(self) -> int:
        """The number that the next event will have."""
        with self._lock:
            return self._next

    def _load(self) -> None:
        last: Last[Fields | None] = Last(CAPACITY)
        with suppress(OSError):
            for fields in self._file.read(_MAX_OCTETS):
                last.append(fields)
                self._lines += 1
        for fields in filter(None, last):
            with suppress(ValueError, KeyError, TypeError, ArithmeticError):
                self._events.append(_decode(fields))
        if self._events:
            self._next = self._events[-1][0] + 1

    def _write(self, numbered: tuple[int, Event]) -> None:
        if self._lines >= 2 * CAPACITY:
            self._rewrite()
            return
        self._file.append(_encode(numbered))
        self._lines += 1

    def _rewrite(self) -> None:
        self._file.rewrite(map(_encode, self._events), sync=False)
        self._lines = len(self._events)


def _encode(numbered: tuple[int, Event]) -> Fields:
    number, event = numbered
    return {
        "id": number,
        "time": event.time.isoformat(),
        "application": event.type.application,
        "event": event.type.number,
        "severity": event.type.severity,
        "subject": event.subject,
        "fields": {name: _kept(value) for name, value in event.fields.items()},
    }


def _kept(value: Field) -> object:
    """Return *value* as JSON has it; an instant is told from a string by an object around it."""
    return {_INSTANT: value.isoformat()} if isinstance(value, datetime) else value


def _decode(record: Fields) -> tuple[int, Event]:
    time = datetime.fromisoformat(record["time"]).astimezone(UTC)
    fields = {
        intern(str(name)): _field(value) for name, value in dict(record.get("fields", {})).items()
    }
    event = Event(time, _kind(record), intern(str(record["subject"])), fields)
    text = record.get("text")  # an earlier release kept the sentence, too
    if text is not None and sentence(event) != text:
        event = event.but(fields={MESSAGE: str(text)})
    return int(record["id"]), event


def _field(value: object) -> Field:
    match value:
        case str():
            return intern(value)  # the same ones come again, on each node
        case None | int():
            return value
        case list():
            return tuple(map(str, value))
        case dict():
            return datetime.fromisoformat(value[_INSTANT]).astimezone(UTC)
    raise TypeError(f"{type(value).__name__} is no field of an event")


def _kind(record: Fields) -> EventType:
    """Return the type of the event in *record*; one of an earlier release is of SECURITY."""
    application = str(record.get("application", "SECURITY"))
    kind = EVENT_TYPES[application, int(str(record["event"]))]
    severity = str(record.get("severity", kind.severity))
    return kind._replace(severity=severity) if severity != kind.severity else kind
