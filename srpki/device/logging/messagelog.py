"""What a node in a lab says to its CAs and is answered: the facts of each message, kept.

One JSON line a message in the node's state; neither bodies nor secrets are kept.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from srpki.core.last import Last
from srpki.device.records.ladders import LoggedMessage
from srpki.engine.jobs import worked_for
from srpki.protocol.text import peer_text
from srpki.storage.lines import Fields, LineFile

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.core.errors import SrpkiError
    from srpki.core.wire import HttpReply, HttpRequest
    from srpki.storage.files import OsFiles

CAPACITY: Final = 2000
"""Messages that are kept, the eldest dropped first."""
_MAX_OCTETS: Final = 1 << 23
_LONGEST_PEER: Final = 100


class MessageLog:
    """A `srpki.transport.watched.Watcher` that keeps facts; safe between threads.

    A line that cannot be read back is skipped, one that cannot be written is kept in memory alone.
    """

    def __init__(self, path: Path, files: OsFiles, clock: Clock) -> None:
        """Read what is kept in *path*, if it is there; later messages have the times of *clock*."""
        self._file = LineFile(path, files)
        self._clock = clock
        self._lock = threading.Lock()
        self._messages: Last[LoggedMessage] = Last(CAPACITY)
        self._lines = 0
        self._load()

    def sent(self, request: HttpRequest) -> None:
        """Keep *request*, which is about to be sent."""
        self._keep("sent", request, None)

    def received(self, request: HttpRequest, reply: HttpReply) -> None:
        """Keep *reply*, the answer to *request*."""
        self._keep("received", request, reply)

    def failed(self, request: HttpRequest, error: SrpkiError) -> None:
        """Keep that *request* was not answered."""
        self._keep("failed", request, None, text=peer_text(error.sentence), status="")

    def messages(self) -> tuple[LoggedMessage, ...]:
        """Return the messages that are kept, the eldest first."""
        with self._lock:
            return tuple(self._messages)

    def _keep(
        self, way: str, request: HttpRequest, reply: HttpReply | None, **more: object
    ) -> None:
        from srpki.protocol.facts import facts  # noqa: PLC0415 - start-up time

        found = facts(request, reply)
        said: dict[str, Any] = {name: getattr(found, name) for name in found._fields} | more
        with self._lock:
            last = self._messages[-1].number if self._messages else 0
            message = LoggedMessage(
                number=last + 1,
                time=self._clock.now(),
                way=way,
                peer=_peer(request.url),
                certificate=worked_for(),
                **said,
            )
            self._messages.append(message)
            with suppress(OSError):
                self._write(message)

    def _write(self, message: LoggedMessage) -> None:
        if self._lines >= 2 * CAPACITY:
            self._file.rewrite(map(_encode, self._messages), sync=False)
            self._lines = len(self._messages)
            return
        self._file.append(_encode(message))
        self._lines += 1

    def _load(self) -> None:
        with suppress(OSError):
            for fields in self._file.read(_MAX_OCTETS):
                self._lines += 1
                with suppress(ValueError, KeyError, TypeError, ArithmeticError):
                    if fields is not None:
                        self._messages.append(_decode(fields))


def _peer(url: str) -> str:
    return peer_text(urlsplit(url).netloc.rpartition("@")[2], _LONGEST_PEER)


def _encode(message: LoggedMessage) -> Fields:
    found = {name: getattr(message, name) for name in message._fields}
    given = {name: value for name, value in found.items() if value not in ("", (), None)}
    return given | {"time": message.time.isoformat()}


def _decode(fields: Fields) -> LoggedMessage:
    texts = {
        name: str(fields.get(name, ""))
        for name in LoggedMessage._fields
        if name not in {"number", "time", "failinfo", "check_after"}
    }
    check_after = fields.get("check_after")
    return LoggedMessage(
        number=int(fields["number"]),
        time=datetime.fromisoformat(fields["time"]).astimezone(UTC),
        failinfo=tuple(map(str, fields.get("failinfo", ()))),
        check_after=None if check_after is None else int(check_after),
        **texts,
    )
