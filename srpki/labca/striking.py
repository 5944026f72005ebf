"""Faults that need no protocol: the same for CMP and EST."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from http import HTTPStatus
from typing import Final

from srpki.core.clock import Clock
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca.faults import Fault

GARBAGE: Final = b"this is neither DER nor base64 \x00\xff\xfe"

CLOSED: Final = HttpReply(status=0)
"""No answer either, but the same request may come again, over another connection."""


class StruckError(Exception):
    """A fault ends the request here: *reply* is sent, or nothing at all when it is None."""

    def __init__(self, reply: HttpReply | None) -> None:
        super().__init__()
        self.reply = reply


class Dropped:
    """Requests on kept connections that had no answer: their repetitions have none either.

    A client sends the same octets once more when a kept connection ends [RFC 9112, 9.3.1], and what
    is to have no answer must not have one then. Safe between threads.
    """

    def __init__(self) -> None:
        """Remember the last few."""
        self._lock = threading.Lock()
        self._digests: deque[bytes] = deque(maxlen=64)

    def note(self, request: HttpRequest) -> None:
        """Take note that *request* has had no answer."""
        with self._lock:
            self._digests.append(_digest(request))

    def again(self, request: HttpRequest) -> bool:
        """Whether *request* is the one repetition of what had no answer."""
        if not self._digests:
            return False
        digest = _digest(request)
        with self._lock:
            if digest not in self._digests:
                return False
            self._digests.remove(digest)
            return True


def _digest(request: HttpRequest) -> bytes:
    return hashlib.sha256(f"{request.method} {request.url}\n".encode() + request.body).digest()


def strike(
    fault: Fault | None, content_type: str, clock: Clock, cancel: threading.Event
) -> Fault | None:
    """Let *fault* happen as far as it needs no protocol; return it when more is to be done.

    Raises `StruckError` when nothing is left to do for the request.
    """
    match fault.action if fault is not None else "":
        case "no-answer":
            raise StruckError(None)
        case "close-second":
            raise StruckError(CLOSED)
        case "http-500":
            raise StruckError(HttpReply(status=HTTPStatus.INTERNAL_SERVER_ERROR))
        case "garbage":
            raise StruckError(
                HttpReply(
                    status=HTTPStatus.OK, headers={"content-type": content_type}, body=GARBAGE
                )
            )
        case "slow":
            assert fault is not None
            clock.wait(fault.delay, cancel)
            return None
    return fault
