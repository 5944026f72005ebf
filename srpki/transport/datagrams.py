"""UDP datagrams, sent and forgotten: nobody waits for a collector of logs."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol


class Send(Protocol):
    """Sends one datagram; must not block or raise."""

    def __call__(self, address: str, port: int, data: bytes) -> None:
        """Send *data* to *port* of *address*, an IP address."""
        ...


def send(address: str, port: int, data: bytes) -> None:
    """Send *data*, as `Send` says; what the system does not take at once is lost."""
    import socket  # noqa: PLC0415 - start-up time

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        opened.sendto(data, (address, port))
