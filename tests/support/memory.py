"""An exchange without a network: requests go to a function, and what was said is kept."""

from __future__ import annotations

from collections.abc import Callable

from srpki.core.wire import HttpReply, HttpRequest


class MemoryExchange:
    """Hands each request to *handler*, which returns the reply or raises as a network would.

    `exchanged` has every request with its reply, in order: a recording. `binding` is what `connect`
    returns.
    """

    def __init__(self, handler: Callable[[HttpRequest], HttpReply]) -> None:
        """Answer requests by *handler*."""
        self._handler = handler
        self.exchanged: list[tuple[HttpRequest, HttpReply]] = []
        self.closed = False
        self.binding = b""

    def send(self, request: HttpRequest) -> HttpReply:
        """Return the handler's reply to *request*."""
        reply = _received(self._handler(request))
        self.exchanged.append((request, reply))
        return reply

    def connect(self, _url: str) -> bytes:
        """Return the binding of the connection that there is not."""
        return self.binding

    def close(self) -> None:
        """Remember that the exchange was closed."""
        self.closed = True


def _received(reply: HttpReply) -> HttpReply:
    """Return *reply* as it looks to a client: the lines of one header are joined."""
    if not reply.challenges:
        return reply
    headers = {**reply.headers, "www-authenticate": ", ".join(reply.challenges)}
    return reply.but(headers=headers, challenges=())
