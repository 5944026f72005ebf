"""When updates run: in due order, at their own instants, whatever clock and peers do."""

import os
import threading
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from counting import met

from srpki.engine.protocols.est import LANE
from srpki.engine.scheduler import Summary
from srpki.x509 import certificates

DAY = timedelta(days=1)


def started(bench):
    """Return when each update started, by certificate."""
    return [
        (event.fields["certificate"], event.time)
        for event in bench.events
        if event.type.number == 2245
    ]


def enrol_three(bench):
    """Enrol c, a and b, which fall due in the order a, b, c, five hours apart."""
    for name, hours in (("c", 0), ("a", 10), ("b", 5)):
        bench.enrol(name, start=bench.clock.now() - timedelta(hours=hours))


def keep_waiting(bench):
    """Let the CA answer the next key update after seven hours: past the next deadline."""
    bench.faults.add("kur waiting seconds 5")
    bench.faults.add("pollreq waiting seconds 3600 times 7")


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_each_update_runs_at_its_own_instant_in_due_order(bench, profile):
    enrol_three(bench)
    bench.configure(*(bench.entry(name, profile) for name in "abc"))
    due = {name: bench.state(f"{name}.crt").next_update_time for name in "abc"}
    assert bench.advance(days=30) == Summary(updates=3)
    assert started(bench) == [(f"{name}.crt", due[name]) for name in "abc"]


def test_moving_in_small_steps_is_the_same_as_in_one(bench):
    enrol_three(bench)
    bench.configure(*(bench.entry(name) for name in "abc"))
    due = [bench.state(f"{name}.crt").next_update_time for name in "abc"]
    for _ in range(290):
        bench.advance(hours=2.5)
    assert [time for _, time in started(bench)] == due


def test_the_clock_stands_at_the_target_afterwards(bench):
    bench.enrol()
    bench.configure(bench.entry())
    target = bench.clock.now() + timedelta(days=29, hours=5)
    bench.engine.run_until(target)
    assert bench.clock.now() == target


def test_after_a_jump_of_the_clock_every_passed_deadline_fires_once_in_order(bench):
    enrol_three(bench)
    bench.configure(*(bench.entry(name) for name in "abc"))
    bench.state("a.crt")
    bench.real.advance(timedelta(days=29, hours=12))  # as NTP may do: nobody is asked
    jumped = bench.clock.now()
    assert bench.advance(seconds=0) == Summary(updates=3)
    assert started(bench) == [(f"{name}.crt", jumped) for name in "abc"]
    assert bench.advance(seconds=0) == Summary()


def test_a_clock_that_is_set_back_runs_nothing_and_deadlines_stay_where_they_are(bench):
    bench.enrol()
    bench.configure(bench.entry())
    due = bench.state().next_update_time
    back = bench.clock.now() - timedelta(days=400)
    assert bench.engine.run_until(back, back=True) == Summary()
    assert bench.clock.now() == back
    assert bench.state().next_update_time == due
    assert bench.engine.run_until(due) == Summary(updates=1)


def test_moving_on_never_moves_back_though_the_target_has_passed_meanwhile(bench):
    """As when an update that was under way took longer than the clock was to be moved."""
    now = bench.clock.now()
    assert bench.engine.run_until(now - timedelta(seconds=1)) == Summary()
    assert bench.clock.now() == now


# --- one outstanding request per CMPv2 server ----------------------------------------------------


def test_an_update_by_cmpv2_waits_for_the_one_before_it_at_the_same_server(bench):
    enrol_three(bench)
    bench.configure(*(bench.entry(name) for name in "abc"))
    keep_waiting(bench)
    due = {name: bench.state(f"{name}.crt").next_update_time for name in "abc"}
    assert bench.advance(days=29).failed == 0
    starts = dict(started(bench))
    ended = [event.time for event in bench.events if event.type.number == 2246]
    assert starts["a.crt"] == due["a"]
    assert ended[0] > due["b"]
    assert starts["b.crt"] == ended[0]
    assert starts["c.crt"] == due["c"]


