"""Who is in: the connections and the channels of one node, and how many there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.frontend.serve import settings

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from srpki.device.router import Router
    from srpki.frontend.serve.waiting import Connection, WaitingRoom
    from srpki.management.access.gate import Gate, Service, Visitor

CONNECTIONS: Final = 100
"""Most connections of one node in which somebody has logged in."""
STOPPED: Final = "the node is no longer served"


class Guarding:
    """What the listeners of one node have in common; used in the network's loop alone."""

    def __init__(
        self, router: Router, gate: Gate, checking: Executor, waiting: WaitingRoom
    ) -> None:
        """Let into *router* whom *gate* knows; it is asked by threads of *checking*.

        Those who have not logged in are in *waiting*.
        """
        self.gate = gate
        self.checking = checking
        self._router = router
        self._waiting = waiting
        self._connected: set[Connection] = set()
        self._channels = 0

    def told_before(self) -> str:
        """Return what is told to whoever wants to log in."""
        return settings.before_log_in(self._router.node)

    def admits(self, visitor: Visitor, service: Service) -> bool:
        """Return whether *visitor* may have *service* now."""
        return self.gate.admits(visitor.user, service)

    # --- connections ---

    def came(self, connection: Connection) -> None:
        """Note a connection in which nobody has logged in."""
        self._waiting.enter(connection)
        self._connected.add(connection)

    def let_in(self, connection: Connection, user: str) -> None:
        """Note that *user* has logged in; one too many goes again."""
        self._waiting.leave(connection)
        self.gate.entered(user)
        if len(self._connected) > CONNECTIONS:
            connection.dismiss("too many are connected")

    def went(self, connection: Connection) -> None:
        """Note that a connection has gone."""
        self._waiting.leave(connection)
        self._connected.discard(connection)

    def dismiss_all(self) -> None:
        """End all connections in order."""
        for connection in tuple(self._connected):
            connection.dismiss(STOPPED)

    # --- channels ---

    def has_room(self, channels: int) -> bool:
        """Return whether a connection that has so many *channels* may have one more."""
        running = self._router.node.datastore.running
        return self._channels < settings.most_sessions(
            running
        ) and channels < settings.most_channels(running)

    def opened(self, connection: Connection) -> None:
        """Note that *connection* has one more channel."""
        connection.channels += 1
        self._channels += 1

    def closed(self, connection: Connection) -> None:
        """Note that *connection* has one channel less."""
        connection.channels -= 1
        self._channels -= 1
