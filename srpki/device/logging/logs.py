"""``configure log``: which events each log takes, and where they go.

Logs are built anew from each configuration that is committed; what a log holds stays as long as its
destination does. Nothing here may block or fail: events come from the engine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, get
from srpki.core.events import Event
from srpki.core.last import Last
from srpki.core.record import Record
from srpki.device.logging import default_logs
from srpki.device.logging.logfilters import Takes, check, entries, entry_of, inner, takes
from srpki.device.logging.logsinks import Destination
from srpki.schema.configure.event_numbers import EVENT_NUMBERS
from srpki.schema.configure.log import LOG
from srpki.schema.configure.log_events import LOG_EVENTS
from srpki.schema.nodes import ListNode
from srpki.schema.paths import path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srpki.core.events import EventType, Stream
    from srpki.device.logging.eventlog import EventLog
    from srpki.device.logging.logsinks import Sink, Sinks

Numbered = tuple[int, Event]
_LISTS: Final = {child.name: child for child in LOG.children if isinstance(child, ListNode)}
_STREAMS: Final[tuple[Stream, ...]] = ("main", "security", "change", "debug")


class Log(Record, frozen=False):
    """One log: its *entry* of the configuration with all defaults, and what it has taken.

    *kept* is what it holds, None when it holds nothing; *up* says whether it takes events. What it
    *takes* says its *filter*, with all defaults, where it has one.
    """

    name: str
    number: int
    entry: Branch
    takes: Takes
    streams: tuple[Stream, ...]
    destination: Destination
    up: bool
    sink: Sink
    kept: Last[Numbered] | None = None
    count: int = 0
    dropped: int = 0
    filter: Branch | None = None

    def put(self, event: Event) -> bool:
        """Take *event*, or drop it, when it is from one of the streams; return whether it is in."""
        if not self.up or not set(self.streams) & set(event.type.streams):
            return False
        if not self.takes(event):
            self.dropped += 1
            return False
        self.count += 1
        if self.kept is not None:
            self.kept.append((self.count, event))
        self.sink(self.count, event)
        return True

    @property
    def wrapped(self) -> bool:
        """Whether events have been dropped from what the log holds for want of room."""
        return self.kept is not None and self.count > self.kept.most


Hear = Callable[[Log, int, Event], None]
"""Is told of an event, the so many-th that the log has taken; must not block or raise."""


class _Window(Record, frozen=False):
    """How many events of one type came since an instant."""

    since: datetime
    count: int = 0


class Logs:
    """The logs of one node, those that SR OS has by itself among them.

    A `srpki.config.datastore.Participant`.
    """

    def __init__(self, sinks: Sinks, journal: EventLog) -> None:
        """Give events to *sinks*; *journal* keeps those of log 99 over a restart."""
        self.sinks = sinks
        self._journal = journal
        self._lock = threading.Lock()
        self._logs: dict[str, Log] = {}
        self._configured, usual = _unconfigured()
        self._entries = dict(usual)
        self._filled = EMPTY, EMPTY
        self._settings = EMPTY
        self._wanted: dict[tuple[str, int], Branch] = {}
        self._windows: dict[EventType, _Window] = {}
        self._hearing: tuple[Hear, ...] = ()
        self.apply(EMPTY, EMPTY)
        for _, event in journal.events():
            for name, log in self._logs.items():
                if name != default_logs.SYSTEM:
                    log.put(event)

    def append(self, event: Event) -> None:
        """Give *event* to every log that takes it."""
        with self._lock:
            if self._throttled(event):
                for log in self._logs.values():
                    log.dropped += bool(log.up and set(log.streams) & set(event.type.streams))
                return
            for log in self._logs.values():
                if log.put(event):
                    for hear in self._hearing:
                        hear(log, log.count, event)

    def hear(self, hear: Hear) -> None:
        """Call *hear* with each later event and the log that has taken it."""
        with self._lock:
            self._hearing = (*self._hearing, hear)

    def ignore(self, hear: Hear) -> None:
        """Call *hear* no more, if it was called."""
        with self._lock:
            self._hearing = tuple(one for one in self._hearing if one != hear)

    def all(self) -> tuple[Log, ...]:
        """Return the logs, those with a number first."""
        with self._lock:
            return tuple(self._logs.values())

    def events(self, log: Log) -> tuple[Numbered, ...]:
        """Return what *log* holds, oldest first."""
        with self._lock:
            return tuple(log.kept or ())

    @property
    def tree(self) -> Branch:
        """The configuration of the logs, with all defaults; filled in when it is asked for."""
        with self._lock:
            filled = effective(LOG, self._configured, last=self._filled)
            self._filled = self._configured, filled
            return filled

    def _entry(self, kind: str, name: str) -> Branch | None:
        """Return the entry *name* of the list *kind* with all defaults, the same while it stays."""
        entry = entry_of(self._configured, kind, name)
        if entry is None:
            return None
        known = self._entries.get((kind, name))
        if known is None or known[0] is not entry:
            filled = effective(_LISTS[kind], entry, last=known)
            known = self._entries[kind, name] = entry, filled
        return known[1]

    def control(self, kind: EventType) -> EventType | None:
        """Return *kind* as its events are to be generated, None where they are not."""
        entry = self._wanted.get((kind.application, kind.number))
        if entry is None:
            return kind if kind.generated else None
        if not entry.get("generate", kind.generated):
            return None
        severity = str(entry.get("severity", kind.severity)).upper()
        return kind if severity == kind.severity else kind._replace(severity=severity)

    def _throttled(self, event: Event) -> bool:
        """Say whether too many events of this type came of late; the limit is configured."""
        entry = self._wanted.get((event.type.application, event.type.number), EMPTY)
        if entry.get("throttle") is False:
            return False
        rate = inner(self._settings, "throttle-rate")
        interval = timedelta(seconds=_number(rate, "interval"))
        window = self._windows.get(event.type)
        if window is None or not timedelta() <= event.time - window.since < interval:
            window = self._windows[event.type] = _Window(event.time)
        window.count += 1
        return window.count > _number(rate, "limit")

    # --- configuration ---------------------------------------------------------------------------

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse what is no regular expression."""
        configured = get(new, path("log"))
        checked = get(old, path("log"))
        if isinstance(configured, Branch) and configured is not checked:
            check(configured, checked if isinstance(checked, Branch) else EMPTY)

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Take the configuration *new* into use."""
        found, before = get(new, path("log")), get(old, path("log"))
        if old is not new and (found is before or found == before):
            return
        configured, _ = _unconfigured()
        if isinstance(found, Branch):
            configured = default_logs.beneath(found)
        with self._lock:
            last, self._configured = self._configured, configured
            self._settings = effective(LOG, configured, lists=False)
            wanted = inner(configured, LOG_EVENTS.name)
            if wanted is not inner(last, LOG_EVENTS.name):
                self._wanted = dict(_wanted(effective(LOG_EVENTS, wanted)))
            self._windows.clear()
            self._logs = dict(self._built())
            self._entries = {
                place: held
                for place, held in self._entries.items()
                if entry_of(configured, *place) is held[0]
            }
            self.sinks.forget_files(log.destination for log in self._logs.values())

    def _built(self) -> Iterator[tuple[str, Log]]:
        numbers, files = (numbered(self._configured, kind) for kind in ("log-id", "file"))
        for name in sorted(numbers, key=numbers.__getitem__):
            entry = self._entry("log-id", name)
            assert entry is not None
            destination = self._destination(entry, numbers[name], files)
            log = self._logs.get(name)
            if log is None or log.destination != destination:
                log = self._made(name, numbers[name], entry, destination)
            wanted = entry.get("filter")
            filter_ = None if wanted is None else self._entry("filter", str(wanted))
            log.entry = entry
            if filter_ is None or filter_ is not log.filter:
                log.filter, log.takes = filter_, takes(filter_)
            source = inner(entry, "source")
            log.streams = tuple(one for one in _STREAMS if source.get(one) is True)
            log.up = bool(
                entry["admin-state"] == "enable" and log.streams and self.sinks.works(destination)
            )
            yield name, log

    def _destination(self, entry: Branch, number: int, numbers: Mapping[str, int]) -> Destination:
        chosen = inner(entry, "destination")
        for kind in ("memory", "snmp", "netconf", "cli"):
            if kind in chosen:
                size = inner(chosen, kind).get("max-entries", default_logs.SIZE)
                return Destination(kind, size=_whole(size))
        for kind in ("file", "syslog"):
            if kind in chosen:
                target = str(chosen[kind])
                found = self._entry(kind, target)
                prefix = f"log{number:02}{numbers.get(target, 0):02}" if kind == "file" else ""
                return Destination(kind, target, found or EMPTY, prefix=prefix)
        return Destination("console" if "console" in chosen else "")

    def _made(self, name: str, number: int, entry: Branch, destination: Destination) -> Log:
        kept = Last[Numbered](destination.size) if destination.size else None
        sink = self.sinks.sink(destination)
        log = Log(name, number, entry, takes(None), (), destination, up=False, sink=sink, kept=kept)
        if name == default_logs.SYSTEM and kept is not None:
            for event in self._journal.events():
                kept.append(event)
            log.count = self._journal.next_number - 1
            log.sink = self._kept_over_a_restart(sink)
        return log

    def _kept_over_a_restart(self, sink: Sink) -> Sink:
        def keep(number: int, event: Event) -> None:
            self._journal.append(event)
            sink(number, event)

        return keep


@cache
def _unconfigured() -> tuple[Branch, Mapping[tuple[str, str], tuple[Branch, Branch]]]:
    """Return the logs of a node that configures none; and each entry, with all defaults, too."""
    configured = default_logs.beneath(EMPTY)
    return configured, {
        (kind, name): (entry, effective(node, entry))
        for kind, node in _LISTS.items()
        for name, entry in entries(configured, kind)
    }


def numbered(tree: Branch, kind: str) -> dict[str, int]:
    """Return a number for each entry of the list *kind*: its name, else the next that is free."""
    names = [name for name, _ in entries(tree, kind)]
    given = {name: int(name) for name in names if name.isascii() and name.isdecimal()}
    free = (number for number in range(1, len(names) + len(given) + 2))
    taken = set(given.values())
    for name in names:
        if name not in given:
            given[name] = next(number for number in free if number not in taken)
    return given


def _wanted(log_events: Branch) -> Iterator[tuple[tuple[str, int], Branch]]:
    """Yield what is configured of each type of event, by its application and number."""
    for application, numbers in EVENT_NUMBERS.items():
        for name, entry in entries(log_events, application):
            yield (application.upper().replace("-", "_"), numbers[name]), entry


def _number(branch: Branch, name: str) -> int:
    return _whole(branch[name])


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
