"""When updates run: the timeline says when time has come, a few workers talk to the peers.

Deadlines are instants. Whoever changes something (a commit, an import, the end of an update) looks
at once whether something is to start; the timeline is there for the passing of time, and is told
the next instant.

A job that waits for its CA holds no thread: it is a suspended generator with the instant at which
it wants to go on. So the lab's clock can be moved from one such instant to the next and everything
happens in order, each thing at its own time, whatever the peers ask us to wait. Meanwhile the
timeline lets the scheduler do one thing after the other (`Scheduler.step`).

One lock, the register's, guards everything here. It is held while states are written, never while
a peer is talked to, a key is made or the keystore is written by a job.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from srpki.core.clock import Clock, Deadline
from srpki.core.errors import BusyError, RefusedError
from srpki.core.timeline import Participant, Timeline
from srpki.engine.jobs import Errand, Job, Lane, Outcome, working_for
from srpki.engine.register import Register
from srpki.engine.waiting import Alarm, Waiting
from srpki.protocol.steps import Wait

WORKERS: Final = 8
"""Jobs that run at the same time, whatever they use."""
GRACE: Final = 2.0
"""Seconds that `Scheduler.stop` gives a job that waits for a peer; it cannot do harm any more."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What ran while the lab's clock was moved."""

    updates: int = 0
    failed: int = 0
    interrupted: bool = False


