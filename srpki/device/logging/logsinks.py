"""What becomes of an event that a log has taken: a file, a message, lines in sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from srpki.config.tree import EMPTY, Branch
from srpki.core.values import NamedTuple
from srpki.device.logging import syslog
from srpki.device.logging.logfiles import LogFiles, event_lines
from srpki.device.logging.logfilters import inner
from srpki.schema.configure.log_syslog import SEVERITIES

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.core.events import Event
    from srpki.storage.files import OsFiles
    from srpki.transport.datagrams import Send

Sink = Callable[[int, "Event"], None]
"""Takes an event, the so many-th of its log; must not block or raise."""
Lines = Callable[[Sequence[str]], None]

_PRINTED: Final = ("cli", "console")
_FLASHES: Final = ("cf3", "cf-unspecified")
"""The only flash of a node, and what stands for it."""


class Destination(NamedTuple):
    """Where a log goes: its *kind*, and a *target* by name with its *entry*, or a buffer's *size*.

    *prefix* begins the names of files. A log that is to go nowhere has no kind.
    """

    kind: str = ""
    target: str = ""
    entry: Branch = EMPTY
    size: int = 0
    prefix: str = ""


class Sinks:
    """Makes the sinks of one node's logs."""

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
        self.below_severity: Counter[str] = Counter()
        self._written: dict[Destination, LogFiles] = {}

    @staticmethod
    def works(destination: Destination) -> bool:
        """Say whether events can go to *destination*."""
        entry = destination.entry
        if destination.kind == "file":
            location = inner(entry, "compact-flash-location")
            return location.get("primary") in _FLASHES or location.get("backup") == "cf3"
        if destination.kind == "syslog":
            return "address" in entry and "tls-client-profile" not in entry
        return bool(destination.kind)

    def sink(self, destination: Destination) -> Sink:
        """Return the sink for *destination*."""
        if destination.kind == "file" and destination.entry:
            return self.files(destination).append
        if destination.kind == "syslog" and "address" in destination.entry:
            return self._syslog(destination)
        return self._print if destination.kind in _PRINTED else _nowhere

    def files(self, destination: Destination) -> LogFiles:
        """Return the files of *destination*."""
        if destination not in self._written:
            self._written[destination] = LogFiles(
                self._files,
                self._directory,
                destination.prefix,
                rollover=_number(destination.entry, "rollover"),
                retention=_number(destination.entry, "retention"),
            )
        return self._written[destination]

    def forget_files(self, kept: Iterable[Destination]) -> None:
        """Forget the files of all destinations but those *kept*."""
        known = set(kept)
        self._written = {one: files for one, files in self._written.items() if one in known}

    def _print(self, number: int, event: Event) -> None:
        self._console(["", *event_lines(number, event)])

    def _syslog(self, destination: Destination) -> Sink:
        entry = destination.entry
        threshold = SEVERITIES.index(str(entry["severity"]))
        hostname = inner(entry, "hostname")

        def send(number: int, event: Event) -> None:
            if syslog.severity(event) > threshold:
                self.below_severity[destination.target] += 1
                return
            data = syslog.message(
                number,
                event,
                facility=str(entry["facility"]),
                prefix=str(entry["log-prefix"]),
                host=str(hostname.get("value", "")) or self._name(),
                milliseconds=entry.get("timestamp-format") == "millisecond",
            )
            self._send(str(entry["address"]), _number(entry, "port"), data)

        return send


def _nowhere(number: int, event: Event) -> None:
    del number, event


def _number(branch: Branch, name: str) -> int:
    value = branch[name]
    assert isinstance(value, int)
    return value
