"""Who is logged in: the sessions of the node, for ``show users`` and ``admin disconnect``."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError
from srpki.device.happenings import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["console", "ssh"]
"""How a session reached the node."""


@dataclass(slots=True)
class Login:
    """One session: *user*, the *kind* of its connection, *address* of the peer or nothing.

    *since* and *active* are the instants of the log-in and of the last line typed, *mark* is what
    had happened on the node before. A session that was *ended* from outside takes no more lines.
    """

    session_id: int
    user: str
    kind: Kind
    address: str
    since: datetime
    active: datetime
    mark: Mark
    ended: bool = False


class Sessions:
    """The sessions that are open, the eldest first; may be used from any thread."""

    def __init__(self, clock: Clock, mark: Callable[[], Mark]) -> None:
        """Date log-ins by *clock* and *mark*."""
        self._clock = clock
        self._mark = mark
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._open: list[Login] = []

    def open(self, user: str, kind: Kind = "console", address: str = "") -> Login:
        """Note that *user* has logged in; close it when done."""
        now = self._clock.now()
        login = Login(next(self._ids), user, kind, address, now, now, self._mark())
        with self._lock:
            self._open.append(login)
        return login

    def touch(self, login: Login) -> None:
        """Note that a line was typed in the session of *login*."""
        login.active = self._clock.now()

    def close(self, login: Login) -> None:
        """Forget *login*, if it is still known."""
        with self._lock:
            self._open = [other for other in self._open if other is not login]

    def all(self) -> tuple[Login, ...]:
        """Return the open sessions."""
        with self._lock:
            return tuple(self._open)

    def asking(self) -> Login:
        """Return the session that asks: the one that was active last; raises `RefusedError`."""
        found = max(self.all(), key=lambda login: (login.active, login.session_id), default=None)
        if found is None:
            raise RefusedError("there is no session")
        return found

    def end(self, login: Login) -> None:
        """Disconnect *login*: its session closes with its next line."""
        login.ended = True
        self.close(login)
