"""What an operator changes while certificates are renewed [auto-update.md section 4]."""

import threading
from datetime import timedelta

import pytest
from counting import met

ADMIN = "admin system security pki"
PKI = "system security pki"
SECOND = timedelta(seconds=2)


@pytest.fixture
def gw(bench, fresh):
    """The name of a pair that the shared node renews by CMPv2."""
    bench.do("lab ca fault clear")
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    bench.mark()
    yield fresh
    bench.do("lab ca fault clear")
    if f'"{fresh}.crt"' in bench.do("info /state system security pki"):
        bench.delete(f'{PKI} certificate-auto-update "{fresh}.crt"')


@pytest.fixture
def failed(bench, gw):
    """The same one in wait-for-retry."""
    bench.do("lab ca fault add kur http-500")
    bench.refused(bench.update(gw))
    assert bench.state(gw)["update-state"] == "wait-for-retry"
    bench.mark()
    return gw


def reenrol(bench, name):
    """Import a new certificate for the same key under the same name."""
    bench.do(
        f'{ADMIN} est enroll est-profile "lab-est" key "cf3:/system-pki/{name}.key"'
        f' subject-dn "CN={name}" output-file "{name}.crt" force'
    )


# --- entries come and go ----------------------------------------------------------------------------


def test_a_deleted_entry_is_not_tried_again(bench, failed):
    before = bench.pair(failed)
    bench.delete(f'{PKI} certificate-auto-update "{failed}.crt"')
    bench.do("lab clock advance 2h")
    assert bench.pair(failed) == before
    assert not [event for event in met(0, bench.news()) if event.names(failed)]
    assert f'"{failed}.crt"' not in bench.do("info /state system security pki")


def test_an_entry_that_comes_back_forgets_its_retry(bench, failed):
    bench.delete(f'{PKI} certificate-auto-update "{failed}.crt"')
    bench.auto_update(failed, "lab-cmp")
    assert bench.state(failed)["update-state"] == "scheduled"
    assert bench.instant(failed, "next-update-time") - bench.now() > timedelta(days=28)


def test_an_entry_whose_deadline_has_passed_is_updated_at_once(bench, gw):
    """[auto-update.md section 2, trigger 2]."""
    bench.delete(f'{PKI} certificate-auto-update "{gw}.crt"')
    bench.do("lab clock advance 29d", "lab clock advance 30m")
    before, configured = bench.pair(gw), bench.now()
    bench.mark()
    bench.auto_update(gw, "lab-cmp")
    bench.do("lab clock advance 1s")  # returns when what became due has ended
    assert bench.stored(f"{gw}.crt.previous", f"{gw}.key.previous") == before
    started = next(event for event in bench.news(2245) if event.names(gw))
    assert started.time - configured < timedelta(seconds=5)


@pytest.mark.parametrize("change", ["delete", "profile"])
def test_an_update_in_progress_is_cancelled_and_nothing_changes(bench, gw, change):
    before = bench.pair(gw)
    bench.do("lab ca fault add kur waiting seconds 3000")
    results = []
    thread = threading.Thread(
        target=lambda: results.append(
            bench.router.node.run("pki.update-certificate", {"certificate": f"{gw}.crt"})
        )
    )
    thread.start()
    while not any(event.number == 2245 and event.names(gw) for event in bench.news()):
        pass
    if change == "delete":
        bench.delete(f'{PKI} certificate-auto-update "{gw}.crt"')
    else:
        bench.configure(
            f'{PKI} certificate-update-profile "{gw}" cmpv2 ca-profile "lab-ca"',
            f'{PKI} certificate-auto-update "{gw}.crt" profile "{gw}"',
        )
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert not results[0].ok
    told = results[0].data.reason
    assert "cancelled" in told
    assert ("deleted" if change == "delete" else "changed") in told
    assert bench.pair(gw) == before
    if change == "profile":
        assert bench.state(gw)["update-state"] == "scheduled"


def test_a_file_imported_while_its_update_waits_is_kept(bench, gw):
    bench.do("lab ca fault add kur waiting seconds 3000")
    thread = threading.Thread(
        target=bench.router.node.run, args=("pki.update-certificate", {"certificate": f"{gw}.crt"})
    )
    thread.start()
    while bench.state(gw)["update-state"] != "in-progress":
        pass
    reenrol(bench, gw)
    imported = bench.pair(gw)
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert bench.pair(gw) == imported
    assert bench.state(gw)["update-state"] == "scheduled"


# --- states that leave by themselves -----------------------------------------------------------------


def test_importing_the_same_name_again_computes_the_schedule_anew(bench, gw):
    before = bench.instant(gw, "next-update-time")
    bench.do("lab clock advance 3d")
    reenrol(bench, gw)
    assert abs(bench.instant(gw, "next-update-time") - before - timedelta(days=3)) < SECOND * 5


def test_importing_the_same_name_again_ends_the_waiting_for_a_retry(bench, failed):
    reenrol(bench, failed)
    assert bench.state(failed)["update-state"] == "scheduled"
    imported = bench.pair(failed)
    bench.do("lab clock advance 2h")
    assert bench.pair(failed) == imported


