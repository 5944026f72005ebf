"""The listeners of one node, and the threads in which those who have come in are served."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Final

import asyncssh
from asyncssh.channel import SSHChannel
from asyncssh.scp import run_scp_server

from srpki.core.errors import RefusedError, SrpkiError, UsageError
from srpki.frontend.serve import settings
from srpki.frontend.serve.algorithms import SIGNATURES, algorithms
from srpki.frontend.serve.conduit import Conduit
from srpki.frontend.serve.entrance import Entrance
from srpki.frontend.serve.flashpaths import with_slashes
from srpki.frontend.serve.guarding import Guarding
from srpki.frontend.serve.hostkeys import host_keys
from srpki.frontend.serve.sftp import NodeFiles
from srpki.frontend.serve.visiting import Visit, Visiting
from srpki.management.port import FLASH
from srpki.management.session import CallerSession

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from srpki.config.tree import Branch
    from srpki.device.router import Router
    from srpki.frontend.serve.network import Network
    from srpki.frontend.serve.places import Address
    from srpki.management.access.gate import Gate, Service

LOGIN_TIME: Final = 60
"""Seconds in which whoever connects must say who he is."""
ALIVE: Final = 30
"""Seconds between two questions whether a silent peer is still there; three may be unanswered."""
WINDOW: Final = 1 << 16
"""Octets that a channel takes before they are read."""
SUBSYSTEM: Final = "netconf"


class Channel(asyncssh.SSHServerProcess[bytes]):
    """One channel of a connection, which counts while it is open."""

    def __init__(self, listener: Listener, visiting: Visiting) -> None:
        """Let *listener* attend to it for *visiting*."""
        super().__init__(listener.attend, listener.files, 3, False)
        self._guarding = listener.guarding
        self._visiting = visiting

    def connection_made(self, chan: SSHChannel[Any]) -> None:
        """Take note that it is open."""
        super().connection_made(chan)
        self._guarding.opened(self._visiting)

    def subsystem_requested(self, subsystem: str) -> bool:
        """Return whether who is there may have *subsystem*."""
        if subsystem == "sftp" and not self._guarding.admits(self._visiting.visitor, "scp-sftp"):
            return False
        return super().subsystem_requested(subsystem)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that it is closed."""
        self._guarding.closed(self._visiting)
        super().connection_lost(exc)


