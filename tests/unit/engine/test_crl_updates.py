"""Downloads of CRLs: what starts them, what qualifies, what comes of it [facts: pki.md 12, 13]."""

import threading
from datetime import timedelta

import pytest
from counting import met
from cryptography import x509
from issuing import HOUR, P256, Ca, Web

from srpki.core.errors import BusyError, ConnectError, PeerRefusedError, RefusedError, StoppedError
from srpki.x509 import keys

URL = 'url-entry {0} {{ url "http://192.0.2.1/{0}.crl" }}'


@pytest.fixture
def ca(bench):
    found = Ca(bench.clock.now())
    bench.keystore.put("certificate", "ca.crt", found.certificate)
    return found


@pytest.fixture
def web(bench):
    found = Web()
    bench._responders["http"] = found
    return found


def configure(bench, settings="admin-state enable", *, urls=(1,), profile="enable", **parts):
    entries = " ".join(URL.format(number) for number in urls)
    bench.configure(
        'ca-profile "tested" { cert-file "ca.crt" crl-file "ca.crl" '
        f"admin-state {profile} auto-crl-update {{ {settings} crl-urls {{ {entries} }} }} }}",
        **parts,
    )


def state(bench):
    return bench.engine.crl_updates.state("tested")


def settle(bench):
    """Let what is due now happen."""
    bench.advance(seconds=1)


def numbers(bench):
    return [number for number in bench.numbers() if 2095 <= number <= 2115]


# --- what starts a download ----------------------------------------------------------------------


def test_a_missing_crl_is_downloaded_at_once_and_brings_the_profile_up(bench, ca, web):
    web.answers["/1.crl"] = good = ca.crl()
    configure(bench)
    assert bench.engine.authorities.state("tested").oper_flags == ("invalid-crl",)
    settle(bench)
    assert bench.engine.authorities.state("tested").up
    assert bench.keystore.read_crl("ca.crl") == good
    assert numbers(bench) == [2105, 2106]
    assert bench.texts(2106) == [
        'The CRL of CA profile "tested" has been updated from http://192.0.2.1/1.crl.'
    ]


def test_an_expired_crl_is_downloaded_at_once_and_a_good_one_is_not(bench, ca, web):
    web.answers["/1.crl"] = ca.crl()
    bench.keystore.put("crl", "ca.crl", ca.crl(start=-24, end=-1, number=0))
    configure(bench)
    settle(bench)
    assert web.asked == ["/1.crl"]
    bench.configure()
    configure(bench)
    settle(bench)
    assert web.asked == ["/1.crl"]


def test_the_next_download_starts_pre_update_time_before_the_next_update(bench, ca, web):
    bench.keystore.put("crl", "ca.crl", ca.crl(end=24))
    web.answers["/1.crl"] = ca.crl(start=1, end=100, number=2)
    configure(bench, "admin-state enable pre-update-time 7200")
    assert state(bench).status == "auto-scheduled"
    assert state(bench).next_update == ca.now + 22 * HOUR
    bench.advance(hours=21)
    assert web.asked == []
    bench.advance(hours=2)
    assert web.asked == ["/1.crl"]
    known = state(bench)
    assert (known.success_entry_id, known.success_started) == (1, ca.now + 22 * HOUR)
    assert known.next_update == ca.now + 98 * HOUR


def test_a_periodic_update_ignores_the_next_update_and_never_stops(bench, ca, web):
    bench.keystore.put("crl", "ca.crl", ca.crl(end=2000))
    configure(
        bench,
        "admin-state enable schedule-type periodic periodic-update-interval 36000 retry-interval 0",
    )
    bench.advance(hours=35)
    assert len(web.asked) == 3
    assert state(bench).next_update == ca.now + 40 * HOUR
    assert state(bench).status == "auto-scheduled"


def test_a_failed_update_is_tried_again_after_the_retry_interval(bench, ca, web):
    configure(bench, "admin-state enable retry-interval 1800")
    bench.advance(minutes=80)
    assert len(web.asked) == 3
    web.answers["/1.crl"] = ca.crl()
    bench.advance(minutes=20)
    assert bench.engine.authorities.state("tested").up


def test_a_retry_interval_of_zero_gives_up(bench, ca, web):
    configure(bench, "admin-state enable retry-interval 0")
    bench.advance(hours=100)
    assert web.asked == ["/1.crl"]
    assert (state(bench).status, state(bench).next_update) == ("stopped", None)


