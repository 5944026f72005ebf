"""The only place that reads a wall clock; everything else is handed a `Clock`.

`SystemClock` is real time. `LabClock` is real time plus an offset that a trainee moves; while it
is *stepping* (during ``lab clock advance``) it stands still and every wait ends at once by moving
it, so a year of renewals takes no real time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, Self

SKEW: Final = timedelta(minutes=5)
"""How far the clock of a CA may be ahead of ours [auto-update.md, section 4]."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""An instant that does not come."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant that something waits for, and the *interval* that it came from.

    It is not believed beyond now plus that interval: a clock that was ahead when the deadline was
    set, and has come back, must not park what waits for years [auto-update.md, section 4].
    """

    at: datetime
    interval: timedelta

    @classmethod
    def after(cls, now: datetime, interval: timedelta) -> Self:
        """Return the deadline that is *interval* away from *now*."""
        return cls(now + interval, interval)

    @classmethod
    def of(cls, at: datetime, now: datetime) -> Self:
        """Return the instant *at* as a deadline that is set *now*."""
        return cls(at, at - now)

    def believed(self, now: datetime) -> bool:
        """Say whether it can have been set at *now* or before."""
        return self.at - now <= self.interval

    def seen(self, now: datetime) -> Self:
        """Return what holds at *now*: this deadline, or its interval anew."""
        return self if self.believed(now) else self.after(now, self.interval)


class Clock(Protocol):
    """What the program may know of time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a scale that never goes back; for measuring, not for dating."""
        ...

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait *seconds* of this clock; return False when *cancel* was set first."""
        ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the process's monotonic time in seconds."""
        return time.monotonic()

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait *seconds*; return False when *cancel* was set first."""
        if cancel is None:
            cancel = threading.Event()
        return not cancel.wait(max(0.0, seconds))


class FrozenClock:
    """A clock that moves only when something waits on it or moves it; for tests and benchmarks."""

    def __init__(self, start: datetime) -> None:
        """Start at *start*, an aware instant."""
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds it has been moved so far."""
        return self._elapsed

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Move forward by *seconds* at once, unless *cancel* is already set."""
        if cancel is not None and cancel.is_set():
            return False
        self.advance(timedelta(seconds=max(0.0, seconds)))
        return True

    def advance(self, by: timedelta) -> None:
        """Move forward by *by*."""
        self._now += by
        self._elapsed += by.total_seconds()


class LabClock:
    """A clock that runs with *base* and can be moved; shared by router and lab CA."""

    _SLICE = 0.2  # seconds of real time after which a cancelled wait is noticed

    def __init__(
        self,
        base: Clock,
        offset: timedelta = timedelta(),
        remember: Callable[[timedelta], None] = lambda _: None,
    ) -> None:
        """Run *offset* apart from *base*.

        *remember* is given the new offset before each move, which does not take place if it fails:
        what happens at an instant must not be there after a crash without the instant.
        """
        self._base = base
        self._offset = offset
        self._remember = remember
        self._standing: datetime | None = None
        self._moved = threading.Condition()

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of its base (negative: behind)."""
        standing = self._standing
        return self._offset if standing is None else standing - self._base.now()

    def now(self) -> datetime:
        """Return the lab's present instant, aware, in UTC."""
        standing = self._standing
        return standing if standing is not None else self._base.now() + self._offset

    def monotonic(self) -> float:
        """Return the base clock's monotonic seconds: measuring is not moved."""
        return self._base.monotonic()

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait until the lab's time is *seconds* later; return False when *cancel* came first."""
        deadline = Deadline.after(self.now(), timedelta(seconds=max(0.0, seconds)))
        with self._moved:
            while (now := self.now()) < (deadline := deadline.seen(now)).at:
                if cancel is not None and cancel.is_set():
                    return False
                if self._standing is not None:
                    self._stand_at(deadline.at)
                    break
                remaining = (deadline.at - now).total_seconds()
                self._moved.wait(remaining if cancel is None else min(remaining, self._SLICE))
        return cancel is None or not cancel.is_set()

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Stand still inside the block; waits and `move_to` are all that moves the clock."""
        with self._moved:
            if self._standing is not None:
                message = "the clock is already being moved"
                raise RuntimeError(message)
            self._standing = self.now()
            self._moved.notify_all()
        try:
            yield
        finally:
            with self._moved:
                self._offset = self._standing - self._base.now()
                self._standing = None
                self._moved.notify_all()

    def move_to(self, instant: datetime) -> None:
        """Stand at *instant*, which may lie in the past; only inside `stepping`."""
        with self._moved:
            if self._standing is None:
                message = "the clock moves only while stepping"
                raise RuntimeError(message)
            self._stand_at(instant.astimezone(UTC))

    def _stand_at(self, instant: datetime) -> None:
        if instant != self._standing:
            self._remember(instant - self._base.now())
            self._standing = instant
            self._moved.notify_all()
