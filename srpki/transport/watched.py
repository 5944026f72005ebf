"""Exchanges that are watched: every message is shown to a watcher as it goes out or comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from srpki.core.errors import SrpkiError

if TYPE_CHECKING:  # keeps them out of a start that needs none
    from srpki.core.wire import HttpReply, HttpRequest
    from srpki.transport.base import Exchange, ExchangeFactory, Limits, TlsClient


class Watcher(Protocol):
    """Is shown every message, from the thread that sends it; must not raise or block."""

    def sent(self, request: HttpRequest) -> None:
        """Take note of *request*, which is about to be sent."""
        ...

    def received(self, request: HttpRequest, reply: HttpReply) -> None:
        """Take note of *reply*, the answer to *request*."""
        ...

    def failed(self, request: HttpRequest, error: SrpkiError) -> None:
        """Take note that *request* got no answer."""
        ...


class WatchedExchanges:
    """An `ExchangeFactory` whose exchanges show a watcher what they carry.

    A watcher sees what machines say and hear: redirections and retries of the transport below
    are not messages of theirs.
    """

    def __init__(self, exchanges: ExchangeFactory, watcher: Watcher) -> None:
        """Show *watcher* what the exchanges of *exchanges* carry."""
        self._exchanges = exchanges
        self._watcher = watcher

    def __call__(self, *, tls: TlsClient | None, limits: Limits) -> Exchange:
        """Return a watched exchange that obeys *limits*, over TLS when *tls* is given."""
        return _Watched(self._exchanges(tls=tls, limits=limits), self._watcher)


class _Watched:
    def __init__(self, exchange: Exchange, watcher: Watcher) -> None:
        self._exchange = exchange
        self._watcher = watcher

    def send(self, request: HttpRequest) -> HttpReply:
        self._watcher.sent(request)
        try:
            reply = self._exchange.send(request)
        except SrpkiError as error:
            self._watcher.failed(request, error)
            raise
        self._watcher.received(request, reply)
        return reply

    def connect(self, url: str) -> bytes:
        return self._exchange.connect(url)

    def close(self) -> None:
        self._exchange.close()
