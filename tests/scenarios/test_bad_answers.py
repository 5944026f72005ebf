"""A CA that misbehaves while a certificate is renewed, over CMPv2 and over EST.

Whatever it does: one clear line, event 2247 with step and reason, the old pair untouched on disk,
wait-for-retry, and success at the retry [auto-update.md sections 3 and 4].
"""

import socket
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from srpki.core.errors import InvalidInputError
from srpki.labca.faults import ACTIONS, Fault

RETRY = timedelta(hours=1)  # the default of retry-interval [configure-system-security-pki.json]
SECOND = timedelta(seconds=2)

CMP = {
    "kur no-answer": "without an answer",
    "kur http-500": "HTTP status 500",
    "kur garbage": "not well formed",
    "kur slow seconds 2": "not answered within 1 second",
    "kur reject failinfo badPOP": "badPOP",
    "kur reject failinfo systemUnavail": "systemUnavail",
    "kur wrong-nonce": "recipNonce",
    "kur wrong-transaction": "transactionID",
    "kur unprotected": "not protected",
    "kur bad-protection": "signature",
    "kur wrong-key": "another key",
    "kur wrong-subject": "somebody else",
    "kur issue-expired": "expired",
    "kur not-yet-valid": "valid",
    "kur added-name": "alternative name",
    "kur wrong-issuer": "another CA",
    "certconf no-answer": "without an answer",
    "certconf http-500": "HTTP status 500",
    "certconf garbage": "not well formed",
    "certconf slow seconds 2": "not answered within 1 second",
    "certconf reject": "refused",
    "certconf wrong-nonce": "recipNonce",
    "certconf wrong-transaction": "transactionID",
    "certconf unprotected": "not protected",
    "certconf bad-protection": "signature",
    "certconf bad-pkiconf": "not well formed",
}
EST = {
    "simplereenroll no-answer": "without an answer",
    "simplereenroll http-500": "500",
    "simplereenroll garbage": "base64",
    "simplereenroll slow seconds 2": "not answered within 1 second",
    "simplereenroll reject": "403",
    "simplereenroll wrong-key": "not for the key",
    "simplereenroll wrong-subject": "somebody else",
    "simplereenroll issue-expired": "expired",
    "simplereenroll not-yet-valid": "valid",
    "simplereenroll added-name": "alternative name",
    "simplereenroll wrong-issuer": "another CA",
}
FAULTS = [("gw", fault, word) for fault, word in CMP.items()] + [
    ("tls", fault, word) for fault, word in EST.items()
]
each_fault = pytest.mark.parametrize(
    ("name", "fault", "word"), FAULTS, ids=[fault.replace(" ", "-") for _, fault, _ in FAULTS]
)


@pytest.fixture(scope="module")
def renewing(bench):
    """A node that renews ``gw`` by CMPv2 and ``tls`` by EST, and waits a second for each."""
    bench.enrol_cmp("gw")
    bench.enrol_est("tls")
    bench.auto_update("gw", "lab-cmp")
    bench.auto_update("tls", "lab-est")
    pki = "system security pki"
    bench.configure(
        f'{pki} ca-profile "lab-ca" cmpv2 http response-timeout 1',
        'system transmission-profile "quick" timeout 1',
        f'{pki} est-profile "lab-est" transmission-profile "quick"',
    )
    return bench


@pytest.fixture
def node(renewing):
    """That node with a CA that does everything right and both certificates renewed."""
    renewing.do("lab ca fault clear", renewing.update("gw"), renewing.update("tls"))
    return renewing


def everything(node, name):
    """Return what is on disk for *name*, the former pair included."""
    files = [f"{name}.crt", f"{name}.key"]
    return node.stored(*files, *(f"{file}.previous" for file in files))


def about(node, name, *numbers):
    return [event for event in node.news(*numbers) if event.names(name)]


def check_failure(node, name, before, word):
    """Check what must hold after a failed step 2; return the event."""
    assert everything(node, name) == before
    started, failed = about(node, name, 2245, 2246, 2247)
    assert (started.number, failed.number) == (2245, 2247)
    assert "in step 2:" in failed.text
    assert word in failed.text
    node.clear(failed.text)
    state = node.state(name)
    assert state["update-state"] == "wait-for-retry"
    assert word in node.reason(name)
    ended, retry = (
        node.instant(name, leaf) for leaf in ("last-update-end-time", "next-update-time")
    )
    assert abs(ended + RETRY - retry) < SECOND
    assert abs(failed.time - ended) < SECOND
    return failed


def check_retry(node, name, before):
    """Move the clock to the retry, which must succeed."""
    retry = node.instant(name, "next-update-time")
    node.mark()
    node.become_due(name)
    events = about(node, name, 2245, 2246, 2247)
    assert [event.number for event in events] == [2245, 2246]
    assert abs(events[0].time - retry) < SECOND
    assert "retry" in events[0].text
    assert node.state(name)["update-state"] == "scheduled"
    after = everything(node, name)
    assert after[2:] == before[:2]
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert node.certificate(name).serial != node.certificate(name, ".previous").serial


