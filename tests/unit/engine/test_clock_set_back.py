"""A clock that was ahead for a moment and has come back [auto-update.md, section 4].

Whatever was to happen at an instant that the clock ahead had set must not wait for the wrong year.
"""

import json
from datetime import timedelta

import pytest
from issuing import Ca, Web

from srpki.core.clock import Deadline

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
JUMPS = [2 * HOUR, 25 * DAY, 4000 * DAY]


def jump(bench, by):
    """Let the clock jump, as one of a host does: nobody is told."""
    bench.real.jump(by)


@pytest.fixture
def node(bench):
    """A node with a pair that is due in a second and lives for another day."""
    bench.enrol(validity=DAY + SECOND)
    bench.configure(bench.entry())
    return bench


def fail(bench, by):
    """Let an update fail while the clock is ahead by *by*."""
    bench.faults.add("any no-answer times 100")
    jump(bench, by)
    assert bench.engine.run_until(bench.clock.now()).failed == 1
    assert bench.state().next_update_time == bench.clock.now() + HOUR
    bench.faults.clear()


def check_waits_for(bench, interval):
    """Check that *gw* is renewed after *interval*, and that this is what it says."""
    due = bench.clock.now() + interval
    assert bench.state().next_update_time == due
    assert bench.engine.run_until(due - SECOND).updates == 0
    assert bench.state().next_update_time == due
    assert bench.engine.run_until(due).updates == 1
    assert bench.state().update_state == "scheduled"


@pytest.mark.parametrize("by", JUMPS)
def test_a_retry_waits_for_its_interval_and_no_longer(node, by):
    fail(node, by)
    jump(node, -by)
    check_waits_for(node, HOUR)


def test_in_the_lab_too_where_the_clock_is_set(node):
    began = node.clock.now()
    node.faults.add("any no-answer times 100")
    node.advance(days=30)
    assert node.state().next_update_time > began + 30 * DAY
    node.faults.clear()
    node.engine.run_until(began + MINUTE, back=True)
    check_waits_for(node, HOUR)


@pytest.mark.parametrize("by", JUMPS)
def test_a_retry_is_not_believed_by_a_node_that_was_off_when_the_clock_came_back(node, by):
    fail(node, by)
    node.engine.stop()
    jump(node, -by)
    node.boot()
    check_waits_for(node, HOUR)


def test_nor_is_one_that_an_earlier_release_has_written(node):
    fail(node, 25 * DAY)
    node.engine.stop()
    (path,) = (node.directory / "state" / "auto-update").iterdir()
    record = json.loads(path.read_text())
    assert record.pop("interval") == 3600.0
    path.write_text(json.dumps(record))
    jump(node, -25 * DAY)
    node.boot()
    check_waits_for(node, HOUR)


def test_what_was_to_go_on_at_once_after_a_restart_waits_for_a_retry_at_most(node):
    assert node.state().update_state == "scheduled"  # and this is written
    node.engine.stop()
    (path,) = (node.directory / "state" / "auto-update").iterdir()
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"update_state": "in-progress", "step": 2}))
    jump(node, 25 * DAY)
    node.boot()
    assert node.state().next_update_time == node.clock.now()
    jump(node, -25 * DAY)
    check_waits_for(node, HOUR)


def test_a_clock_that_comes_back_a_little_moves_a_retry_a_little(node):
    fail(node, 2 * HOUR)
    jump(node, -MINUTE)
    check_waits_for(node, HOUR)


def test_a_retry_of_before_the_jump_is_what_it_was(node):
    fail(node, SECOND)
    due = node.state().next_update_time
    jump(node, 30 * MINUTE)
    assert node.state().next_update_time == due
    jump(node, -30 * MINUTE)
    check_waits_for(node, due - node.clock.now())


@pytest.mark.parametrize("off", [False, True])
def test_a_hold_lasts_for_its_interval_and_no_longer(node, off):
    issue, began = node.authority.issue, node.clock.now()
    node.authority.issue = lambda *given, **more: issue(*given, **{**more, "start": began})
    node.issue_for(DAY)  # due already when it arrives; the clock of the CA is right
    jump(node, 12 * HOUR)
    assert node.engine.run_until(node.clock.now()).updates == 1
    assert node.state().held_until == node.clock.now() + HOUR
    if off:
        node.engine.stop()
    jump(node, -12 * HOUR)
    if off:
        node.boot()
    check_waits_for(node, HOUR)


def test_a_disk_that_failed_is_looked_at_again_in_time(node):
    def trouble(kind, name):
        raise OSError(5, "Input/output error")

    jump(node, 25 * DAY)
    read, node.files.read = node.files.read, trouble
    node.engine.file_changed("gw.crt")
    assert "Input/output error" in node.state().reason
    node.files.read = read
    jump(node, -25 * DAY)
    node.engine.states()
    node.advance(minutes=59)
    assert node.state().update_state == "invalid"
    node.advance(minutes=2)
    assert node.state().update_state == "scheduled"


