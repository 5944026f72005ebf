"""CMPv2 and EST requests by hand, against the lab CA."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from srpki.core.errors import (
    BusyError,
    InvalidInputError,
    NotFoundError,
    PeerError,
    PeerRefusedError,
    RefusedError,
    ResponseTimeoutError,
    StoppedError,
)
from srpki.labca.authority import Authority
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def node(bench):
    bench.keystore.put("key", "new.key", keys.private_der(keys.generate(P256)))
    return bench


def inputs(node, **changes):
    """Return the inputs of an initial registration by password, by their YANG names."""
    given = {
        "ca-profile": "lab",
        "key-to-certify": "new.key",
        "reference": node.authority.reference,
        "password": node.authority.secret,
        "subject-dn": "C=DE,O=Lab,CN=new",
        "domain-name": "new.lab.example",
        "ip-address": "192.0.2.7",
        "save-as": "cf3:/new.der",
    }
    given.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in given.items() if value is not None}


def register(node, **changes):
    return node.engine.requests.ask("initial-registration", inputs(node, **changes))


def test_a_key_is_registered_by_password(node):
    outcome = register(node)
    facts = certificates.facts(outcome.certificate)
    assert (outcome.status, outcome.code) == ("processed", "accepted")
    assert outcome.save_as == "cf3:/new.der"
    assert facts.subject == "C=DE, O=Lab, CN=new"
    assert facts.san == (("dns", "new.lab.example"), ("ip", "192.0.2.7"))
    assert keys.same_public_key(outcome.certificate, node.keystore.read_key("new.key"))
    assert node.texts(2083) == [
        'CMPv2 initial registration of CA profile "lab" has the status processed: accepted.'
    ]


def test_nothing_is_written_to_the_keystore(node):
    before = node.content()
    register(node)
    assert node.content() == before


def test_the_state_shows_the_request_but_never_the_password(node):
    assert node.engine.requests.state("lab") == {}
    register(node)
    shown = node.engine.requests.state("lab")
    assert shown["transaction-status"] == "processed"
    assert shown["transaction-status-code"] == "accepted"
    assert shown["request-start-time"] == "2030-05-17T12:00:00Z"
    assert shown["last-ca-response-time"] == "2030-05-17T12:00:00Z"
    assert dict(shown["request-parameters"]) == {
        "request-type": "initial-registration",
        "key-filename": "new.key",
        "subject-dn": "C=DE,O=Lab,CN=new",
        "domain-name": "new.lab.example",
        "ip-address": "192.0.2.7",
        "save-as": "cf3:/new.der",
        "reference": node.authority.reference,
    }
    assert node.authority.secret not in repr(shown)


def test_a_refusal_is_reported_and_remembered(node):
    node.faults.add("ir reject failinfo badCertTemplate")
    with pytest.raises(PeerRefusedError, match="badCertTemplate"):
        register(node)
    shown = node.engine.requests.state("lab")
    assert shown["transaction-status"] == "failed"
    assert shown["transaction-status-code"] == "rejection"
    assert "badCertTemplate" in shown["transaction-status-string"]
    assert node.said(2083, "status")[0] == "failed"


def test_a_wrong_password_is_refused(node):
    with pytest.raises(PeerError):
        register(node, password="wrong")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_dn": None}, InvalidInputError),
        ({"subject_dn": "X=1"}, InvalidInputError),
        ({"ca_profile": "none"}, NotFoundError),
        ({"ca_profile": "root"}, RefusedError),
        ({"key_to_certify": "none.key"}, NotFoundError),
        ({"reference": None, "password": None}, RefusedError),
        ({"ip_address": "not an address"}, InvalidInputError),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(node, changes, error):
    with pytest.raises(error):
        register(node, **changes)
    assert node.requests == []
    assert node.engine.requests.state("lab") == {}


def test_an_existing_certificate_may_protect_the_request(node):
    node.enrol("old", subject="CN=old")
    signed = {
        "reference": None,
        "password": None,
        "certificate": "old.crt",
        "protection_key": "old.key",
        "send_chain": True,
        "with_ca": "lab",
        "hash_algorithm": "sha384",
    }
    assert register(node, **signed).certificate is not None
    shown = node.engine.requests.state("lab")["request-parameters"]
    assert shown["send-chain-ca"] == "lab"


FURTHER = {
    "certificate-request": {
        "current-key": "gw.key",
        "current-certificate": "gw.crt",
        "new-key": "new.key",
    },
    "key-update": {"old-key": "gw.key", "old-certificate": "gw.crt", "new-key": "new.key"},
}


def further(node, kind, **more):
    given = {"ca-profile": "lab", "save-as": "cf3:/new.der", **FURTHER[kind], **more}
    return node.engine.requests.ask(kind, given)


@pytest.mark.parametrize("kind", FURTHER)
def test_a_present_certificate_signs_the_request_for_another(node, kind):
    old = node.enrol("gw")
    outcome = further(node, kind, **{"hash-algorithm": "sha384"})
    new, before = certificates.facts(outcome.certificate), certificates.facts(old)
    assert keys.same_public_key(outcome.certificate, node.keystore.read_key("new.key"))
    assert (new.subject, new.san) == (before.subject, before.san)
    assert new.serial != before.serial
    assert dict(node.engine.requests.state("lab")["request-parameters"]) == {
        "request-type": kind,
        "key-filename": "gw.key",
        "certificate": "gw.crt",
        "new-key-filename": "new.key",
        "save-as": "cf3:/new.der",
        "hash-algorithm": "sha384",
    }
    assert node.said(2083, "action")[-1] == kind


def test_a_certificate_request_may_ask_for_other_names(node):
    node.enrol("gw")
    outcome = further(
        node, "certificate-request", **{"subject-dn": "CN=two", "domain-name": "two.example"}
    )
    facts = certificates.facts(outcome.certificate)
    assert (facts.subject, facts.san) == ("CN=two", (("dns", "two.example"),))


@pytest.mark.parametrize("kind", FURTHER)
def test_an_expired_certificate_signs_no_request(node, kind):
    node.enrol("gw", validity=timedelta(days=1))
    node.advance(days=2)
    with pytest.raises(RefusedError, match="expired on 2030/05/18 12:00:00 UTC"):
        further(node, kind)
    assert node.requests == []


@pytest.mark.parametrize(
    ("kind", "operation"), [("certificate-request", "cr"), ("key-update", "kur")]
)
def test_a_further_request_can_be_polled_after_a_restart(node, kind, operation):
    node.enrol("gw")
    node.faults.add(f"{operation} waiting seconds 60")
    assert further(node, kind).code == "waiting"
    node.reboot()
    node.advance(seconds=60)
    while (outcome := node.engine.requests.poll("lab")).certificate is None:
        node.advance(seconds=60)
    assert keys.same_public_key(outcome.certificate, node.keystore.read_key("new.key"))


@pytest.mark.parametrize("known", ["nothing", "its CA", "its chain"])
@pytest.mark.parametrize("kind", ["initial-registration", *FURTHER])
def test_a_certificate_of_another_ca_is_not_taken_however_right_the_answer_is(node, kind, known):
    """Key, names, protection and dates are right; the stranger's CAs may come along."""
    node.enrol("gw")
    stranger = Authority(None, node.clock, node.entropy)
    theirs = {"issuing": stranger.issuing.certificate, "roots": (stranger.root,)}
    chain = dict(list(theirs.items())[: ("nothing", "its CA", "its chain").index(known)])
    node.authority.issue = stranger.issue
    server = node.cmp._server
    identity = server._identity
    server._identity = lambda: replace(identity(), **chain)
    with pytest.raises(
        PeerError, match=r"from the CA is rejected: .* (is not (known|signed)|has another key)"
    ):
        register(node) if kind == "initial-registration" else further(node, kind)
    assert node.engine.requests.state("lab")["transaction-status"] == "failed"
    assert [record.state for record in stranger.all_issued()] == ["issued"]  # not confirmed


