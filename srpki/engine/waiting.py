"""What the scheduler waits for: alarms, errands, jobs on their way and entries; and what is first.

The register's lock, which is the scheduler's, is held by whoever calls.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import Protocol

from srpki.core.agenda import Agenda
from srpki.core.clock import NEVER, Clock, Deadline, Doubt
from srpki.engine.entries import JOB, Entry
from srpki.engine.jobs import Errand, Job
from srpki.engine.lanes import Key
from srpki.engine.register import Register


class Alarm(Protocol):
    """Something else that happens at instants: a CA profile expires, a disk is tried again."""

    def next_change(self) -> datetime | None:
        """Return when `look` is to be called next, if ever."""
        ...

    def look(self) -> None:
        """Take note of the time."""
        ...


class Waiting:
    """All that waits for its instant; found is what comes first, at no cost of the others."""

    def __init__(self, clock: Clock, register: Register, alarm: Alarm) -> None:
        """Wait for the entries of *register* and for *alarm*; what else is put here."""
        self._clock = clock
        self._register = register
        self._alarm = alarm
        self._errands: Agenda[Key, Errand] = Agenda()
        self._jobs: dict[Job, None] = {}
        self._places = count()
        self._doubt = Doubt()

    @property
    def jobs(self) -> Collection[Job]:
        """The jobs that wait, in the order in which they came."""
        return self._jobs.keys()

    def put_job(self, job: Job) -> None:
        """Let *job* wait until it wants to go on; once it is cancelled, no longer."""
        job.place = next(self._places)
        self._jobs[job] = None
        self._place_job(job)

    def put_errand(self, errand: Errand) -> None:
        """Let *errand* wait for its deadline."""
        errand.place = next(self._places)
        self._place_errand(errand)

    def drop_errand(self, errand: Errand) -> None:
        """Take *errand* back, unless it is being done already."""
        self._errands.drop(errand)

    def first(self) -> tuple[datetime, Alarm | Errand | Job | Entry] | None:
        """Return what could start first, and when; what finds its lane taken is passed over.

        Of what is due at the same instant alarms go first, then errands, jobs, entries.
        """
        found: list[tuple[datetime, Alarm | Errand | Job | Entry]] = []
        for alarm in (self._alarm, self._register):
            change = alarm.next_change()
            if change is not None:
                found.append((change, alarm))
        errand = self._errands.first()
        if errand is not None and errand[0][0] != NEVER:  # that waits for a clock set back alone
            found.append((errand[0][0], errand[1]))
        waiting = self._register.lanes.first()
        if waiting is not None:
            found.append((waiting[0][0], waiting[1]))
        return min(found, key=itemgetter(0), default=None)

    def take(self) -> Job | Errand | datetime | None:
        """Return what is first in due order among all that is due now: it does not wait any more.

        When nothing is, return the instant at which something will be, if ever.
        """
        while True:
            self.look()
            limit = self._clock.now()  # after the look, which makes entries due as it happens
            instant, chosen = self.first() or (None, None)
            if instant is None or instant > limit:
                return instant
            match chosen:
                case Errand():
                    self._errands.drop(chosen)
                    return chosen
                case Job():
                    del self._jobs[chosen]
                    self._register.lanes.drop(chosen)
                    return chosen
                case Entry():
                    return self._register.take(chosen)
                case _:
                    assert chosen is not None
                    chosen.look()

    def look(self) -> None:
        """Bring every instant that something waits for up to date with the clock."""
        self._register.look()
        now = self._clock.now()
        if self._doubt.arises(now):
            self._look_back(now)

    def _look_back(self, now: datetime) -> None:
        """Wait no longer for what a clock ahead of *now* has set."""
        for job in self._jobs:
            job.resume = job.resume.seen(now)
            self._place_job(job)
        for errand in self._errands:
            if errand.anew is None or errand.deadline.believed(now):
                errand.deadline = errand.deadline.seen(now)
            else:
                errand.deadline, errand.do = Deadline.of(now, now), errand.anew
            self._place_errand(errand)

    def _place_job(self, job: Job) -> None:
        lanes = self._register.lanes
        lanes.put(job, (job.resume.at, JOB, job.place), job.lane)
        if job.cancel.is_set():
            lanes.hurry(job)
        self._doubt.note(job.resume)

    def _place_errand(self, errand: Errand) -> None:
        self._errands.put(errand, (errand.deadline.at, 0, errand.place))
        self._doubt.note(errand.deadline)