def test_importing_the_missing_crl_begins_anew(bench, ca, web):
    configure(bench, "admin-state enable retry-interval 0")
    settle(bench)
    bench.keystore.put("crl", "ca.crl", ca.crl(end=24))
    bench.engine.file_changed("ca.crl")
    assert state(bench).next_update == ca.now + 23 * HOUR


def test_a_crl_without_a_next_update_stops_the_schedule(bench, ca, web):
    web.answers["/1.crl"] = ca.crl(end=None)
    configure(bench)
    settle(bench)
    assert numbers(bench) == [2105, 2106, 2110]
    assert state(bench).status == "stopped"
    assert bench.engine.authorities.state("tested").up


def test_a_pre_update_time_that_is_too_long_waits_for_the_retry_interval(bench, ca, web):
    web.answers["/1.crl"] = ca.crl(end=24)
    configure(bench, f"admin-state enable pre-update-time {25 * 3600} retry-interval 1800")
    bench.advance(minutes=10)
    assert numbers(bench) == [2105, 2106, 2113]
    assert web.asked == ["/1.crl"]
    assert state(bench).next_update == ca.now + timedelta(minutes=30)


@pytest.mark.parametrize("why", ["profile down", "update down", "no url", "no file"])
def test_nothing_is_downloaded_where_something_is_missing(bench, ca, web, why):
    configure(
        bench,
        "admin-state disable" if why == "update down" else "admin-state enable",
        urls=() if why == "no url" else (1,),
        profile="disable" if why == "profile down" else "enable",
    )
    if why == "no file":
        bench.configure(
            'ca-profile "tested" { admin-state enable cert-file "ca.crt" auto-crl-update '
            f"{{ admin-state enable crl-urls {{ {URL.format(1)} }} }} }}"
        )
    bench.advance(hours=5)
    assert (web.asked, state(bench).status) == ([], "not-updating")


def test_a_removed_profile_takes_its_download_along(bench, ca, web):
    bench.keystore.put("crl", "ca.crl", ca.crl(end=24))
    configure(bench)
    bench.configure()
    bench.advance(hours=100)
    assert (web.asked, state(bench)) == ([], None)


# --- what qualifies ------------------------------------------------------------------------------


def test_the_urls_are_tried_in_order_until_one_gives_a_good_crl(bench, ca, web):
    def unreachable(request):
        raise ConnectError("no connection to 192.0.2.1:80")

    web.answers = {"/1.crl": unreachable, "/3.crl": b"not a CRL", "/5.crl": ca.crl(), "/8.crl": b""}
    configure(bench, urls=(8, 5, 3, 1, 2))
    settle(bench)
    assert web.asked == ["/1.crl", "/2.crl", "/3.crl", "/5.crl"]
    assert numbers(bench) == [2105, 2107, 2107, 2107, 2106]
    assert bench.said(2107, "reason") == [
        "no connection to 192.0.2.1:80",
        "the server answered with HTTP status 404",
        "the server answered with what is not DER",
    ]
    known = state(bench)
    assert (known.success_entry_id, known.failed.entry_id) == (5, 3)
    assert known.failed.cause == "invalid-crl"


UNFIT = {
    "signed by another key": lambda ca: ca.crl(start=1, end=48, key=keys.generate(P256)),
    "of another CA": lambda ca: Ca(ca.now, "O=Test,CN=Other").crl(start=1, end=48),
    "the present one": lambda ca: ca.crl(start=-1, end=3, number=3),
    "older": lambda ca: ca.crl(start=-2, end=48, number=9),
    "as old, with a lower number": lambda ca: ca.crl(start=-1, end=48, number=2),
    "expired": lambda ca: ca.crl(start=0, end=1, number=9),
    "from the future": lambda ca: ca.crl(start=30, end=48, number=9),
    "a delta": lambda ca: ca.crl(start=1, end=48, critical=[x509.DeltaCRLIndicator(1)]),
    "PEM": lambda _ca: b"-----BEGIN X509 CRL-----\n",
    "HTML": lambda _ca: b"<html>no such file</html>",
    "empty": lambda _ca: b"",
    "truncated": lambda ca: ca.crl(start=1, end=48, number=5)[:-1],
    "followed by rubbish": lambda ca: ca.crl(start=1, end=48, number=5) + b"\0",
    "a certificate": lambda ca: ca.certificate,
}


@pytest.mark.parametrize("wrong", UNFIT)
def test_what_does_not_qualify_is_refused_and_the_present_crl_stays(bench, ca, web, wrong):
    present = ca.crl(start=-1, end=3, number=3)
    bench.keystore.put("crl", "ca.crl", present)
    web.answers["/1.crl"] = UNFIT[wrong](ca)
    configure(bench, "admin-state enable retry-interval 0")
    bench.advance(hours=2, minutes=1)
    assert numbers(bench) == [2105, 2107, 2108]
    assert state(bench).failed.cause == "invalid-crl"
    assert bench.keystore.read_crl("ca.crl") == present
    assert bench.engine.authorities.crl("tested") == present


