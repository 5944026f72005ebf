"""Updates that an operator asks for, with the engine's threads running."""

import json
import threading
from datetime import timedelta
from functools import partial

import pytest
from troubles import fail_next

from srpki.core.errors import BusyError, NotFoundError, RefusedError, SrpkiError, StoppedError
from srpki.storage.records import Records


@pytest.fixture
def node(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.engine.start()
    return bench


def hold_requests(bench):
    """Let requests arrive but not be answered until the returned event is set."""
    sent, go_on = threading.Event(), threading.Event()

    def hook(_request):
        sent.set()
        assert go_on.wait(10)

    bench.before_answer = hook
    return sent, go_on


def later(call, *args):
    """Run *call* in a thread; return the thread and a list for what it returns or raises."""
    found = []

    def run():
        try:
            found.append(call(*args))
        except SrpkiError as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_a_certificate_is_updated_long_before_its_deadline(node, profile):
    node.configure(node.entry(profile=profile))
    old = node.pair()[0]
    outcome = node.engine.update_now("gw.crt")
    assert outcome.ok
    assert outcome.reason == ""
    assert node.pair()[0] != old
    assert node.whole()
    assert node.numbers() == [2245, 2101, 2101, 2246]
    assert node.said(2245, "cause")[0] == "by hand"
    assert node.state().update_state == "scheduled"


def test_a_failure_is_reported_with_step_reason_and_retry(node):
    node.faults.add("kur reject failinfo badPOP")
    outcome = node.engine.update_now("gw.crt")
    assert not outcome.ok
    assert outcome.step == 2
    assert "badPOP" in outcome.reason
    assert outcome.retry == node.clock.now() + timedelta(hours=1)
    assert node.state().update_state == "wait-for-retry"


def test_in_wait_for_retry_it_starts_now_from_step_1(node):
    old = node.pair()[0]
    node.faults.add("kur http-500")
    node.engine.update_now("gw.crt")
    assert node.engine.update_now("gw.crt").ok
    assert node.pair()[0] != old
    assert node.advance(hours=2).updates == 0


def test_in_wait_for_step_4_it_starts_from_step_1_too(node):
    fail_next(node.engine.applications, "gw.crt")
    assert node.engine.update_now("gw.crt").step == 4
    second = node.pair()[0]
    assert node.engine.update_now("gw.crt").ok
    assert node.pair()[0] != second
    assert not node.state().pending_reload
    assert node.advance(hours=2).updates == 0


def test_while_in_progress_it_is_refused(node):
    sent, go_on = hold_requests(node)
    thread, found = later(node.engine.update_now, "gw.crt")
    assert sent.wait(10)
    assert node.state().update_state == "in-progress"
    with pytest.raises(BusyError, match="is in progress"):
        node.engine.update_now("gw.crt")
    go_on.set()
    thread.join(10)
    assert found[0].ok
    assert node.texts(2245) != []
    assert len(node.texts(2245)) == 1


def test_the_schedule_does_not_start_a_second_one_either(node):
    sent, go_on = hold_requests(node)
    thread, found = later(node.engine.update_now, "gw.crt")
    assert sent.wait(10)
    node.real.advance(timedelta(days=29, hours=1))
    node.engine.apply(node.configured(node.entry()))
    go_on.set()
    thread.join(10)
    assert found[0].ok
    assert len(node.texts(2245)) == 1


def test_an_update_by_hand_waits_its_turn_at_the_server(node):
    node.enrol("other", subject="CN=other")
    node.configure(node.entry(), node.entry("other"))
    sent, go_on = hold_requests(node)
    first, one = later(node.engine.update_now, "gw.crt")
    assert sent.wait(10)
    second, two = later(node.engine.update_now, "other.crt")
    while node.engine._parts().register.entries["other.crt"].job is None:
        pass
    with pytest.raises(BusyError):
        node.engine.update_now("other.crt")
    assert len(node.texts(2245)) == 1
    go_on.set()
    first.join(10)
    second.join(10)
    assert one[0].ok
    assert two[0].ok


def test_what_is_not_there_or_invalid_is_refused_with_a_reason(node):
    with pytest.raises(NotFoundError, match="has no certificate-auto-update entry"):
        node.engine.update_now("none.crt")
    node.configure(node.entry(profile="none"))
    with pytest.raises(RefusedError, match='profile "none" does not exist'):
        node.engine.update_now("gw.crt")
    assert node.texts(2245) == []


def test_an_operator_may_stop_waiting_and_the_update_goes_on(node, monkeypatch):
    """Who was told that it goes on relies on it: a power cut does not forget it."""
    kept, save = [], Records.save

    def note(self, name, record, *, sync=True):
        kept.append((record["update_state"], sync))
        save(self, name, record, sync=sync)

    monkeypatch.setattr(Records, "save", note)
    old = node.pair()[0]
    sent, go_on = hold_requests(node)
    ended = threading.Event()
    node.engine._bus.subscribe(lambda event: event.type.number == 2246 and ended.set())
    cancel = threading.Event()
    thread, found = later(node.engine.update_now, "gw.crt", cancel)
    assert sent.wait(10)
    cancel.set()
    thread.join(10)
    assert isinstance(found[0], StoppedError)
    assert kept[-2:] == [("in-progress", False), ("in-progress", True)]
    go_on.set()
    assert ended.wait(10)
    assert node.pair()[0] != old


def test_a_stopped_engine_refuses_and_leaves_what_ran_to_the_next_start(node):
    old = node.pair()[0]
    sent, go_on = hold_requests(node)
    thread, found = later(node.engine.update_now, "gw.crt")
    assert sent.wait(10)
    stopping, _ = later(node.engine.stop)
    thread.join(10)
    assert isinstance(found[0], StoppedError)
    stopping.join(10)
    go_on.set()
    scheduler = node.engine._parts().scheduler
    with scheduler._changed:
        assert scheduler._changed.wait_for(lambda: not scheduler._threads, 10)
    assert node.texts(2247) == []
    (record,) = (node.directory / "state" / "auto-update").iterdir()
    assert json.loads(record.read_text())["update_state"] == "in-progress"
    with pytest.raises(RefusedError, match="does not run"):
        node.engine.update_now("gw.crt")
    assert node.pair()[0] == old
    node.before_answer = lambda _request: None
    node.boot()
    assert node.advance(seconds=0).updates == 1
    assert node.said(2245, "cause")[0] == "after a restart"


def test_stopping_waits_for_an_import_to_finish(node, monkeypatch):
    monkeypatch.setattr("srpki.engine.scheduler.GRACE", 0.05)
    old = node.pair()[0]
    reached, go_on = threading.Event(), threading.Event()

    def trouble(operation, path):
        if operation == "rename" and path.name == "gw.crt":
            reached.set()
            assert go_on.wait(10)

    node.files.trouble = trouble
    updating, found = later(node.engine.update_now, "gw.crt")
    assert reached.wait(10)
    stopping, _ = later(node.engine.stop)
    stopping.join(0.5)
    assert stopping.is_alive()
    go_on.set()
    stopping.join(10)
    updating.join(10)
    assert found[0].ok
    assert node.pair()[0] != old
    assert node.state().update_state == "scheduled"


def test_an_engine_that_was_never_started_refuses(bench):
    bench.enrol()
    bench.configure(bench.entry())
    with pytest.raises(RefusedError, match="does not run"):
        bench.engine.update_now("gw.crt")


def test_the_clock_must_be_the_lab_s_to_be_moved(bench):
    bench.engine._clock = bench.real
    with pytest.raises(RefusedError, match="not the lab's"):
        bench.engine.run_until(bench.clock.now())


def test_the_clock_is_moved_by_one_at_a_time(node):
    sent, go_on = hold_requests(node)
    later_on = node.clock.now() + timedelta(days=29)
    thread, found = later(partial(node.engine.run_until, later_on, mover="session 7 (jo)"))
    assert sent.wait(10)
    with pytest.raises(BusyError, match=r"^the lab clock is being moved by session 7 \(jo\)"):
        node.engine.run_until(node.clock.now())
    go_on.set()
    thread.join(10)
    assert found[0].updates == 1


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_what_the_peer_makes_an_update_wait_for_is_told(node, profile):
    node.configure(node.entry(profile=profile))
    operation = {"by-cmp": "kur", "by-est": "simplereenroll"}[profile]
    node.faults.add(f"{operation} waiting seconds 600")
    told, cancel = [], threading.Event()

    def waiting(wait):
        told.append(wait)
        cancel.set()

    with pytest.raises(StoppedError, match="not waiting any more"):
        node.engine.update_now("gw.crt", cancel=cancel, waiting=waiting)
    assert told[0].seconds == 600
    assert told[0].reason
