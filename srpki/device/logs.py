"""``configure log``: which events each log takes, and where they go.

Logs are built anew from each configuration that is committed; what a log in memory holds stays as
long as its destination does. Nothing here may block or fail: events come from the engine.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.core.events import Event
from srpki.device import syslog
from srpki.device.logfiles import LogFiles, event_lines
from srpki.device.results import LogPage
from srpki.schema.configure.log import LOG, SEVERITIES
from srpki.schema.paths import path

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.storage.files import OsFiles
    from srpki.transport.datagrams import Send

_NOT_SPECIFIED: Final = "(Not Specified)"
_RANKS: Final = {
    name: rank
    for rank, name in enumerate(
        ("cleared", "indeterminate", "warning", "minor", "major", "critical")
    )
}
_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {
    "eq": lambda one, other: one == other,
    "neq": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
}

Sink = Callable[[int, Event], None]
Lines = Callable[[Sequence[str]], None]


@dataclass(slots=True)
class _Log:
    """One log that takes events; *kept* is what it holds in memory, None when it holds nothing."""

    description: str
    takes: Callable[[Event], bool]
    destination: tuple[object, ...]
    sink: Sink
    kept: deque[tuple[int, Event]] | None = None
    count: int = field(default=0)

    def put(self, event: Event) -> None:
        if self.takes(event):
            self.count += 1
            self.sink(self.count, event)


class Logs:
    """The configured logs of one node; a `srpki.config.datastore.Participant`."""

    def __init__(
        self,
        files: OsFiles,
        directory: Path,
        *,
        name: Callable[[], str],
        console: Lines,
        send: Send,
    ) -> None:
        """Write *files* into *directory*; *name* is the node's, *console* prints in sessions."""
        self._files = files
        self._directory = directory
        self._name = name
        self._console = console
        self._send = send
        self._lock = threading.Lock()
        self._logs: dict[str, _Log] = {}

    def append(self, event: Event) -> None:
        """Give *event* to every log that takes it."""
        with self._lock:
            for log in self._logs.values():
                log.put(event)

    def page(self, name: str) -> LogPage | None:
        """Return what the log *name* holds in memory, oldest first; None when it holds nothing."""
        with self._lock:
            log = self._logs.get(name)
            if log is None or log.kept is None:
                return None
            return LogPage(
                log_id=name,
                name=log.description or _NOT_SPECIFIED,
                events=tuple(log.kept),
                next_event=log.count + 1,
                size=log.kept.maxlen or 0,
            )

    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Return name, description, destination and number of events of each log that is up."""
        with self._lock:
            return tuple(
                (name, log.description or _NOT_SPECIFIED, str(log.destination[0]), str(log.count))
                for name, log in self._logs.items()
            )

    # --- configuration ---------------------------------------------------------------------------

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Take the configuration *new* into use."""
        if get(old, path("log")) == get(new, path("log")) and old is not new:
            return
        found = get(new, path("log"))
        tree = effective(LOG, found if isinstance(found, Branch) else EMPTY)
        with self._lock:
            self._logs = dict(self._built(tree))

    def _built(self, tree: Branch) -> Iterator[tuple[str, _Log]]:
        for name, entry in _entries(tree, "log-id"):
            sources = _inner(entry, "source")
            if entry["admin-state"] != "enable" or True not in sources.values():
                continue
            destination = self._destination(name, _inner(entry, "destination"), tree)
            if destination is None:
                continue
            log = self._logs.get(name)
            if log is None or log.destination != destination:
                log = self._made(destination)
            log.description = str(entry.get("description", ""))
            log.takes = _filter(tree, str(entry.get("filter", "")))
            yield name, log

    @staticmethod
    def _destination(name: str, chosen: Branch, tree: Branch) -> tuple[object, ...] | None:
        """Return what says all about a destination, None for none."""
        for kind in ("memory", "cli"):
            if kind in chosen:
                return kind, _inner(chosen, kind)["max-entries"]
        for kind in ("file", "syslog"):
            if kind in chosen:
                target = str(chosen[kind])
                return kind, name, target, dict(_entries(tree, kind)).get(target)
        return ("console",) if "console" in chosen else None

    def _made(self, destination: tuple[object, ...]) -> _Log:
        kept: deque[tuple[int, Event]] | None = None
        match destination:
            case ("memory" | "cli" as kind, int(size)):
                kept = deque(maxlen=size)
                sink = self._keep(kept, printed=kind == "cli")
            case ("file", str(name), str(target), Branch() as entry):
                files = LogFiles(
                    self._files,
                    self._directory,
                    f"log{name:0>2}{target:0>2}",
                    rollover=_number(entry, "rollover"),
                    retention=_number(entry, "retention"),
                )
                sink = files.append
            case ("syslog", _, _, Branch() as entry) if "address" in entry:
                sink = self._syslog(entry)
            case ("console",):
                sink = self._print
            case _:
                sink = _nowhere
        return _Log("", _everything, destination, sink, kept)

    def _keep(self, kept: deque[tuple[int, Event]], *, printed: bool) -> Sink:
        def keep(number: int, event: Event) -> None:
            kept.append((number, event))
            if printed:
                self._print(number, event)

        return keep

    def _print(self, number: int, event: Event) -> None:
        self._console(["", *event_lines(number, event)])

    def _syslog(self, entry: Branch) -> Sink:
        threshold = SEVERITIES.index(str(entry["severity"]))

        def send(number: int, event: Event) -> None:
            if syslog.severity(event) <= threshold:
                data = syslog.message(
                    number,
                    event,
                    facility=str(entry["facility"]),
                    prefix=str(entry["log-prefix"]),
                    host=self._name(),
                )
                self._send(str(entry["address"]), _number(entry, "port"), data)

        return send


