"""The client's transactions: what it sends, takes, refuses, and how it says so [RFC 4210]."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from srpki.core.entropy import SeededEntropy
from srpki.core.errors import (
    ConnectError,
    InvalidInputError,
    PeerError,
    PeerRefusedError,
    ProtocolError,
    RefusedError,
    ResponseTimeoutError,
    UsageError,
)
from srpki.core.wire import HttpReply
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.bodies import CertificateResponse
from srpki.protocol.cmp.client import (
    MacCredentials,
    Pending,
    SignatureCredentials,
    initial_registration,
    key_update,
    poll,
)
from srpki.protocol.cmp.header import IMPLICIT_CONFIRM, NULL_DN
from srpki.protocol.cmp.status import (
    GRANTED_WITH_MODS,
    REJECTION,
    WAITING,
    StatusInfo,
)
from srpki.x509 import der, names
from srpki.x509.certificates import facts, same_alternative_names, same_subject
from srpki.x509.keys import KeySpec, generate, same_public_key

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=router")
SAN = names.san("gw.lab.example")
KEY = generate(KeySpec("ecdsa", curve="secp256r1"))


def ir(ca, around, credentials=None, **peer):
    poll_too = peer.pop("poll", True)
    return initial_registration(
        replace(ca.peer, **peer),
        credentials or ca.signature,
        KEY,
        SUBJECT,
        SAN,
        poll=poll_too,
        **around,
    )


def kur(ca, around, **peer):
    poll_too = peer.pop("poll", True)
    return key_update(replace(ca.peer, **peer), ca.signature, KEY, poll=poll_too, **around)


def with_password(ca):
    ca.protector = mac.MacProtector("insecure", b"12345678", 500)
    ca.extra_certs = ()
    return ca.password


# --- the good way --------------------------------------------------------------------------------


def test_key_update_returns_the_certificate_and_confirms_it(ca, run, around):
    result = run(kur(ca, around), ca)
    assert result.status == "accepted"
    assert result.pending is None
    assert result.certificate == ca.issued
    assert same_public_key(result.certificate, KEY)
    assert result.extra_certs == (ca.signer,)
    assert result.ca_pubs == (ca.certificate,)
    assert result.response_time == around["clock"].now()
    assert [message.kind for message in ca.seen] == ["kur", "certConf"]


def test_confirmation_has_the_hash_of_the_certificates_own_signature(ca, run, around):
    ca.issued = ca.issue(KEY, digest=hashes.SHA384())
    run(kur(ca, around), ca)
    (confirmation,) = bodies.decode_confirmations(ca.seen[1])
    assert confirmation.cert_hash == hashlib.sha384(ca.issued).digest()
    assert confirmation.status is None
    assert confirmation.hash_algorithm is None


def test_certificate_signed_with_eddsa_is_confirmed_with_a_named_hash(make_ca, run, around):
    ca = make_ca(key=ed25519.Ed25519PrivateKey.generate())
    run(kur(ca, around), ca)
    (confirmation,) = bodies.decode_confirmations(ca.seen[1])
    assert confirmation.cert_hash == hashlib.sha512(ca.issued).digest()
    assert confirmation.hash_algorithm == bytes.fromhex("300b0609608648016503040203")
    assert [message.header.pvno for message in ca.seen] == [2, 3]  # RFC 9480, 2.10


def test_each_message_has_a_new_nonce_and_answers_the_last_one(ca, run, around):
    run(kur(ca, around), ca)
    first, second = (message.header for message in ca.seen)
    assert first.transaction_id == second.transaction_id
    assert first.sender_nonce != second.sender_nonce
    assert first.recipient_nonce is None
    assert second.recipient_nonce == b"server's nonce\x01\x00"


def test_key_update_asks_for_the_old_subject_and_names(ca, run, around):
    run(kur(ca, around), ca)
    (request,) = bodies.decode_requests(ca.seen[0])
    old = facts(ca.device)
    assert names.canonical(names.parse_name(request.subject)) == old.canonical_subject
    issuer, serial = request.old_certificate
    assert names.same_name(names.parse_name(issuer), names.parse_dn("C=DE,O=Lab,CN=Root"))
    assert serial == old.serial
    assert same_subject(ca.device, ca.issued)
    assert same_alternative_names(ca.device, ca.issued)
    assert protect.verify(
        KEY.public_key(), request.proof_algorithm, request.proof_signature, request.der
    )


def test_password_protects_and_verifies(ca, run, around):
    result = run(ir(ca, around, with_password(ca)), ca)
    assert result.certificate == ca.issued
    header = ca.seen[0].header
    assert header.sender_kid == b"4711"
    mac.MacVerifier("insecure").verify(ca.seen[0])
    mac.MacVerifier("insecure").verify(ca.seen[1])


def test_sender_of_a_password_protected_ir_is_empty_unless_always_set(ca, run, around):
    credentials = with_password(ca)
    run(ir(ca, around, credentials), ca)
    run(ir(ca, around, credentials, always_set_sender_for_ir=True), ca)
    senders = [message.header.sender for message in ca.seen]
    assert senders == [NULL_DN, NULL_DN, SUBJECT.public_bytes(), SUBJECT.public_bytes()]


def test_sender_of_a_signed_ir_is_the_certificates_subject(ca, run, around):
    ca.device = ca.issue(ca.device_key, "base")
    run(ir(ca, around, always_set_sender_for_ir=True), ca)
    header = ca.seen[0].header
    assert names.same_name(names.parse_name(header.sender), names.parse_dn("C=DE,O=Lab,CN=base"))
    assert header.sender_kid == facts(ca.device).subject_key_identifier
    assert ca.seen[0].extra_certs == (ca.device,)


def test_bare_key_signs_an_ir_without_sender_and_certificates(ca, run, around):
    run(ir(ca, around, SignatureCredentials(KEY, None)), ca)
    message = ca.seen[0]
    assert (message.header.sender, message.header.sender_kid) == (NULL_DN, None)
    assert message.extra_certs == ()


def test_chain_goes_along_after_the_certificate(ca, run, around):
    credentials = replace(ca.signature, chain=(ca.certificate,))
    run(ir(ca, around, credentials), ca)
    assert ca.seen[0].extra_certs == (ca.device, ca.certificate)


def test_recipient_is_the_ca_unless_another_is_named(ca, run, around):
    other = names.parse_dn("CN=RA").public_bytes()
    run(kur(ca, around), ca)
    run(kur(ca, around, recipient=other), ca)
    recipients = [message.header.recipient for message in ca.seen]
    assert (
        names.canonical(names.parse_name(recipients[0])) == facts(ca.certificate).canonical_subject
    )
    assert recipients[2] == other


def test_hash_algorithm_is_that_of_protection_and_proof(ca, run, around):
    credentials = replace(ca.signature, hash_algorithm="sha512")
    run(key_update(ca.peer, credentials, KEY, poll=True, **around), ca)
    (request,) = bodies.decode_requests(ca.seen[0])
    assert request.proof_algorithm == ca.seen[0].header.protection_algorithm
    assert request.proof_algorithm == bytes.fromhex("300a06082a8648ce3d040304")  # RFC 5758, 3.2


def test_rsa_keys_sign_with_null_parameters(make_ca, run, around):
    key = rsa.generate_private_key(65537, 2048)
    ca = make_ca(key=key, signer_key=key, device_key=key)
    run(kur(ca, around), ca)
    algorithm = ca.seen[0].header.protection_algorithm
    assert algorithm == bytes.fromhex("300d06092a864886f70d01010b0500")  # RFC 4055, 5


def test_request_is_an_http_post_as_rfc_6712_says(ca, around):
    step = next(kur(ca, around))
    assert step.request.method == "POST"
    assert step.request.url == ca.peer.url
    assert dict(step.request.headers)["Content-Type"] == "application/pkixcmp"


def test_granted_with_modifications_is_a_certificate(ca, run, around):
    def bend(parts):
        if parts["kind"] == "kup":
            status = StatusInfo(GRANTED_WITH_MODS, ("shorter\x07 life",))
            response = CertificateResponse(cert_req_id=0, status=status, certificate=ca.issued)
            parts["body"] = bodies.encode_responses("kup", (response,))

    ca.bend = bend
    result = run(kur(ca, around), ca)
    assert (result.status, result.status_text) == ("granted-with-mods", "shorter life")


def test_implicit_confirmation_is_honoured_though_not_asked_for(ca, run, around):
    ca.bend = lambda parts: parts.update(
        header=parts["header"]._replace(general_info=((IMPLICIT_CONFIRM, b"\x05\x00"),))
    )
    assert run(kur(ca, around), ca).certificate == ca.issued
    assert [message.kind for message in ca.seen] == ["kur"]


def test_pvno_3_is_taken_from_the_ca(ca, run, around):
    ca.bend = lambda parts: parts.update(header=parts["header"]._replace(pvno=3))
    assert run(kur(ca, around), ca).certificate == ca.issued


# --- what the certificate must be ----------------------------------------------------------------


def rejected(ca):
    """Return the status that the client sent in its certConf."""
    (confirmation,) = bodies.decode_confirmations(ca.seen[-1])
    assert confirmation.cert_hash == hashlib.sha256(ca.issued).digest()
    assert confirmation.status is not None
    return confirmation.status


def wrong_key(ca):
    ca.issued = ca.issue(generate(KeySpec("ecdsa", curve="secp256r1")))

    def bend(parts):
        if parts["kind"] == "kup":
            response = CertificateResponse(cert_req_id=0, status=StatusInfo(), certificate=wrong)
            parts["body"] = bodies.encode_responses("kup", (response,))

    wrong = ca.issued
    ca.bend = bend
    return wrong


def test_certificate_for_another_key_is_rejected_to_the_ca(ca, run, around):
    wrong = wrong_key(ca)
    with pytest.raises(PeerError, match="for another key"):
        run(kur(ca, around), ca)
    (confirmation,) = bodies.decode_confirmations(ca.seen[-1])
    assert confirmation.cert_hash == hashlib.sha256(wrong).digest()
    assert confirmation.status is not None
    assert confirmation.status.status == REJECTION
    assert confirmation.status.fail_info == ("incorrectData",)


def test_reason_of_the_engine_rejects_the_certificate(ca, run, around):
    asked = []

    def accept(certificate, others):
        asked.append((certificate, tuple(others)))
        return "its subject is another"

    with pytest.raises(PeerError, match="its subject is another"):
        run(kur(ca, {**around, "accept": accept}), ca)
    assert asked == [(ca.issued, (ca.signer, ca.certificate))]
    status = rejected(ca)
    assert (status.word, status.text) == ("rejection", ("its subject is another",))


def test_something_that_is_no_certificate_is_rejected(ca, run, around):
    def bend(parts):
        if parts["kind"] == "kup":
            response = CertificateResponse(
                cert_req_id=0, status=StatusInfo(), certificate=b"\x30\x03\x02\x01\x05"
            )
            parts["body"] = bodies.encode_responses("kup", (response,))

    ca.bend = bend
    with pytest.raises(PeerError, match="rejected"):
        run(kur(ca, around), ca)
    assert ca.seen[-1].kind == "certConf"


def test_rejection_is_told_even_when_the_ca_does_not_listen(ca, around):
    wrong_key(ca)
    machine = kur(ca, around)
    step = next(machine)
    machine.send(ca.handle(step.request))  # certConf with rejection
    with pytest.raises(PeerError, match="for another key"):
        machine.throw(ConnectError("no connection"))


def test_answer_without_a_certificate_is_refused(ca, run, around):
    ca.bend = lambda parts: parts.update(
        body=bodies.encode_responses(
            "kup", (CertificateResponse(cert_req_id=0, status=StatusInfo()),)
        )
    )
    with pytest.raises(ProtocolError, match="no certificate"):
        run(kur(ca, around), ca)


# --- no --------------------------------------------------------------------------------------------


def test_rejection_is_reported_in_words(ca, run, around):
    status = StatusInfo(REJECTION, ("key \x1b[31mnot\nproven",), ("badPOP",))
    ca.bend = lambda parts: parts.update(
        body=bodies.encode_responses("kup", (CertificateResponse(cert_req_id=0, status=status),))
    )
    with pytest.raises(PeerRefusedError) as caught:
        run(kur(ca, around), ca)
    sentence = caught.value.sentence
    assert "rejection" in sentence
    assert "badPOP, the proof of possession failed" in sentence
    assert '"key [31mnot proven"' in sentence
    assert "\x1b" not in str(caught.value)


def test_error_message_is_reported_in_words(ca, run, around):
    info = StatusInfo(REJECTION, ("busy",), ("systemUnavail",))
    ca.bend = lambda parts: parts.update(body=bodies.encode_error(info))
    with pytest.raises(PeerRefusedError, match=r"key update: rejection \(systemUnavail.*busy"):
        run(kur(ca, around), ca)


def test_error_in_answer_to_the_confirmation_fails_the_update(ca, run, around):
    def bend(parts):
        if parts["kind"] == "pkiConf":
            parts["body"] = bodies.encode_error(StatusInfo(REJECTION, (), ("badCertId",)))

    ca.bend = bend
    with pytest.raises(PeerRefusedError, match="the confirmation: rejection"):
        run(kur(ca, around), ca)


@pytest.mark.parametrize("kind", ["ip", "pollRep", "pkiConf"])
def test_another_kind_of_answer_is_refused(ca, run, around, kind):
    body = {
        "ip": bodies.encode_responses(
            "ip", (CertificateResponse(cert_req_id=0, status=StatusInfo()),)
        ),
        "pollRep": bodies.encode_poll_answer(bodies.PollAnswer(cert_req_id=0, check_after=1)),
        "pkiConf": bodies.encode_pki_confirm(),
    }[kind]
    ca.bend = lambda parts: parts.update(body=body)
    with pytest.raises(ProtocolError, match=f"answered the key update with {kind}"):
        run(kur(ca, around), ca)


def test_confirmation_answered_by_something_else_is_refused(ca, run, around):
    def bend(parts):
        if parts["kind"] == "pkiConf":
            parts["body"] = bodies.encode_poll_request(0)

    ca.bend = bend
    with pytest.raises(ProtocolError, match="answered the confirmation with pollReq"):
        run(kur(ca, around), ca)


@pytest.mark.parametrize("content", ["3000", "0400", "050100", "05000500", ""])
def test_confirmation_whose_body_is_not_null_is_refused(ca, run, around, content):
    """It is protected rightly [RFC 4210, 5.3.17: PKIConfirmContent is NULL]."""

    def bend(parts):
        if parts["kind"] == "pkiConf":
            number = 0xA0 | messages.NUMBERS["pkiConf"]
            parts["body"] = der.encode(number, bytes.fromhex(content))

    ca.bend = bend
    with pytest.raises(ProtocolError, match="body of the pkiConf is not well formed"):
        run(kur(ca, around), ca)


def test_answer_for_another_request_is_refused(ca, run, around):
    def bend(parts):
        response = CertificateResponse(cert_req_id=5, status=StatusInfo(), certificate=ca.issued)
        parts["body"] = bodies.encode_responses("kup", (response,))

    ca.bend = bend
    with pytest.raises(ProtocolError, match="for another request"):
        run(kur(ca, around), ca)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"transaction_id": b"x" * 16}, "transactionID"),
        ({"transaction_id": None}, "transactionID"),
        ({"recipient_nonce": b"x" * 16}, "recipNonce"),
        ({"recipient_nonce": None}, "recipNonce"),
        ({"pvno": 1}, "CMP version 1"),
        ({"pvno": 4}, "CMP version 4"),
    ],
)
def test_header_of_another_transaction_is_refused(ca, run, around, change, words):
    ca.bend = lambda parts: parts.update(header=parts["header"]._replace(**change))
    with pytest.raises(ProtocolError, match=words):
        run(kur(ca, around), ca)


def test_replayed_answer_is_refused(ca, run, around):
    kept = []
    ca.spoil = lambda kind, data: kept.append(data) or kept[0]
    run_once = {**around, "entropy": SeededEntropy(1)}
    with pytest.raises(ProtocolError, match="recipNonce"):
        run(kur(ca, run_once), ca)


# --- protection ------------------------------------------------------------------------------------


def unprotected(*kinds):
    def bend(parts):
        if parts["kind"] in kinds:
            parts["protector"] = None

    return bend


@pytest.mark.parametrize("knob", [False, True])
def test_unprotected_answer_is_refused_whatever_the_profile_says(ca, run, around, knob):
    ca.bend = unprotected("kup")
    with pytest.raises(ProtocolError, match="kup is not protected"):
        run(kur(ca, around, accept_unprotected_error=knob, accept_unprotected_pkiconf=knob), ca)


def test_unprotected_confirmation_needs_the_profiles_leave(ca, run, around):
    ca.bend = unprotected("pkiConf")
    with pytest.raises(ProtocolError, match="pkiConf is not protected - see accept-unprotected"):
        run(kur(ca, around, accept_unprotected_error=True), ca)
    assert run(kur(ca, around, accept_unprotected_pkiconf=True), ca).certificate == ca.issued


def test_unprotected_error_needs_the_profiles_leave_but_is_shown(ca, run, around):
    def bend(parts):
        parts["protector"] = None
        parts["body"] = bodies.encode_error(StatusInfo(REJECTION, ("go away",), ("badRequest",)))

    ca.bend = bend
    with pytest.raises(ProtocolError, match=r"unprotected error: rejection .*go away.*accept-unp"):
        run(kur(ca, around, accept_unprotected_pkiconf=True), ca)
    with pytest.raises(PeerRefusedError, match="badRequest"):
        run(kur(ca, around, accept_unprotected_error=True), ca)


def test_wrong_mac_is_refused(ca, run, around):
    credentials = with_password(ca)
    ca.protector = mac.MacProtector("guess", b"12345678", 500)
    with pytest.raises(ProtocolError, match="MAC of the ip is wrong"):
        run(ir(ca, around, credentials), ca)


def test_signed_answer_to_a_password_is_taken_from_the_ca(ca, run, around):
    assert run(ir(ca, around, ca.password), ca).certificate == ca.issued


def test_mac_in_answer_to_a_signature_is_refused(ca, run, around):
    with_password(ca)
    with pytest.raises(ProtocolError, match="with a password, not signed"):
        run(kur(ca, around), ca)


@pytest.mark.parametrize("iterations", [99, 100_001])
def test_iteration_count_is_bounded(ca, run, around, iterations):
    credentials = with_password(ca)
    ca.protector = mac.MacProtector("insecure", b"12345678", iterations)
    with pytest.raises(ProtocolError, match="iteration count"):
        run(ir(ca, around, credentials), ca)


# --- waiting -------------------------------------------------------------------------------------


def test_polling_waits_as_long_as_the_ca_asks(ca, run, around):
    ca.polls, waits = 3, []
    result = run(kur(ca, around), ca, waits)
    assert result.certificate == ca.issued
    assert [message.kind for message in ca.seen] == ["kur", *["pollReq"] * 3, "certConf"]
    assert [wait.seconds for wait in waits] == [5, 5]
    assert waits[0].reason == "please [2J wait"


@pytest.mark.parametrize(("asked", "waited"), [(0, 1), (86400, 3600)])
def test_check_after_is_clamped(ca, run, around, asked, waited):
    ca.polls, ca.check_after, waits = 2, asked, []
    run(kur(ca, around), ca, waits)
    assert [wait.seconds for wait in waits] == [waited]


def test_ca_that_says_waiting_without_end_is_left(ca, run, around):
    ca.bend = lambda parts: parts.update(
        body=bodies.encode_responses(
            "kup", (CertificateResponse(cert_req_id=0, status=StatusInfo(WAITING)),)
        )
    )
    waits = []
    with pytest.raises(ResponseTimeoutError, match="after 4 polls"):
        run(kur(ca, around, max_polls=4), ca, waits)
    assert [wait.seconds for wait in waits] == [1, 1, 1]


def test_polling_ends_after_the_seconds_allowed(ca, run, around):
    ca.polls, ca.check_after, waits = 1000, 60, []
    with pytest.raises(ResponseTimeoutError):
        run(kur(ca, around, max_poll_seconds=150), ca, waits)
    assert [wait.seconds for wait in waits] == [60, 60]


def test_negative_check_after_is_refused(ca, run, around):
    ca.polls, ca.check_after = 2, -1
    with pytest.raises(ProtocolError, match="checkAfter"):
        run(kur(ca, around), ca)


def test_poll_answer_for_another_request_is_refused(ca, run, around):
    ca.polls = 5
    other = bodies.PollAnswer(cert_req_id=3, check_after=1)

    def bend(parts):
        if parts["kind"] == "pollRep":
            parts["body"] = bodies.encode_poll_answer(other)

    ca.bend = bend
    with pytest.raises(ProtocolError, match="another request"):
        run(kur(ca, around), ca)


@pytest.mark.parametrize("same", [False, True])
def test_recipient_nonce_of_a_poll_is_the_profiles_choice(ca, run, around, same):
    ca.polls = 2
    run(kur(ca, around, same_recipient_nonce_for_poll_request=same), ca)
    first, poll_1, poll_2, confirm = (message.header for message in ca.seen)
    if same:
        assert poll_1.recipient_nonce == first.sender_nonce
        assert poll_2.recipient_nonce == poll_1.sender_nonce
    else:
        assert poll_1.recipient_nonce == b"server's nonce\x01\x00"
        assert poll_2.recipient_nonce == b"server's nonce\x02\x00"
    assert confirm.recipient_nonce == b"server's nonce\x03\x00"


def test_waiting_is_a_result_that_survives_as_json(ca, run, around):
    ca.polls = 2
    credentials = with_password(ca)
    waiting = run(ir(ca, around, credentials, poll=False, always_set_sender_for_ir=True), ca)
    assert (waiting.status, waiting.status_text, waiting.certificate) == ("waiting", "soon", None)
    pending = Pending.from_json(json.loads(json.dumps(waiting.pending.to_json())))
    assert pending == waiting.pending

    peer = replace(ca.peer, always_set_sender_for_ir=True)
    still = run(poll(peer, credentials, pending, KEY, **around), ca)
    assert still.status == "waiting"
    assert still.pending.check_after == 5
    done = run(poll(peer, credentials, still.pending, KEY, **around), ca)
    assert done.certificate == ca.issued
    kinds = [message.kind for message in ca.seen]
    assert kinds == ["ir", "pollReq", "pollReq", "certConf"]
    assert len({message.header.transaction_id for message in ca.seen}) == 1
    assert {message.header.sender for message in ca.seen} == {SUBJECT.public_bytes()}
    assert ca.seen[1].header.recipient_nonce == b"server's nonce\x01\x00"
    assert ca.seen[2].header.recipient_nonce == b"server's nonce\x02\x00"


@pytest.mark.parametrize(
    "change",
    [{"request": "rr"}, {"transaction_id": "xyz"}, {"cert_req_id": "0"}, {"sender_nonce": None}],
)
def test_damaged_pending_transaction_is_refused(ca, run, around, change):
    ca.polls = 2
    pending = run(kur(ca, around, poll=False), ca).pending
    with pytest.raises(InvalidInputError):
        Pending.from_json({**pending.to_json(), **change})
    with pytest.raises(InvalidInputError):
        Pending.from_json({})


# --- mine: before anything is sent -----------------------------------------------------------------


def test_expired_certificate_is_refused_before_anything_is_sent(ca, around):
    around["clock"].advance(timedelta(days=40))
    with pytest.raises(RefusedError, match="which expired on 2026/03/30 12:00:00 UTC"):
        next(kur(ca, around))


def test_key_of_another_certificate_is_refused_before_anything_is_sent(ca, around):
    credentials = SignatureCredentials(KEY, ca.device)
    with pytest.raises(RefusedError, match="the key is not that of"):
        next(key_update(ca.peer, credentials, KEY, poll=True, **around))


def test_key_update_without_a_certificate_is_refused(ca, around):
    with pytest.raises(UsageError):
        next(key_update(ca.peer, SignatureCredentials(KEY, None), KEY, poll=True, **around))


def test_hash_that_does_not_go_with_the_key_is_refused(ca, around):
    credentials = replace(ca.signature, hash_algorithm="md5")
    with pytest.raises(UsageError, match="md5"):
        next(key_update(ca.peer, credentials, KEY, poll=True, **around))


def test_secret_and_key_are_not_shown():
    assert repr(MacCredentials("4711", "hunter2")) == (
        "MacCredentials(reference='4711', hash_algorithm='sha256')"
    )
    assert "PrivateKey" not in repr(SignatureCredentials(KEY, None))


# --- HTTP ------------------------------------------------------------------------------------------


def answered(ca, around, **reply):
    machine = kur(ca, around)
    step = next(machine)
    good = ca.handle(step.request)
    fields = {"status": good.status, "headers": good.headers, "body": good.body, **reply}
    return machine.send(HttpReply(**fields))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"status": 500, "headers": {}}, "HTTP status 500"),
        ({"status": 404, "headers": {"content-type": "text/html"}}, "HTTP status 404"),
        ({"headers": {"content-type": "text/html"}}, "text/html"),
        ({"body": b""}, "with nothing"),
        ({"body": b"<html>"}, "not well formed"),
        ({"body": b"\x30\x83\x04\x00\x00" + bytes(1 << 18)}, "more than 262144 octets"),
    ],
)
def test_http_answer_that_is_no_cmp_is_refused(ca, around, reply, words):
    with pytest.raises(PeerError, match=words):
        answered(ca, around, **reply)


@pytest.mark.parametrize(
    "media_type", ["Application/PKIXCMP; charset=x", "", "application/octet-stream"]
)
def test_content_type_is_checked_leniently(ca, around, media_type):
    answered(ca, around, headers={"content-type": media_type})
    assert ca.seen[0].kind == "kur"


def test_cmp_error_with_an_http_error_status_is_read(ca, around):
    ca.bend = lambda parts: parts.update(
        body=bodies.encode_error(StatusInfo(REJECTION, ("no",), ("badRequest",)))
    )
    with pytest.raises(PeerRefusedError, match="badRequest"):
        answered(ca, around, status=400)


def test_transport_errors_pass_through(ca, around):
    machine = kur(ca, around)
    next(machine)
    with pytest.raises(ConnectError):
        machine.throw(ConnectError("no connection"))
