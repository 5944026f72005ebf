"""Faults that need no protocol: the same for CMP and EST."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Final

from srpki.core.clock import Clock
from srpki.core.wire import HttpReply
from srpki.labca.faults import Fault

GARBAGE: Final = b"this is neither DER nor base64 \x00\xff\xfe"


class StruckError(Exception):
    """A fault ends the request here: *reply* is sent, or nothing at all when it is None."""

    def __init__(self, reply: HttpReply | None) -> None:
        super().__init__()
        self.reply = reply


def strike(
    fault: Fault | None, content_type: str, clock: Clock, cancel: threading.Event
) -> Fault | None:
    """Let *fault* happen as far as it needs no protocol; return it when more is to be done.

    Raises `StruckError` when nothing is left to do for the request.
    """
    match fault.action if fault is not None else "":
        case "no-answer":
            raise StruckError(None)
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
