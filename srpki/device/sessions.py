"""Who is logged in, and who calls: for ``show users``, ``admin disconnect`` and every operation."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from srpki.core.clock import Clock
from srpki.core.record import Record
from srpki.core.typed import Typed
from srpki.core.values import NamedTuple
from srpki.device.configuration.history import Author
from srpki.device.counters import Counters
from srpki.device.happenings import Mark
from srpki.device.logging.announcer import Announcer
from srpki.device.logging.debug import Listener

Kind = Literal["console", "ssh", "netconf", "script"]
"""How a session reached the node; that of a script is the node's own, and nobody sees it."""

Ending = Literal["disconnected", "rebooted", "stopped"]
"""Why a session was ended from outside; the one that reboots the node begins again on it."""


class Login(Record, frozen=False):
    """One session: *user*, the *kind* of its connection, *address* of the peer or nothing.

    *since* and *active* are the instants of the log-in and of the last line typed, *mark* is what
    had happened on the node before; *listener* is what it wants to see of what happens. *leave* is
    called, from any thread, when the session is *ended* from outside. *counters* are those of
    NETCONF; *locked* is when the session got the configuration for itself alone the last time.
    """

    session_id: int
    user: str
    kind: Kind
    address: str
    since: datetime
    active: datetime
    mark: Mark
    listener: Listener
    leave: Callable[[Ending], None]
    counters: Counters
    ended: Ending | None = None
    locked: datetime | None = None

    def typed(
        self, *, mode: str, prompt: str, command: str, output: str, ok: bool, seconds: float
    ) -> Typed:
        """Return what was typed in this session, as the journal of a lab has it."""
        return Typed(
            session=self.session_id,
            user=self.user,
            kind=self.kind,
            address=self.address,
            mode=mode,
            prompt=prompt,
            command=command,
            output=output,
            ok=ok,
            seconds=seconds,
        )


class Caller(NamedTuple):
    """Who wants something of a node: *user*, in a *session* or, as a program, in none.

    *origin* is the interface that he uses, as SR OS names it.
    """

    user: str
    session: Login | None = None
    origin: str = ""

    @property
    def author(self) -> Author:
        """The caller, as the author of what he commits."""
        return Author(self.user, self.origin, self.session.address if self.session else "")


NOBODY: Final = Caller(user="")
"""The program itself, or a test of it."""


class Sessions:
    """The sessions that are open, the eldest first; may be used from any thread."""

    def __init__(
        self, clock: Clock, mark: Callable[[], Mark], announcer: Announcer | None = None
    ) -> None:
        """Date log-ins by *clock* and *mark*; *announcer* is told of them."""
        self._clock = clock
        self._mark = mark
        self._announcer = announcer or Announcer()
        self._ids = itertools.count(1)
        self.since = clock.now()
        """When the node began to let callers in."""
        self.counters = Counters()
        """Those of all sessions of NETCONF since then."""
        self._lock = threading.Lock()
        self._open: list[Login] = []

    def open(
        self,
        user: str,
        kind: Kind = "console",
        address: str = "",
        listener: Listener | None = None,
        leave: Callable[[Ending], None] = lambda _: None,
    ) -> Login:
        """Note that *user* has logged in, who hears with *listener*; close it when done.

        *leave* is called when the session is ended from outside, by whichever thread does it.
        """
        now, heard = self._clock.now(), listener or Listener()
        login = Login(
            *(next(self._ids), user, kind, address, now, now, self._mark(), heard, leave),
            counters=Counters(),
        )
        if kind != "script":
            with self._lock:
                self._open.append(login)
            self._announcer.logged_in(login)
        return login

    def touch(self, login: Login) -> None:
        """Note that a line was typed in the session of *login*."""
        login.active = self._clock.now()

    def close(self, login: Login) -> None:
        """Forget *login*, if it is still known."""
        self._remove(login)

    def all(self) -> tuple[Login, ...]:
        """Return the open sessions."""
        with self._lock:
            return tuple(self._open)

    def id_by_netconf(self, session_id: int) -> int:
        """Return *session_id* as NETCONF tells who has a lock: 0 for a session that is no NETCONF.

        [RFC 6241 section 7.5]
        """
        kinds = (one.kind for one in self.all() if one.session_id == session_id)
        return session_id if next(kinds, None) == "netconf" else 0

    def end(self, login: Login, why: Ending = "disconnected") -> None:
        """End the session of *login* now, unless it has ended already."""
        if self._remove(login, why):
            login.leave(why)

    def _remove(self, login: Login, why: Ending | None = None) -> bool:
        with self._lock:
            if login not in self._open:
                return False
            login.ended = why
            self._open.remove(login)
        self._announcer.logged_out(login)
        return True
