"""Attempts of users to log in: how many have failed, and who is kept out for a while.

They are those of a node from one start to the next. Names are counted whether somebody has them or
not, so whoever asks learns nothing of that.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from srpki.core.clock import Clock
from srpki.core.values import NamedTuple

KNOWN: Final = 4096
"""Most names that are remembered; of more the eldest are forgotten, who is kept out last."""
_FAILURES: Final = 64
"""Most failures of a name that are counted together [``user-params attempts count``]."""
_LONGEST: Final = 33
"""Characters that names are told apart by; no user has as many."""


class Locked(NamedTuple):
    """A user who is kept out *since* an instant, *until* another one."""

    user: str
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Return whether he is kept out *now*; a clock that is set back keeps nobody out."""
        return self.since <= now < self.until


class Tally(NamedTuple):
    """How often somebody has wanted to log in, and how often that has *failed*."""

    attempted: int = 0
    failed: int = 0


class _Known:
    """What is known of one name."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.recent: list[datetime] = []
        self.locked: Locked | None = None


class Attempts:
    """The attempts to log in at one node; may be used from any thread."""

    def __init__(self, clock: Clock) -> None:
        """Date them by *clock*."""
        self._clock = clock
        self._lock = threading.Lock()
        self._names: OrderedDict[str, _Known] = OrderedDict()

    def succeeded(self, user: str) -> None:
        """Note that *user* has logged in."""
        with self._lock:
            known = self._of(user)
            known.tally = known.tally._replace(attempted=known.tally.attempted + 1)

    def failed(self, user: str) -> None:
        """Note that *user* has not been let in."""
        with self._lock:
            known = self._of(user)
            known.tally = Tally(known.tally.attempted + 1, known.tally.failed + 1)

    def locks_out(self, user: str, count: int, time: timedelta, lockout: timedelta) -> bool:
        """Count a wrong password of *user*; return whether that keeps him out from now on.

        So it is where *count* of them have come within *time*, unless *lockout* is nothing.
        """
        now = self._clock.now()
        with self._lock:
            known = self._of(user)
            recent = [one for one in known.recent if now - time <= one <= now]
            known.recent = [*recent, now][-_FAILURES:]
            if len(known.recent) < count or not lockout:
                return False
            known.recent = []
            known.locked = Locked(user[: _LONGEST - 1], now, now + lockout)
            return True

    def proved(self, user: str) -> None:
        """Count no earlier wrong password of *user*, who has given the right one."""
        with self._lock:
            self._of(user).recent = []

    def is_locked(self, user: str) -> bool:
        """Return whether *user* is kept out now."""
        with self._lock:
            known = self._names.get(user[:_LONGEST])
            return known is not None and self._holds(known)

    def locked(self) -> tuple[Locked, ...]:
        """Return who is kept out now."""
        with self._lock:
            found = [one for one in self._names.values() if self._holds(one)]
            return tuple(one.locked for one in found if one.locked is not None)

    def clear(self, user: str | None = None) -> None:
        """Let *user*, or everybody, try again."""
        with self._lock:
            for name, known in self._names.items():
                if user is None or name == user[:_LONGEST]:
                    known.recent, known.locked = [], None

    def tally(self, user: str) -> Tally:
        """Return how often *user* has wanted to log in."""
        with self._lock:
            known = self._names.get(user[:_LONGEST])
            return Tally() if known is None else known.tally

    def _holds(self, known: _Known) -> bool:
        if known.locked is not None and not known.locked.holds(self._clock.now()):
            known.locked = None
        return known.locked is not None

    def _of(self, user: str) -> _Known:
        """Return what is known of *user*, which is forgotten last from now on."""
        name = user[:_LONGEST]
        known = self._names.pop(name, None) or _Known()
        self._names[name] = known
        if len(self._names) > KNOWN:
            free = (name for name, one in self._names.items() if not self._holds(one))
            del self._names[next(free)]  # this one, if all others are kept out
        return known
