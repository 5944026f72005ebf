"""What somebody else plans at an instant: done then, in order with the updates."""

import threading
from datetime import timedelta

from srpki.core.clock import NEVER

DAY = timedelta(days=1)


def test_an_errand_is_done_at_its_own_instant_between_the_updates(bench):
    for name, hours in (("a", 10), ("b", 0)):
        bench.enrol(name, start=bench.clock.now() - timedelta(hours=hours))
    bench.configure(bench.entry("a"), bench.entry("b"))
    due = [bench.state(f"{name}.crt").next_update_time for name in "ab"]
    between = due[0] + (due[1] - due[0]) / 2
    done = []
    bench.engine.plan(
        between, lambda: done.append((bench.clock.now(), bench.numbers().count(2246)))
    )
    summary = bench.advance(days=30)
    assert done == [(between, 1)]
    assert summary.updates == 2


def test_without_anything_to_renew_an_errand_is_done_all_the_same(bench):
    done = []
    at = bench.clock.now() + timedelta(minutes=10)
    bench.engine.plan(at, lambda: done.append(bench.clock.now()))
    bench.advance(minutes=9)
    assert done == []
    bench.advance(minutes=9)
    assert done == [at]
    bench.advance(days=1)
    assert len(done) == 1


def test_an_errand_beyond_the_target_does_not_carry_the_clock_there(bench):
    bench.engine.plan(bench.clock.now() + DAY, lambda: None)
    target = bench.clock.now() + timedelta(hours=1)
    bench.engine.run_until(target)
    assert bench.clock.now() == target


def test_an_errand_that_is_taken_back_is_not_done(bench):
    done = []
    take_back = bench.engine.plan(bench.clock.now() + DAY, lambda: done.append(1))
    take_back()
    take_back()
    bench.advance(days=2)
    assert done == []


def test_an_errand_may_configure_the_engine_that_does_it(bench):
    """It runs with no lock held, so a commit on the way cannot stop the clock for good."""
    bench.enrol()
    bench.engine.plan(bench.clock.now() + DAY, lambda: bench.configure(bench.entry()))
    assert bench.advance(days=30).updates == 1


def test_a_started_engine_does_what_is_due_without_being_asked(bench):
    done = threading.Event()
    bench.engine.start()
    bench.engine.plan(bench.clock.now(), done.set)
    assert done.wait(20)


def test_an_errand_that_waits_for_a_clock_set_back_alone_is_never_due(bench):
    bench.configure(profiles="")  # without a CA, whose end is an instant, too
    bench.engine.plan(NEVER, lambda: None, lambda: None)
    assert bench.engine.next_instant() is None
