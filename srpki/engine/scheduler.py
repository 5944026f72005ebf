"""When updates run: one thread waits on the clock, a few workers talk to the peers.

Deadlines are instants. Whoever changes something (a commit, an import, the end of an update) looks
at once whether something is to start; the timer thread is there for the passing of time, and looks
again every few seconds so that a moved system clock is noticed.

A job that waits for its CA holds no thread: it is a suspended generator with the instant at which
it wants to go on. So the lab's clock can be moved from one such instant to the next (`run_until`)
and everything happens in order, each thing at its own time, whatever the peers ask us to wait.

One lock, the register's, guards everything here. It is held while states are written, never while
a peer is talked to, a key is made or the keystore is written by a job.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from srpki.core.clock import NEVER, Clock, Deadline, LabClock
from srpki.core.errors import BusyError, RefusedError
from srpki.engine.apart import run_apart
from srpki.engine.jobs import Errand, Job, Lane, Outcome, working_for
from srpki.engine.register import Entry, Register
from srpki.protocol.steps import Wait

WORKERS: Final = 8
"""Jobs that run at the same time, whatever they use."""
LOOK_AGAIN: Final = 10.0
"""Seconds after which the timer looks at the clock even though nothing is due."""
GRACE: Final = 2.0
"""Seconds that `Scheduler.stop` gives a job that waits for a peer; it cannot do harm any more."""
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
"""The instant of what is not to wait; one read from the clock would lie after the caller's."""


class Alarm(Protocol):
    """Something else that happens at instants: a CA profile expires, a disk is tried again."""

    def next_change(self) -> datetime | None:
        """Return when `look` is to be called next, if ever."""
        ...

    def look(self) -> None:
        """Take note of the time."""
        ...


@dataclass(slots=True)
class Summary:
    """What ran while the lab's clock was moved."""

    updates: int = 0
    failed: int = 0
    interrupted: bool = False


