"""What is due first by its plain definition: a look at everything, each time.

These stand in for `Waiting` of the scheduler and for the timetable of its register. They keep no
order and remember no clock: each instant is doubted at each look, each candidate is compared.
"""

from srpki.core.clock import NEVER, Deadline
from srpki.engine.entries import Entry
from srpki.engine.jobs import Errand
from srpki.engine.lanes import AT_ONCE


class PlainLanes:
    """Who uses which lane."""

    def __init__(self):
        self.holders = {}

    def free(self, lane, holder=None):
        if lane is None:
            return True
        holders = self.holders.get(lane, [])
        return holder in holders or len(holders) < lane.capacity

    def enter(self, lane, holder):
        if lane is not None and holder not in self.holders.setdefault(lane, []):
            self.holders[lane].append(holder)

    def leave(self, lane, holder):
        if lane is not None and holder in self.holders.get(lane, []):
            self.holders[lane].remove(holder)

    def hurry(self, _job):
        """Do nothing: whoever looks sees that a job is cancelled."""


class PlainTimetable:
    """When something happens to each of *entries*."""

    def __init__(self):
        self.lanes = PlainLanes()
        self.later = {}

    def plan(self, entry, due, cause="scheduled", from_step=1):
        entry.due, entry.cause, entry.from_step = due, cause, from_step

    def look_again(self, entry, pause):
        self.later.pop(entry, None)
        if pause is not None:
            self.later[entry] = pause

    def looked_at(self, entry):
        """Do nothing: what it waits for is doubted each time."""

    def forget(self, entry):
        self.plan(entry, None)
        self.look_again(entry, None)

    def next_look(self):
        return min((pause.at for pause in self.later.values()), default=None)

    def come(self, now, entries):
        self.later = {entry: pause.seen(now) for entry, pause in self.later.items()}
        found = [entry for entry, pause in self.later.items() if pause.at <= now]
        for entry in entries:
            waits = entry.state.waits
            if entry.due is not None and waits is not None and not waits.believed(now):
                found.append(entry)
        for entry in found:
            self.later.pop(entry, None)
        return found


class PlainWaiting:
    """All that waits for its instant."""

    def __init__(self, clock, register, alarm):
        self.clock, self.register, self.alarm = clock, register, alarm
        self.errands, self.jobs = [], []

    def put_job(self, job):
        self.jobs.append(job)

    def put_errand(self, errand):
        self.errands.append(errand)

    def drop_errand(self, errand):
        if errand in self.errands:
            self.errands.remove(errand)

    def candidates(self):
        lanes = self.register.lanes
        for alarm in (self.alarm, self.register):
            change = alarm.next_change()
            if change is not None:
                yield change, alarm
        for errand in self.errands:
            if errand.deadline.at != NEVER:
                yield errand.deadline.at, errand
        for job in self.jobs:
            if job.cancel.is_set():
                yield AT_ONCE, job
            elif lanes.free(job.lane, job):
                yield job.resume.at, job
        for entry in self.register.entries.values():
            if entry.due is not None and (entry.from_step == 4 or lanes.free(entry.lane)):
                yield entry.due, entry

    def first(self):
        return min(self.candidates(), key=lambda pair: pair[0], default=None)

    def take(self):
        while True:
            self.look()
            limit = self.clock.now()
            instant, chosen = self.first() or (None, None)
            if instant is None or instant > limit:
                return instant
            if isinstance(chosen, Entry):
                return self.register.take(chosen)
            if chosen in self.jobs:
                self.jobs.remove(chosen)
                return chosen
            if isinstance(chosen, Errand):
                self.errands.remove(chosen)
                return chosen
            chosen.look()

    def look(self):
        self.register.look()
        now = self.clock.now()
        for job in self.jobs:
            job.resume = job.resume.seen(now)
        for errand in self.errands:
            if errand.anew is None or errand.deadline.believed(now):
                errand.deadline = errand.deadline.seen(now)
            else:
                errand.deadline, errand.do = Deadline.of(now, now), errand.anew
