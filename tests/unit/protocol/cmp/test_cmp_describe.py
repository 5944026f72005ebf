"""CMP messages in words: what matters is there, and nothing a peer sends can do harm."""

import re

import pytest
from counting import met
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.protocol.cmp import bodies, messages
from srpki.protocol.cmp.describe import describe
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.status import FAIL_INFO, StatusInfo


def shown(conversation, kind):
    return "\n".join(describe(conversation[0][kind]))


def test_a_request_shows_who_asks_whom_for_what(conversation):
    text = shown(conversation, "ir")
    reference = conversation[1].password.reference
    assert text.startswith("CMP ir\n")
    assert f"senderKID: {reference.encode().hex()}" in text
    assert "protection: password (PBM)" in text
    assert "request 0: subject C=DE, O=Lab, CN=router" in text
    assert "request 0: proof of possession: signature" in text
    assert "messageTime: 2026-03-01T12:00:00Z" in text


def test_an_answer_shows_status_and_certificate(conversation):
    data, ca = conversation
    issued = x509.load_der_x509_certificate(ca.issued)
    text = shown(conversation, "ip")
    assert "response 0: accepted" in text
    every = "\n".join(line for octets in data.values() for line in describe(octets))
    assert f"subject C=DE, O=Lab, CN=router; serial {issued.serial_number:x};" in every
    assert re.search(r"valid 2026-02-28T12:00:00Z to 2026-03-30T12:00:00Z", every)


def test_polling_and_confirmation_are_shown(conversation):
    assert "poll: request 0" in shown(conversation, "pollReq")
    assert "poll: ask for 0 again after 5 seconds" in shown(conversation, "pollRep")
    assert "confirmation 0: accepted" in shown(conversation, "certConf")
    assert shown(conversation, "pkiConf").startswith("CMP pkiConf\n")


def test_no_secret_and_no_proof_is_shown(conversation):
    for data in met(4, conversation[0].values()):
        message = messages.decode(data)
        text = "\n".join(describe(data))
        assert conversation[1].password.secret not in text
        assert message.protection.hex() not in text


def error(info):
    return messages.encode(Header(), bodies.encode_error(info), None)


@pytest.mark.parametrize("bit", met(20, FAIL_INFO))
def test_every_failure_is_shown_in_words(bit):
    text = "\n".join(describe(error(StatusInfo(2, ("ask Jo",), (bit,)))))
    assert f'error: rejection ({bit}, {FAIL_INFO[bit]}): "ask Jo"' in text


def test_what_a_peer_writes_cannot_move_the_cursor_or_forge_a_line():
    lines = describe(error(StatusInfo(2, ("one\ntwo \x1b[2J",), ())))
    assert all(line.isprintable() for line in met(2, lines))


def test_what_is_no_cmp_is_told_as_such():
    assert describe(b"\x30\x03\x02\x01\x05") == (
        "5 octets that are no CMP message: the CMP message is not well formed",
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_message_never_raises(conversation, data):
    octets = bytearray(data.draw(st.sampled_from(sorted(conversation[0].values()))))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for line in met(2, (*describe(bytes(octets)), *describe(bytes(octets[:cut])))):
        assert line.isprintable()
        assert len(line) < 2000