class Listener:
    """Lets people reach one node."""

    def __init__(
        self,
        router: Router,
        gate: Gate,
        network: Network,
        node: Path,
        *,
        lab: bool,
    ) -> None:
        """Serve *router* of the directory *node* over *network* for whom *gate* lets in."""
        self.guarding = Guarding(router, gate, network.checking, network.waiting)
        self._router = router
        self._network = network
        self._lab = lab
        self._node = node
        self._making = threading.Lock()
        self._closed = False
        self._entrances: list[Entrance] = []
        self._spoken: dict[str, list[str]] = {}
        self._at_change: Callable[[], None] = lambda: None
        router.at_reboot.append(self._watch)
        self._watch()

    # --- listening ---

    def listen(self, at: Address, service: Service = "ssh-cli") -> Address:
        """Listen *at* an address for *service*; return it with its port.

        Raises `UsageError` for an address that cannot be had.
        """

        async def speaking(listening: socket.socket) -> asyncssh.SSHAcceptor:
            return await self._speaking(listening, service)

        try:
            entrance = Entrance(at, speaking)
        except OSError as error:
            raise UsageError(f"cannot listen on {at}: {error.strerror or error}") from None
        self._entrances.append(entrance)
        self._network.loop.soon(entrance.open)
        return entrance.at

    async def _speaking(self, listening: socket.socket, service: Service) -> asyncssh.SSHAcceptor:
        """Answer at a socket that listens already, where somebody waits."""

        def come() -> Visiting:
            return Visiting(self.guarding, service, lambda visiting: Channel(self, visiting))

        loop = asyncio.get_running_loop()
        keys = await loop.run_in_executor(self._network.checking, self._host_keys)
        spoken = self._spoken = algorithms(self._router.node.datastore.running)
        acceptor = await asyncssh.listen(
            sock=listening,
            server_factory=come,
            server_host_keys=keys,
            login_timeout=LOGIN_TIME,
            keepalive_interval=ALIVE,
            line_editor=False,
            encoding=None,
            window=WINDOW,
            agent_forwarding=False,
            x11_forwarding=False,
            compression_algs=None,
            signature_algs=SIGNATURES,
            **_options(spoken),
        )
        if self._spoken is not spoken:  # a commit came in between
            acceptor.update(**_options(self._spoken))
        return acceptor

    def _host_keys(self) -> Sequence[asyncssh.SSHKey]:
        """Return the host keys, in a thread beside the loop; none once the node is let go."""
        with self._making:
            return () if self._closed else host_keys(self._node, self._router.node.seal)

    # --- what is spoken follows the configuration ---

    def _watch(self) -> None:
        """Hear of commits of the node that is there now, which speaks as it says itself."""
        datastore = self._router.node.datastore
        datastore.subscribe(self)
        self._network.loop.soon(self._speak, datastore.running)

    def watch(self, at_change: Callable[[], None]) -> None:
        """Call *at_change* in the loop soon, and after each commit and each reboot."""
        self._at_change = at_change
        self._network.loop.soon(at_change)

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse no commit."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Take up what a commit says of algorithms."""
        del old
        self._network.loop.soon(self._speak, new)

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def _speak(self, running: Branch) -> None:
        wanted = algorithms(running)
        if wanted != self._spoken:
            self._spoken = wanted
            for entrance in self._entrances:
                entrance.update(**_options(wanted))
        self._at_change()

    # --- those who have come in ---

    def files(self, channel: SSHChannel[bytes]) -> NodeFiles:
        """Return the files of the node for who has opened *channel*."""
        assert isinstance(channel, asyncssh.SSHServerChannel)
        visit = self._visit(channel)
        router = self._router
        session = CallerSession(router, visit.visitor.user, "ssh", visit.address, visit.rights)
        return NodeFiles(
            channel,
            session,
            lambda: router.node.files,
            home=visit.rights().home or visit.visitor.home or FLASH,
            working=self._network.working,
            store=self._network.store,
        )

    def _visit(self, channel: SSHChannel[bytes]) -> Visit:
        owner = channel.get_connection().get_owner()
        assert isinstance(owner, Visiting)
        visitor, gate = owner.visitor, self.guarding.gate
        return Visit(
            self._router,
            self._lab,
            visitor,
            owner.address,
            owner.service,
            lambda: gate.rights(visitor),
        )

    async def attend(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Let a thread work for *process*, and tell it of what comes."""
        visit = self._visit(process.channel)
        copies = (process.command or "").startswith("scp ") and visit.service != SUBSYSTEM
        if process.command is not None and copies:
            await self._copy(process, process.command)
            return
        conduit = Conduit(process, self._network.loop)
        running = self._router.node.datastore.running
        conduit.patience = lambda: settings.idle_seconds(running)
        self._network.start(lambda: self._serve(conduit, visit))
        await conduit.pump()

    async def _copy(self, process: asyncssh.SSHServerProcess[bytes], command: str) -> None:
        if not self.guarding.admits(self._visit(process.channel).visitor, "scp-sftp"):
            process.stderr.write(b"scp: no access by scp-sftp\n")
            process.exit(1)
            return
        files = self.files(process.channel)
        streams = process.stdin, process.stdout, process.stderr
        handler = run_scp_server(files, with_slashes(command), *streams)
        if handler is not None:
            await handler

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

    def _served(self, conduit: Conduit, visit: Visit) -> int:
        # Terminal, command lines and NETCONF are read when the first comes: 8 MB.
        from srpki.frontend.serve import sessions  # noqa: PLC0415

        process = conduit.process
        service: Service = "netconf" if process.subsystem == SUBSYSTEM else "ssh-cli"
        if not self.guarding.admits(visit.visitor, service):
            raise RefusedError(f"{visit.visitor.user} has no access by {service}")
        if process.subsystem is not None:
            if process.subsystem == SUBSYSTEM:
                return sessions.of_netconf(conduit, visit)
            raise RefusedError(f"there is no subsystem {process.subsystem}")
        if visit.service == SUBSYSTEM:
            raise RefusedError("only NETCONF is spoken here")
        if process.command is not None:
            return sessions.of_commands(conduit, visit, process.command)
        if process.term_type is None:
            return sessions.of_lines(conduit, visit)
        return sessions.at_terminal(conduit, visit)

    # --- the end ---

    def close(self) -> None:
        """Let nobody in any more; host keys that are being made are waited for."""
        for entrance in self._entrances:
            self._network.loop.soon(entrance.close)
        with self._making:
            self._closed = True

    def dismiss(self) -> None:
        """End all connections in order."""
        self._network.loop.soon(self.guarding.dismiss_all)


def _options(spoken: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        "kex_algs": spoken["kex"],
        "encryption_algs": spoken["cipher"],
        "mac_algs": spoken["mac"],
    }