class Scheduler(Participant):
    """Runs the jobs of a register when they are due."""

    def __init__(
        self,
        timeline: Timeline,
        register: Register,
        run: Callable[[Job], Generator[Wait, None, Outcome | None]],
        alarm: Alarm,
        tidy: Callable[[], None],
    ) -> None:
        """Run jobs with *run*, whose generators yield once when they have begun, then their waits.

        *tidy* is called every few seconds. It takes part in *timeline* until it is stopped.
        """
        self._timeline = timeline
        self._clock: Clock = timeline.clock
        self._register = register
        self._run = run
        self._alarm = alarm
        self._waiting = Waiting(timeline.clock, register, alarm)
        self._tidy = tidy
        self._changed = register.changed
        self._started = False
        self._first: threading.Thread | None = None  # while it lives
        self._stopped = False
        self._stepping = False
        self._moves: list[threading.Event] = []
        self._threads = 0
        self._running: set[Job] = set()
        self._taken = 0
        self._begun = 0
        self._ended = self._failed = 0
        timeline.join(self)

    # --- start, stop, change ---------------------------------------------------------------------

    def start(self, first: Callable[[], object]) -> None:
        """Let jobs run, once a thread of its own has called *first*."""
        self._timeline.begin(self)
        self._started = True
        self._first = threading.Thread(target=self._look_apart, args=(first,), daemon=True)
        self._first.start()

    def stop(self) -> None:
        """Stop: jobs before step 3 are left to be resumed by the next start, others finish.

        A job that is stuck in a peer's silence is abandoned after `GRACE` seconds; it can no
        longer begin step 3.
        """
        with self._changed:
            self._stopped = True
            for move in self._moves:
                move.set()
            jobs = [*self._waiting.jobs, *self._running]
            for job in jobs:
                job.leave = True
                job.stop("the node stops")
            self._changed.notify_all()
            while any(job.importing for job in self._running):
                self._changed.wait()
            self._changed.wait_for(lambda: not self._running, timeout=GRACE)
            for job in self._waiting.jobs:
                if job.steps is not None:
                    job.steps.close()
            for job in jobs:
                job.done.set()
        if (first := self._first) is not None:
            first.join()
        self._timeline.leave(self)

    def kick(self) -> None:
        """Look whether something is to start now, and when to look next."""
        with self._changed:
            self._dispatch()

    def next_instant(self) -> datetime | None:
        """Return when something happens next: now while a job runs, None for never."""
        with self._changed:
            if self._running:
                return self._clock.now()
            first = self._waiting.first()
            return None if first is None else first[0]

    def plan(
        self, at: datetime, do: Callable[[], None], anew: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call *do* at the instant *at*, or *anew*, as `srpki.engine.jobs.Plan` says."""
        errand = Errand(Deadline.of(at, self._clock.now()), do, anew)
        with self._changed:
            self._waiting.put_errand(errand)
        self.kick()

        def drop() -> None:
            with self._changed:
                self._waiting.drop_errand(errand)

        return drop

    def submit(self, name: str) -> Job:
        """Start an update of *name* by hand, or queue it where its CMPv2 server is busy.

        Raises what `Register.by_hand` raises, and `RefusedError` when the engine does not run.
        """
        with self._changed:
            if not self._started or self._stopped:
                raise RefusedError("the engine does not run")
            job = self._register.by_hand(name)
            self._waiting.put_job(job)
            self._dispatch()
            return job

    @contextmanager
    def reserved(self, lane: Lane, what: str) -> Iterator[None]:
        """Hold *lane* for a request by hand; raises `BusyError` when it is held already."""
        with self._changed:
            if not self._register.lanes.free(lane):
                raise BusyError(f"{what} has an outstanding request", hint="try again when it ends")
            self._register.lanes.enter(lane, what)
        try:
            yield
        finally:
            with self._changed:
                self._register.lanes.leave(lane, what)
            self.kick()

    # --- what the timeline asks for --------------------------------------------------------------

    def look(self) -> None:
        """Take note of the time: start what is due, or say when something is."""
        with self._changed:
            if not self._stopped:
                self._alarm.look()
                self._dispatch()

    def wake(self) -> None:
        """Start what is due; looking may take its time, and has a thread of its own."""
        threading.Thread(target=self._look_apart, daemon=True).start()

    def _look_apart(self, first: Callable[[], object] | None = None) -> None:
        try:
            if first is not None:
                first()
            self.look()
        finally:
            self._timeline.end(self)
            if first is not None:
                self._first = None

    def step(self) -> None:
        """Run what is due first, until it waits or ends."""
        with self._changed:
            job = None if self._stopped else self._take()
            self._stepping = job is not None
        if job is not None:
            self._step(job)
            with self._changed:
                self._stepping = False
                self._say_next()

    def tick(self) -> None:
        """Tidy up."""
        self._tidy()

    def under_way(self) -> set[object]:
        """Return the jobs that wait for their peers, or to begin."""
        with self._changed:
            return set(self._waiting.jobs)

    def _say_next(self) -> None:
        """Say when something happens next (the lock is held)."""
        if not (self._stepping or self._stopped):
            self._waiting.look()
            first = self._waiting.first()
            self._timeline.say(self, None if first is None else first[0])

    # --- beginning (the lock is held) ------------------------------------------------------------

    def _take(self) -> Job | Errand | None:
        """Return what is first in due order among all that is due now; a job is running then.

        When nothing is, say when something will be.
        """
        taken = self._waiting.take()
        if not isinstance(taken, Job | Errand):
            self._timeline.say(self, taken)
            return None
        if isinstance(taken, Job):
            self._register.lanes.enter(taken.lane, taken)
            if taken.steps is None:
                taken.number, self._taken = self._taken, self._taken + 1
            self._running.add(taken)
        return taken

    def _dispatch(self) -> None:
        """Let threads begin what is due; while somebody moves the clock, say when something is."""
        while not self._stopped and self._threads < WORKERS:
            if not self._started and not self._timeline.mover:
                return
            if not self._started or not self._timeline.begin(self, freely=True):
                self._say_next()
                return
            job = self._take()
            if job is None:
                self._timeline.end(self)
                return
            self._threads += 1
            threading.Thread(target=self._work, args=(job,), daemon=True).start()

    # --- running ---------------------------------------------------------------------------------

    def _work(self, job: Job | Errand | None) -> None:
        while job is not None:
            self._step(job)
            with self._changed:
                idle = self._stopped or bool(self._timeline.mover)
                job = None if idle else self._take()
                if job is None:
                    self._threads -= 1
                    self._changed.notify_all()
        self._timeline.end(self)

    def _step(self, job: Job | Errand) -> None:
        """Run *job* until it waits or ends."""
        if isinstance(job, Errand):
            job.do()
            return
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
                if job.lane is not None and not job.lane.while_waiting:
                    self._register.lanes.leave(job.lane, job)
                self._waiting.put_job(job)
            else:
                self._end(job, outcome)
            self._changed.notify_all()

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
        self._register.lanes.leave(job.lane, job)
        self._register.close(job)
        if outcome is not None:
            self._ended += 1
            self._failed += not outcome.ok
        job.outcome = outcome
        job.done.set()

    # --- the lab's clock -------------------------------------------------------------------------

    def run_until(
        self, target: datetime, mover: str, cancel: threading.Event, *, back: bool = False
    ) -> Summary:
        """Move the lab's clock to *target* as `Timeline.move` does; return what ran here meanwhile.

        `stop` interrupts it, as *cancel* does; what is left runs later. Raises as `Timeline.move`.
        """
        with self._changed:
            if self._stopped:
                cancel.set()
            self._moves.append(cancel)
            ended, failed = self._ended, self._failed
        try:
            self._timeline.move(target, mover, cancel, back=back)
        finally:
            with self._changed:
                self._moves.remove(cancel)
        return Summary(self._ended - ended, self._failed - failed, cancel.is_set())
