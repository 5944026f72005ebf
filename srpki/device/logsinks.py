"""What becomes of an event that a log has taken: a file, a message, lines in sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from srpki.device import syslog
from srpki.device.logfiles import LogFiles, event_lines
from srpki.device.logfilters import inner
from srpki.schema.configure.log import SEVERITIES

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.config.tree import Branch
    from srpki.core.events import Event
    from srpki.storage.files import OsFiles
    from srpki.transport.datagrams import Send

Sink = Callable[[int, "Event"], None]
"""Takes an event, the so many-th of its log; must not block or raise."""
Lines = Callable[[Sequence[str]], None]

_PRINTED: Final = ("cli", "console")
_FLASHES: Final = ("cf3", "cf-unspecified")
"""The only flash of a node, and what stands for it."""


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
        self.below_severity: dict[str, int] = {}

    @staticmethod
    def works(kind: str, entry: Branch) -> bool:
        """Say whether events can go to a destination of this *kind*, which *entry* describes."""
        if kind == "file":
            location = inner(entry, "compact-flash-location")
            primary, backup = location.get("primary"), location.get("backup")
            return primary in _FLASHES or backup == "cf3"
        if kind == "syslog":
            return "address" in entry and "tls-client-profile" not in entry
        return bool(kind)

    def sink(self, kind: str, entry: Branch, prefix: str) -> Sink:
        """Return the sink for a destination of this *kind*; *prefix* begins the names of files."""
        if kind == "file" and entry:
            files = LogFiles(
                self._files,
                self._directory,
                prefix,
                rollover=_number(entry, "rollover"),
                retention=_number(entry, "retention"),
            )
            return files.append
        if kind == "syslog" and "address" in entry:
            return self._syslog(entry)
        return self._print if kind in _PRINTED else _nowhere

    def _print(self, number: int, event: Event) -> None:
        self._console(["", *event_lines(number, event)])

    def _syslog(self, entry: Branch) -> Sink:
        threshold = SEVERITIES.index(str(entry["severity"]))
        hostname = inner(entry, "hostname")

        def send(number: int, event: Event) -> None:
            if syslog.severity(event) > threshold:
                return
            data = syslog.message(
                number,
                event,
                facility=str(entry["facility"]),
                prefix=str(entry["log-prefix"]),
                host=str(hostname.get("value", "")) or self._name(),
            )
            self._send(str(entry["address"]), _number(entry, "port"), data)

        return send


def _nowhere(number: int, event: Event) -> None:
    del number, event


def _number(branch: Branch, name: str) -> int:
    value = branch[name]
    assert isinstance(value, int)
    return value
