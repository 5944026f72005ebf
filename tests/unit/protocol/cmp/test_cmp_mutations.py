"""Whatever octets come back: an error of ours, and never a certificate from a changed answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.core.entropy import SeededEntropy
from srpki.core.errors import PeerError, ProtocolError, SrpkiError
from srpki.core.wire import HttpReply
from srpki.protocol.cmp import bodies, mac, messages
from srpki.protocol.cmp.client import initial_registration, key_update
from srpki.protocol.steps import Send
from srpki.x509 import names
from srpki.x509.keys import KeySpec, generate

KEY = generate(KeySpec("ecdsa", curve="secp256r1"))
DECODERS = (
    bodies.decode_requests,
    bodies.decode_responses,
    bodies.decode_confirmations,
    bodies.decode_pki_confirm,
    bodies.decode_error,
    bodies.decode_poll_requests,
    bodies.decode_poll_answers,
    bodies.decode_p10cr,
)


class Replay:
    """A transaction whose nonces come again, so that recorded answers fit; one may be changed."""

    def __init__(self, machine) -> None:
        self.machine = machine
        self.answers: list[bytes] = []

    def record(self, ca) -> Replay:
        ca.spoil = lambda kind, data: self.answers.append(data) or data
        machine, reply = self.machine(), None
        try:
            while True:
                reply = ca.handle(machine.send(reply).request)
        except StopIteration:
            return self

    def with_answer(self, index: int, changed: bytes):
        """Return the result when answer *index* is *changed*; certConf with rejection counts."""
        machine, reply, position = self.machine(), None, 0
        try:
            while True:
                step = machine.send(reply)
                assert isinstance(step, Send)
                body = changed if position == index else self.answers[position]
                position += 1
                reply = HttpReply(status=200, body=body)
        except StopIteration as done:
            return done.value


def entropy_anew(around):
    return {**around, "entropy": SeededEntropy(7)}


@pytest.fixture
def update(ca, around):
    return Replay(
        lambda: key_update(ca.peer, ca.signature, KEY, poll=True, **entropy_anew(around))
    ).record(ca)


@pytest.fixture
def registration(ca, around):
    ca.protector = mac.MacProtector("insecure", b"12345678", 100)
    ca.extra_certs = ()
    subject = names.parse_dn("C=DE,O=Lab,CN=router")
    return Replay(
        lambda: initial_registration(
            ca.peer, ca.password, KEY, subject, None, poll=True, **entropy_anew(around)
        )
    ).record(ca)


def flipped(data: bytes):
    for position in range(len(data)):
        yield data[:position] + bytes([data[position] ^ 1 << position % 8]) + data[position + 1 :]


def after_protection(message: bytes) -> int:
    """Return where the protected octets end: what follows is protection and extraCerts."""
    return message.index(messages.decode(message).body) + len(messages.decode(message).body)


def test_replay_gives_the_certificate_when_nothing_is_changed(update, registration, ca):
    assert len(update.answers) == len(registration.answers) == 2
    assert update.with_answer(0, update.answers[0]).certificate
    assert registration.with_answer(0, registration.answers[0]).certificate


@pytest.mark.parametrize("index", [0, 1])
def test_no_octet_of_a_mac_protected_answer_can_be_changed(registration, index):
    for changed in flipped(registration.answers[index]):
        with pytest.raises(PeerError):
            registration.with_answer(index, changed)


@pytest.mark.parametrize("index", [0, 1])
def test_no_octet_of_a_signed_answer_can_be_changed(update, index):
    answer = update.answers[index]
    covered = after_protection(answer)
    good = update.with_answer(0, update.answers[0]).certificate
    for position, changed in enumerate(flipped(answer)):
        try:
            result = update.with_answer(index, changed)
        except PeerError:
            continue
        # extraCerts are not protected: a change there may go unseen, but then changes nothing
        assert position >= covered
        assert result.certificate == good


@pytest.mark.parametrize("index", [0, 1])
def test_no_truncated_answer_is_taken(update, registration, index):
    for replay in (update, registration):
        answer = replay.answers[index]
        for length in range(len(answer)):
            with pytest.raises(ProtocolError):
                replay.with_answer(index, answer[:length])


def test_octets_after_the_message_are_refused(update):
    with pytest.raises(ProtocolError):
        update.with_answer(0, update.answers[0] + b"\x00")


def decode_all(data: bytes) -> None:
    """Decode *data* as a message, then its body as everything; only `SrpkiError` may come."""
    try:
        message = messages.decode(data)
    except SrpkiError:
        return
    for decoder in DECODERS:
        try:
            decoder(message)
        except SrpkiError:
            continue


def test_every_changed_or_truncated_answer_decodes_or_fails_as_ours(update):
    for answer in update.answers:
        for changed in flipped(answer):
            decode_all(changed)
        for length in range(len(answer)):
            decode_all(answer[:length])


def test_every_changed_request_decodes_or_fails_as_ours(update, ca):
    request = next(update.machine()).request.body
    for changed in flipped(request):
        decode_all(changed)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_octets_fail_as_ours(data):
    with pytest.raises(ProtocolError):
        messages.decode(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(range(27)))
def test_random_bodies_fail_as_ours(data, number):
    header = messages.headers.encode(messages.Header(transaction_id=b"t"))
    body = bytes([0xA0 | number, len(data)]) + data
    content = header + body
    decode_all(b"\x30" + _length(content) + content)


def _length(content: bytes) -> bytes:
    return bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