# --- pending -------------------------------------------------------------------------------------


def wait_once(node):
    node.faults.add("ir waiting seconds 60")
    return register(node)


def test_a_ca_that_wants_time_leaves_the_request_pending(node):
    outcome = wait_once(node)
    assert outcome.certificate is None
    assert (outcome.status, outcome.code) == ("in-progress", "waiting")
    assert node.engine.requests.state("lab")["transaction-status"] == "in-progress"


def test_polling_fetches_the_certificate_later(node):
    wait_once(node)
    assert node.engine.requests.poll("lab").certificate is None
    node.advance(seconds=60)
    outcome = node.engine.requests.poll("lab")
    assert keys.same_public_key(outcome.certificate, node.keystore.read_key("new.key"))
    assert outcome.save_as == "cf3:/new.der"
    assert node.engine.requests.state("lab")["transaction-status"] == "processed"


def test_a_pending_request_survives_a_restart_and_its_password_is_sealed(node):
    wait_once(node)
    (record,) = (node.directory / "state" / "cmp-requests").iterdir()
    assert node.authority.secret not in record.read_text()
    assert record.stat().st_mode & 0o777 == 0o600
    node.reboot()
    assert node.engine.requests.state("lab")["transaction-status"] == "in-progress"
    node.advance(seconds=60)
    outcome = node.engine.requests.poll("lab")
    assert keys.same_public_key(outcome.certificate, node.keystore.read_key("new.key"))
    assert "password" not in json.loads(record.read_text())["inputs"]
    assert json.loads(record.read_text())["password"] == ""


