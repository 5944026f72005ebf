"""An entry that is deleted or changed while its update runs: cancelled before step 3, not after."""

import threading
from datetime import timedelta

import pytest
from troubles import fail_next

from srpki.core.errors import RefusedError
from srpki.x509 import keys

PROTOCOLS = ["by-cmp", "by-est"]
DUE = {"days": 29}


def once(bench, action):
    """Do *action* when the next request is on its way."""

    def hook(_request):
        bench.before_answer = lambda _request: None
        action()

    bench.before_answer = hook


def in_step_3(bench, action):
    """Do *action* when the pair is being replaced."""

    def trouble(operation, path):
        if operation == "rename" and path.name == "gw.crt":
            bench.files.trouble = lambda *_: None
            action()

    bench.files.trouble = trouble


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_deleted_before_step_3_nothing_changes(bench, profile):
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    before = bench.content()
    once(bench, bench.configure)
    assert bench.advance(**DUE).failed == 1
    assert bench.content() == before
    assert bench.engine.states() == {}
    assert bench.texts(2247)[0].endswith("in step 2: cancelled: the entry was deleted.")
    assert 2246 not in bench.numbers()
    assert bench.advance(**DUE).updates == 0
    assert list((bench.directory / "state" / "auto-update").iterdir()) == []


def test_the_ca_is_told_that_a_certificate_is_not_wanted_any_more(bench):
    bench.enrol()
    bench.configure(bench.entry())
    once(bench, bench.configure)
    bench.advance(**DUE)
    assert "reject" in bench.transactions[-1]


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_changed_before_step_3_it_starts_again_with_the_new_settings(bench, profile):
    old = bench.enrol()
    bench.configure(bench.entry(profile=profile))
    other = "by-est" if profile == "by-cmp" else "by-cmp"
    once(bench, lambda: bench.configure(bench.entry(profile=other)))
    summary = bench.advance(**DUE)
    assert (summary.updates, summary.failed) == (2, 1)
    assert bench.pair()[0] != old
    assert bench.said(2245, "profile") == [profile, other]
    assert bench.said(2247, "reason") == ["cancelled: the entry was changed"]
    assert bench.state().update_state == "scheduled"


def test_a_changed_update_profile_is_a_change(bench):
    bench.enrol()
    bench.configure(bench.entry())
    later = bench.PROFILES.replace(
        'cmpv2 { ca-profile "lab" } }', 'cmpv2 { ca-profile "lab" } before-expiry 3600 }'
    )
    before = bench.content()
    once(bench, lambda: bench.configure(bench.entry(), profiles=later))
    assert bench.advance(**DUE).failed == 1
    assert bench.content() == before
    assert bench.state().next_update_time == bench.clock.now() + timedelta(hours=23)


def test_a_commit_that_changes_something_else_does_not_cancel(bench):
    bench.enrol()
    bench.configure(bench.entry())
    once(bench, lambda: bench.configure(bench.entry(), bench.entry("other")))
    assert bench.advance(**DUE).failed == 0


def test_importing_the_file_again_before_step_3_cancels(bench):
    bench.enrol()
    bench.configure(bench.entry())
    imported = []
    once(bench, lambda: imported.append(bench.enrol()))
    assert bench.advance(**DUE).failed == 1
    assert bench.pair()[0] == imported[0]
    assert 'cancelled: "gw.key" was replaced' in bench.texts(2247)[0]
    assert bench.state().next_update_time == bench.clock.now() + timedelta(days=29)


def test_deleted_while_the_keystore_is_probed_it_leaves_no_record(bench):
    bench.enrol()
    bench.configure(bench.entry())

    def trouble(_operation, path):
        if "probe" in path.name:
            bench.configure()

    bench.files.trouble = trouble
    assert bench.advance(**DUE).failed == 1
    assert bench.requests == []
    assert list((bench.directory / "state" / "auto-update").iterdir()) == []


def test_a_file_that_was_replaced_without_notice_is_not_overwritten(bench):
    bench.enrol()
    bench.configure(bench.entry())
    stolen = bench.authority.root
    once(bench, lambda: bench.keystore.put("certificate", "gw.crt", stolen))
    assert bench.advance(**DUE).failed == 1
    assert bench.keystore.read_certificate("gw.crt") == stolen
    assert "was replaced" in bench.texts(2247)[0]


