"""Those who have connected and not said who they are: so many at most, in a process.

Whoever is silent makes room for who comes: the eldest of those who have come least far goes. So
a crowd that says nothing keeps nobody out, and somebody who logs in is not thrown out by it.
"""

from __future__ import annotations

from typing import Final, Protocol

MOST: Final = 64
"""Most connections in which nobody has logged in yet."""


class Connection(Protocol):
    """A connection, with so many open *channels*."""

    channels: int

    @property
    def stage(self) -> int:
        """How far a connection has come in which nobody has logged in."""
        ...

    def abort(self) -> None:
        """Cut the connection."""
        ...

    def dismiss(self, sentence: str) -> None:
        """End the connection in order, with a *sentence*."""
        ...


class WaitingRoom:
    """The connections in which nobody has logged in yet; used in one thread alone."""

    def __init__(self, most: int = MOST) -> None:
        """Let *most* wait."""
        self._most = most
        self._waiting: list[Connection] = []

    def enter(self, connection: Connection) -> None:
        """Let *connection* wait; another one is cut off where that is one too many."""
        if len(self._waiting) >= self._most:
            out = min(self._waiting, key=lambda each: each.stage)  # the eldest of them
            self._waiting.remove(out)
            out.abort()
        self._waiting.append(connection)

    def leave(self, connection: Connection) -> None:
        """Forget *connection*, who has logged in or gone."""
        if connection in self._waiting:
            self._waiting.remove(connection)