def test_a_poll_comes_as_soon_as_the_ca_has_asked_for(node):
    """The job waits in a scheduler that runs; no clock of a lab carries it to its instant."""
    node.faults.add("kur waiting seconds 600")
    jump(node, 2 * HOUR)
    scheduler = node.engine._parts().scheduler
    job = scheduler._take()
    scheduler._step(job)
    assert job.resume == Deadline.after(node.clock.now(), timedelta(seconds=600))
    jump(node, -2 * HOUR)
    assert scheduler._take() is None
    assert job.resume.at == node.clock.now() + timedelta(seconds=600)
    jump(node, timedelta(seconds=600))
    assert scheduler._take() is job
    # The CA is on the same clock: it counts the ten minutes from where it finds itself.
    scheduler._step(job)
    assert job.outcome is None
    jump(node, timedelta(seconds=600))
    assert scheduler._take() is job
    scheduler._step(job)
    assert job.outcome.ok


# --- errands -------------------------------------------------------------------------------------


def test_an_errand_waits_as_long_as_it_had_to(bench):
    done = []
    jump(bench, 25 * DAY)
    bench.engine.plan(bench.clock.now() + HOUR, lambda: done.append(bench.clock.now()))
    jump(bench, -25 * DAY)
    due = bench.clock.now() + HOUR
    bench.advance(hours=2)
    assert done == [due]


def test_an_errand_may_be_planned_anew_and_is_so_at_once(bench):
    done = []
    jump(bench, 25 * DAY)
    at = bench.clock.now() + HOUR
    bench.engine.plan(at, lambda: done.append("done"), lambda: done.append(bench.clock.now()))
    bench.engine.run_until(bench.clock.now() - 25 * DAY, back=True)
    assert done == [bench.clock.now()]
    bench.advance(days=30)
    assert len(done) == 1


# --- CRLs ----------------------------------------------------------------------------------------


@pytest.fixture
def crl(bench):
    """Return a function that configures downloads of a CRL with settings."""
    bench.web, bench.ca = Web(), Ca(bench.clock.now())
    bench._responders["http"] = bench.web
    bench.keystore.put("certificate", "ca.crt", bench.ca.certificate)

    def configure(settings=""):
        bench.configure(
            'ca-profile "tested" { cert-file "ca.crt" crl-file "ca.crl" admin-state enable'
            f" auto-crl-update {{ admin-state enable {settings}"
            ' crl-urls { url-entry 1 { url "http://192.0.2.1/1.crl" } } } }'
        )
        bench.advance(seconds=1)

    return configure


def planned(bench):
    return bench.engine.crl_updates.state("tested").next_update


def test_a_crl_of_the_future_is_replaced_at_once(bench, crl):
    jump(bench, 400 * DAY)
    bench.web.answers["/1.crl"] = bench.ca.crl(start=9600, end=9700, number=7)
    crl()
    assert bench.engine.authorities.state("tested").up
    jump(bench, -400 * DAY)
    bench.web.answers["/1.crl"] = now = bench.ca.crl()
    bench.advance(seconds=1)
    assert bench.keystore.read_crl("ca.crl") == now
    assert bench.engine.authorities.state("tested").up
    assert planned(bench) == bench.ca.now + 23 * HOUR


@pytest.mark.parametrize("settings", ["", "retry-interval 0"])
def test_a_download_that_failed_is_tried_again(bench, crl, settings):
    jump(bench, 25 * DAY)
    crl(settings)
    assert bench.web.asked == ["/1.crl"]
    bench.web.answers["/1.crl"] = bench.ca.crl()
    jump(bench, -25 * DAY)
    bench.advance(minutes=59)
    assert bench.engine.authorities.state("tested").up
    assert len(bench.web.asked) == 2


def test_a_periodic_download_comes_after_its_period(bench, crl):
    jump(bench, 25 * DAY)
    bench.web.answers["/1.crl"] = bench.ca.crl(end=9600)
    crl("schedule-type periodic periodic-update-interval 86400")
    jump(bench, -25 * DAY)
    bench.advance(seconds=1)
    assert planned(bench) <= bench.clock.now() + DAY


# --- warnings ------------------------------------------------------------------------------------


def test_a_warning_that_came_too_early_is_cleared_and_comes_again(bench):
    bench.enrol(validity=100 * HOUR)
    began = bench.clock.now()
    bench.configure("certificate-expiration-warning { hours 6 repeat-hours 0 }")
    bench.advance(days=400)
    assert len(bench.texts(2096)) == 1
    bench.engine.run_until(began + HOUR, back=True)
    (cleared,) = bench.texts(2097)
    assert cleared.endswith("gw.crt used by IPsec is cleared: the clock was set back.")
    bench.advance(hours=300)
    warned = [event.time for event in bench.events if event.type.number == 2095]
    assert warned == [began + 94 * HOUR] * 2
    assert len(bench.texts(2096)) == 2


def test_a_warning_that_was_due_stays(bench):
    bench.enrol(validity=100 * HOUR)
    bench.configure("certificate-expiration-warning { hours 6 repeat-hours 0 }")
    bench.advance(hours=97)
    jump(bench, 30 * MINUTE)
    bench.engine.states()
    jump(bench, -30 * MINUTE)
    bench.advance(seconds=1)
    assert len(bench.texts(2095)) == 1
    assert bench.texts(2097) == []


def test_a_certificate_that_is_not_valid_yet_is_told_again(bench):
    bench.enrol(start=bench.clock.now() + DAY)
    bench.configure()
    assert len(bench.texts(2114)) == 1
    bench.engine.run_until(bench.clock.now() - HOUR, back=True)
    assert len(bench.texts(2114)) == 2
