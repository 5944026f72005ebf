"""The clocks: what moves them and what does not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from srpki.core.clock import Deadline, FrozenClock, LabClock, SystemClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_system_clock_is_aware_and_in_utc():
    assert SystemClock().now().utcoffset() == timedelta()


def test_a_wait_on_the_system_clock_ends_at_once_when_it_is_cancelled_before():
    cancel = threading.Event()
    cancel.set()
    assert SystemClock().wait(3600, cancel) is False


def test_a_lab_clock_runs_with_its_base_and_keeps_its_distance():
    base = FrozenClock(START)
    clock = LabClock(base, timedelta(days=3))
    base.advance(timedelta(hours=1))
    assert clock.now() == START + timedelta(days=3, hours=1)
    assert clock.offset == timedelta(days=3)


def test_a_lab_clock_stands_still_while_stepping_and_then_runs_on_from_there():
    base = FrozenClock(START)
    clock = LabClock(base)
    with clock.stepping():
        base.advance(timedelta(seconds=5))
        assert clock.now() == START
        clock.move_to(START + timedelta(days=30))
    assert clock.now() == START + timedelta(days=30)
    base.advance(timedelta(seconds=1))
    assert clock.now() == START + timedelta(days=30, seconds=1)


class Impatient(threading.Event):
    """Is set when it has been asked *times* times."""

    def __init__(self, times):
        super().__init__()
        self.times = times

    def is_set(self):
        self.times -= 1
        return self.times < 0


def test_a_wait_while_stepping_looks_on_and_does_not_move_the_clock():
    clock = LabClock(FrozenClock(START))
    clock._SLICE = 0
    with clock.stepping():
        assert clock.wait(600, Impatient(3)) is False
        assert clock.now() == START


def test_a_wait_that_began_before_ends_when_the_clock_is_moved_past_it():
    clock = LabClock(SystemClock())
    woken = threading.Event()
    waiter = threading.Thread(target=lambda: (clock.wait(86_400), woken.set()))
    waiter.start()
    with clock.stepping():
        clock.move_to(clock.now() + timedelta(days=2))
    assert woken.wait(10)
    waiter.join()


class Unsteady(FrozenClock):
    """A clock that shows one instant after the other, the last one for ever."""

    def __init__(self, *moments):
        super().__init__(moments[0])
        self.moments = list(moments)

    def now(self):
        return self.moments.pop(0) if len(self.moments) > 1 else self.moments[0]


def test_a_wait_takes_no_longer_when_the_clock_is_set_back():
    back = START - timedelta(days=2)
    base = Unsteady(
        START, START, back, back + timedelta(seconds=3599), back + timedelta(seconds=3600), START
    )
    clock = LabClock(base)
    clock._SLICE = 0
    assert clock.wait(3600, threading.Event()) is True
    assert base.moments == [START]  # the wait has ended at the instant before


def test_a_deadline_is_not_believed_beyond_now_and_its_interval():
    hour, day = timedelta(hours=1), timedelta(days=1)
    deadline = Deadline.after(START, hour)
    for moment in (START, START + hour, START + day):
        assert deadline.seen(moment) == deadline
    back = deadline.seen(START - day)
    assert back == Deadline(START - day + hour, hour)
    assert back.seen(START - day + hour / 2) == back  # it comes nearer
    assert not Deadline.of(START - hour, START).believed(START - timedelta(microseconds=1))


def test_a_cancelled_wait_on_a_lab_clock_says_so():
    cancel = threading.Event()
    cancel.set()
    assert LabClock(FrozenClock(START)).wait(60, cancel) is False


def test_a_lab_clock_may_be_set_back():
    clock = LabClock(FrozenClock(START))
    with clock.stepping():
        clock.move_to(START - timedelta(days=400))
    assert clock.now() == START - timedelta(days=400)


def test_a_lab_clock_moves_only_while_stepping():
    with pytest.raises(RuntimeError):
        LabClock(FrozenClock(START)).move_to(START)


def test_two_cannot_step_one_clock():
    clock = LabClock(FrozenClock(START))
    with clock.stepping(), pytest.raises(RuntimeError), clock.stepping():
        pass