@each_fault
def test_an_update_by_hand_fails_clearly_and_its_retry_succeeds(node, name, fault, word):
    before = everything(node, name)
    node.mark()
    node.do(f"lab ca fault add {fault}")
    line = node.refused(node.update(name))
    assert f"update of {name}.crt failed in step 2" in line
    assert word in line
    check_failure(node, name, before, word)
    check_retry(node, name, before)


@each_fault
def test_a_scheduled_update_fails_clearly_and_its_retry_succeeds(node, name, fault, word):
    before = everything(node, name)
    due = node.instant(name, "next-update-time")
    node.mark()
    node.do(f"lab ca fault add {fault}")
    node.become_due(name)
    failed = check_failure(node, name, before, word)
    assert abs(failed.time - due) < SECOND  # at its own instant, even when the CA is slow
    check_retry(node, name, before)


TOLERATED = [
    ("gw", "kur reordered-names"),
    ("gw", "kur serial-zero"),
    ("gw", "kur late-nonce"),
    ("gw", "kur error-waiting"),
    ("gw", "certconf error-waiting"),
    ("gw", "certconf close-second"),
    ("tls", "simplereenroll reordered-names"),
    ("tls", "simplereenroll serial-zero"),
    ("tls", "simplereenroll close-second"),
]


@pytest.mark.parametrize(
    ("name", "fault"), TOLERATED, ids=[fault.replace(" ", "-") for _, fault in TOLERATED]
)
def test_what_a_ca_may_do_costs_no_renewal(node, name, fault):
    before = everything(node, name)
    node.mark()
    node.do(f"lab ca fault add {fault}", node.update(name))
    assert node.faults() == ()  # it has struck
    assert [event.number for event in about(node, name, 2245, 2246, 2247)] == [2245, 2246]
    after = everything(node, name)
    assert after[2:] == before[:2]
    assert after[0] != before[0]


def test_every_fault_that_can_strike_a_renewal_is_tried():
    """When the lab CA learns to misbehave in a new way, a line is owed above."""
    harmless = {"waiting", "short-life"}  # they have scenarios of their own
    harmless |= {fault.split()[1] for _, fault in TOLERATED}

    def strikes(operation, action):
        try:
            Fault(operation, action)
        except InvalidInputError:
            return False
        return True

    wanted = {
        (operation, action)
        for operation in ("kur", "certconf", "simplereenroll")
        for action in ACTIONS
        if action not in harmless and strikes(operation, action)
    }
    assert wanted == {tuple(fault.split()[:2]) for _, fault, _ in FAULTS}


@pytest.mark.parametrize("name", ["gw", "tls"])
def test_a_ca_that_is_not_there_is_tried_again_until_it_is(node, name):
    before = everything(node, name)
    node.lab.server.stop()
    try:
        for _ in range(3):
            node.mark()
            node.become_due(name)
            check_failure(node, name, before, "127.0.0.1")
    finally:
        node.lab.start()
    check_retry(node, name, before)


@contextmanager
def endless():
    """Serve one HTTP answer without end on loopback; yield the port."""

    def serve():
        with suppress(OSError):  # the client hangs up
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/pkixcmp\r\n\r\n")
                while True:
                    connection.sendall(b"\x30" * 65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_an_answer_that_never_ends_is_not_read_to_its_end(node):
    before = everything(node, "gw")
    url = node.lab.server.cmp_url
    profile = 'system security pki ca-profile "lab-ca" cmpv2 url url-string'
    with endless() as port:
        node.configure(f'{profile} "http://127.0.0.1:{port}/pkix/"')
        try:
            line = node.refused(node.update("gw"))
        finally:
            node.configure(f'{profile} "{url}"')
    assert "octets" in line
    assert everything(node, "gw") == before
    node.do(node.update("gw"))


@pytest.fixture(scope="module")
def stranger(opened, tmp_path_factory):
    """Another lab with a CA of its own."""
    with opened(tmp_path_factory.mktemp("stranger")) as other:
        yield other.lab


def test_a_cmpv2_server_of_another_ca_is_not_believed(node, stranger):
    before = everything(node, "gw")
    url = node.lab.server.cmp_url
    profile = 'system security pki ca-profile "lab-ca" cmpv2 url url-string'
    node.configure(f'{profile} "{stranger.server.cmp_url}"')
    node.mark()
    try:
        node.refused(node.update("gw"))
        check_failure(node, "gw", before, "")
    finally:
        node.configure(f'{profile} "{url}"')
    check_retry(node, "gw", before)


def test_an_est_server_of_another_ca_is_not_spoken_to(node, stranger):
    """The server is told nothing, least of all the password: TLS fails before."""
    before = everything(node, "tls")
    port = node.lab.server.est_port
    profile = 'system security pki est-profile "lab-est" server port'
    node.configure(f"{profile} {stranger.server.est_port}")
    node.mark()
    authority = stranger.authority("lab")
    authority.add_fault("any http-500")
    try:
        line = node.refused(node.update("tls"))
        assert "certificate" in line
        assert [one.line for one in authority.faults()] == ["any http-500"]
        check_failure(node, "tls", before, "certificate")
    finally:
        node.configure(f"{profile} {port}")
    check_retry(node, "tls", before)
