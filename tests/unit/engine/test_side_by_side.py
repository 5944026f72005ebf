"""Engines that share a lab's clock and CA: each does what it would do alone, at the same instants."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from counting import met

from srpki.core.timeline import timeline_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHARED = ("real", "clock", "entropy", "authority", "faults", "transactions", "cmp", "_responders")


@contextmanager
def fleet(first, directory, nodes):
    """Put engines beside that of the bench *first*, *nodes* in all, each renewing two pairs."""

    class Beside(type(first)):
        def __init__(self, place):
            place.mkdir(parents=True)
            for name in SHARED:
                setattr(self, name, getattr(first, name))
            self.own(place)

    benches = [first, *(Beside(directory / f"node-{number}") for number in range(1, nodes))]
    try:
        for bench in benches:
            for name, hours in (("gw", 0), ("tls", 3)):
                bench.enrol(name, subject=f"CN={name}", start=bench.clock.now() - hours * HOUR)
            bench.configure(bench.entry("gw", "by-cmp"), bench.entry("tls", "by-est"))
        yield benches
    finally:
        for bench in benches[1:]:
            bench.engine.stop()


def live(benches):
    """Let three months pass with failures, polls, an errand and one slow answer; return the logs."""
    first, nodes = benches[0], len(benches)
    began = first.clock.now()
    for fault in (
        "kur http-500",
        "kur waiting seconds 1000",
        "pollreq waiting seconds 500",
        "simplereenroll reject",
        "simplereenroll waiting seconds 7200",
    ):
        first.faults.add(f"{fault} times {nodes}")
    slow = iter([timedelta(hours=4)])

    def before_answer(_request):
        first.real.advance(next(slow, timedelta()))  # real time; the lab's clock stands

    done = []
    for bench in benches:
        bench.before_answer = before_answer
        bench.events.clear()
        mine = []
        done.append(mine)
        bench.engine.plan(began + 28.5 * DAY, lambda mine=mine: mine.append(first.clock.now()))
    summary = first.advance(days=90)
    assert first.clock.now() == began + 90 * DAY
    assert first.faults.lines() == ()
    logs = [
        [(event.time - began, event.type.number, event.fields) for event in bench.events]
        for bench in benches
    ]
    return summary, [[instant - began for instant in mine] for mine in done], logs


@pytest.fixture(scope="module")
def alone():
    """The log of a node alone, kept for those that compare with it."""
    return {}


@pytest.mark.parametrize("nodes", [1, 2, 50])
def test_each_node_lives_as_if_it_were_alone(bench, tmp_path, alone, nodes):
    with fleet(bench, tmp_path / "fleet", nodes) as benches:
        summary, done, logs = live(benches)
    assert summary.updates == 8 and summary.failed == 2
    assert done == [[28.5 * DAY]] * nodes
    numbers = [number for _, number, _ in logs[0]]
    assert (numbers.count(2245), numbers.count(2246), numbers.count(2247)) == (8, 6, 2)
    for log in logs:
        assert log == alone.setdefault("log", log)


def test_waits_hold_no_thread_and_one_thread_watches_the_time_of_all(bench, tmp_path):
    with fleet(bench, tmp_path / "fleet", 20) as benches:
        bench.faults.add("kur waiting seconds 600 times 20")
        bench.faults.add("simplereenroll waiting seconds 600 times 20")
        for other in benches:
            other.engine.start()
        bench.real.advance(29.5 * DAY)
        for other in benches:
            other.engine._parts().scheduler.kick()
        timeline_of(bench.clock)._rest(threading.Event())
        states = {
            other.state(name).update_state for other in benches for name in ("gw.crt", "tls.crt")
        }
        assert states == {"in-progress"}
        ours = [thread.name for thread in threading.enumerate() if "srpki" in thread.name]
        assert ours == ["srpki-timer"]
        assert not [one for one in met(1, threading.enumerate()) if "_work" in one.name]
    bench.engine.stop()


def test_a_node_that_stops_leaves_the_others_to_the_timeline(bench, tmp_path):
    with fleet(bench, tmp_path / "fleet", 2) as (_, other):
        other.engine.stop()
        assert bench.advance(days=30).updates == 2
        assert [event for event in met(2, other.events) if event.type.number == 2245] == []
