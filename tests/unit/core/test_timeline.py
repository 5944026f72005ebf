"""The timeline: it alone moves a lab's clock, and comes to each instant that was said."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from srpki.core.clock import FrozenClock, LabClock
from srpki.core.errors import BusyError, RefusedError, StorageError
from srpki.core.timeline import LOOK_AGAIN, Participant, Timeline, timeline_of
from srpki.core.timer import Timer

START = datetime(2030, 1, 1, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class Hand:
    """A timer that is turned by hand: `turn` lets seconds pass, calling as a real one does.

    As one of a busy machine it may be *late*, by so many seconds at each call.
    """

    def __init__(self, base, late=0.0):
        self.base, self.late = base, late
        self.do, self.left = None, 0.0

    def call(self, do, seconds):
        self.do, self.left = do, seconds

    def drop(self, do):
        self.do = None

    def turn(self, seconds):
        """Let *seconds* pass."""
        while self.do is not None and self.left <= seconds:
            seconds -= self.left
            self.base.advance(timedelta(seconds=self.left + self.late))
            self.left = self.do()
        self.left -= seconds
        self.base.advance(timedelta(seconds=seconds))


class Node(Participant):
    """Does something at each of its *instants*; *busy* says how long that takes, in real time."""

    def __init__(self, timeline, *instants, lasting=()):
        self.timeline, self.instants = timeline, sorted(instants)
        self.done, self.lasting, self.looked, self.woken = [], set(lasting), 0, 0
        self.at_rest = True
        timeline.join(self)
        self.say()

    def say(self):
        self.timeline.say(self, self.instants[0] if self.instants else None)

    def look(self):
        self.looked += 1
        self.say()

    def step(self):
        self.done.append((self.instants.pop(0), self.timeline.clock.now()))
        self.say()

    def wake(self):
        self.woken += 1
        if self.instants and self.instants[0] <= self.timeline.clock.now():
            self.step()
        if self.at_rest:
            self.timeline.end(self)

    def under_way(self):
        return self.lasting & set(self.instants)

    @property
    def punctual(self):
        return all(wanted == found for wanted, found in self.done)


class World:
    def __init__(self):
        self.base = FrozenClock(START)
        self.remembered = []
        self.clock = LabClock(self.base, remember=self.remembered.append)
        self.hand = Hand(self.base)
        self.timeline = Timeline(self.clock, self.hand)

    def node(self, *hours, lasting=()):
        return Node(
            self.timeline,
            *(START + hour * HOUR for hour in hours),
            lasting=[START + hour * HOUR for hour in lasting],
        )

    def move(self, target, cancel=None, *, back=False, mover="me"):
        self.timeline.move(target, mover, cancel or threading.Event(), back=back)


@pytest.fixture
def world():
    return World()


# --- moved ---------------------------------------------------------------------------------------


def test_each_comes_to_its_own_instants_whoever_else_is_there(world):
    nodes = [world.node(1, 5, 30), world.node(5, 6, 30), world.node(2)]
    world.move(START + 29 * HOUR)
    assert [len(node.done) for node in nodes] == [2, 2, 1]
    assert all(node.punctual for node in nodes)
    assert world.clock.now() == START + 29 * HOUR


def test_what_is_under_way_at_the_target_is_brought_to_its_end_with_what_comes_before(world):
    one, other = world.node(1, 12, lasting=[12]), world.node(11, 13, 20)
    world.move(START + 10 * HOUR)
    assert world.clock.now() == START + 12 * HOUR
    assert [len(one.done), len(other.done)] == [2, 1]
    assert one.punctual and other.punctual


def test_what_begins_beyond_the_target_is_not_waited_for(world):
    one, other = world.node(12, lasting=[12]), world.node(11)
    other.step = lambda: (
        other.done.append((other.instants.pop(0), world.clock.now())),
        other.instants.append(START + 40 * HOUR),
        other.lasting.add(START + 40 * HOUR),
        other.say(),
    )
    world.move(START + 10 * HOUR)
    assert world.clock.now() == START + 12 * HOUR
    assert one.punctual and other.punctual


def test_what_should_have_been_done_before_is_done_now_and_moves_nothing_back(world):
    node = world.node(-5)
    world.move(START + HOUR)
    assert node.done == [(START - 5 * HOUR, START)]


def test_back_runs_nothing_on_the_way_and_all_look_again(world):
    node = world.node(5)
    world.move(START - DAY, back=True)
    assert world.clock.now() == START - DAY
    assert node.done == []
    assert node.looked >= 2


def test_a_second_mover_is_told_of_the_first(world):
    node = world.node(1)
    caught = []

    def step():
        try:
            world.move(START + DAY, mover="the second")
        except BusyError as error:
            caught.append(error.sentence)
        with pytest.raises(BusyError, match="being moved by the first"):
            world.timeline.run_at(2, "the second")
        Node.step(node)

    node.step = step
    world.move(START + DAY, mover="the first")
    assert caught == ["the lab clock is being moved by the first"]
    assert world.timeline.mover == ""


def test_the_mover_s_cancel_stops_it_where_it_is(world):
    node, cancel = world.node(1, 2, 3), threading.Event()
    node.step = lambda: (Node.step(node), cancel.set())
    world.move(START + DAY, cancel)
    assert len(node.done) == 1
    assert world.clock.now() == START + HOUR


def test_time_is_not_moved_while_somebody_is_at_work(world):
    node, worker = world.node(1), Participant()
    world.timeline.join(worker)
    world.timeline.begin(worker)
    mover = threading.Thread(target=world.move, args=(START + DAY,))
    mover.start()
    while not world.timeline.mover:
        mover.join(0.001)
    assert not world.timeline.begin(node, freely=True)
    assert (world.clock.now(), node.done) == (START, [])
    world.timeline.end(worker)
    mover.join(20)
    assert node.punctual and len(node.done) == 1


def test_who_waits_in_the_foreground_takes_part(world):
    """A poll by hand comes at its instant, and what it does then is done before time goes on."""
    node, seen = world.node(1, 3, 5), []
    ready = threading.Event()

    def converse():
        with world.timeline.taking_part() as pause:
            ready.set()
            for _ in range(2):
                assert pause.wait(7200)
                seen.append(world.clock.now())

    thread = threading.Thread(target=converse)
    thread.start()
    assert ready.wait(20)
    world.move(START + DAY)
    thread.join(20)
    assert seen == [START + 2 * HOUR, START + 4 * HOUR]
    assert node.punctual and len(node.done) == 3


def test_a_pause_ends_at_once_when_it_is_cancelled(world):
    cancel = threading.Event()
    cancel.set()
    with world.timeline.taking_part() as pause:
        assert pause.wait(60, cancel) is False
        assert world.timeline._at_work[pause] == 1  # it has to clear up, at this instant
    world.move(START + DAY)  # nobody is left at work
    assert world.clock.now() == START + DAY


def test_only_a_lab_s_clock_is_moved():
    timeline = Timeline(FrozenClock(START), Hand(None))
    with pytest.raises(RefusedError, match="not the lab's"):
        timeline.move(START, "me", threading.Event())
    with pytest.raises(RefusedError, match="not the lab's"):
        timeline.run_at(2, "me")


def test_whoever_shares_a_lab_s_clock_shares_its_timeline():
    clock = LabClock(FrozenClock(START))
    assert timeline_of(clock) is timeline_of(clock)
    other = FrozenClock(START)
    assert timeline_of(other) is not timeline_of(other)


# --- passing -------------------------------------------------------------------------------------


def test_time_that_passes_wakes_who_is_due(world):
    node, other = world.node(1, 3), world.node(2)
    world.hand.turn(2.5 * 3600)
    assert [len(node.done), len(other.done)] == [1, 1]
    assert world.clock.now() == START + 2.5 * HOUR


def test_a_clock_that_was_set_is_noticed_soon_by_all(world):
    node, other = world.node(5), world.node()
    world.base.jump(-DAY)
    world.hand.turn(LOOK_AGAIN)
    assert (node.woken, other.woken, node.done) == (1, 1, [])
    world.base.jump(2 * DAY)
    world.hand.turn(LOOK_AGAIN)
    assert len(node.done) == 1
    assert other.done == []


@pytest.mark.parametrize("factor", [0.1, 2, 1000, 100_000])
def test_with_a_factor_it_comes_to_each_instant_exactly(world, factor):
    unit = 60 * factor  # seconds: a minute of real time
    node = world.node(*(wait * unit / 3600 for wait in (1, 2, 2.5)))
    other = world.node(2 * unit / 3600)
    world.timeline.run_at(factor, "me")
    world.hand.turn(2.25 * 60)
    assert [len(node.done), len(other.done)] == [2, 1]
    assert node.punctual and other.punctual
    assert abs(world.clock.now() - START - timedelta(seconds=2.25 * unit)) < SECOND


def test_a_timer_that_is_late_does_not_let_it_run_past_an_instant(world):
    world.hand.late = 0.3
    node, other = world.node(1, 2), world.node(1000)
    world.timeline.run_at(3600, "me")
    world.hand.turn(0.1)
    sooner = world.clock.now() + 60 * SECOND  # while it is let run to much later
    other.instants.insert(0, sooner)
    other.say()
    world.hand.turn(60)
    assert [len(node.done), len(other.done)] == [2, 1]
    assert node.punctual and other.punctual


def test_with_a_factor_it_stands_as_soon_as_somebody_begins(world):
    world.node(1000)
    worker = Participant()
    world.timeline.join(worker)
    world.timeline.run_at(3600, "me")
    world.hand.turn(5.2)
    world.timeline.begin(worker)
    before = world.clock.now()
    world.base.advance(timedelta(seconds=0.2))
    assert world.clock.now() == before > START + 5 * HOUR
    world.timeline.end(worker)
    world.base.advance(timedelta(seconds=0.2))
    assert world.clock.now() > before


def test_with_a_factor_it_stands_while_somebody_is_at_work(world):
    node, other = world.node(1), world.node(2)
    node.at_rest = False
    world.timeline.run_at(3600, "me")
    world.hand.turn(60)
    assert world.clock.now() == START + HOUR
    assert other.done == []
    world.timeline.end(node)
    world.hand.turn(1)
    assert other.punctual and len(other.done) == 1


def test_with_a_factor_it_never_runs_beyond_what_is_remembered(world):
    world.node(1000)
    world.timeline.run_at(100_000, "me")
    for _ in range(50):
        world.hand.turn(0.37)
        assert world.clock.now() <= world.remembered[-1]
    assert world.clock.now() > START + 15 * DAY
    assert len(world.remembered) < 60


def test_what_cannot_be_remembered_is_not_run_to(world):
    node = world.node(1)

    def full(instant):
        raise StorageError("the disk is full")

    world.clock._remember = full
    world.timeline.run_at(3600, "me")
    world.hand.turn(60)
    assert (world.clock.now(), node.done) == (START, [])
    world.clock._remember = world.remembered.append
    world.hand.turn(60)
    assert node.punctual and len(node.done) == 1


def test_stopped_it_stands_until_it_is_moved_or_runs(world):
    node = world.node(0, 1, 2)
    world.timeline.run_at(0, "me")
    world.hand.turn(86_400)
    assert world.clock.now() == START
    assert len(node.done) == 1  # what was due was due
    world.move(START + HOUR)
    world.hand.turn(86_400)
    assert world.clock.now() == START + HOUR
    assert len(node.done) == 2
    world.timeline.run_at(1, "me")
    world.hand.turn(3600)
    assert node.punctual and len(node.done) == 3
    assert world.clock.now() == START + 2 * HOUR


def test_a_move_leaves_the_factor_as_it_was(world):
    world.node()
    world.timeline.run_at(60, "me")
    world.move(START + DAY)
    assert world.clock.now() == START + DAY
    world.hand.turn(60)
    assert abs(world.clock.now() - START - DAY - HOUR) < SECOND
    assert world.clock.factor == 60


# --- the timer -----------------------------------------------------------------------------------


def test_one_thread_calls_for_all_and_ends_with_the_last():
    timer, called = Timer(), threading.Semaphore(0)
    threads = set()

    def calling(name):
        def call():
            threads.add(threading.current_thread())
            called.release()
            return None if name == "once" else 1000.0

        return call

    calls = [calling("again"), calling("again"), calling("once")]
    for call in calls:
        timer.call(call, 0)
    for _ in calls:
        assert called.acquire(timeout=20)
    (thread,) = threads
    timer.call(calls[0], 0)  # earlier than it wanted
    assert called.acquire(timeout=20)
    for call in calls:
        timer.drop(call)
    thread.join(20)
    assert not thread.is_alive()
    timer.call(calls[2], 0)
    assert called.acquire(timeout=20)


def test_a_call_that_fails_does_not_end_the_time_of_others():
    timer, called = Timer(), threading.Event()

    def fail():
        raise ValueError

    timer.call(fail, 0)
    timer.call(called.set, 0.001)
    assert called.wait(20)
    timer.drop(fail)
