"""The connections of one port: bounded in number, and who waits longest gives way.

A router keeps its connection between two messages, and so do a thousand of them; somebody may also
open connections and say nothing, or half of a request. Neither shuts anybody out: when there is no
room, the connection ends that has waited for (the rest of) a request longest. One whose request is
being answered, or has come and is not read yet, never does: where all are such, who comes waits
until one is answered, in order.
"""

from __future__ import annotations

import contextlib
import resource
import select
import socket
import ssl
import threading
from itertools import count
from typing import Final

MAX_CONNECTIONS: Final = 1200
_FEWEST: Final = 32
_OTHER_FILES: Final = 128
_PORTS: Final = 2
_JOIN_SECONDS: Final = 5.0


def room() -> int:
    """Return how many connections a port takes, of the files that the process may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(_FEWEST, min(MAX_CONNECTIONS, (files - _OTHER_FILES) // _PORTS))


class Connection:
    """One accepted connection.

    *since* is a number that is the higher the later it began to wait, None while it is answered.
    Once *ended* nothing more is read of it.
    """

    _turns = count()

    def __init__(self, accepted: socket.socket) -> None:
        """Wait for the first request from now."""
        self.socket = accepted
        self.thread: threading.Thread | None = None
        self.since: int | None = next(self._turns)
        self._lock = threading.Lock()
        self.ended = False

    def wait(self) -> None:
        """Wait for a request from now."""
        self.since = next(self._turns)

    def answer(self) -> None:
        """Be busy from now."""
        self.since = None

    def asks(self) -> bool:
        """Whether something has come that nobody has read yet."""
        poll = select.poll()
        with contextlib.suppress(OSError, ValueError):  # closed by its own thread meanwhile
            poll.register(self.socket, select.POLLIN)
            return bool(poll.poll(0))
        return False

    def secure(self, tls: ssl.SSLContext) -> ssl.SSLSocket:
        """Shake hands; raises what the library does."""
        with self._lock:
            if self.ended:
                raise ConnectionAbortedError
            secured = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.socket = secured
        secured.do_handshake()
        return secured

    def give_way(self) -> None:
        """End it from another thread: its own sees the end of the stream.

        A request that was read meanwhile, before it was known to be there, is still answered.
        """
        self._shut(socket.SHUT_RD)

    def end(self) -> None:
        """End it from another thread, whatever its own is doing."""
        self._shut(socket.SHUT_RDWR)

    def _shut(self, how: int) -> None:
        with self._lock, contextlib.suppress(OSError):
            self.ended = True
            # Not the TLS socket's own: that would let the other thread go on in clear.
            socket.socket.shutdown(self.socket, how)

    def close(self) -> None:
        """Close it, by its own thread."""
        with contextlib.suppress(OSError):
            # What the client sent and nobody read must not reset what it is told.
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
        self.socket.close()


class Connections:
    """Those that are open; safe between threads."""

    def __init__(self, most: int) -> None:
        """Keep *most* at a time."""
        self._most = most
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._leaving: set[Connection] = set()

    def admit(self) -> bool:
        """Make room for one more; False when all that are open are being answered."""
        with self._lock:
            return len(self._open) < self._most or self._give_way()

    def give_way(self) -> None:
        """End the one that waits longest, if one waits."""
        with self._lock:
            self._give_way()

    def _give_way(self) -> bool:
        # Asked once each: its own thread may change it meanwhile.
        waiting = {since: one for one in self._open if (since := one.since) is not None}
        idle = (waiting[since] for since in sorted(waiting) if not waiting[since].asks())
        longest = next(idle, None)
        if longest is None:
            return False
        self._open.remove(longest)
        self._leaving.add(longest)
        longest.give_way()
        return True

    def add(self, connection: Connection) -> None:
        """Count *connection* in."""
        with self._lock:
            self._open.add(connection)

    def remove(self, connection: Connection) -> None:
        """Forget *connection*, which is closed."""
        with self._lock:
            self._open.discard(connection)
            self._leaving.discard(connection)

    def end(self) -> None:
        """End them all; returns when their threads have ended."""
        with self._lock:
            serving = [*self._open, *self._leaving]
            for connection in serving:
                connection.end()
        for connection in serving:
            if connection.thread is not None:
                connection.thread.join(_JOIN_SECONDS)