class Scheduler:
    """Runs the jobs of a register when they are due."""

    def __init__(
        self,
        clock: Clock,
        register: Register,
        run: Callable[[Job], Generator[Wait, None, Outcome | None]],
        alarm: Alarm,
        tick: Callable[[], None],
    ) -> None:
        """Run jobs with *run*, whose generators yield once when they have begun, then their waits.

        *tick* is called every few seconds while nothing else happens.
        """
        self._clock = clock
        self._register = register
        self._run = run
        self._alarm = alarm
        self._tick = tick
        self._changed = threading.Condition(register.lock)
        self._wake = threading.Event()
        self._timer: threading.Thread | None = None
        self._stopped = False
        self._paused = False
        self._threads = 0
        self._errands: list[Errand] = []
        self._waiting: list[Job] = []
        self._running: set[Job] = set()
        self._holders: dict[Lane, list[Job | str]] = {}
        self._taken = 0
        self._begun = 0

    # --- start, stop, change ---------------------------------------------------------------------

    def start(self, first: Callable[[], object]) -> None:
        """Start the timer, which calls *first* and then looks at everything."""
        self._timer = threading.Thread(
            target=self._keep_time, args=(first,), name="srpki-timer", daemon=True
        )
        self._timer.start()

    def stop(self) -> None:
        """Stop: jobs before step 3 are left to be resumed by the next start, others finish.

        A job that is stuck in a peer's silence is abandoned after `GRACE` seconds; it can no
        longer begin step 3.
        """
        with self._changed:
            self._stopped = True
            jobs = [*self._waiting, *self._running]
            for job in jobs:
                job.leave = True
                job.stop("the node stops")
            self._wake.set()
            self._changed.notify_all()
            while any(job.importing for job in self._running):
                self._changed.wait()
            self._changed.wait_for(lambda: not self._running, timeout=GRACE)
            for job in self._waiting:
                if job.steps is not None:
                    job.steps.close()
            for job in jobs:
                job.done.set()
        if self._timer is not None:
            self._timer.join()
            self._timer = None

    def kick(self) -> None:
        """Look whether something is to start now, and when to look next."""
        with self._changed:
            self._dispatch()
            self._wake.set()

    def next_instant(self) -> datetime | None:
        """Return when something happens next: now while a job runs, None for never."""
        with self._changed:
            if self._running:
                return self._clock.now()
            return min((instant for instant, _ in self._candidates()), default=None)

    def plan(
        self, at: datetime, do: Callable[[], None], anew: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call *do* at the instant *at*, or *anew*, as `srpki.engine.jobs.Plan` says."""
        errand = Errand(Deadline.of(at, self._clock.now()), do, anew)
        with self._changed:
            self._errands.append(errand)
        self.kick()

        def drop() -> None:
            with self._changed:
                if errand in self._errands:  # else it is being done already
                    self._errands.remove(errand)

        return drop

    def submit(self, name: str) -> Job:
        """Start an update of *name* by hand, or queue it where its CMPv2 server is busy.

        Raises what `Register.by_hand` raises, and `RefusedError` when the engine does not run.
        """
        with self._changed:
            if self._timer is None or self._stopped:
                raise RefusedError("the engine does not run")
            job = self._register.by_hand(name)
            self._waiting.append(job)
            self._dispatch()
            self._wake.set()
            return job

    @contextmanager
    def reserved(self, lane: Lane, what: str) -> Iterator[None]:
        """Hold *lane* for a request by hand; raises `BusyError` when it is held already."""
        with self._changed:
            if not self._free(lane, None):
                raise BusyError(f"{what} has an outstanding request", hint="try again when it ends")
            self._enter(lane, what)
        try:
            yield
        finally:
            with self._changed:
                self._leave(lane, what)
            self.kick()

    # --- the timer -------------------------------------------------------------------------------

    def _keep_time(self, first: Callable[[], object]) -> None:
        first()
        while True:
            with self._changed:
                while self._paused and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                self._wake.clear()
                self._alarm.look()
                self._dispatch()
                delay = self._delay()
            self._tick()
            self._clock.wait(delay, self._wake)

    def _delay(self) -> float:
        now = self._clock.now()
        later = [instant for instant, _ in self._candidates() if instant > now]
        soonest = min(later, default=now + timedelta(seconds=LOOK_AGAIN))
        return min((soonest - now).total_seconds(), LOOK_AGAIN)

    # --- choosing (the lock is held) -------------------------------------------------------------

    def _candidates(self) -> Iterator[tuple[datetime, Job | Entry | Alarm | Errand]]:
        """Yield what could start, and when; what finds its lane taken is left out."""
        for alarm in (self._alarm, self._register):
            change = alarm.next_change()
            if change is not None:
                yield change, alarm
        for errand in self._errands:
            if errand.deadline.at != NEVER:  # it waits for a clock that is set back alone
                yield errand.deadline.at, errand
        for job in self._waiting:
            if job.cancel.is_set():
                yield _AT_ONCE, job
            elif self._free(job.lane, job):
                yield job.resume.at, job
        for entry in self._register.due():
            assert entry.due is not None
            if entry.from_step == 4 or self._free(entry.lane, None):
                yield entry.due, entry

    def _look(self) -> None:
        """Bring every instant that something waits for up to date with the clock."""
        self._register.look()
        now = self._clock.now()
        for job in self._waiting:
            job.resume = job.resume.seen(now)
        for errand in self._errands:
            if errand.anew is None or errand.deadline.believed(now):
                errand.deadline = errand.deadline.seen(now)
            else:
                errand.deadline, errand.do = Deadline.of(now, now), errand.anew

    def _free(self, lane: Lane | None, job: Job | None) -> bool:
        if lane is None:
            return True
        holders = self._holders.get(lane, [])
        return job in holders or len(holders) < lane.capacity

    def _enter(self, lane: Lane | None, holder: Job | str) -> None:
        if lane is not None and holder not in self._holders.setdefault(lane, []):
            self._holders[lane].append(holder)

    def _leave(self, lane: Lane | None, holder: Job | str) -> None:
        if lane is None or holder not in self._holders.get(lane, []):
            return
        self._holders[lane].remove(holder)
        if not self._holders[lane]:
            del self._holders[lane]

    def _take(self) -> Job | Errand | None:
        """Return what is first in due order among all that is due now; a job is running then."""
        while True:
            self._look()
            limit = self._clock.now()  # after the look, which makes entries due as it happens
            instant, chosen = min(
                self._candidates(), key=lambda pair: pair[0], default=(limit, None)
            )
            if chosen is None or instant > limit:
                return None
            if isinstance(chosen, Errand):
                self._errands.remove(chosen)
                return chosen
            if not isinstance(chosen, Job | Entry):
                chosen.look()
                continue
            if isinstance(chosen, Entry):
                chosen = self._register.take(chosen)
            else:
                self._waiting.remove(chosen)
            self._enter(chosen.lane, chosen)
            if chosen.steps is None:
                chosen.number, self._taken = self._taken, self._taken + 1
            self._running.add(chosen)
            return chosen

    def _dispatch(self) -> None:
        while self._timer is not None and not (self._paused or self._stopped):
            if self._threads >= WORKERS:
                return
            job = self._take()
            if job is None:
                return
            self._threads += 1
            threading.Thread(target=self._work, args=(job,), daemon=True).start()

    # --- running ---------------------------------------------------------------------------------

    def _work(self, job: Job | Errand | None) -> None:
        while job is not None:
            self._step(job)
            with self._changed:
                idle = self._paused or self._stopped
                job = None if idle else self._take()
                if job is None:
                    self._threads -= 1
                    self._changed.notify_all()
        self._wake.set()

    def _step(self, job: Job | Errand) -> Outcome | None:
        """Run *job* until it waits or ends; return its outcome when it ended."""
        if isinstance(job, Errand):
            job.do()
            return None
        outcome: Outcome | None = None
        wait: Wait | None = None
        try:
            with working_for(job.certificate):
                if job.steps is None:
                    job.steps = self._run(job)
                    self._begin(job.steps, job.number)
                wait = next(job.steps)
        except StopIteration as end:
            outcome = end.value
        with self._changed:
            self._running.discard(job)
            if wait is not None:
                job.wait = wait
                job.resume = Deadline.after(self._clock.now(), timedelta(seconds=wait.seconds))
                self._waiting.append(job)
                if job.lane is not None and not job.lane.while_waiting:
                    self._leave(job.lane, job)
            else:
                self._end(job, outcome)
            self._changed.notify_all()
        return outcome

    def _begin(self, steps: Generator[Wait, None, Outcome | None], number: int) -> None:
        """Let a job begin when all that were taken before it have: updates start in due order."""
        with self._changed:
            self._changed.wait_for(lambda: self._begun == number)
        try:
            next(steps)
        finally:
            with self._changed:
                self._begun += 1
                self._changed.notify_all()

    def _end(self, job: Job, outcome: Outcome | None) -> None:
        self._leave(job.lane, job)
        self._register.close(job)
        job.outcome = outcome
        job.done.set()

    # --- the lab's clock -------------------------------------------------------------------------

    def run_until(
        self,
        target: datetime,
        clock: LabClock,
        cancel: threading.Event | None = None,
        *,
        back: bool = False,
    ) -> Summary:
        """Move *clock* to *target*, running on the way everything that becomes due, in order.

        Each update runs at its own instant, to its end or until it waits for its retry; one that
        waits for its CA may carry the clock beyond *target*, where it then stays. With *back* it
        goes to a *target* that has passed, too, and nothing runs on the way but what is under way;
        without, it never goes back, however long that took. Interrupted (*cancel*, `stop`, or an
        exception in the waiting thread), the clock stays where it is and what is left runs later.

        Raises `BusyError` when the clock is being moved already.
        """
        with self._changed:
            if self._paused:
                raise BusyError("the lab clock is being moved already")
            self._paused = True
            self._wake.set()
        try:
            with self._changed:
                self._changed.wait_for(lambda: not self._threads)
            with clock.stepping():
                backwards = back and target < clock.now()
                return self._stepping(target, clock, cancel or threading.Event(), backwards)
        finally:
            with self._changed:
                self._paused = False
                self._changed.notify_all()
            self.kick()

    def _stepping(
        self, target: datetime, clock: LabClock, cancel: threading.Event, backwards: bool
    ) -> Summary:
        """Run the steps in a thread of their own: a Ctrl-C must not land in a file's swap."""
        summary = Summary()

        def step() -> None:
            self._step_over(target, clock, cancel, summary)
            if not summary.interrupted and (backwards or target > clock.now()):
                clock.move_to(target)
                self._alarm.look()
            if backwards:
                self._step_over(target, clock, cancel, summary)

        run_apart(step, cancel)
        return summary

    def _step_over(
        self, target: datetime, clock: LabClock, cancel: threading.Event, summary: Summary
    ) -> None:
        """Run all that is due until *target*, and what is under way, moving the clock to each."""
        while not cancel.is_set():
            with self._changed:
                limit = self._limit(target)
                job = None
                if limit is not None:
                    clock.move_to(max(limit, clock.now()))
                    job = self._take()
            if limit is None:
                break
            if job is not None:
                outcome = self._step(job)
                summary.updates += outcome is not None
                summary.failed += outcome is not None and not outcome.ok
        summary.interrupted = cancel.is_set() or self._stopped

    def _limit(self, target: datetime) -> datetime | None:
        """Return the next instant at which something happens, or None when nothing is left."""
        if self._stopped:
            return None
        self._look()
        under_way = bool(self._waiting)
        return min(
            (
                instant
                for instant, chosen in self._candidates()
                if instant <= target or (under_way and isinstance(chosen, Job))
            ),
            default=None,
        )
