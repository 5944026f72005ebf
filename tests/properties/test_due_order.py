"""What is due first is found without a look at everything, and is what a look at everything finds.

Two schedulers live through the same history, one as it is, one by the plain definition in
`plain_schedule`. After each event both have done the same, and wait for the same.
"""

import random
from contextlib import suppress
from datetime import timedelta

from bare_scheduler import DAY, HOUR, BareScheduler
from counting import met
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.core.clock import NEVER
from srpki.core.errors import SrpkiError
from srpki.engine.entries import Entry
from srpki.engine.jobs import Errand, Job, Lane
from srpki.protocol.steps import Wait

MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
NAMES = [f"{letter}.crt" for letter in "abcdefgh"]
LANES = [None, Lane("one", 1, while_waiting=True), Lane("two", 2), Lane("other", 1)]
LIVES = [30 * DAY, DAY + HOUR, HOUR]
JUMPS = [MICROSECOND, SECOND, 10 * SECOND, HOUR, 7 * HOUR, 5 * DAY, 40 * DAY]
PAUSES = [timedelta(), MICROSECOND, SECOND, 599 * SECOND, HOUR, 25 * DAY]


class World(BareScheduler):
    """What may happen to a scheduler: each of the methods from `passes` on, with a number."""

    def __init__(self, plain):
        super().__init__(plain)
        self.drops, self.held = [], []
        for number, name in enumerate(NAMES):
            self.files.issue(name, self.clock.now() - number % 2 * HOUR, LIVES[number % 3])
            self.files.set_profile(name, LANES[number % 4])
        self.configure(NAMES)

    def waits(self, job):
        self.chance = random.Random(f"{job.certificate} {len(self.done)}")
        for _ in range(self.chance.choice((0, 0, 1, 3))):
            yield Wait(self.chance.choice((1, 600, 90000)), "the CA")

    def ends(self, job):
        step = 4 if job.from_step == 4 else self.chance.choice((2, 4, 4))
        return step, self.chance.choice(LIVES), step == 4 and self.chance.random() < 0.7

    # --- what happens ----------------------------------------------------------------------------

    def passes(self, number):
        self.clock.jump(JUMPS[number % len(JUMPS)])

    def goes_back(self, number):
        self.clock.jump(-JUMPS[number % len(JUMPS)])

    def is_told(self, _number):
        self.scheduler.look()

    def steps(self, number):
        for _ in range(number % 4 + 1):
            self.scheduler.step()

    def comes_to_the_next(self, _number):
        at = self.scheduler.next_instant()
        if at is not None and self.clock.now() < at < NEVER - 400 * DAY:
            self.clock.jump(at - self.clock.now())
        self.scheduler.step()

    def commits(self, number):
        name = NAMES[number % len(NAMES)]
        if number % 3 == 0:
            self.files.set_profile(name, LANES[number // 3 % len(LANES)], 600 + number)
        every = number % 5 == 0
        self.configure(one for place, one in enumerate(NAMES) if every or number >> place & 1)

    def imports(self, number):
        name = NAMES[number % len(NAMES)]
        self.files.issue(name, self.clock.now() - number % 3 * HOUR, LIVES[number // 8 % 3])
        self.register.file_changed(name)
        self.scheduler.kick()

    def has_a_failing_disk(self, number):
        name = NAMES[number % len(NAMES)]
        failing = (self.files.failing, self.memory.failing)[number // 8 % 2]
        failing.symmetric_difference_update({name})
        self.register.file_changed(name)

    def updates_by_hand(self, number):
        with suppress(SrpkiError):
            self.scheduler.submit(NAMES[number % len(NAMES)])

    def plans(self, number):
        at = self.clock.now() + PAUSES[number % len(PAUSES)] - number % 2 * 10 * SECOND
        do, anew = (
            lambda what=what: self.done.append((what, number, self.clock.now()))
            for what in ("done", "anew")
        )
        at = NEVER if number % 7 == 0 else at
        self.drops.append(self.scheduler.plan(at, do, None if number % 3 else anew))

    def takes_back(self, number):
        if self.drops:
            self.drops[number % len(self.drops)]()

    def asks_by_hand(self, number):
        if self.held and number % 2:
            self.held.pop().__exit__(None, None, None)
            return
        with suppress(SrpkiError):
            reserved = self.scheduler.reserved(LANES[number % 3 + 1], f"request {number}")
            reserved.__enter__()
            self.held.append(reserved)

    def sets_an_alarm(self, number):
        self.alarm.at = self.clock.now() + PAUSES[number % len(PAUSES)]


METHODS = list(vars(World))
HAPPENINGS = METHODS[METHODS.index("passes") : METHODS.index("sets_an_alarm") + 1]
HISTORIES = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 999)), min_size=10, max_size=80
)


def named(first):
    """Return when something comes first, and what can be compared of it."""
    if first is None:
        return None
    at, what = first
    match what:
        case Entry():
            return at, "entry", what.name
        case Job():
            return at, "job", what.certificate
        case Errand():
            return at, "errand", what.deadline, what.anew is None
    return at, type(what).__name__


def seen(world):
    """Return all that two worlds are to agree in."""
    return {
        "done": world.done,
        "said": world.time.said,
        "first": named(world.scheduler._waiting.first()),
        "entries": [
            (one.name, one.due, one.cause, one.from_step if one.due else 0, one.state)
            for one in world.register.entries.values()
        ],
        "jobs": [
            (job.certificate, job.resume, job.cancel.is_set())
            for job in world.scheduler._waiting.jobs
        ],
    }


@given(HISTORIES)
@settings(max_examples=120, deadline=None)
def test_the_order_is_that_of_a_look_at_everything(history):
    quick, plain = World(plain=False), World(plain=True)
    for what, number in met(10, history):
        for world in (quick, plain):
            getattr(world, what)(number)
        assert seen(quick) == seen(plain), (what, number)
