"""The only place that reads a wall clock; everything else is handed a `Clock`.

`SystemClock` is real time. `LabClock` is real time plus an offset, or runs faster or slower than
real time, or stands. What moves it is its `srpki.core.timeline.Timeline` alone: to wait on a clock
never moves it, but for `FrozenClock`, which is for tests.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, Self

from srpki.core.values import NamedTuple

SKEW: Final = timedelta(minutes=5)
"""How far the clock of a CA may be ahead of ours [auto-update.md, section 4]."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""An instant that does not come."""
_EVER: Final = datetime.min.replace(tzinfo=UTC)


class Deadline(NamedTuple):
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

    @property
    def since(self) -> datetime:
        """The first instant at which it is believed."""
        try:
            return self.at - self.interval
        except OverflowError:  # beyond the calendar
            return _EVER if self.interval > timedelta() else NEVER


class Doubt:
    """Notices a clock that was set back to before one of the deadlines was set that it is told."""

    def __init__(self) -> None:
        """Begin without a deadline."""
        self._latest = _EVER

    def note(self, deadline: Deadline) -> None:
        """Take note that something waits for *deadline* now."""
        self._latest = max(self._latest, deadline.since)

    def arises(self, now: datetime) -> bool:
        """Say whether there may be one that is not believed *now*: each is to be looked at then."""
        arises = now < self._latest
        if arises:
            self._latest = now
        return arises


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

    def jump(self, by: timedelta) -> None:
        """Show a time that is *by* later, or earlier, though none has passed: it was set."""
        self._now += by

    def advance(self, by: timedelta) -> None:
        """Move forward by *by*."""
        self._now += by
        self._elapsed += by.total_seconds()


class _Following(NamedTuple):
    """How a lab's clock runs that is *offset* apart from its base."""

    offset: timedelta

    def now(self, base: Clock) -> datetime:
        """Return what the lab's clock shows."""
        return base.now() + self.offset


class _Paced(NamedTuple):
    """How one runs from the instant *at*: *factor* times as fast as the seconds of its base.

    They are counted from *since*. It does not run beyond *limit*.
    """

    at: datetime
    since: float
    factor: float
    limit: datetime

    def now(self, base: Clock) -> datetime:
        """Return what the lab's clock shows."""
        if not self.factor:
            return self.at
        passed = (base.monotonic() - self.since) * self.factor
        left = (self.limit - self.at).total_seconds()
        return self.limit if passed >= left else self.at + timedelta(seconds=passed)

    def until(self, limit: datetime) -> _Paced:
        """Return the course that ends at *limit*, if that is earlier."""
        return self._replace(limit=min(limit, self.limit))


_Course = _Following | _Paced


class LabClock:
    """A clock that runs apart from *base*; shared by routers and lab CA, moved by their timeline.

    At the `factor` 1 it is the base's time plus an offset, at 0 it stands. At any other it runs
    that many times as fast, never beyond the instant up to which `let_run` has let it.
    """

    _SLICE = 0.2  # seconds of real time after which a cancelled wait is noticed

    def __init__(
        self,
        base: Clock,
        offset: timedelta = timedelta(),
        remember: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        """Run *offset* apart from *base*.

        *remember* is given the new instant before each move, which does not take place if it
        fails: what happens at an instant must not be there after a crash without the instant.
        """
        self._base = base
        self._remember = remember
        self._factor = 1.0
        self._moved = threading.Condition()
        self._stepped = False
        self._course: _Course = _Following(offset)
        self.timeline: object = None
        """What moves this clock, once there is one [`srpki.core.timeline.timeline_of`]."""

    @property
    def factor(self) -> float:
        """How many seconds pass on this clock in one of its base, when nobody moves it."""
        return self._factor

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of its base (negative: behind)."""
        course = self._course
        return course.offset if isinstance(course, _Following) else self.now() - self._base.now()

    def now(self) -> datetime:
        """Return the lab's present instant, aware, in UTC."""
        return self._course.now(self._base)

    def monotonic(self) -> float:
        """Return the base clock's monotonic seconds: measuring is not moved."""
        return self._base.monotonic()

    def seconds_until(self, instant: datetime) -> float:
        """Return the seconds of the base that pass until *instant*; infinity while it stands."""
        left = (instant - self.now()).total_seconds()
        if left <= 0:
            return 0.0
        return left / self._factor if self._factor and not self._stepped else math.inf

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait until the lab's time is *seconds* later; return False when *cancel* came first."""
        deadline = Deadline.after(self.now(), timedelta(seconds=max(0.0, seconds)))
        with self._moved:
            while (now := self.now()) < (deadline := deadline.seen(now)).at:
                if cancel is not None and cancel.is_set():
                    return False
                longest = threading.TIMEOUT_MAX if cancel is None else self._SLICE
                self._moved.wait(min(self.seconds_until(deadline.at), longest))
        return cancel is None or not cancel.is_set()

    # --- what the timeline does ------------------------------------------------------------------

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Stand still inside the block; `move_to` is all that moves the clock."""
        with self._moved:
            if self._stepped:
                message = "the clock is already being moved"
                raise RuntimeError(message)
            self._stepped = True
            self._take(self._standing(self.now()))
        try:
            yield
        finally:
            with self._moved:
                self._stepped = False
                self._take(self._going_on())

    def move_to(self, instant: datetime) -> None:
        """Stand at *instant*, which may lie in the past; only inside `stepping`."""
        with self._moved:
            if not self._stepped:
                message = "the clock moves only while stepping"
                raise RuntimeError(message)
            instant = instant.astimezone(UTC)
            if instant != self.now():
                self._remember(instant)
                self._take(self._standing(instant))

    def run_at(self, factor: float, at: datetime | None = None) -> None:
        """Run *factor* times as fast, from *at* or from now; with 0 stand.

        Unless *factor* is 1 it stands until `let_run` is called.
        """
        with self._moved:
            standing = self._standing(self.now() if at is None else at)
            self._factor = factor
            self._take(standing)
            self._take(self._going_on())

    @contextmanager
    def unmoved(self) -> Iterator[datetime]:
        """Let nobody move it inside the block, which is told how far it may run by itself."""
        with self._moved:
            course = self._course
            yield course.limit if isinstance(course, _Paced) else self.now()

    def let_run(self, limit: datetime) -> None:
        """Run on until *limit*, which is remembered, no farther; not at the factors 0 and 1."""
        with self._moved:
            course, now = self._course, self.now()
            if self._stepped or self._factor in (0, 1) or limit <= now:
                return
            if isinstance(course, _Paced) and course.limit - now > (limit - now) / 2:
                self._take(course.until(limit))  # it runs already, and far enough for now
                return
            self._remember(limit)
            self._take(_Paced(now, self._base.monotonic(), self._factor, limit))

    def hold(self) -> None:
        """Stand where it is, if it runs with a factor, until `let_run` is called again."""
        with self._moved:
            if isinstance(self._course, _Paced):
                self._take(self._course.until(self.now()))

    def _going_on(self) -> _Course:
        now = self.now()
        return _Following(now - self._base.now()) if self._factor == 1 else self._standing(now)

    def _standing(self, instant: datetime) -> _Course:
        return _Paced(instant, self._base.monotonic(), 0.0, instant)

    def _take(self, course: _Course) -> None:
        self._course = course
        self._moved.notify_all()
