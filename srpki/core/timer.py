"""The passing of real time: one thread for all timelines of a process, so for all its nodes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Final

from srpki.core.agenda import Agenda
from srpki.core.clock import SystemClock

_AGAIN: Final = 1.0
"""Seconds after which a call that has failed is made again."""

Call = Callable[[], float | None]
"""What is called when its time has come; returns after how many seconds again, None for never."""


class Timer:
    """Calls back when seconds of real time have passed; the thread lives while anybody waits."""

    def __init__(self) -> None:
        """Begin without a thread."""
        self._real = SystemClock()
        self._changed = threading.Condition()
        self._due: Agenda[tuple[float, int], Call] = Agenda()
        self._numbers = count()
        self._thread: threading.Thread | None = None
        self._until = 0.0

    def call(self, do: Call, seconds: float) -> None:
        """Call *do* in *seconds*, whatever it waited for before; it must not block."""
        with self._changed:
            at = self._real.monotonic() + seconds
            self._put(do, at)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="srpki-timer", daemon=True)
                self._thread.start()
            elif at < self._until:
                self._changed.notify()

    def drop(self, do: Call) -> None:
        """Call *do* no more; one call may be under way."""
        with self._changed:
            self._due.drop(do)
            if not self._due:
                self._changed.notify()

    def _put(self, do: Call, at: float) -> None:
        self._due.put(do, (at, next(self._numbers)))

    def _run(self) -> None:
        while True:
            with self._changed:
                found = self._due.first()
                if found is None:
                    self._thread = None
                    return
                now = self._real.monotonic()
                (self._until, _), do = found
                if self._until > now:
                    self._changed.wait(self._until - now)
                    continue
                self._until = 0.0
                self._put(do, threading.TIMEOUT_MAX)
            self._called(do)

    def _called(self, do: Call) -> None:
        seconds: float | None = _AGAIN
        with suppress(Exception):  # a bug at one node must not stop the time of all
            seconds = do()
        with self._changed:
            if do not in self._due:  # it was dropped meanwhile
                return
            if seconds is None:
                self._due.drop(do)
            else:
                self._put(do, min(self._due.key(do)[0], self._real.monotonic() + seconds))


TIMER: Final = Timer()
"""That of the process."""
