"""Connections to CMPv2 servers, kept for a while: renewals tend to come in rows.

A CMPv2 server has one outstanding request, so a kept connection has one user at a time: whoever
holds the server's lane.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from srpki.core.clock import Clock
from srpki.transport.base import Exchange, ExchangeFactory, Limits

IDLE: Final = 15.0
"""Seconds after which a connection that nobody uses is closed."""


class Connections:
    """Exchanges by URL and limits."""

    def __init__(self, exchanges: ExchangeFactory, clock: Clock) -> None:
        """Make exchanges with *exchanges*; idle time is measured on *clock*."""
        self._exchanges = exchanges
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, Limits], tuple[float, Exchange]] = {}

    @contextmanager
    def borrowed(self, url: str, limits: Limits) -> Iterator[Exchange]:
        """Lend an exchange for *url*; one that fails is not used again."""
        with self._lock:
            _, exchange = self._idle.pop((url, limits), (0.0, None))
        if exchange is None:
            exchange = self._exchanges(tls=None, limits=limits)
        try:
            yield exchange
        except BaseException:
            exchange.close()
            raise
        with self._lock:
            self._idle[url, limits] = (self._clock.monotonic(), exchange)

    def sweep(self, idle: float = IDLE) -> None:
        """Close what nobody has used for *idle* seconds."""
        limit = self._clock.monotonic() - idle
        with self._lock:
            old = [key for key, (since, _) in self._idle.items() if since <= limit]
            closing = [self._idle.pop(key)[1] for key in old]
        for exchange in closing:
            exchange.close()
