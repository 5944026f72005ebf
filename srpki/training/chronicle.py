"""The chronicle of a lesson: events and messages as they happened, a JSON line each.

The log of a router keeps five hundred events; a check may ask for more than that. Lines of one
lesson are in the order in which things happened, with lab time and real time. It never keeps the
node from working.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.protocol import kinds
from srpki.protocol.text import peer_text
from srpki.storage.lines import LineFile

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.core.events import Event
    from srpki.core.wire import HttpReply, HttpRequest
    from srpki.storage.files import OsFiles

CHRONICLE: Final = "chronicle"
MOST_OCTETS: Final = 16 << 20
"""Octets of the file; a full one becomes ``chronicle.1``, and the one before it is gone."""
_LONGEST: Final = 400


class Message(Record):
    """An HTTP message: *direction* is ``sent``, ``received`` or ``failed``.

    *status* and *failinfo* are what a CMP answer says, else the status of HTTP. *transaction* is
    the transactionID of CMP in hexadecimal, *number* that of the file that keeps the body.
    """

    direction: str
    kind: str
    url: str
    status: tuple[str, ...] = ()
    failinfo: tuple[str, ...] = ()
    protection: str = "none"
    transaction: str = ""


class Chronicle:
    """Takes events and messages of one node; safe between threads. Also a `Watcher`."""

    def __init__(self, directory: Path, files: OsFiles, real: Clock, lab: Clock) -> None:
        """Write below *directory*, with the times of *real* and of *lab*."""
        self._path = directory / CHRONICLE
        self._files = files
        self._file = LineFile(self._path, files)
        self._real, self._lab = real, lab
        self._lock = threading.Lock()

    def event(self, event: Event) -> None:
        """Note *event*."""
        fields = {name: _kept(value) for name, value in event.fields.items()}
        self._write(
            "event",
            {
                "application": event.type.application,
                "number": event.type.number,
                "subject": event.subject[:_LONGEST],
                "fields": fields,
            },
            event.time,
        )

    def sent(self, request: HttpRequest) -> None:
        """Note *request*."""
        self._message("sent", request, request)

    def received(self, request: HttpRequest, reply: HttpReply) -> None:
        """Note *reply*."""
        self._message("received", request, reply)

    def failed(self, request: HttpRequest, error: SrpkiError) -> None:
        """Note that *request* got no answer."""
        del error
        self._message("failed", request, None)

    def _message(
        self, direction: str, request: HttpRequest, message: HttpRequest | HttpReply | None
    ) -> None:
        found = _seen(direction, request, message)
        self._write("message", {name: _kept(value) for name, value in found._held().items()})

    def _write(self, what: str, content: Mapping[str, Any], at: datetime | None = None) -> None:
        line = {
            "time": self._real.now().isoformat(timespec="microseconds"),
            "lab-time": (at or self._lab.now()).isoformat(timespec="milliseconds"),
            what: content,
        }
        with self._lock, suppress(OSError):
            self._make_room()
            self._file.append(line)

    def _make_room(self) -> None:
        if self._files.kind(self._path) == "absent":
            return
        if self._files.facts(self._path).st_size >= MOST_OCTETS:
            self._files.rename(self._path, self._path.with_name(f"{CHRONICLE}.1"))


def _kept(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case str():
            return value[:_LONGEST]
        case tuple():
            return [str(one)[:_LONGEST] for one in value[:50]]
    return value


def _seen(direction: str, request: HttpRequest, message: HttpRequest | HttpReply | None) -> Message:
    """Return what is to be known of *message*; nothing that a peer sends makes it raise."""
    kind = kinds.kind(request)
    if kinds.content_type(request) == "" and request.url.rstrip("/").endswith(".crl"):
        kind = "crl"
    url = peer_text(request.url.partition("?")[0], _LONGEST)
    if message is None:
        return Message(direction, peer_text(kind, 64), url)
    if kinds.content_type(message) == kinds.PKIXCMP:
        return _cmp(direction, url, message.body)
    status = () if direction == "sent" else (str(getattr(message, "status", "")),)
    return Message(direction, peer_text(kind, 64), url, status)


def _cmp(direction: str, url: str, body: bytes) -> Message:
    from srpki.protocol.cmp import bodies, messages  # noqa: PLC0415 - start-up time
    from srpki.protocol.cmp.describe import protection_of  # noqa: PLC0415

    try:
        message = messages.decode(body)
    except SrpkiError:
        return Message(direction, "unreadable", url)
    status: list[str] = []
    failinfo: list[str] = []
    with suppress(SrpkiError):
        if message.kind in ("ip", "cp", "kup"):
            infos = [one.status for one in bodies.decode_responses(message)[0]]
        else:
            infos = [bodies.decode_error(message)] if message.kind == "error" else []
        for info in infos[:10]:
            status.append(info.word)
            failinfo += info.fail_info
    transaction = message.header.transaction_id or b""
    return Message(
        direction=direction,
        kind=message.kind,
        url=url,
        status=tuple(status),
        failinfo=tuple(failinfo),
        protection=protection_of(message).partition(" ")[0],
        transaction=transaction.hex()[:64],
    )


def lines(directory: Path, files: OsFiles) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of the chronicle in *directory*, the older file first.

    What cannot be read is left out.
    """
    for name in (f"{CHRONICLE}.1", CHRONICLE):
        with suppress(OSError):
            for line in LineFile(directory / name, files).read(MOST_OCTETS * 2):
                if line is not None:
                    yield line
