"""A node that stops, or is killed, in each step, and goes on where it should."""

import json
import threading
from datetime import timedelta

import pytest
from troubles import fail_next

from srpki.core.errors import StorageError
from srpki.engine.scheduler import Summary
from srpki.storage.records import Records


class KilledError(BaseException):
    """The process is gone at this point: nothing catches it."""


def kill_when(bench, hook):
    """Run until the deadline with *hook* installed, which kills the node; start it anew."""
    with pytest.raises(KilledError):
        bench.advance(days=29)
    bench.before_answer = lambda _request: None
    bench.files.trouble = lambda *_: None
    hook()
    bench.boot()


def die(*_):
    raise KilledError


def nothing():
    """Nothing more to put back."""


def test_a_scheduled_entry_is_scheduled_as_before(bench):
    bench.enrol()
    bench.configure(bench.entry())
    before = bench.state()
    bench.reboot()
    assert bench.state() == before


def test_a_deadline_that_passes_while_the_node_is_down_is_met_at_the_next_start(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    bench.engine.stop()
    bench.real.advance(timedelta(days=29, hours=3))
    bench.boot()
    assert bench.advance(seconds=0) == Summary(updates=1)


def test_the_wait_for_a_retry_survives_with_its_reason(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    before = bench.state()
    bench.reboot()
    assert bench.state() == before
    assert bench.advance(minutes=59, seconds=59).updates == 0
    assert bench.advance(seconds=1) == Summary(updates=1)


def test_killed_in_step_1_it_begins_again_at_1(bench, monkeypatch):
    from srpki.x509 import keys

    old = bench.enrol()
    bench.configure(bench.entry())
    with monkeypatch.context() as patch:
        patch.setattr(keys, "generate", die)
        kill_when(bench, nothing)
    assert bench.state().update_state == "wait-for-retry"
    assert bench.state().next_update_time == bench.clock.now()
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert bench.pair()[0] != old
    assert bench.said(2245, "cause")[0] == "after a restart"


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_killed_in_step_2_it_begins_again_at_1(bench, profile):
    old = bench.enrol()
    bench.configure(bench.entry(profile=profile))
    before = bench.content()
    bench.before_answer = die
    kill_when(bench, nothing)
    assert bench.content() == before
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert bench.pair()[0] != old


def test_killed_by_hand_before_the_deadline_it_begins_again_too(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    sent = threading.Event()
    forever = threading.Event()

    def hang(_request):
        sent.set()
        forever.wait(10)

    bench.before_answer = hang
    bench.engine.start()
    bench.engine._parts().scheduler.submit("gw.crt")
    assert sent.wait(5)
    (record,) = (bench.directory / "state" / "auto-update").iterdir()
    assert json.loads(record.read_text())["update_state"] == "in-progress"
    saved = record.read_bytes()
    forever.set()
    bench.before_answer = lambda _request: None
    bench.engine.stop()
    record.write_bytes(saved)  # as a kill would have left it
    bench.boot()
    assert bench.advance(seconds=0) == Summary(updates=1)


STEPS = ["gw.key.previous", "gw.crt.previous", "gw.key", "gw.crt"]


@pytest.mark.parametrize("file", STEPS)
def test_killed_in_step_3_after_the_commit_point_it_goes_on_at_4(bench, file):
    old = bench.enrol()
    bench.configure(bench.entry())
    bench.state()

    def trouble(operation, path):
        if operation in ("duplicate", "rename") and path.name == file:
            die()

    bench.files.trouble = trouble
    kill_when(bench, nothing)
    new = bench.pair()[0]
    assert new != old
    assert bench.whole()
    sent = len(bench.requests)
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert len(bench.requests) == sent
    assert bench.numbers() == [2101, 2101, 2246]
    assert bench.pair()[0] == new
    assert bench.state().update_state == "scheduled"


def test_killed_in_step_3_before_the_commit_point_it_begins_again_at_1(bench):
    old = bench.enrol()
    bench.configure(bench.entry())
    bench.state()

    def trouble(operation, path):
        if operation == "write" and "probe" not in path.name:
            die()

    bench.files.trouble = trouble
    kill_when(bench, nothing)
    assert bench.pair()[0] == old
    sent = len(bench.requests)
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert len(bench.requests) > sent
    assert bench.pair()[0] != old


def test_killed_in_step_4_it_goes_on_at_4(bench, monkeypatch):
    bench.enrol()
    bench.configure(bench.entry())
    with monkeypatch.context() as patch:
        patch.setattr(type(bench.engine.applications), "reload", die)
        kill_when(bench, nothing)
    new, sent = bench.pair()[0], len(bench.requests)
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert (bench.pair()[0], len(bench.requests)) == (new, sent)
    assert bench.numbers() == [2101, 2101, 2246]


def test_a_reload_that_is_owed_survives(bench):
    bench.enrol()
    bench.configure(bench.entry())
    fail_next(bench.engine.applications, "gw.crt")
    bench.advance(days=29)
    before, sent = bench.state(), len(bench.requests)
    bench.reboot()
    assert bench.state() == before
    assert bench.advance(minutes=59).updates == 0
    assert bench.advance(minutes=1) == Summary(updates=1)
    assert len(bench.requests) == sent
    assert bench.numbers() == [2101, 2101, 2246]


def stuck(operation, path):
    """A disk on which a swap goes neither forward nor back, once it has begun."""
    if operation in ("rename", "unlink") and path.name in (*STEPS, ".gw.key.journal"):
        raise OSError(16, "Device or resource busy")


def test_a_swap_that_failed_after_its_commit_point_and_is_completed_by_the_restart_goes_on_at_4(
    bench,
):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    bench.files.trouble = stuck
    assert bench.advance(days=29).failed == 1
    bench.files.trouble = lambda *_: None
    bench.reboot()
    sent = len(bench.requests)
    assert bench.whole()
    bench.advance(hours=1)
    assert len(bench.requests) == sent
    assert bench.state().update_state == "scheduled"
    held = bench.engine.applications.held("gw.crt", "gw.key")
    assert held.certificate == bench.pair()[0]


def test_a_file_that_cannot_be_replaced_costs_its_own_entry_the_renewal_and_no_more(bench):
    """As one that is mounted alone: the old pair stays in use, the other one is renewed."""
    old, other = bench.enrol(), bench.enrol("other")
    bench.configure(bench.entry(), bench.entry("other"))
    bench.state()

    def mounted(operation, path):
        if operation == "rename" and path.name == "gw.crt":
            raise OSError(16, "Device or resource busy")

    bench.files.trouble = mounted
    assert bench.advance(days=29) == Summary(updates=2, failed=1)
    for _ in range(2):
        assert bench.whole() and bench.pair()[0] == old
        assert bench.pair("other")[0] != other
        found = bench.state()
        assert found.update_state == "wait-for-retry"
        assert found.reason == 'replace files "gw.crt" and "gw.key": Device or resource busy'
        bench.reboot()
    bench.files.trouble = lambda *_: None
    assert bench.advance(hours=1) == Summary(updates=1)
    assert bench.whole() and bench.pair()[0] != old


def test_a_swap_that_goes_neither_forward_nor_back_is_told_in_the_state(bench):
    bench.enrol()
    other = bench.enrol("other")
    bench.configure(bench.entry(), bench.entry("other"))
    bench.state()
    bench.files.trouble = stuck
    assert bench.advance(days=29) == Summary(updates=2, failed=1)
    for _ in range(2):
        with pytest.raises(StorageError, match="neither finished nor undone"):
            bench.pair()
        assert "neither finished nor undone: Device or resource busy" in bench.state().reason
        assert bench.pair("other")[0] != other
        bench.reboot()
        bench.advance(hours=2)  # it looks again, in vain
    bench.files.trouble = lambda *_: None
    bench.advance(hours=2)
    assert bench.whole()
    assert bench.state().update_state == "scheduled"


def test_stopping_leaves_an_update_that_waits_for_its_ca_to_begin_again(bench):
    old = bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    bench.state()
    cancel = threading.Event()
    bench.faults.add("simplereenroll waiting seconds 600")
    bench.before_answer = lambda request: request.body and cancel.set()
    bench.engine.run_until(bench.clock.now() + timedelta(days=29), cancel)
    bench.before_answer = lambda _request: None
    bench.reboot()
    assert bench.numbers() == []
    assert bench.state().update_state == "wait-for-retry"
    assert bench.advance(seconds=0) == Summary(updates=1)
    assert bench.pair()[0] != old


def test_damaged_records_cost_what_they_said_and_are_told(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    bench.advance(days=29)
    (record,) = (bench.directory / "state" / "auto-update").iterdir()
    for damage in (b"{", b'{"name":"gw.crt","update_state":"?"}'):
        record.write_bytes(damage)
        bench.reboot()
        assert bench.state().update_state == "scheduled"
        assert len(bench.texts(2043)) == 1
        assert "begins afresh" in bench.texts(2043)[0]
    assert bench.advance(seconds=0) == Summary(updates=1)


def test_records_of_entries_that_are_no_longer_configured_are_removed(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    bench.engine.stop()
    bench.view = bench.configured()
    bench.boot()
    bench.engine.authorities  # noqa: B018 - any look takes the configuration over
    assert list((bench.directory / "state" / "auto-update").iterdir()) == []


def test_what_must_outlast_a_power_cut_is_synced_before_it_counts(bench, monkeypatch):
    """A reload that is owed; what the pair tells need not, and is not written at step 3 at all."""
    bench.enrol()
    bench.configure(bench.entry())
    kept = []
    real = Records.save

    def save(self, name, record, *, sync=True):
        pair = bench.pair()[0]
        kept.append((record["step"], record["pending_reload"], sync, pair))
        real(self, name, record, sync=sync)

    monkeypatch.setattr(Records, "save", save)
    fail_next(bench.engine.applications, "gw.crt")
    old = bench.pair()[0]
    bench.advance(days=29)
    assert {pair for *_, pair in kept} == {old, bench.pair()[0]}
    assert [step for step, *_ in kept if step == 3] == []
    assert [sync for step, owed, sync, _ in kept if step == 4 and owed] == [True]


def test_a_record_of_before_an_update_leads_to_the_schedule_of_the_new_certificate(bench):
    """As a power cut may leave it: the pair is synced, the record of its update is not."""
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()
    records = bench.directory / "state" / "auto-update"
    before = {path: path.read_bytes() for path in records.iterdir()}
    assert bench.advance(days=29).updates == 1
    after, asked = bench.state(), len(bench.requests)
    for path, content in before.items():
        path.write_bytes(content)
    bench.boot()
    found = bench.state()
    assert (found.update_state, found.reason) == ("scheduled", "")
    assert found.fingerprint == after.fingerprint
    assert found.next_update_time == after.next_update_time
    assert len(bench.requests) == asked


def left_by_a_power_cut(bench, before):
    """Yield the state that comes of each record that may be there, after one of *before*."""
    (record,) = (bench.directory / "state" / "auto-update").glob("*.json")
    for content in (record.read_bytes(), before, b"", None):
        bench.engine.stop()
        record.unlink(missing_ok=True)
        if content is not None:
            record.write_bytes(content)
        bench.boot()
        found = bench.state()
        yield found.update_state, found.reason, found.next_update_time


def test_whatever_is_left_of_a_record_that_was_not_synced_the_same_comes_of_it(bench, monkeypatch):
    """Scheduled, invalid, scheduled in another way: configuration and files tell."""
    synced = []
    real = Records.save

    def save(self, name, record, *, sync=True):
        synced.append(sync)
        real(self, name, record, sync=sync)

    monkeypatch.setattr(Records, "save", save)
    bench.enrol()
    sooner = bench.PROFILES.replace(
        'cmpv2 { ca-profile "lab" } }', 'cmpv2 { ca-profile "lab" } before-expiry 3600 }'
    )
    before = b""
    for settings in ({}, {"profiles": ""}, {"profiles": sooner}, {}):
        bench.configure(bench.entry(), **settings)
        bench.state()
        assert synced and not any(synced)
        assert len(set(left_by_a_power_cut(bench, before))) == 1
        (record,) = (bench.directory / "state" / "auto-update").glob("*.json")
        before = record.read_bytes()
        synced.clear()


def test_a_schedule_that_takes_the_place_of_a_retry_is_synced(bench, monkeypatch):
    """Else the retry could come back, and put off what the operator has asked for."""
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur http-500")
    assert bench.advance(days=29).failed == 1
    kept = []
    monkeypatch.setattr(
        Records, "save", lambda _self, _name, record, sync=True: kept.append((record, sync))
    )
    bench.enrol()
    bench.state()
    assert [(record["update_state"], sync) for record, sync in kept] == [("scheduled", True)]


def test_no_certificate_is_asked_for_that_could_not_be_put_in_its_place(bench, monkeypatch):
    old = bench.enrol()
    bench.configure(bench.entry())
    bench.state()

    def mounted(path):
        if path.name == "gw.crt":
            raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(bench.files, "check_replaceable", mounted)
    assert bench.advance(days=29) == Summary(updates=1, failed=1)
    assert bench.requests == []
    assert bench.state().reason == 'replace file "gw.crt": Device or resource busy'
    assert bench.pair()[0] == old