def test_ca_profiles_with_the_same_url_are_one_server(bench):
    enrol_three(bench)
    other = bench.PROFILES.split("ca-profile")[2].replace('"lab"', '"other"')
    other = "ca-profile" + other.partition("est-profile")[0]
    profile = 'certificate-update-profile "by-other" { cmpv2 { ca-profile "other" } }'
    bench.configure(other, profile, bench.entry("a"), bench.entry("b", "by-other"))
    keep_waiting(bench)
    bench.advance(days=29)
    (first, second), ended = started(bench), [e.time for e in bench.events if e.type.number == 2246]
    assert second[1] == ended[0]
    assert first[0] == "a.crt"


def test_while_one_update_waits_for_its_ca_others_run_at_their_instants(bench):
    enrol_three(bench)
    bench.configure(bench.entry("a"), bench.entry("b", "by-est"), bench.entry("c", "by-est"))
    keep_waiting(bench)
    due = {name: bench.state(f"{name}.crt").next_update_time for name in "abc"}
    assert bench.advance(days=29) == Summary(updates=3)
    assert dict(started(bench)) == {f"{name}.crt": due[name] for name in "abc"}
    assert bench.said(2246, "certificate")[0] == "b.crt"


def test_an_update_that_outlasts_the_target_is_waited_for(bench):
    bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    due = bench.state().next_update_time
    bench.faults.add("simplereenroll waiting seconds 600")
    assert bench.engine.run_until(due) == Summary(updates=1)
    assert bench.clock.now() == due + timedelta(seconds=600)


# --- no tight loop -------------------------------------------------------------------------------


class TestShortLives:
    """A CA that issues for half an hour, and profiles that renew a day before expiry."""

    @pytest.fixture
    def life(self):
        return timedelta(minutes=30)

    @pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
    def test_a_certificate_that_is_due_when_issued_waits_for_half_its_life(self, bench, profile):
        bench.enrol(validity=timedelta(days=2))
        bench.configure(bench.entry(profile=profile))
        bench.advance(days=1)
        first = bench.state().last_update_end_time
        assert bench.state().next_update_time == first + timedelta(minutes=15)
        (text,) = bench.texts(2246)
        assert "is due already, the next update waits until 2030-05-18T12:15:00Z" in text

    def test_it_is_asked_for_once_an_interval_and_no_more(self, bench):
        bench.enrol(validity=timedelta(days=2))
        profile = (
            'certificate-update-profile "often" { retry-interval 600 cmpv2 { ca-profile "lab" } }'
        )
        bench.configure(profile, bench.entry(profile="often"))
        bench.advance(days=1, seconds=-1)
        assert bench.advance(hours=1).updates == 6

    def test_the_hold_survives_a_restart(self, bench):
        bench.enrol(validity=timedelta(days=2))
        bench.configure(bench.entry())
        bench.advance(days=1)
        held = bench.state().next_update_time
        bench.reboot()
        assert bench.state().next_update_time == held
        assert bench.advance(minutes=14).updates == 0

    def test_a_new_import_ends_the_hold(self, bench):
        bench.enrol(validity=timedelta(days=2))
        bench.configure(bench.entry())
        bench.advance(days=1)
        bench.enrol(validity=timedelta(days=9))
        assert bench.state().next_update_time == bench.clock.now() + timedelta(days=8)


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_one_short_life_does_not_end_the_renewal(bench, profile):
    """The CA is well but for one certificate that lives for half of a retry-interval."""
    bench.faults.add(
        f"{'kur' if profile == 'by-cmp' else 'simplereenroll'} short-life seconds 1800"
    )
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    bench.advance(days=33)
    assert bench.numbers().count(2247) == 0
    assert bench.state().update_state == "scheduled"
    assert bench.state().next_update_time > bench.clock.now() + timedelta(days=20)