def test_by_hand_in_wait_for_retry_starts_now_from_step_1(bench, failed):
    before = bench.pair(failed)
    bench.do(bench.update(failed))
    assert bench.stored(f"{failed}.crt.previous", f"{failed}.key.previous") == before
    assert bench.state(failed)["update-state"] == "scheduled"
    renewed = bench.pair(failed)
    bench.do("lab clock advance 2h")  # the retry that was planned is none any more
    assert bench.pair(failed) == renewed


def test_a_missing_file_is_invalid_until_it_is_imported(bench, gw):
    other = f"{gw}-2"
    bench.key(other)
    bench.auto_update(other, "lab-cmp")
    assert bench.state(other) == {"update-state": "invalid"}
    assert "does not exist" in bench.reason(other)
    bench.do(
        f'{ADMIN} est enroll est-profile "lab-est" key "cf3:/system-pki/{other}.key"'
        f' subject-dn "CN={other}" output-file "{other}.crt"'
    )
    assert bench.state(other)["update-state"] == "scheduled"
    bench.delete(f'{PKI} certificate-auto-update "{other}.crt"')


@pytest.mark.parametrize(
    ("broken", "repair", "word"),
    [
        ("retry-interval 60", '{0} cmpv2 ca-profile "lab-ca"', "has no ca-profile"),
        ('est est-profile "{1}"', '{2} "{1}" server ipv4 127.0.0.1 port {3}', "has no server"),
    ],
)
def test_an_incomplete_profile_is_invalid_until_it_is_completed(bench, gw, broken, repair, word):
    est, port = f"{PKI} est-profile", bench.lab.server.est_port
    user, password = bench.lab.server.est_username, bench.lab.server.est_password
    profile = f'{PKI} certificate-update-profile "{gw}-p"'
    words = (profile, gw, est, port)
    bench.configure(
        f'{est} "{gw}" client-tls-profile "lab"',
        f'{est} "{gw}" http-authentication username "{user}" password "{password}"',
        f"{profile} {broken.format(*words)}",
        f'{PKI} certificate-auto-update "{gw}.crt" profile "{gw}-p"',
    )
    assert bench.state(gw)["update-state"] == "invalid"
    assert word in bench.reason(gw)
    bench.do("lab clock advance 60d")  # nothing happens to it, and nothing breaks
    assert bench.state(gw)["update-state"] == "invalid"
    reenrol(bench, gw)
    bench.configure(repair.format(*words))
    assert bench.state(gw)["update-state"] == "scheduled"
    assert bench.reason(gw) == "(Not Specified)"
    bench.do(bench.update(gw))


def test_another_key_under_the_name_makes_the_entry_invalid_and_the_right_one_valid(bench, gw):
    old = f"{gw}-old"
    bench.do(
        f'{ADMIN} export type key format pem input-file "{gw}.key" output-url "cf3:/{old}"'
        ' password "p"',
        f'{ADMIN} generate-keypair save-path "cf3:/{gw}-x" ecdsa-curve secp256r1',
        f'{ADMIN} import type key format der input-url "cf3:/{gw}-x" output-file "{gw}.key"',
    )
    assert bench.state(gw)["update-state"] == "invalid"
    assert "does not belong" in bench.reason(gw)
    bench.do(
        f'{ADMIN} import type key format pem input-url "cf3:/{old}" output-file "{gw}.key"'
        ' password "p"'
    )
    assert bench.state(gw)["update-state"] == "scheduled"


def test_a_ca_profile_that_is_down_fails_the_update_and_once_up_the_retry_succeeds(bench, gw):
    before = bench.pair(gw)
    bench.configure(f'{PKI} ca-profile "lab-ca" admin-state disable')
    try:
        line = bench.refused(bench.update(gw))
        assert "lab-ca" in line
        assert bench.state(gw)["update-state"] == "wait-for-retry"
        assert bench.pair(gw) == before
    finally:
        bench.configure(f'{PKI} ca-profile "lab-ca" admin-state enable')
    bench.become_due(gw)
    assert bench.pair(gw) != before


# --- schedules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "after_issue"),
    [
        ("before-expiry 86400", timedelta(days=29)),
        ("before-expiry 864000", timedelta(days=20)),
        ("after-issue 864000", timedelta(days=10)),
    ],
)
def test_the_deadline_is_what_the_profile_says_of_the_certificate(bench, gw, schedule, after_issue):
    profile = f'{PKI} certificate-update-profile "{gw}-s"'
    bench.configure(
        f'{profile} cmpv2 ca-profile "lab-ca"',
        f"{profile} {schedule}",
        f'{PKI} certificate-auto-update "{gw}.crt" profile "{gw}-s"',
    )
    issued = bench.certificate(gw).not_before
    assert abs(bench.instant(gw, "next-update-time") - issued - after_issue) < SECOND
    before = bench.pair(gw)
    bench.mark()
    bench.become_due(gw)
    assert bench.pair(gw) != before
    started = next(event for event in bench.news(2245) if event.names(gw))
    assert abs(started.time - issued - after_issue) < SECOND


def test_a_profile_that_is_changed_moves_the_deadline_of_its_entries(bench, gw):
    before = bench.instant(gw, "next-update-time")
    profile = f'{PKI} certificate-update-profile "lab-cmp" before-expiry'
    bench.configure(f"{profile} 172800")
    assert abs(before - bench.instant(gw, "next-update-time") - timedelta(days=1)) < SECOND
    bench.configure(f"{profile} 86400")
    assert bench.instant(gw, "next-update-time") == before
