"""A scheduler, its register and the life of a job; what lies around them is simple.

Nothing runs by itself: `Time` is a timeline that somebody moves, who calls `Scheduler.step`.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from plain_schedule import PlainTimetable, PlainWaiting

from srpki.core.clock import FrozenClock
from srpki.core.errors import StorageError
from srpki.core.events import EventBus
from srpki.engine.jobs import Outcome
from srpki.engine.policy import Input, PairFacts, ProfileFacts, Schedule
from srpki.engine.progress import Progress
from srpki.engine.register import Register
from srpki.engine.scheduler import Scheduler

START = datetime(2030, 5, 17, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Files:
    """What certificates, profiles and the disk are like now; stands in for a `Gatherer`."""

    def __init__(self, clock):
        self.clock, self.view = clock, None
        self.failing = set()
        self.pairs = {}
        self.profiles = {}

    def issue(self, name, begins, life):
        self.pairs[name] = PairFacts(
            fingerprint=f"{begins} {life}",
            not_before=begins,
            not_after=begins + life,
            belong_together=True,
        )

    def set_profile(self, name, lane, retry_interval=3600):
        self.profiles[name] = SimpleNamespace(lane=lane, retry_interval=retry_interval)

    def settings(self, name):
        return name, self.profiles[name]

    def lane(self, name):
        return self.profiles[name].lane

    def uses(self, name, file):
        return name == file

    def forget(self, _file):
        """Remember nothing, so that nothing is to be forgotten."""

    def fingerprint(self, name):
        return self.pairs[name].fingerprint

    def input(self, name, now, **more):
        failed = PairFacts(certificate_error="Input/output error", storage_failed=True)
        return Input(
            now=now,
            certificate_file=name,
            key_file="k",
            profile_name="p",
            profile=ProfileFacts(schedule=Schedule("before-expiry", 86400)),
            pair=failed if name in self.failing else self.pairs[name],
            **more,
        )


class Memory:
    """Records, and a disk that fails for some of them."""

    def __init__(self):
        self.failing = set()

    def unread(self, name):
        return name in self.failing

    def again(self, name):
        raise StorageError(f"read {name}")

    def save(self, name, record, *, sync=True):
        """Keep nothing."""

    def drop(self, name):
        self.failing.discard(name)


class Time:
    """A timeline that somebody moves, and that runs nothing by itself."""

    mover = "a test"

    def __init__(self, clock):
        self.clock, self.said = clock, None

    def join(self, _participant):
        """Ask no one."""

    def say(self, _participant, at):
        self.said = at

    def begin(self, _participant, *, freely=False):
        return not freely

    def end(self, _participant):
        """Wait for no one."""


class Alarm:
    """Goes off once, when the clock is there, and calls *told*."""

    def __init__(self, clock, told):
        self.clock, self.told, self.at = clock, told, None

    def next_change(self):
        return self.at

    def look(self):
        if self.at is not None and self.at <= self.clock.now():
            self.told(self.at)
            self.at = None


class BareScheduler:
    """One scheduler with everything around it; *plain* makes it look at everything each time."""

    def __init__(self, plain=False):
        self.clock = FrozenClock(START)
        self.done = []
        self.files, self.memory = Files(self.clock), Memory()
        more = {"_timetable": PlainTimetable()} if plain else {}
        self.register = Register(self.clock, EventBus(), self.memory, self.files, **more)
        self.progress = Progress(self.register)
        self.time = Time(self.clock)
        self.alarm = Alarm(self.clock, lambda at: self.done.append(("alarm", at)))
        self.scheduler = Scheduler(self.time, self.register, self.run, self.alarm, lambda: None)
        self.scheduler._started = True  # it counts as started
        if plain:
            self.scheduler._waiting = PlainWaiting(self.clock, self.register, self.alarm)

    def configure(self, names):
        self.register.apply(SimpleNamespace(auto_updates=dict.fromkeys(names)))
        self.scheduler.kick()

    def waits(self, job):
        """Yield what the update *job* waits for."""
        yield from ()

    def ends(self, job):
        """Return the last step of the update *job*, the life of its certificate, and its end."""
        return 4, 30 * DAY, True

    def run(self, job):
        """Be an update."""
        yield None
        begun = self.clock.now()
        self.progress.started(job)
        for wait in self.waits(job):
            if job.cancel.is_set():
                break
            yield wait
        self.done.append((job.certificate, job.cause, job.from_step, job.cancel.is_set(), begun))
        job.step, life, ok = self.ends(job)
        if job.cancel.is_set():
            self.progress.cancelled(job)
            return None
        if job.step == 4:
            self.progress.importing(job, "new")
            if job.from_step == 1:
                self.files.issue(job.certificate, self.clock.now(), life)
        if ok:
            self.progress.finished(job, 3600)
        else:
            self.progress.failed(job, "no answer", 3600)
        return Outcome(job.certificate, ok, begun, self.clock.now())