def test_a_retry_comes_before_a_certificate_ends(bench):
    """With two hours to live and a day between retries; the CA is silent for the first one."""
    bench.enrol(validity=timedelta(hours=2))
    profile = (
        'certificate-update-profile "slow" { retry-interval 36000 cmpv2 { ca-profile "lab" } }'
    )
    bench.faults.add("kur no-answer")
    bench.configure(profile, bench.entry(profile="slow"))
    summary = bench.advance(hours=2)
    assert (summary.updates, summary.failed) == (2, 1)
    assert bench.state().update_state == "scheduled"


def test_a_dead_ca_is_tried_ever_more_often_to_the_end_and_then_as_configured(bench):
    bench.enrol(validity=timedelta(minutes=30))
    bench.faults.add("any no-answer times 1000")
    bench.configure(bench.entry())
    bench.advance(minutes=30)
    times = [event.time for event in bench.events if event.type.number == 2245]
    gaps = [round((later - former).total_seconds()) for former, later in pairwise(times)]
    assert gaps[:3] == [900, 450, 225]
    assert min(gaps) == 10
    assert len(times) < 20
    assert bench.advance(hours=10).updates == 10


@pytest.mark.parametrize("under", [0, 1, 61, 300, 3599, 3601])
def test_a_life_about_as_long_as_before_expiry_does_not_loop(bench, under):
    """The schedule asks for *under* seconds less than the CA gives: retry-interval in between."""
    bench.issue_for(timedelta(days=1, seconds=under))
    bench.enrol()
    bench.configure(bench.entry())
    assert bench.advance(hours=2, seconds=-1).updates == (2 if under < 3600 else 1)
    for text in met(1, bench.texts(2246)):
        said = "due already" if under == 0 else "due again at 2030-05-17T1"
        assert (said in text) == (under < 3600)


# --- interrupted ---------------------------------------------------------------------------------


def test_nothing_is_lost_when_moving_the_clock_is_interrupted(bench):
    enrol_three(bench)
    bench.configure(*(bench.entry(name) for name in "abc"))
    due = {name: bench.state(f"{name}.crt").next_update_time for name in "abc"}
    cancel = threading.Event()
    bench.before_answer = lambda _request: cancel.set()
    summary = bench.engine.run_until(bench.clock.now() + 30 * DAY, cancel)
    assert summary == Summary(updates=1, interrupted=True)
    assert bench.clock.now() == due["a"]
    assert bench.state("b.crt").next_update_time == due["b"]
    bench.before_answer = lambda _request: None
    assert bench.advance(days=1) == Summary(updates=2)
    assert [name for name, _ in started(bench)] == ["a.crt", "b.crt", "c.crt"]


# --- the threads ---------------------------------------------------------------------------------


def test_a_started_engine_updates_what_is_due_without_being_asked(bench):
    bench.engine.start()
    bench.enrol(start=bench.clock.now() - timedelta(days=29, hours=1))
    done = threading.Event()
    bench.engine._bus.subscribe(lambda event: event.type.number == 2246 and done.set())
    bench.configure(bench.entry())
    assert done.wait(10)
    bench.engine.stop()
    assert bench.state().update_state == "scheduled"


def test_moving_the_clock_of_a_started_engine_is_as_orderly(bench):
    enrol_three(bench)
    bench.engine.start()
    bench.configure(*(bench.entry(name) for name in "abc"))
    due = {name: bench.state(f"{name}.crt").next_update_time for name in "abc"}
    assert bench.advance(days=30) == Summary(updates=3)
    assert started(bench) == [(f"{name}.crt", due[name]) for name in "abc"]


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_a_started_engine_begins_what_is_due_together_in_due_order(bench, profile):
    names = [f"gw{number}" for number in range(12)]
    for hours, name in enumerate(reversed(names)):
        start = bench.clock.now() - timedelta(days=29, hours=hours)
        bench.enrol(name, subject=f"CN={name}", start=start)
    ended = threading.Semaphore(0)
    bench.engine._bus.subscribe(lambda event: event.type.number == 2246 and ended.release())
    bench.engine.start()
    bench.configure(*(bench.entry(name, profile) for name in names))
    for _ in names:
        assert ended.acquire(timeout=20)
    assert [name for name, _ in started(bench)] == [f"{name}.crt" for name in names]


