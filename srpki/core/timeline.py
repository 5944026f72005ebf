"""The timeline of a clock: it alone moves a lab's clock, and says when time has come.

Participants are the schedulers of nodes, the lab CA, and whoever waits for a peer in the
foreground. Each says its next instant. Time passes by itself or is moved; either way it comes to
each instant that was said, and stays there until what is at work has come to rest. So one, two or
fifty nodes on one clock see the same events at the same instants. Who merely waits on the clock
(`srpki.core.clock.LabClock.wait`) looks on.

Locks: the timeline's is the last one that may be taken. No participant is called under it.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from srpki.core.agenda import Agenda
from srpki.core.apart import run_apart
from srpki.core.clock import NEVER, Clock, Deadline, LabClock
from srpki.core.errors import BusyError, RefusedError, StoppedError, StorageError
from srpki.core.timer import TIMER, Timer

LOOK_AGAIN: Final = 10.0
"""Seconds after which the timer looks at the clock even though nothing is due."""
AHEAD: Final = 1.0
"""Seconds of real time for which a clock with a factor runs on when nobody looks after it."""
_PATIENCE: Final = 0.1
"""Seconds after which somebody's Ctrl-C is noticed."""
_JUMP: Final = timedelta(seconds=1)
"""By how much a clock may miss what was expected of it before it counts as set."""


class Participant:
    """One that does something at instants; told by the timeline, which it joins."""

    def look(self) -> None:
        """Take note that the clock has been moved, and say the next instant anew."""

    def step(self) -> None:
        """Do the first thing that is due now, in this thread, and say the next instant."""

    def wake(self) -> None:
        """Begin what is due now in another thread; the timeline has begun work, which is to end."""

    def tick(self) -> None:
        """Do what is done every few seconds of real time."""

    def under_way(self) -> Collection[object]:
        """Return what has begun, and is brought to its end when somebody moves the clock."""
        return ()


