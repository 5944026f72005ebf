"""The life of a node: opened on a directory, started, rebooted, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.device import directories
from srpki.device.assembly import Surroundings, assembled, load
from srpki.device.configuration.checkpoints import passed_over
from srpki.device.configuration.forms import Form
from srpki.device.directories import make_directories
from srpki.device.lab import Laboratory
from srpki.device.node import STARTUP
from srpki.device.sessions import NOBODY, Caller
from srpki.engine.settings import DEFAULT, Settings
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.transport import datagrams

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.device.assembly import ScriptRunner
    from srpki.device.node import Node
    from srpki.engine.applications import Daemon
    from srpki.transport.base import ExchangeFactory
    from srpki.transport.datagrams import Send


class EquippedLaboratory(Laboratory, Protocol):
    """A lab that adds to a node what is its own."""

    def equip(self, node: Node) -> None:
        """Add to the configuration of *node*, which has just started, what the lab needs."""
        ...


class Router:
    """What owns a node directory, and the node that lives there now.

    Building it takes the node's lock, finishes an interrupted swap and loads the saved
    configuration; `start` lets the scheduler run. Raises `BusyError` when another process owns the
    node and `CorruptError` when the saved configuration cannot be read.
    """

    def __init__(
        self,
        node: Path,
        *,
        clock: Clock,
        entropy: Entropy,
        exchanges: ExchangeFactory,
        laboratory: EquippedLaboratory | None = None,
        classic: Form | None = None,
        send: Send = datagrams.send,
        daemon: Daemon | None = None,
        settings: Settings = DEFAULT,
        runner: ScriptRunner | None = None,
    ) -> None:
        """Build a node over the directory *node*, making it when it is not there.

        The rest is what `Surroundings` says.
        """
        self._directory, self._laboratory = node, laboratory
        self.at_reboot: list[Callable[[], None]] = []
        """What is called once another node lives here, before anybody is told of it."""
        cf3, state = make_directories(node)
        self._lock = NodeLock(state / "lock")
        self._lock.acquire()
        self._around = Surroundings(
            cf3=cf3,
            state=state,
            files=OsFiles(node),
            clock=clock,
            entropy=entropy,
            exchanges=exchanges,
            laboratory=laboratory,
            classic=classic,
            send=send,
            daemon=daemon,
            settings=settings,
            runner=runner,
        )
        try:
            self.node: Node = assembled(self._around, self.reboot)
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> None:
        """Let the scheduler run, and the lab add what is its own."""
        self.node.engine.start()
        if self._laboratory is not None:
            self._laboratory.equip(self.node)
            self.node.unsaved.saved()  # the lab adds it again at the next start

    def stop(self) -> None:
        """End all sessions, stop the engine, which goes on at the next start, and free the node."""
        for login in self.node.sessions.all():
            self.node.sessions.end(login, "stopped")
        self.node.scripts.stop()
        self.node.engine.stop()
        self._lock.release()

    def alone(self, reason: str) -> None:
        """Tell a process that comes second for what *reason* it cannot join this one."""
        self._lock.note(alone=reason)

    def joined_at(self, door: str) -> None:
        """Tell a process that comes second at which *door* it can join this one."""
        self._lock.note(door=door)

    def reboot(self, caller: Caller = NOBODY) -> None:
        """Start anew on the same directory: what is not saved is lost, all sessions end.

        That of *caller* begins again. Raises `CorruptError` or `StorageError` when the saved
        configuration cannot be loaded: nothing has stopped then.
        """
        node = self.node
        with node.datastore.lock:
            load(self._around.versions(), self._around.forms())
            node.commits.end()
        for login in node.sessions.all():
            node.sessions.end(login, "rebooted" if login is caller.session else "disconnected")
        node.scripts.stop()
        node.engine.stop()
        self.node = assembled(self._around, self.reboot)
        for do in self.at_reboot:
            do()
        self.start()

    def warnings(self) -> Sequence[str]:
        """Return what the operator must know of a node that starts, a sentence each.

        Which of its directories somebody else may change, and what its saved configuration holds
        that is not emulated or known.
        """
        omitted = passed_over(STARTUP, self.node.omitted)
        return (*directories.warnings(self._directory), *omitted)
