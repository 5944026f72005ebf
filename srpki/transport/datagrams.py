"""UDP datagrams, sent and forgotten: nobody waits for a collector of logs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from socket import socket


class Send(Protocol):
    """Sends one datagram; must not block or raise."""

    def __call__(self, address: str, port: int, data: bytes) -> None:
        """Send *data* to *port* of *address*, an IP address."""
        ...


class Datagrams:
    """A `Send` with one socket a family, opened when it is first needed; safe between threads."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._lock = threading.Lock()
        self._sockets: dict[int, socket] = {}

    def __call__(self, address: str, port: int, data: bytes) -> None:
        """Send *data*; what the system does not take at once is lost, and so is an error."""
        import socket  # noqa: PLC0415 - start-up time

        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with self._lock:
            try:
                if family not in self._sockets:
                    opened = socket.socket(family, socket.SOCK_DGRAM)
                    opened.setblocking(False)
                    self._sockets[family] = opened
                self._sockets[family].sendto(data, (address, port))
            except OSError:
                return

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            for opened in self._sockets.values():
                opened.close()
            self._sockets.clear()