def test_only_one_request_may_be_outstanding(node):
    wait_once(node)
    with pytest.raises(BusyError, match="is pending"):
        register(node)
    node.engine.requests.clear("lab")
    assert register(node).certificate is not None


def test_while_a_request_is_pending_updates_at_that_server_wait_for_their_retry(node):
    node.enrol()
    node.configure(node.entry())
    wait_once(node)
    assert node.advance(days=29).failed == 1
    assert 'the request of ca-profile "lab" is pending' in node.texts(2247)[0]
    node.engine.requests.clear("lab")
    assert node.advance(hours=1).failed == 0


def profile(name, port=8080):
    """Return the text of a ca-profile whose CMPv2 server has *port*."""
    return f"""ca-profile "{name}" {{
        admin-state enable cert-file "issuing.crt" revocation-check crl-optional
        cmpv2 {{ url {{ url-string "127.0.0.1:{port}/pkix/" }} }}
    }}"""


@pytest.mark.parametrize(("port", "waits"), [(8080, True), (8081, False)])
def test_a_request_that_is_pending_holds_up_its_own_server_alone(node, port, waits):
    node.enrol()
    of_the_other = 'certificate-update-profile "other" { cmpv2 { ca-profile "other" } }'
    more = f"{profile('other', port)}\n{of_the_other}"
    node.configure(node.entry(profile="other"), profiles=node.PROFILES + more)
    wait_once(node)
    if waits:
        with pytest.raises(BusyError, match='the request of ca-profile "lab" is pending'):
            register(node, ca_profile="other")
    else:
        assert register(node, ca_profile="other").certificate is not None
        assert node.engine.requests.state("other")["transaction-status"] == "processed"
    assert node.engine.requests.state("lab")["transaction-status"] == "in-progress"
    assert node.advance(days=29).failed == (1 if waits else 0)
    assert node.engine.outstanding() == ("lab",)


def test_a_request_whose_profile_is_deleted_waits_for_it_and_holds_up_nobody(node):
    """Nobody can poll for it meanwhile, so nobody waits for it; it can be cleared."""
    wait_once(node)
    without = node.PROFILES.replace('ca-profile "lab"', 'ca-profile "renamed"')
    node.configure(profiles=without)
    assert node.engine.outstanding() == ("lab",)
    with pytest.raises(NotFoundError, match="lab"):
        node.engine.requests.poll("lab")
    assert register(node, ca_profile="renamed").certificate is not None
    node.reboot()
    assert node.engine.requests.outstanding() == ("lab",)
    node.configure()
    with pytest.raises(BusyError, match="is pending"):
        register(node)
    node.advance(seconds=60)
    assert node.engine.requests.poll("lab").certificate is not None
    assert node.engine.outstanding() == ()


