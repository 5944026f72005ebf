"""What scripted faults do to CMPv2 answers, and what our client makes of them."""

from datetime import timedelta

import pytest

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError
from srpki.labca.store import CONFIRMED, ISSUED, REVOKED
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.client import CmpPeer, SignatureCredentials, key_update
from srpki.protocol.steps import Send
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def holder(cmp, device_key):
    certificate = cmp.enrolled(device_key)
    cmp.transaction_id = b"h" * 16
    return device_key, certificate


@pytest.fixture
def update(cmp, authority, clock, holder):
    """Run our client's key update against the CA; accepts what is for the same subject, now."""
    peer = CmpPeer(
        url="http://127.0.0.1/pkix/",
        ca_certificates=(authority.issuing.certificate, authority.root),
        response_signing_use_extracert=True,
    )

    def accept(certificate, others):
        facts = certificates.facts(certificate)
        if not facts.not_before <= clock.now() <= facts.not_after:
            return "it is not valid now"
        same = certificates.same_subject(certificate, holder[1])
        return None if same else "the subject changed"

    def run():
        machine = key_update(
            peer,
            SignatureCredentials(*holder),
            keys.generate(P256),
            clock=clock,
            entropy=SystemEntropy(),
            accept=accept,
            poll=True,
        )
        reply = None
        while True:
            try:
                step = machine.send(reply)
            except StopIteration as end:
                return end.value
            reply = cmp.responder.handle(step.request) if isinstance(step, Send) else None

    return run


def test_the_second_kur_fails_with_bad_pop(cmp, faults, update):
    faults.add("kur reject failinfo badPOP after 1")
    update()
    with pytest.raises(PeerRefusedError, match="badPOP"):
        update()
    update()
    assert cmp.states().count(CONFIRMED) + cmp.states().count("superseded") == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("kur reject failinfo systemUnavail", PeerRefusedError),
        ("kur http-500", PeerError),
        ("kur garbage", ProtocolError),
        ("kur wrong-nonce", ProtocolError),
        ("kur wrong-transaction", ProtocolError),
        ("kur unprotected", ProtocolError),
        ("kur bad-protection", ProtocolError),
        ("kur wrong-key", PeerError),
        ("kur wrong-subject", PeerError),
        ("kur issue-expired", PeerError),
        ("certconf wrong-nonce", ProtocolError),
        ("certconf reject failinfo badCertId", PeerRefusedError),
        ("certconf garbage", ProtocolError),
    ],
)
def test_a_fault_makes_our_client_fail_and_the_next_update_succeeds(faults, update, fault, error):
    faults.add(fault)
    with pytest.raises(error):
        update()
    assert faults.lines() == ()
    assert update().status == "accepted"


@pytest.mark.parametrize("fault", ["kur wrong-key", "kur wrong-subject", "kur issue-expired"])
def test_a_wrong_certificate_is_rejected_and_thus_revoked(cmp, faults, update, fault):
    faults.add(fault)
    with pytest.raises(PeerError):
        update()
    assert cmp.states() == [CONFIRMED, REVOKED]


def test_no_answer_is_no_answer_and_nothing_happens(cmp, faults, log, holder):
    faults.add("any no-answer")
    assert cmp.post(cmp.encode(cmp.request("kur", holder[0]), signer=holder)) is None
    assert cmp.states() == [CONFIRMED]
    assert log[-1] == "cmp kur CN=gw: (fault: any no-answer)"


def test_a_request_that_proves_nothing_uses_up_no_fault(cmp, faults, device_key):
    faults.add("ir no-answer")
    cmp.ask(cmp.request("ir", device_key), protector=cmp.mac("wrong"))
    assert faults.lines() == ("ir no-answer",)


def test_a_slow_answer_takes_the_seconds_of_the_clock(cmp, faults, clock, holder):
    faults.add("kur slow seconds 20")
    begun = clock.now()
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder)
    assert answer.kind == "kup"
    assert clock.now() - begun == timedelta(seconds=20)


def test_a_short_life_is_as_short_as_was_said(cmp, faults, device_key):
    faults.add("ir short-life seconds 120")
    (response,), _ = bodies.decode_responses(cmp.ask(cmp.request("ir", device_key)))
    facts = certificates.facts(response.certificate)
    assert facts.not_after - facts.not_before == timedelta(minutes=2)


def test_a_wrong_nonce_is_wrong_and_the_rest_is_right(cmp, faults, authority, holder):
    faults.add("kur wrong-nonce")
    reply = cmp.post(cmp.encode(cmp.request("kur", holder[0]), signer=holder))
    answer = messages.decode(reply.body)
    assert answer.header.recipient_nonce != cmp.nonce
    assert answer.header.transaction_id == cmp.transaction_id
    protect.verify_signature(answer, authority.cmp_signer.certificate)
    assert cmp.states() == [CONFIRMED, ISSUED]


def test_bad_protection_is_under_a_password_too(cmp, faults, device_key):
    faults.add("ir bad-protection")
    answer = cmp.ask(cmp.request("ir", device_key))
    with pytest.raises(ProtocolError):
        mac.MacVerifier("insecure").verify(answer)


def test_a_poll_can_be_put_off_and_refused(cmp, faults, clock, device_key):
    faults.add("ir waiting seconds 10")
    faults.add("pollreq waiting seconds 50 after 1")
    faults.add("pollreq reject failinfo notAuthorized")
    cmp.ask(cmp.request("ir", device_key))
    polled = []
    for _ in range(2):
        (poll,) = bodies.decode_poll_answers(cmp.ask(bodies.encode_poll_request(0)))
        polled.append(poll.check_after)
    assert polled == [10, 50]
    clock.advance(timedelta(seconds=60))
    answer = cmp.ask(bodies.encode_poll_request(0))
    assert bodies.decode_error(answer).fail_info == ("notAuthorized",)