def test_every_flipped_octet_and_every_truncation_of_a_crl_is_refused(bench, ca, web):
    """No answer but the CA's own is ever taken, and whatever comes ends in a typed error."""
    good = ca.crl(end=48, number=2, revoked=(77,))
    configure(bench, "admin-state disable")
    hostile = [good[:length] for length in range(0, len(good), 3)]
    hostile += [
        good[:place] + bytes((good[place] ^ 0x55,)) + good[place + 1 :]
        for place in range(len(good))
    ]
    for answer in met(200, hostile):
        web.answers["/1.crl"] = answer
        with pytest.raises(PeerRefusedError):
            bench.engine.crl_updates.update_now("tested")
    assert bench.engine.authorities.crl("tested") == b""
    web.answers["/1.crl"] = good
    bench.engine.crl_updates.update_now("tested")
    assert bench.engine.authorities.crl("tested") == good


def test_a_later_crl_number_of_the_same_second_is_newer(bench, ca, web):
    bench.keystore.put("crl", "ca.crl", ca.crl(end=3, number=3))
    web.answers["/1.crl"] = later = ca.crl(end=48, number=4)
    configure(bench)
    bench.advance(hours=2)
    assert bench.engine.authorities.crl("tested") == later


# --- by hand -------------------------------------------------------------------------------------


def test_an_update_by_hand_needs_an_automatic_one_that_is_down(bench, ca, web):
    update = bench.engine.crl_updates.update_now
    bench.configure('ca-profile "tested" { admin-state enable cert-file "ca.crt" }')
    with pytest.raises(RefusedError, match="has no auto-crl-update"):
        update("tested")
    configure(bench)
    with pytest.raises(RefusedError, match="is enabled"):
        update("tested")
    configure(bench, "admin-state disable", profile="disable")
    with pytest.raises(RefusedError, match="is shut down"):
        update("tested")
    configure(bench, "admin-state disable", urls=())
    with pytest.raises(RefusedError, match="no url-entry"):
        update("tested")


def test_an_update_by_hand_replaces_the_crl_and_leaves_no_schedule(bench, ca, web):
    web.answers["/1.crl"] = ca.crl()
    configure(bench, "admin-state disable")
    assert bench.engine.crl_updates.update_now("tested") == "http://192.0.2.1/1.crl"
    assert bench.engine.authorities.state("tested").up
    known = state(bench)
    assert (known.status, known.next_update, known.success_entry_id) == ("not-updating", None, 0)


def test_a_failed_update_by_hand_stops_and_says_why(bench, ca, web):
    configure(bench, "admin-state disable")
    with pytest.raises(PeerRefusedError, match="HTTP status 404"):
        bench.engine.crl_updates.update_now("tested")
    assert state(bench).status == "stopped"


def test_a_second_update_by_hand_is_refused_while_the_first_runs(bench, ca, web):
    tried = []

    def second(request):
        with pytest.raises(BusyError):
            bench.engine.crl_updates.update_now("tested")
        tried.append(state(bench).status)
        return ca.crl()

    web.answers["/1.crl"] = second
    configure(bench, "admin-state disable")
    bench.engine.crl_updates.update_now("tested")
    assert tried == ["manual-downloading"]


def test_a_cancelled_update_by_hand_changes_nothing(bench, ca, web):
    cancel = threading.Event()
    cancel.set()
    web.answers["/1.crl"] = ca.crl()
    configure(bench, "admin-state disable")
    with pytest.raises(StoppedError):
        bench.engine.crl_updates.update_now("tested", cancel)
    assert bench.engine.authorities.crl("tested") == b""


# --- trouble -------------------------------------------------------------------------------------


def test_after_a_restart_the_crl_on_disk_says_when_the_next_one_is_due(bench, ca, web):
    web.answers["/1.crl"] = ca.crl(end=24)
    configure(bench)
    settle(bench)
    bench.reboot()
    bench.engine.apply(bench.view)
    assert state(bench).next_update == ca.now + 23 * HOUR
    bench.advance(hours=1)
    assert web.asked == ["/1.crl"]