def test_a_request_whose_profile_is_deleted_can_be_cleared(node):
    wait_once(node)
    node.configure(profiles="", tls="")
    node.engine.requests.clear("lab")
    assert node.engine.outstanding() == ()
    node.configure()
    assert register(node).certificate is not None


def test_while_an_update_runs_no_request_can_be_made_at_that_server(node):
    node.enrol()
    node.configure(node.entry())
    found = []

    def ask(_request):
        node.before_answer = lambda _request: None
        try:
            register(node)
        except BusyError as error:
            found.append(str(error))

    node.before_answer = ask
    assert node.advance(days=29).failed == 0
    assert 'ca-profile "lab" has an outstanding request' in found[0]


def test_while_a_request_runs_updates_at_that_server_wait(node):
    node.enrol()
    node.configure(node.entry())
    began, due = node.clock.now(), node.state().next_update_time
    updates = []

    def advance():
        updates.append(node.engine.run_until(due + timedelta(hours=1)).updates)

    mover = threading.Thread(target=advance)

    def move_meanwhile(_request):
        node.before_answer = lambda _request: None
        mover.start()

    node.before_answer = move_meanwhile
    assert register(node).response_time == began
    mover.join(20)
    assert updates == [1]


def test_a_poll_that_gets_no_answer_leaves_the_request_pending(node):
    wait_once(node)
    node.faults.add("pollreq no-answer")
    with pytest.raises(ResponseTimeoutError):
        node.engine.requests.poll("lab")
    assert node.engine.requests.state("lab")["transaction-status"] == "in-progress"
    node.faults.add("pollreq reject")
    with pytest.raises(PeerError):
        node.engine.requests.poll("lab")
    assert node.engine.requests.state("lab")["transaction-status"] == "failed"
    with pytest.raises(RefusedError, match="no pending request"):
        node.engine.requests.poll("lab")


def test_clearing_forgets_the_last_result_too_and_then_there_is_nothing(node):
    register(node)
    node.engine.requests.clear("lab")
    assert node.engine.requests.state("lab") == {}
    with pytest.raises(RefusedError, match="has no request"):
        node.engine.requests.clear("lab")


def test_a_damaged_record_is_told_and_forgotten(node):
    wait_once(node)
    (record,) = (node.directory / "state" / "cmp-requests").iterdir()
    content = json.loads(record.read_text())
    content["start_time"] = 7
    record.write_text(json.dumps(content))
    node.reboot()
    assert node.engine.requests.state("lab") == {}
    assert len(node.texts(2043)) == 1


# --- EST -----------------------------------------------------------------------------------------


def test_est_ca_certificates(node):
    found = node.engine.est_requests.ca_certificates("lab")
    assert set(found) == {node.authority.root, node.authority.issuing.certificate}


def test_est_enroll(node):
    found = node.engine.est_requests.enroll(
        "lab", key_file="new.key", subject_dn="CN=new", domain_name="new.lab.example"
    )
    assert keys.same_public_key(found[0], node.keystore.read_key("new.key"))
    assert certificates.facts(found[0]).subject == "CN=new"


def test_est_renew(node):
    old = node.enrol()
    found = node.engine.est_requests.renew("lab", certificate_file="gw.crt", key_file="new.key")
    assert certificates.same_subject(found[0], old)
    assert keys.same_public_key(found[0], node.keystore.read_key("new.key"))


def test_est_waits_for_the_certificate_unless_the_operator_does_not(node):
    node.faults.add("simpleenroll waiting seconds 600")
    cancel = threading.Event()
    node.before_answer = lambda request: request.body and cancel.set()
    with pytest.raises(StoppedError):
        node.engine.est_requests.enroll(
            "lab", key_file="new.key", subject_dn="CN=new", cancel=cancel
        )


def test_est_without_a_profile_or_server_is_refused(node):
    with pytest.raises(NotFoundError):
        node.engine.est_requests.ca_certificates("none")
    node.configure('est-profile "bare" { }')
    with pytest.raises(RefusedError, match="has no server"):
        node.engine.est_requests.ca_certificates("bare")