class Timeline:
    """The instants of one clock, and who waits for them; safe between threads."""

    def __init__(self, clock: Clock, timer: Timer = TIMER) -> None:
        """Watch *clock*; the passing of time is told by *timer*. See `timeline_of`."""
        self.clock = clock
        self._lab = clock if isinstance(clock, LabClock) else None
        self._timer = timer
        self._changed = threading.Condition()
        self._members: dict[Participant, int] = {}
        self._numbers = count()
        self._said: Agenda[tuple[datetime, float], Participant] = Agenda()
        self._at_work: Counter[Participant] = Counter()
        self._here = threading.local()
        self._mover = ""
        self._seen = clock.now(), clock.monotonic()
        self._ticked = clock.monotonic()

    # --- participants ----------------------------------------------------------------------------

    def join(self, participant: Participant) -> None:
        """Let *participant* take part, without an instant until it says one."""
        with self._changed:
            self._members.setdefault(participant, next(self._numbers))
            self._said.drop(participant)

    def leave(self, participant: Participant) -> None:
        """Wait for *participant* no more, whatever it does."""
        with self._changed:
            self._members.pop(participant, None)
            self._said.drop(participant)
            self._at_work.pop(participant, None)
            self._changed.notify_all()
            if self._members:
                self._go_on()
            else:
                self._timer.drop(self._pass)

    def say(self, participant: Participant, at: datetime | None) -> None:
        """Note that the next instant of *participant* is *at*, if it has one."""
        with self._changed:
            number = self._members.get(participant)
            if number is None:
                return
            if at is None:
                self._said.drop(participant)
            else:
                self._said.put(participant, (at, number))
            self._go_on()

    @property
    def mover(self) -> str:
        """Who moves the clock now; empty for nobody."""
        return self._mover

    def begin(self, participant: Participant, *, freely: bool = False) -> bool:
        """Note that *participant* works until it calls `end`: a lab's clock is not moved meanwhile.

        What is to be done *freely*, in its own thread as its time comes, is refused while somebody
        moves the clock: then there is `Participant.step`.
        """
        with self._changed:
            if freely and self._mover:
                return False
            self._begun(participant)
            return True

    def end(self, participant: Participant) -> None:
        """Note that one of the works of *participant* has ended, or waits for its next instant."""
        with self._changed:
            if self._at_work[participant] > 1:
                self._at_work[participant] -= 1
                return
            self._at_work.pop(participant, None)
            self._changed.notify_all()
            self._go_on()

    def engage(self, pause: Pause) -> None:
        """Let *pause* take part and work, for a thread that is about to begin."""
        self.join(pause)
        self.begin(pause)

    @contextmanager
    def taking_part(self, pause: Pause | None = None) -> Iterator[Pause]:
        """Let this thread work in the block, and wait at the `Pause` that it is given.

        That is *pause*, where one is engaged already, and in an inner block that of the outer one.
        """
        if self.here is not None:
            yield self.here
            return
        if pause is None:
            pause = Pause(self)
            self.engage(pause)
        self._here.pause = pause
        try:
            yield pause
        finally:
            self._here.pause = None
            self.leave(pause)

    @property
    def here(self) -> Pause | None:
        """Where this thread waits, if it takes part."""
        found: Pause | None = getattr(self._here, "pause", None)
        return found

    def _begun(self, participant: Participant) -> None:
        self._at_work[participant] += 1
        if self._lab is not None:
            self._lab.hold()

    # --- time passes -----------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Let the clock run to the next instant, and the timer wait for it (the lock is held)."""
        if not self._mover:
            self._timer.call(self._pass, self._left())

    def _left(self) -> float:
        """Return the seconds for which nothing is to be done; the lock is held."""
        found = self._said.first()
        soonest = NEVER if found is None else found[0][0]
        now = self.clock.now()
        if self._lab is None or self._lab.factor == 1:
            return min(max(0.0, (soonest - now).total_seconds()), LOOK_AGAIN)
        if soonest <= now:
            return 0.0
        if self._at_work:
            return LOOK_AGAIN
        return min(self._run_on(self._lab, now, soonest), LOOK_AGAIN)

    def _run_on(self, lab: LabClock, now: datetime, soonest: datetime) -> float:
        """Let *lab* run with its factor, to *soonest* at the most; return for how many seconds."""
        if not lab.factor:
            return math.inf
        ahead = timedelta(seconds=AHEAD * lab.factor)
        try:
            lab.let_run(min(soonest, now + ahead if now < NEVER - ahead else NEVER))
        except StorageError:  # it stands until its place can be remembered
            return LOOK_AGAIN
        return min(lab.seconds_until(soonest), AHEAD / 2)

    def _pass(self) -> float | None:
        """Wake whoever is due; called by the timer."""
        with self._changed:
            ticked = self._is_time_to_tick()
            members = tuple(self._members) if ticked else ()
            due = () if self._mover else self._due()
            for participant in due:
                self._said.drop(participant)
                self._begun(participant)
        for participant in members:
            participant.tick()
        for participant in due:
            participant.wake()
        with self._changed:
            if not self._members:
                return None
            return LOOK_AGAIN if self._mover else self._left()

    def _is_time_to_tick(self) -> bool:
        now = self.clock.monotonic()
        if now - self._ticked < LOOK_AGAIN:
            return False
        self._ticked = now
        return True

    def _due(self) -> tuple[Participant, ...]:
        """Return the participants to be woken: all of them when the clock was set."""
        now = self.clock.now()
        if self._was_set(now):
            return tuple(self._members)
        return tuple(self._said.until((now, math.inf)))

    def _was_set(self, now: datetime) -> bool:
        """Say whether the clock, that is the system's, is not where it is expected by now."""
        (then, since), count = self._seen, self.clock.monotonic()
        self._seen = now, count
        if self._lab is not None and self._lab.factor != 1:
            return False
        return abs(now - then - timedelta(seconds=count - since)) > _JUMP

    # --- time is moved ---------------------------------------------------------------------------

    def move(
        self, target: datetime, mover: str, cancel: threading.Event, *, back: bool = False
    ) -> None:
        """Move the lab's clock to *target*, stopping at each instant that was said on the way.

        What is under way when *target* is reached may carry the clock beyond it, where it then
        stays. With *back* it goes to a *target* that has passed, too, and nothing runs on the way
        but what is under way; without, it never goes back, however long that took. Once *cancel*
        is set, or after an exception in this thread, the clock stays where it is.

        Raises `BusyError` naming who moves it already, and `RefusedError` for a clock of no lab.
        """
        lab = self._laboratory()
        if self.here is not None:
            raise RefusedError("who takes part in the time of the lab cannot move its clock")
        with self._moving(mover):
            self._rest(cancel)
            with lab.stepping():
                backwards = back and target < lab.now()
                run_apart(lambda: self._steps(lab, target, cancel, backwards), cancel)

    @contextmanager
    def still(self, who: str, cancel: threading.Event) -> Iterator[None]:
        """Let the clock stand inside the block, where nothing is at work; raises as `move`.

        Raises `StoppedError` once *cancel* is set.
        """
        lab = self._laboratory()
        if self.here is not None:
            raise RefusedError("who takes part in the time of the lab cannot stop its clock")
        with self._moving(who):
            if not self._rest(cancel):
                raise StoppedError("interrupted")
            with lab.stepping():
                yield

    def run_at(self, factor: float, mover: str) -> None:
        """Let the lab's clock run *factor* times as fast, with 0 not at all; raises as `move`."""
        lab = self._laboratory()
        with self._moving(mover):
            lab.run_at(factor)

    def _laboratory(self) -> LabClock:
        if self._lab is None:
            raise RefusedError("the clock is not the lab's", hint="start srpki with --lab")
        return self._lab

    @contextmanager
    def _moving(self, mover: str) -> Iterator[None]:
        with self._changed:
            if self._mover:
                raise BusyError(
                    f"the lab clock is being moved by {self._mover}", hint="wait for the end of it"
                )
            self._mover = mover
        try:
            yield
        finally:
            with self._changed:
                self._mover = ""
                self._seen = self.clock.now(), self.clock.monotonic()
            self._look()
            with self._changed:
                self._go_on()

    def _look(self) -> None:
        with self._changed:
            members = tuple(self._members)
        for participant in members:
            participant.look()

    def _steps(
        self, lab: LabClock, target: datetime, cancel: threading.Event, backwards: bool
    ) -> None:
        """Go to *target*: by a thread of its own, a Ctrl-C must not land in a file's swap."""
        self._look()
        self._step_over(lab, target, cancel)
        if not cancel.is_set() and (backwards or target > lab.now()):
            lab.move_to(target)
            self._look()
        if backwards:
            self._step_over(lab, target, cancel)

    def _step_over(self, lab: LabClock, target: datetime, cancel: threading.Event) -> None:
        """Let happen all that is due until *target*, and what is under way then."""
        left: set[object] | None = None
        while self._rest(cancel) and (found := self._first()) is not None:
            at, participant = found
            if at > target:
                under_way = self._under_way()
                left = under_way if left is None else left & under_way
                if not left:
                    return
            lab.move_to(max(at, lab.now()))
            participant.step()

    def _rest(self, cancel: threading.Event) -> bool:
        """Wait until nobody is at work; return False once *cancel* is set."""
        with self._changed:
            while self._at_work and not cancel.is_set():
                self._changed.wait(_PATIENCE)
        return not cancel.is_set()

    def _first(self) -> tuple[datetime, Participant] | None:
        with self._changed:
            found = self._said.first()
            return None if found is None else (found[0][0], found[1])

    def _under_way(self) -> set[object]:
        with self._changed:
            members = tuple(self._members)
        return {job for participant in members for job in participant.under_way()}


