"""`--record DIR`: keeps every message that the node sends and receives, one file each."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import urlsplit

from srpki.core.clock import Clock
from srpki.core.errors import SrpkiError, StorageError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol import kinds
from srpki.protocol.text import peer_text
from srpki.storage.files import OsFiles

MESSAGES: Final = 99_999
"""Most messages that one directory keeps."""
OCTETS: Final = 1 << 30
"""Most octets that one run keeps."""
INDEX: Final = "index.txt"
_LONGEST_INDEX: Final = 1 << 28

_KEPT_HEADERS: Final = frozenset(
    (
        "content-type",
        "content-transfer-encoding",
        "location",
        "retry-after",
        "www-authenticate",
    )
)
"""Headers that the index shows; credentials (Authorization, cookies) are not among them."""
_NUMBERED: Final = re.compile(r"[0-9]{5}-", re.ASCII)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Recorder:
    """A `srpki.transport.watched.Watcher` that writes files; safe between threads.

    A message with a body is a file of its own, the body as it went over the wire; `INDEX` has one
    line for each message. What cannot be written is told once on *complaints* and not tried again:
    a full disk must not stop a renewal.
    """

    def __init__(self, directory: Path, clock: Clock, complaints: TextIO | None = None) -> None:
        """Record into *directory*, made if need be, after what it holds; raises `StorageError`."""
        self._directory = directory
        self._files = OsFiles(directory)
        self._clock = clock
        self._complaints = complaints
        self._lock = threading.Lock()
        self._octets = 0
        self._stopped = False
        try:
            self._files.make_root()
            self._number = self._highest_number()
            self._files.append(directory / INDEX, b"")
        except OSError as error:
            raise StorageError(
                f"cannot record into {directory}: {error.strerror}", hint="name another directory"
            ) from None

    def sent(self, request: HttpRequest) -> None:
        """Keep *request*."""
        headers = _shown(request.headers)
        what = f"{request.method} {_without_userinfo(request.url)}{headers}"
        self._keep(request, "sent", kinds.kind(request), what, request)

    def received(self, request: HttpRequest, reply: HttpReply) -> None:
        """Keep *reply*."""
        what = f"status {reply.status}{_shown(reply.headers.items())}"
        self._keep(request, "received", kinds.kind(request, reply), what, reply)

    def failed(self, request: HttpRequest, error: SrpkiError) -> None:
        """Note that *request* was not answered."""
        self._keep(request, "failed", kinds.kind(request), peer_text(error.sentence), None)

    def _keep(
        self,
        request: HttpRequest,
        direction: str,
        kind: str,
        what: str,
        message: HttpRequest | HttpReply | None,
    ) -> None:
        body = b"" if message is None else message.body
        with self._lock:
            if self._stopped:
                return
            self._number += 1
            self._octets += len(body)
            if self._number > MESSAGES or self._octets > OCTETS:
                self._stop("the recording is full")
                return
            time = self._clock.now().strftime("%Y%m%dT%H%M%SZ")
            parts = (f"{self._number:05}", time, _peer(request.url), direction, kind)
            name = "-".join(_UNSAFE.sub("_", part)[:64] for part in parts)
            try:
                if body and message is not None:
                    name = f"{name}.{kinds.suffix(message)}"
                    self._files.write_new(self._directory / name, body, sync=False)
                self._files.append(self._directory / INDEX, f"{name} {what}\n".encode())
            except OSError as error:
                self._stop(f"cannot record: {error.strerror}")

    def _stop(self, why: str) -> None:
        self._stopped = True
        out = self._complaints or sys.stderr
        out.write(f"srpki: {why}; nothing more is recorded into {self._directory}\n")

    def _highest_number(self) -> int:
        """Return the number of the last message that the directory holds."""
        index = self._directory / INDEX
        names = self._files.names(self._directory)
        if INDEX in names:
            names += self._files.read(index, _LONGEST_INDEX).decode(errors="replace").splitlines()
        return max((int(name[:5]) for name in names if _NUMBERED.match(name)), default=0)


def _peer(url: str) -> str:
    """Return host and port of *url* as one word."""
    return urlsplit(url).netloc.rpartition("@")[2].replace(":", "_")


def _without_userinfo(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _shown(headers: Iterable[tuple[str, str]]) -> str:
    kept = [
        f"{name.lower()}: {peer_text(value)}"
        for name, value in headers
        if name.lower() in _KEPT_HEADERS
    ]
    return f" ({'; '.join(kept)})" if kept else ""
