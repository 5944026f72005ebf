"""Exchanges that reach the CAs of one lab and nothing else, at whatever ports those listen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from srpki.core.errors import ConnectError

if TYPE_CHECKING:
    from srpki.core.wire import HttpReply, HttpRequest
    from srpki.transport.base import Exchange, ExchangeFactory, Limits, TlsClient

HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_USUAL: Final = {"http": 80, "https": 443}

Routes = Mapping[tuple[str, int], int]
"""Where a scheme and a port lead to; what is not there leads nowhere."""


class ConfinedExchanges:
    """An `ExchangeFactory` whose exchanges go where *routes* lead, all others being refused.

    *routes* may change while it is used: ports are known when the servers listen.
    """

    def __init__(self, exchanges: ExchangeFactory, routes: Routes) -> None:
        """Send by the exchanges of *exchanges*."""
        self._exchanges = exchanges
        self._routes = routes

    def __call__(self, *, tls: TlsClient | None, limits: Limits) -> Exchange:
        """Return a confined exchange that obeys *limits*, over TLS when *tls* is given."""
        return _Confined(self._exchanges(tls=tls, limits=limits), self._routes)


class _Confined:
    def __init__(self, exchange: Exchange, routes: Routes) -> None:
        self._exchange = exchange
        self._routes = routes

    def send(self, request: HttpRequest) -> HttpReply:
        return self._exchange.send(request.but(url=self._led(request.url)))

    def connect(self, url: str) -> bytes:
        return self._exchange.connect(self._led(url))

    def close(self) -> None:
        self._exchange.close()

    def _led(self, url: str) -> str:
        """Return where *url* leads; raises `ConnectError` for nowhere."""
        try:
            parts = urlsplit(url)
            port = parts.port or _USUAL.get(parts.scheme, 0)
        except ValueError:
            raise _nowhere(url) from None
        to = self._routes.get((parts.scheme, port), 0)
        if parts.hostname not in HOSTS or not to:
            raise _nowhere(url)
        return urlunsplit(parts._replace(netloc=f"127.0.0.1:{to}"))


def _nowhere(url: str) -> ConnectError:
    return ConnectError(
        f"cannot connect to {url.partition('?')[0][:200]}: no such server in the lab"
    )
