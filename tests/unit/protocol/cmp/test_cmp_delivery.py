"""Delayed delivery: who may put what off, and by which nonce the late answer is known.

RFC 9483, 4.4, and RFC 9810, 5.1.1, 5.3.21 and 5.3.22. The nonces of each step are written down
here from the RFCs' rules; OpenSSL's server judges them in tests/interop.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest

from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError, ResponseTimeoutError
from srpki.protocol.cmp import bodies
from srpki.protocol.cmp.bodies import PollAnswer
from srpki.protocol.cmp.client import (
    Pending,
    certificate_request,
    initial_registration,
    key_update,
    poll,
)
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.status import GRANTED_WITH_MODS, REJECTION, WAITING, StatusInfo
from srpki.x509 import names
from srpki.x509.keys import KeySpec, generate

KEY = generate(KeySpec("ecdsa", curve="secp256r1"))
SUBJECT = names.parse_dn("C=DE,O=Lab,CN=router")
WAIT = bodies.encode_error(StatusInfo(WAITING, ("by hand",)))


@dataclass
class Patience:
    """Lets *ca* put requests of the kinds *put_off* off by error, for *polls_each* polls each.

    *nonce* says which nonce a late answer carries: ``request`` or ``poll``.
    """

    ca: object
    put_off: tuple[str, ...] = ()
    polls_each: int = 2
    nonce: str = "request"
    protect_error: bool = True
    owed: Message | None = None
    late: Message | None = None
    left: int = 0

    def __post_init__(self):
        self.plain = self.ca._answer
        self.ca._answer, self.ca.bend = self.answer, self.nonces

    def answer(self, message):
        if message.kind == "pollReq" and self.owed is not None:
            self.left -= 1
            if self.left > 0:
                (number,) = bodies.decode_poll_requests(message)
                answer = PollAnswer(cert_req_id=number, check_after=5, reason=("wait",))
                return "pollRep", bodies.encode_poll_answer(answer)
            self.late, self.owed = self.owed, None
            return self.plain(self.late)
        self.late = None
        if message.kind in self.put_off:
            self.owed, self.left = message, self.polls_each
            return "error", WAIT
        return self.plain(message)

    def nonces(self, parts):
        if parts["kind"] == "error" and not self.protect_error:
            parts["protector"] = None
        if self.late is not None and self.nonce == "request":
            parts["header"] = parts["header"]._replace(
                recipient_nonce=self.late.header.sender_nonce
            )


@pytest.fixture
def patient(ca):
    """Makes a CA that puts requests off: see `Patience`."""

    def make(**mood):
        Patience(ca, **mood)
        return ca

    return make


def ask(kind, ca, around, **peer):
    wait = peer.pop("poll", True)
    machines = {"ir": initial_registration, "cr": certificate_request}
    if kind == "kur":
        return key_update(replace(ca.peer, **peer), ca.signature, KEY, poll=wait, **around)
    return machines[kind](
        replace(ca.peer, **peer), ca.signature, KEY, SUBJECT, None, poll=wait, **around
    )


def polled_for(ca):
    return [
        number
        for message in ca.seen
        if message.kind == "pollReq"
        for number in bodies.decode_poll_requests(message)
    ]


@pytest.mark.parametrize("kind", ["ir", "cr", "kur"])
@pytest.mark.parametrize("nonce", ["request", "poll"])
def test_a_late_answer_carries_the_nonce_of_the_request_or_of_the_last_poll(
    patient, run, around, kind, nonce
):
    ca, waits = patient(put_off=(kind,), nonce=nonce), []
    assert run(ask(kind, ca, around), ca, waits).certificate == ca.issued
    assert [message.kind for message in ca.seen] == [kind, "pollReq", "pollReq", "certConf"]
    assert polled_for(ca) == [-1, -1]
    assert [(wait.seconds, wait.reason) for wait in waits] == [(5, "wait")]


@pytest.mark.parametrize("nonce", ["request", "poll"])
def test_a_late_answer_after_an_ip_that_says_waiting(ca, run, around, nonce):
    ca.polls = 2

    def bend(parts):
        if parts["kind"] == "kup" and len(ca.seen) > 1 and nonce == "request":
            request = ca.seen[0].header.sender_nonce
            parts["header"] = parts["header"]._replace(recipient_nonce=request)

    ca.bend = bend
    assert run(ask("kur", ca, around), ca).certificate == ca.issued
    assert polled_for(ca) == [0, 0]


@pytest.mark.parametrize("nonce", ["request", "poll"])
def test_a_confirmation_is_put_off_too(patient, run, around, nonce):
    ca, waits = patient(put_off=("certConf",), nonce=nonce), []
    assert run(ask("kur", ca, around), ca, waits).certificate == ca.issued
    assert [message.kind for message in ca.seen] == ["kur", "certConf", "pollReq", "pollReq"]
    assert polled_for(ca) == [-1, -1]
    assert len(waits) == 1


def test_request_and_confirmation_are_both_put_off(patient, run, around):
    ca = patient(put_off=("kur", "certConf"))
    assert run(ask("kur", ca, around), ca).certificate == ca.issued
    assert polled_for(ca) == [-1] * 4


def test_the_confirmations_late_answer_does_not_carry_the_requests_nonce(patient, run, around):
    ca = patient(put_off=("certConf",))

    def bend(parts):
        if parts["kind"] == "pkiConf":
            request = ca.seen[0].header.sender_nonce
            parts["header"] = parts["header"]._replace(recipient_nonce=request)

    ca.bend = bend
    with pytest.raises(ProtocolError, match="recipNonce"):
        run(ask("kur", ca, around), ca)


@pytest.mark.parametrize("kind", ["error", "pollRep", "kup"])
def test_which_answers_to_a_poll_may_carry_the_requests_nonce(ca, run, around, kind):
    ca.polls = 3 if kind == "pollRep" else 1

    def bend(parts):
        if len(ca.seen) != 2:
            return
        if kind == "error":
            parts["body"] = bodies.encode_error(StatusInfo(REJECTION, ("no",)))
        request = ca.seen[0].header.sender_nonce
        parts["header"] = parts["header"]._replace(recipient_nonce=request)

    ca.bend = bend
    machine = ask("kur", ca, around)
    if kind == "kup":
        assert run(machine, ca).certificate == ca.issued
    else:
        error, words = {
            "error": (PeerRefusedError, "refused the key update"),
            "pollRep": (ProtocolError, "recipNonce"),
        }[kind]
        with pytest.raises(error, match=words):
            run(machine, ca)


def test_a_poll_is_answered_by_another_error_that_says_waiting(patient, run, around):
    ca = patient(put_off=("kur",), polls_each=4)
    answered = ca._answer

    def again(message):
        kind, body = answered(message)
        return ("error", WAIT) if kind == "pollRep" else (kind, body)

    ca._answer = again
    waits = []
    assert run(ask("kur", ca, around), ca, waits).certificate == ca.issued
    assert [wait.seconds for wait in waits] == [1, 1, 1]
    with pytest.raises(ResponseTimeoutError, match="after 2 polls"):
        run(ask("kur", ca, around, max_polls=2), ca)


@pytest.mark.parametrize("kind", ["kup", "error"])
def test_what_put_a_request_off_is_not_believed_a_second_time(ca, run, around, kind):
    ca.polls, first = 2, []

    def bend(parts):
        if kind == "error" and len(ca.seen) == 1:
            parts["body"] = WAIT

    ca.bend, ca.spoil = bend, lambda _, data: first.append(data) or first[0]
    with pytest.raises(ProtocolError, match="senderNonce of the pollReq"):
        run(ask("kur", ca, around), ca)


@pytest.mark.parametrize("kind", ["kur", "certConf"])
def test_an_unprotected_error_that_says_waiting_needs_the_profiles_leave(
    patient, run, around, kind
):
    ca = patient(put_off=(kind,), protect_error=False)
    with pytest.raises(ProtocolError, match=r"unprotected error: waiting.*accept-unprotected"):
        run(ask("kur", ca, around), ca)
    assert run(ask("kur", ca, around, accept_unprotected_error=True), ca).certificate == ca.issued


def test_a_rejected_certificate_is_not_waited_for(patient, run, around):
    ca = patient(put_off=("certConf",))
    around["accept"] = lambda certificate, others: "not mine"
    with pytest.raises(PeerError, match="not mine"):
        run(ask("kur", ca, around), ca)
    assert polled_for(ca) == []


# --- by hand -------------------------------------------------------------------------------------


def kept(pending):
    """Return *pending* as it comes back from disk."""
    return Pending.from_json(json.loads(json.dumps(pending.to_json())))


@pytest.mark.parametrize("nonce", ["request", "poll"])
def test_by_hand_a_request_that_was_put_off_is_polled_for_later(patient, run, around, nonce):
    ca = patient(put_off=("kur",), nonce=nonce)
    waiting = run(ask("kur", ca, around, poll=False), ca)
    assert (waiting.status, waiting.status_text, waiting.certificate) == (
        "waiting",
        "by hand",
        None,
    )
    still = run(poll(ca.peer, ca.signature, kept(waiting.pending), KEY, **around), ca)
    assert (still.status, still.pending.check_after) == ("waiting", 5)
    done = run(poll(ca.peer, ca.signature, kept(still.pending), KEY, **around), ca)
    assert done.certificate == ca.issued
    assert polled_for(ca) == [-1, -1]


@pytest.mark.parametrize("nonce", ["request", "poll"])
def test_by_hand_a_confirmation_that_was_put_off_keeps_the_certificate(patient, run, around, nonce):
    ca = patient(put_off=("certConf",), nonce=nonce)
    plain = ca._answer

    def with_modifications(message):
        kind, body = plain(message)
        if kind != "kup":
            return kind, body
        granted = bodies.CertificateResponse(
            cert_req_id=0, status=StatusInfo(GRANTED_WITH_MODS, ("less",)), certificate=ca.issued
        )
        return kind, bodies.encode_responses("kup", (granted,))

    ca._answer = with_modifications
    waiting = run(ask("kur", ca, around, poll=False), ca)
    assert (waiting.status, waiting.certificate) == ("waiting", None)
    still = run(poll(ca.peer, ca.signature, kept(waiting.pending), KEY, **around), ca)
    assert still.status == "waiting"
    done = run(poll(ca.peer, ca.signature, kept(still.pending), KEY, **around), ca)
    assert (done.status, done.status_text) == ("granted-with-mods", "less")
    assert done.certificate == ca.issued
    assert [message.kind for message in ca.seen] == ["kur", "certConf", "pollReq", "pollReq"]


def test_by_hand_a_confirmation_may_be_refused_in_the_end(patient, run, around):
    ca = patient(put_off=("certConf",), polls_each=1)
    waiting = run(ask("kur", ca, around, poll=False), ca)
    ca._answer = lambda message: ("error", bodies.encode_error(StatusInfo(REJECTION, ("no",))))
    with pytest.raises(PeerRefusedError, match="refused the confirmation"):
        run(poll(ca.peer, ca.signature, kept(waiting.pending), KEY, **around), ca)


def test_what_an_earlier_version_kept_is_still_read(ca, run, around):
    ca.polls = 1
    record = run(ask("kur", ca, around, poll=False), ca).pending.to_json()
    del record["request_nonce"], record["issued"]
    pending = Pending.from_json(record)
    assert run(poll(ca.peer, ca.signature, pending, KEY, **around), ca).certificate == ca.issued


# --- requests that went out twice ----------------------------------------------------------------


def confirmed_already(ca, *, repeated):
    """Let certConf be answered by an error that says so; its reply may be one to a repetition."""
    info = StatusInfo(REJECTION, (), ("certConfirmed",))

    def bend(parts):
        if parts["kind"] == "pkiConf":
            parts["body"] = bodies.encode_error(info)

    ca.bend, handle = bend, ca.handle

    def once_more(request):
        reply = handle(request)
        last = ca.seen[-1].kind == "certConf"
        return reply.but(repeated=repeated) if last else reply

    ca.handle = once_more


def test_a_repeated_confirmation_that_was_heard_before_counts(ca, run, around):
    confirmed_already(ca, repeated=True)
    assert run(ask("kur", ca, around), ca).certificate == ca.issued


def test_a_confirmation_that_went_out_once_does_not_count_when_it_is_refused(ca, run, around):
    confirmed_already(ca, repeated=False)
    with pytest.raises(PeerRefusedError, match="certConfirmed"):
        run(ask("kur", ca, around), ca)


def test_a_repeated_first_message_fails_with_the_cas_word(ca, run, around):
    ca.bend = lambda parts: parts.update(
        body=bodies.encode_error(StatusInfo(REJECTION, (), ("transactionIdInUse",)))
    )
    handle = ca.handle
    ca.handle = lambda request: handle(request).but(repeated=True)
    with pytest.raises(PeerRefusedError, match="transactionIdInUse"):
        run(ask("kur", ca, around), ca)


# --- other versions ------------------------------------------------------------------------------


def test_what_a_cmpv1_server_says_is_shown(ca, run, around):
    """Such a server knows neither our transactionID nor our nonce."""

    def bend(parts):
        parts["header"] = Header(pvno=1, sender=parts["header"].sender)
        parts["body"] = bodies.encode_error(
            StatusInfo(REJECTION, ("only version 1 here",), ("unsupportedVersion",))
        )

    ca.bend = bend
    with pytest.raises(ProtocolError) as caught:
        run(ask("kur", ca, around), ca)
    assert "CMP version 1" in caught.value.sentence
    assert "only version 1 here" in caught.value.sentence
    assert "unsupportedVersion" in caught.value.sentence


def test_an_unreadable_error_of_another_version_is_still_told_by_its_version(ca, run, around):
    def bend(parts):
        parts["header"] = parts["header"]._replace(pvno=1)
        parts["body"] = b"\xb7\x02\x30\x00"

    ca.bend = bend
    with pytest.raises(ProtocolError, match="CMP version 1"):
        run(ask("kur", ca, around), ca)
