"""The listeners of one node, and the threads in which those who have come in are served."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import asyncssh

from srpki.core.errors import SrpkiError, UsageError
from srpki.frontend.serve import sessions
from srpki.frontend.serve.conduit import Conduit
from srpki.frontend.serve.sessions import Visit
from srpki.frontend.serve.visiting import Visiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from srpki.device.router import Router
    from srpki.frontend.serve.gate import Gate
    from srpki.frontend.serve.looping import Loop
    from srpki.frontend.serve.places import Address

LOGIN_TIME: Final = 60
"""Seconds in which whoever connects must say who he is."""


class Listener:
    """Lets people reach one node."""

    def __init__(
        self, router: Router, gate: Gate, loop: Loop, checking: Executor, *, lab: bool
    ) -> None:
        """Serve *router* in *loop* for whom *gate* lets in."""
        self._router = router
        self._gate = gate
        self._loop = loop
        self._checking = checking
        self._lab = lab
        self._acceptors: list[asyncssh.SSHAcceptor] = []

    def listen(self, at: Address, keys: Sequence[asyncssh.SSHKey]) -> Address:
        """Listen *at* an address, with the host *keys*; return it with its port.

        Raises `UsageError` for an address that cannot be had.
        """
        try:
            acceptor = self._loop.done(self._listen(at, keys))
        except OSError as error:
            raise UsageError(f"cannot listen on {at}: {error.strerror or error}") from None
        self._acceptors.append(acceptor)
        return at._replace(port=acceptor.get_port())

    async def _listen(self, at: Address, keys: Sequence[asyncssh.SSHKey]) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            at.host,
            at.port,
            server_factory=lambda: Visiting(self._gate, self._checking),
            server_host_keys=keys,
            process_factory=self._attend,
            login_timeout=LOGIN_TIME,
            line_editor=False,
            encoding=None,
            agent_forwarding=False,
            x11_forwarding=False,
            compression_algs=None,
        )

    async def _attend(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        conduit = Conduit(process, self._loop)
        owner = process.channel.get_connection().get_owner()
        assert isinstance(owner, Visiting)
        visit = Visit(self._router, self._lab, owner.visitor, owner.address)
        threading.Thread(
            target=self._serve, args=(conduit, visit), name="visitor", daemon=True
        ).start()
        await conduit.pump()

    def _serve(self, conduit: Conduit, visit: Visit) -> None:
        status = 1
        try:
            status = self._served(conduit, visit)
        except SrpkiError as error:
            conduit.send(f"srpki: {error}\r\n".encode())
        except Exception as error:  # noqa: BLE001 - a bug in one session must not end the others
            from srpki.frontend.keyboard import apology  # noqa: PLC0415 - only then

            conduit.send(f"{apology(error)}\r\n".encode())
        finally:
            conduit.exit(status)

    @staticmethod
    def _served(conduit: Conduit, visit: Visit) -> int:
        process = conduit.process
        if process.command is not None:
            return sessions.of_commands(conduit, visit, process.command)
        return sessions.at_terminal(conduit, visit)

    def close(self) -> None:
        """Let nobody in any more."""
        for acceptor in self._acceptors:
            self._loop.soon(acceptor.close)