def test_a_crl_that_cannot_be_written_is_reported_and_tried_again(bench, ca, web):
    def full(operation, path):
        raise OSError(28, "No space left on device")

    web.answers["/1.crl"] = ca.crl()
    configure(bench, urls=(1, 2))
    bench.files.trouble = full
    settle(bench)
    assert numbers(bench) == [2105, 2107, 2109]
    assert "No space left on device" in bench.texts(2109)[0]
    bench.files.trouble = lambda operation, path: None
    bench.advance(hours=1)
    assert bench.engine.authorities.state("tested").up


def test_an_answer_that_comes_after_the_profile_has_changed_is_forgotten(bench, ca, web):
    def change(request):
        configure(bench, urls=(2,))
        return ca.crl()

    web.answers["/1.crl"] = change
    configure(bench)
    settle(bench)
    assert web.asked == ["/1.crl", "/2.crl"]
    assert not bench.keystore.exists("ca.crl")


def test_an_answer_that_comes_after_the_engine_has_stopped_is_forgotten(bench, ca, web):
    def stop(request):
        bench.engine._parts().crl_updates.stop()
        return ca.crl()

    web.answers["/1.crl"] = stop
    configure(bench)
    settle(bench)
    assert not bench.keystore.exists("ca.crl")


def test_limits_of_a_download_come_from_the_transmission_profile_of_its_url(bench, ca, web):
    web.answers["/1.crl"] = ca.crl()
    slow = 'transmission-profile "slow" { timeout 5 retry 3 redirection 2 }'
    entry = URL.format(1).replace(" }", ' transmission-profile "slow" }')
    bench.configure(
        'ca-profile "tested" { admin-state enable cert-file "ca.crt" crl-file "ca.crl" '
        f"auto-crl-update {{ admin-state enable crl-urls {{ {entry} }} }} }}",
        system=slow,
    )
    settle(bench)
    (exchange,) = bench.exchanges
    limits = exchange.limits
    assert (limits.response_timeout, limits.retries, limits.redirects) == (5.0, 3, 2)
    assert limits.max_body == 1 << 23  # what the keystore takes
    assert exchange.closed


def test_a_year_of_crls_and_renewals_in_order(bench, ca, web):
    def fresh(request):
        hours = (bench.clock.now() - ca.now) // HOUR
        return ca.crl(start=hours, end=hours + 24 * 7, number=hours + 1)

    web.answers["/1.crl"] = fresh
    configure(bench)
    bench.advance(days=365)
    assert bench.engine.authorities.state("tested").up
    assert 52 <= len(web.asked) <= 54
    states = [text for text in bench.texts(2045) if '"tested"' in text]
    assert states == [
        'CA profile "tested" is down: invalid-crl (file "ca.crl" does not exist).',
        'CA profile "tested" is up.',
    ]


def test_a_ca_whose_crls_are_always_about_to_end_does_not_make_the_node_busy(bench, ca, web):
    def always_ending(request):
        hours = (bench.clock.now() - ca.now) / HOUR
        return ca.crl(start=hours - 1, end=hours + 0.001, number=len(web.asked))

    web.answers["/1.crl"] = always_ending
    configure(bench, "admin-state enable pre-update-time 0 retry-interval 1")
    bench.advance(minutes=30)
    assert 25 <= len(web.asked) <= 31


def test_slow_servers_hold_up_two_workers_and_no_renewal(bench, ca, web):
    """With real threads: five CRLs are due at once, their servers do not answer."""
    gate, lock, inside, most = threading.Event(), threading.Lock(), [], []

    def slow(request):
        with lock:
            inside.append(request.url)
            most.append(len(inside))
        assert gate.wait(30)
        with lock:
            inside.remove(request.url)
        return ca.crl()

    web.answers["/1.crl"] = slow
    profiles = " ".join(
        f'ca-profile "c{number}" {{ admin-state enable cert-file "ca.crt" crl-file "c{number}.crl"'
        f" auto-crl-update {{ admin-state enable crl-urls {{ {URL.format(1)} }} }} }}"
        for number in range(5)
    )
    bench.enrol()
    cmp = bench._responders["http"]
    bench._responders["http"] = Either(web, bench.cmp)
    try:
        bench.engine.start()
        bench.configure(profiles, bench.entry())
        outcome = bench.engine.update_now("gw.crt")
        assert outcome.ok
        while len(inside) != 2:
            pass
        gate.set()
        while not all(bench.engine.authorities.state(f"c{n}").up for n in range(5)):
            pass
    finally:
        gate.set()
        bench._responders["http"] = cmp
    assert max(most) == 2


class Either:
    """The web server for files, the CA for everything else."""

    def __init__(self, web, cmp):
        self.web, self.cmp = web, cmp

    def handle(self, request, own):
        return (self.web if request.url.endswith(".crl") else self.cmp).handle(request, own)