class Pause(Participant):
    """Where one thread waits for instants that it works at in between."""

    def __init__(self, timeline: Timeline) -> None:
        """Wait on *timeline*; see `Timeline.taking_part`."""
        self._timeline = timeline
        self._come = threading.Event()
        self._come.set()
        self._deadline = Deadline(NEVER, timedelta.max)

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait until *seconds* have passed on the clock; return False when *cancel* came first."""
        self._come.clear()
        now = self._timeline.clock.now()
        self._deadline = Deadline.after(now, timedelta(seconds=max(0.0, seconds)))
        self._timeline.say(self, self._deadline.at)
        self._timeline.end(self)
        patience = None if cancel is None else _PATIENCE
        while not self._come.wait(patience):
            if cancel is not None and cancel.is_set():
                self.step()
                return False
        return cancel is None or not cancel.is_set()

    def look(self) -> None:
        """Wait no longer than was asked for, also where the clock was set back."""
        if not self._come.is_set():
            self._deadline = self._deadline.seen(self._timeline.clock.now())
            self._timeline.say(self, self._deadline.at)

    def step(self) -> None:
        """Let the thread go on; the clock does not while it works."""
        self._timeline.say(self, None)
        self._timeline.begin(self)
        self._come.set()

    def wake(self) -> None:
        """Let the thread go on."""
        self._come.set()


_claiming: Final = threading.Lock()


def timeline_of(clock: Clock) -> Timeline:
    """Return the timeline of *clock*: of a lab's clock there is one, whoever asks."""
    if not isinstance(clock, LabClock):
        return Timeline(clock)
    with _claiming:
        if not isinstance(clock.timeline, Timeline):
            clock.timeline = Timeline(clock)
        return clock.timeline
