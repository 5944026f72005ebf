"""What a protocol machine may ask of its driver: connect, send this, or wait so long.

A machine is a generator: it yields `Connect` and is sent a `Connection`, yields `Send` and is sent
the `HttpReply`, yields `Wait` and is sent None, and returns its result. It raises only
`srpki.core.errors.SrpkiError`; the driver throws transport errors into it at the step that failed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from srpki.core.errors import ProtocolError
from srpki.core.values import NamedTuple
from srpki.core.wire import HttpReply, HttpRequest

R = TypeVar("R")


class Send(NamedTuple):
    """Send *request* and come back with the reply."""

    request: HttpRequest


class Connect(NamedTuple):
    """Have a connection to the server of *url*, the kept one or a new one, and tell of it.

    What is made for it is sent next, with its binding: the connection may end in between.
    """

    url: str


class Connection(NamedTuple):
    """The connection that there is now; *binding* is as in `srpki.core.wire`."""

    binding: bytes = b""


class Wait(NamedTuple):
    """Come back in *seconds*; *reason* is for the operator.

    *put_off* is the body of a request that the server will decide on later, empty for none.
    """

    seconds: float
    reason: str
    put_off: bytes = b""


Step = Send | Connect | Wait
Answer = HttpReply | Connection | None
Machine = Generator[Step, Answer, R]


def sent(request: HttpRequest) -> Machine[HttpReply]:
    """Send *request* and return the reply."""
    reply = yield Send(request)
    if not isinstance(reply, HttpReply):
        raise ProtocolError("the request had no answer")
    return reply