# --- filters -------------------------------------------------------------------------------------


def _filter(tree: Branch, name: str) -> Callable[[Event], bool]:
    """Return what the filter *name* says of an event; without one, everything is taken."""
    found = dict(_entries(tree, "filter")).get(name)
    if found is None:
        return _everything
    rules = [
        (entry["action"] == "forward", list(_conditions(_inner(entry, "match"))))
        for _, entry in sorted(_entries(found, "named-entry"), key=lambda item: _order(item[0]))
        if "action" in entry
    ]
    otherwise = found["default-action"] == "forward"

    def takes(event: Event) -> bool:
        for action, conditions in rules:
            if all(condition(event) for condition in conditions):
                return action
        return otherwise

    return takes


def _order(name: str) -> tuple[bool, int, str]:
    """Numbers come first, in their order, then names."""
    number = name.isdecimal()
    return not number, int(name) if number else 0, name


def _conditions(match: Branch) -> Iterator[Callable[[Event], bool]]:
    for operator, wanted in _inner(match, "application").items():
        yield _said(operator, str(wanted), lambda event: event.type.application.lower())
    for operator, wanted in _inner(match, "message").items():
        yield _said(operator, str(wanted), lambda event: event.text)
    for operator, wanted in _inner(match, "severity").items():
        yield _ranked(_COMPARE[operator], _RANKS[str(wanted)])


def _said(operator: str, wanted: str, of: Callable[[Event], str]) -> Callable[[Event], bool]:
    """Return whether *wanted* is part of what the event says: no application is part of another."""
    return lambda event: (wanted in of(event)) == (operator == "eq")


def _ranked(compare: Callable[[int, int], bool], rank: int) -> Callable[[Event], bool]:
    return lambda event: compare(_RANKS.get(event.type.severity.lower(), 0), rank)


def _everything(event: Event) -> bool:
    del event
    return True


def _nowhere(number: int, event: Event) -> None:
    del number, event


# --- the tree ------------------------------------------------------------------------------------


def _entries(tree: Branch, name: str) -> Iterator[tuple[str, Branch]]:
    found = tree.get(name)
    if isinstance(found, Entries):
        for keys, entry in found.items():
            yield str(keys[0]), entry


def _inner(branch: Branch, name: str) -> Branch:
    found = branch.get(name)
    return found if isinstance(found, Branch) else EMPTY


def _number(branch: Branch, name: str) -> int:
    value = branch[name]
    assert isinstance(value, int)
    return value
