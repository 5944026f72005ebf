"""CAs that need time: CMPv2 answers ``waiting``, EST answers 202 with Retry-After."""

from datetime import timedelta

import pytest

SECOND = timedelta(seconds=2)
WAITING = {"gw": "kur waiting", "tls": "simplereenroll waiting"}


@pytest.fixture(scope="module")
def renewing(bench):
    """A node that renews ``gw`` by CMPv2 and ``tls`` by EST."""
    bench.enrol_cmp("gw")
    bench.enrol_est("tls")
    bench.auto_update("gw", "lab-cmp")
    bench.auto_update("tls", "lab-est")
    for name in ("lab-cmp", "lab-est"):  # a week: waiting in vain must not end in expiry here
        bench.configure(
            f'system security pki certificate-update-profile "{name}" before-expiry 604800'
        )
    return bench


@pytest.fixture
def node(renewing):
    """That node with a CA that does everything right and both certificates renewed."""
    renewing.do("lab ca fault clear", renewing.update("gw"), renewing.update("tls"))
    renewing.mark()
    return renewing


def about(node, name, *numbers):
    return [event for event in node.news(*numbers) if event.names(name)]


@pytest.mark.parametrize("name", ["gw", "tls"])
def test_a_scheduled_update_asks_again_after_the_time_it_was_told(node, name):
    before = node.pair(name)
    due = node.instant(name, "next-update-time")
    node.do(f"lab ca fault add {WAITING[name]} seconds 600")
    node.become_due(name)
    started, finished = about(node, name, 2245, 2246, 2247)
    assert (started.number, finished.number) == (2245, 2246)
    assert abs(started.time - due) < SECOND
    assert abs(finished.time - due - timedelta(seconds=600)) < SECOND
    assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == before
    assert node.state(name)["update-state"] == "scheduled"


@pytest.mark.parametrize("name", ["gw", "tls"])
def test_an_update_by_hand_waits_too(node, name):
    before = node.pair(name)
    node.do(f"lab ca fault add {WAITING[name]} seconds 1", node.update(name))
    assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == before


def test_a_cmpv2_server_may_ask_for_patience_more_than_once(node):
    before = node.pair("gw")
    due = node.instant("gw", "next-update-time")
    node.do(
        "lab ca fault add kur waiting seconds 100",
        "lab ca fault add pollreq waiting seconds 200 times 2",
    )
    node.become_due("gw")
    # The first poll goes out at once; pollRep says how long to wait [RFC 4210, 5.3.22].
    (finished,) = about(node, "gw", 2246, 2247)
    assert finished.number == 2246
    assert abs(finished.time - due - timedelta(seconds=400)) < SECOND
    assert node.pair("gw") != before


@pytest.mark.parametrize(
    ("name", "more", "word"),
    [
        ("gw", "pollreq waiting seconds 86000 times 1000", "did not decide"),
        ("tls", "simplereenroll waiting seconds 3000 times 1000", "has not issued"),
    ],
)
def test_patience_ends(node, name, more, word):
    """Everything a peer controls is bounded: also how long it makes us wait."""
    before = node.pair(name)
    node.do(f"lab ca fault add {WAITING[name]} seconds 3000", f"lab ca fault add {more}")
    node.become_due(name)
    started, failed = about(node, name, 2245, 2246, 2247)
    assert failed.number == 2247
    assert "in step 2" in failed.text
    assert word in failed.text
    assert failed.time - started.time < timedelta(days=8)
    assert node.pair(name) == before
    assert node.state(name)["update-state"] == "wait-for-retry"
    node.do("lab ca fault clear")
    node.become_due(name)
    assert node.pair(name) != before


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("reject failinfo systemFailure", "systemFailure"),
        ("wrong-nonce", "recipNonce"),
        ("wrong-transaction", "transactionID"),
        ("unprotected", "not protected"),
        ("bad-protection", "signature"),
        ("garbage", "not well formed"),
        ("http-500", "HTTP status 500"),
        ("no-answer", "without an answer"),
    ],
)
def test_a_poll_that_is_answered_wrongly_fails_the_update_and_the_retry_succeeds(node, fault, word):
    before = node.pair("gw")
    node.do("lab ca fault add kur waiting seconds 60", f"lab ca fault add pollreq {fault}")
    node.become_due("gw")
    (failed,) = about(node, "gw", 2246, 2247)
    assert failed.number == 2247
    assert word in node.clear(failed.text)
    assert node.pair("gw") == before
    assert node.state("gw")["update-state"] == "wait-for-retry"
    node.become_due("gw")
    assert node.stored("gw.crt.previous", "gw.key.previous") == before


def test_while_one_request_is_outstanding_the_next_for_that_server_waits(node, fresh):
    """One outstanding request per CMPv2 server, in due order [auto-update.md section 4]."""
    node.enrol_cmp(fresh)
    node.auto_update(fresh, "lab-cmp")
    node.enrol_est(f"{fresh}-e")
    node.auto_update(f"{fresh}-e", "lab-est")
    node.do("lab clock advance 10s", node.update("gw"))  # so that gw is due last
    first, last = node.instant(fresh, "next-update-time"), node.instant("gw", "next-update-time")
    assert first < last
    node.mark()
    node.do("lab ca fault add kur waiting seconds 3600")
    node.become_due("gw")
    times = {
        (event.number, name): event.time
        for event in node.news(2245, 2246)
        for name in (fresh, "gw", f"{fresh}-e")
        if event.names(name)
    }
    assert abs(times[2245, fresh] - first) < SECOND
    assert abs(times[2246, fresh] - first - timedelta(hours=1)) < SECOND
    assert times[2245, "gw"] >= times[2246, fresh]
    # EST is not held up by a CMPv2 server
    assert times[2246, f"{fresh}-e"] < times[2246, fresh]
    node.delete(f'system security pki certificate-auto-update "{fresh}.crt"')
    node.delete(f'system security pki certificate-auto-update "{fresh}-e.crt"')


def test_a_request_by_hand_that_is_pending_holds_the_server_too(node, fresh):
    pki = "admin system security pki cmpv2"
    before = node.pair("gw")
    node.key(fresh)
    node.do("lab ca fault add ir waiting seconds 60", node.registration(fresh))
    assert "pending" in node.refused(node.update("gw"))
    assert node.pair("gw") == before
    node.do(f'{pki} clear-request ca-profile "lab-ca"', node.update("gw"))
    assert node.pair("gw") != before


def test_what_nobody_confirms_is_taken_back_when_its_time_is_over(own):
    """The lab CA takes part in its clock's timeline: the instant is exact, however far it moves."""
    own.enrol_cmp("gw")
    own.auto_update("gw", "lab-cmp")
    own.do("lab clock stop", "lab ca fault add certconf no-answer")
    own.fails(own.update("gw"))
    began = own.now()
    own.do("lab clock advance 30m")  # the retry comes later
    revoked = [
        one for one in own.lab.authority("lab").authority.all_issued() if one.revoked_at is not None
    ]
    assert [one.revoked_at for one in revoked] == [
        (began + timedelta(minutes=5)).replace(microsecond=0)
    ]