def run_side_by_side(bench, profile):
    """Update eight certificates at once; return how many requests were under way together."""
    names = [f"gw{number}" for number in range(8)]
    for name in names:
        bench.enrol(
            name, subject=f"CN={name}", start=bench.clock.now() - timedelta(days=29, hours=1)
        )
    lock, inside, most, ended = threading.Lock(), Counter(), [], threading.Semaphore(0)
    crowd = threading.Barrier(LANE.capacity)

    def before_answer(request):
        with lock:
            inside["now"] += 1
            most.append(inside["now"])
        if profile == "by-est":
            crowd.wait(10)  # passes only when as many as may be are there together
        with lock:
            inside["now"] -= 1

    bench.before_answer = before_answer
    bench.engine._bus.subscribe(lambda event: event.type.number == 2246 and ended.release())
    bench.engine.start()
    bench.configure(*(bench.entry(name, profile) for name in names))
    for _ in names:
        assert ended.acquire(timeout=20)
    return max(most)


def test_est_updates_run_side_by_side_but_not_without_bound(bench):
    assert run_side_by_side(bench, "by-est") == LANE.capacity


def test_cmpv2_updates_of_one_server_never_overlap(bench):
    assert run_side_by_side(bench, "by-cmp") == 1


# --- capacity ------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """Replace the enrolment, which is not what is measured here, by one that signs at once."""
    from srpki.engine.protocols import base, cmpv2, registry

    def build(renewal, services, authority):
        def machine():
            issued = authority.issue(
                renewal.new_key.public_key(),
                certificates.parse(renewal.certificate).subject,
                certificates.san_of(renewal.certificate),
            )
            return issued.certificate
            yield

        name = renewal.profile.server
        limits = cmpv2.limits(renewal.peers, name)
        return base.Enrolment(machine(), services.connections.borrowed("http://lab/", limits))

    def install(authority):
        monkeypatch.setattr(os, "fsync", lambda _descriptor: None)

        class Quick(cmpv2.Cmpv2):
            def enrolment(self, renewal, services):
                return build(renewal, services, authority)

        monkeypatch.setitem(registry.PROTOCOLS, "cmpv2", Quick())

    return install


def test_256_entries_over_400_days_are_renewed_each_in_time_in_seconds(bench, quick):
    """90-day lives: 256 entries, four renewals each and more, no gap in validity."""
    quick(bench.authority)
    bench.issue_for(90 * DAY)
    names = [f"gw{number}" for number in range(256)]
    for number, name in enumerate(names):
        bench.enrol(name, subject=f"CN={name}", start=bench.clock.now() - timedelta(hours=number))
    profiles = [
        f'certificate-update-profile "p{number}" {{ cmpv2 {{ ca-profile "lab" }} }}'
        for number in range(254)
    ]
    bench.configure(
        *profiles,
        *(bench.entry(name, f"p{number % 254}") for number, name in enumerate(names)),
        ipsec="",
    )
    summary = bench.advance(days=400)
    assert summary.failed == 0
    assert summary.updates == sum((400 * 24 + number) // (89 * 24) for number in range(256))
    times = [time for _, time in started(bench)]
    assert times == sorted(times)
    assert Counter(name for name, _ in started(bench)).keys() == {f"{name}.crt" for name in names}
    for name in names:
        facts = certificates.facts(bench.keystore.read_certificate(f"{name}.crt"))
        assert facts.not_before <= bench.clock.now() <= facts.not_after
