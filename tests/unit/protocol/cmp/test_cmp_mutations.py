"""Whatever octets come, the decoders end in an error of ours; tests/hostile asks the machines."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.core.errors import ProtocolError, SrpkiError
from srpki.protocol.cmp import bodies, messages
from srpki.protocol.cmp.client import key_update
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


@pytest.fixture
def answers(ca, around):
    """The answers to a key update: kup and pkiConf."""
    found = []
    ca.spoil = lambda kind, data: found.append(data) or data
    machine, reply = key_update(ca.peer, ca.signature, KEY, poll=True, **around), None
    with suppress(StopIteration):
        while True:
            reply = ca.handle(machine.send(reply).request)
    assert len(found) == 2
    return found


def flipped(data: bytes):
    for position in range(len(data)):
        yield data[:position] + bytes([data[position] ^ 1 << position % 8]) + data[position + 1 :]


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


def test_every_changed_or_truncated_answer_decodes_or_fails_as_ours(answers):
    for answer in answers:
        for changed in flipped(answer):
            decode_all(changed)
        for length in range(len(answer)):
            decode_all(answer[:length])


def test_every_changed_request_decodes_or_fails_as_ours(ca, around):
    request = next(key_update(ca.peer, ca.signature, KEY, poll=True, **around)).request.body
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