def test_deleted_in_step_3_it_finishes_first(bench):
    old = bench.enrol()
    bench.configure(bench.entry())
    in_step_3(bench, bench.configure)
    assert bench.advance(**DUE).failed == 0
    new, key = bench.pair()
    assert new != old
    assert keys.same_public_key(new, key)
    assert bench.numbers()[-1] == 2246
    assert bench.engine.states() == {}
    assert list((bench.directory / "state" / "auto-update").iterdir()) == []


def test_changed_in_step_3_it_finishes_first_and_is_scheduled_by_the_new_settings(bench):
    old = bench.enrol()
    bench.configure(bench.entry())
    profile = 'certificate-update-profile "early" { cmpv2 { ca-profile "lab" } after-issue 864000 }'
    in_step_3(bench, lambda: bench.configure(profile, bench.entry(profile="early")))
    assert bench.advance(**DUE).failed == 0
    assert bench.pair()[0] != old
    assert bench.state().next_update_time == bench.clock.now() + timedelta(days=10)


def test_changed_in_step_4_the_reload_is_still_owed(bench, monkeypatch):
    bench.enrol()
    bench.configure(bench.entry())
    fail_next(bench.engine.applications, "gw.crt")
    bench.advance(**DUE)
    with monkeypatch.context() as patch:

        def refuse(_certificate):
            bench.configure(bench.entry(profile="by-est"))
            raise RefusedError("the application is busy")

        patch.setattr(bench.engine.applications, "reload", refuse)
        cancel = threading.Event()
        patch.setattr(bench.engine._parts().scheduler, "_end", ended_by(bench, cancel))
        bench.engine.run_until(bench.clock.now() + timedelta(hours=1), cancel)
    assert bench.texts(2247)[1].endswith("in step 4: the application is busy.")
    assert bench.state().pending_reload
    assert bench.advance(seconds=1).failed == 0
    held = bench.engine.applications.held("gw.crt", "gw.key")
    assert held.certificate == bench.pair()[0]


def ended_by(bench, cancel):
    """Return a scheduler's ``_end`` that also sets *cancel*."""
    end = bench.engine._parts().scheduler._end

    def ending(job, outcome):
        end(job, outcome)
        cancel.set()

    return ending


def test_deleted_and_configured_again_in_step_3_there_is_one_update(bench):
    bench.enrol()
    bench.configure(bench.entry())

    def delete_and_configure():
        bench.configure()
        bench.configure(bench.entry())

    in_step_3(bench, delete_and_configure)
    assert bench.advance(**DUE).updates == 1
    assert bench.state().update_state == "scheduled"


def test_deleted_while_it_waits_for_its_ca_it_ends_at_once(bench):
    bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    due = bench.state().next_update_time
    bench.faults.add("simplereenroll waiting seconds 600")
    cancel = threading.Event()
    bench.before_answer = lambda request: request.body and cancel.set()
    bench.engine.run_until(due, cancel)
    assert bench.state().update_state == "in-progress"
    sent = len(bench.requests)
    bench.configure()
    assert bench.advance(seconds=0).failed == 1
    assert len(bench.requests) == sent
    assert bench.clock.now() == due


def test_a_stop_while_the_clock_is_moved_begins_nothing_more(bench):
    for name in ("one", "two"):
        bench.enrol(name, subject=f"CN={name}")
    bench.configure(bench.entry("one"), bench.entry("two"))
    due = bench.state("one.crt").next_update_time
    stopping = threading.Thread(target=bench.engine.stop)
    scheduler = bench.engine._parts().scheduler

    def stop(_request):
        bench.before_answer = lambda _request: None
        stopping.start()
        with scheduler._changed:
            assert scheduler._changed.wait_for(lambda: scheduler._stopped, 10)

    bench.before_answer = stop
    summary = bench.engine.run_until(due + timedelta(days=1))
    stopping.join(10)
    assert summary.interrupted
    assert len(bench.texts(2245)) == 1
    assert bench.clock.now() == due
