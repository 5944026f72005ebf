"""EST requests by hand that the server puts off: told at once, kept, gone on with [RFC 7030]."""

import json
import threading
from datetime import timedelta

import pytest

from srpki.core.errors import PeerRefusedError, PendingError, StoppedError
from srpki.x509 import keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def node(bench):
    bench.keystore.put("key", "new.key", keys.private_der(keys.generate(P256)))
    bench.faults.add("simpleenroll waiting seconds 7200")
    return bench


def enroll(node, *, stop=False, told=None, **more):
    """Enrol new.key; with *stop* the operator presses Ctrl-C as soon as something is waited for."""
    cancel = threading.Event()

    def waiting(wait):
        if told is not None:
            told.append(wait)
        if stop:
            cancel.set()

    given = {"key_file": "new.key", "subject_dn": "CN=new", **more}
    return node.engine.est_requests.enroll("lab", cancel=cancel, waiting=waiting, **given)


def put_off(node, **more):
    """Have a request put off, and leave it with Ctrl-C; return the error."""
    with pytest.raises(StoppedError) as caught:
        enroll(node, stop=True, **more)
    return caught.value


def posted(node):
    """Return the bodies of the requests for a certificate so far."""
    return [request.body for request in node.requests if request.method == "POST"]


def later(node, **by):
    node.real.advance(timedelta(**by))


def test_what_is_waited_for_is_told_before_the_wait_begins(node):
    told = []
    with pytest.raises(StoppedError):
        enroll(node, stop=True, told=told)
    (wait,) = told
    assert wait.seconds == 3600  # the longest, whatever the server asks for
    assert wait.reason == "the EST server has not issued the certificate yet"


def test_ctrl_c_leaves_the_request_pending_and_says_so(node):
    assert "the request is pending" in put_off(node).hint


@pytest.mark.parametrize("restarted", [False, True])
def test_the_same_command_goes_on_with_the_same_octets(node, restarted):
    put_off(node)
    if restarted:
        node.reboot()
    later(node, hours=2)
    told = []
    found = enroll(node, told=told)
    assert keys.same_public_key(found[0], node.keystore.read_key("new.key"))
    assert told == []
    assert len(set(posted(node))) == 1
    # and what came after that is another request: nothing is pending any more
    enroll(node)
    assert len(set(posted(node))) == 2


def test_before_the_time_the_server_is_left_alone(node):
    put_off(node)
    before = len(node.requests)
    later(node, minutes=20)
    told = []
    with pytest.raises(StoppedError) as caught:
        enroll(node, stop=True, told=told)
    assert told[0].seconds == pytest.approx(2400)
    assert "the request is pending" in caught.value.hint
    assert len(node.requests) == before
    later(node, minutes=41)
    enroll(node)
    assert len(set(posted(node))) == 1


def test_a_clock_that_was_put_back_does_not_make_the_wait_longer(node):
    put_off(node)
    record = next((node.directory / "state" / "est-requests").glob("*.json"))
    kept = json.loads(record.read_text())
    record.write_text(json.dumps({**kept, "at": "2090-01-01T00:00:00Z"}))
    node.reboot()
    told = []
    with pytest.raises(StoppedError):
        enroll(node, stop=True, told=told)
    assert told[0].seconds == 3600


@pytest.mark.parametrize("change", [{"subject_dn": "CN=other"}, {"key_file": "another.key"}])
def test_another_request_is_not_held_up(node, change):
    node.keystore.put("key", "another.key", keys.private_der(keys.generate(P256)))
    put_off(node)
    told = []
    enroll(node, told=told, **change)
    assert told == []


def test_a_new_key_under_the_old_name_is_another_request(node):
    put_off(node)
    node.keystore.put("key", "new.key", keys.private_der(keys.generate(P256)), replace=True)
    told = []
    found = enroll(node, told=told)
    assert told == []
    assert keys.same_public_key(found[0], node.keystore.read_key("new.key"))


def test_a_server_that_refuses_in_the_end_has_ended_the_request(node):
    put_off(node)
    later(node, hours=2)
    node.faults.add("simpleenroll reject")
    with pytest.raises(PeerRefusedError):
        enroll(node)
    enroll(node)
    assert len(set(posted(node))) == 2


def test_a_server_that_is_silent_has_not(node):
    put_off(node)
    later(node, hours=2)
    node.faults.add("simpleenroll no-answer")
    with pytest.raises(PendingError) as caught:
        enroll(node)
    assert "the request is pending" in caught.value.hint
    enroll(node)
    assert len(set(posted(node))) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"request": "MAA="},
        {"request": "?"},
        {"at": "then"},
        {"at": None},
        {"seconds": -1},
        {"seconds": 1e300},
        {"seconds": "long"},
    ],
)
def test_a_record_that_is_damaged_is_as_good_as_none(node, damage):
    put_off(node)
    record = next((node.directory / "state" / "est-requests").glob("*.json"))
    record.write_text(json.dumps({**json.loads(record.read_text()), **damage}))
    node.reboot()
    told = []
    enroll(node, told=told)
    assert told == []


def test_a_renewal_by_hand_is_gone_on_with_too(node):
    node.enrol("gw")
    node.faults.add("simplereenroll waiting seconds 600")
    cancel = threading.Event()
    files = {"certificate_file": "gw.crt", "key_file": "new.key"}
    with pytest.raises(StoppedError):
        node.engine.est_requests.renew(
            "lab", cancel=cancel, waiting=lambda wait: cancel.set(), **files
        )
    later(node, minutes=11)
    node.engine.est_requests.renew("lab", **files)
    (body,) = set(posted(node))
    assert body


def test_the_record_holds_no_key(node):
    put_off(node)
    record = next((node.directory / "state" / "est-requests").glob("*.json"))
    assert record.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(record.read_text())) == {"name", "request", "at", "seconds"}
