"""One address of a node: a socket where nobody has been yet, and a server of SSH from then on."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.frontend import streams

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncssh

    from srpki.frontend.serve.places import Address

BACKLOG: Final = 100
"""Connections that wait in the system until they are taken."""


class Entrance:
    """Listens at an address; what speaks there is made when the first connection comes.

    So a node that nobody visits costs a descriptor. Used in the network's loop, but for making it.
    """

    def __init__(
        self, at: Address, speaking: Callable[[socket.socket], Awaitable[asyncssh.SSHAcceptor]]
    ) -> None:
        """Listen *at* an address, nobody is answered before `open`; raises `OSError`.

        *speaking* returns what then answers at the socket that it is given.
        """
        self._speaking = speaking
        self._socket = _listening(at)
        self.at = at._replace(port=self._socket.getsockname()[1])
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._opening: asyncio.Task[None] | None = None
        self._told = ""

    def open(self) -> None:
        """Wait for somebody."""
        asyncio.get_running_loop().add_reader(self._socket, self._came)

    def _came(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._opening = asyncio.ensure_future(self._speak())

    async def _speak(self) -> None:
        try:
            self._acceptor = await self._speaking(self._socket)
        except SrpkiError as error:
            self._turn_away(str(error))

    def _turn_away(self, sentence: str) -> None:
        """Tell why nobody can be answered, once, and let the next one try again."""
        if sentence != self._told:
            streams.complain(f"nobody is answered at {self.at}: {sentence}")
        self._told = sentence
        with suppress(OSError):
            self._socket.accept()[0].close()
        self.open()

    def update(self, **options: list[str]) -> None:
        """Let *options* hold for who comes from now on."""
        if self._acceptor is not None:
            self._acceptor.update(**options)

    def close(self) -> None:
        """Listen no more."""
        if self._acceptor is not None:
            self._acceptor.close()
            return
        if self._opening is not None:
            self._opening.cancel()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def _listening(at: Address) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in at.host else socket.AF_INET)
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((at.host, at.port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
