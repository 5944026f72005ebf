"""Limits of the codec, headers and statuses: what is too big, too many or out of range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from counting import met
from cryptography import x509

from srpki.core.errors import ProtocolError
from srpki.protocol.cmp import asn1, bodies, header, messages
from srpki.protocol.cmp.bodies import CertificateResponse, Confirmation, PollAnswer
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.status import (
    FAIL_INFO,
    REJECTION,
    STATUS,
    StatusInfo,
    fail_info_bits,
    fail_info_names,
    refusal,
)
from srpki.x509 import der

FULL = Header(
    pvno=3,
    sender=x509.Name.from_rfc4514_string("CN=a").public_bytes(),
    recipient=x509.Name.from_rfc4514_string("CN=b").public_bytes(),
    message_time=datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC),
    protection_algorithm=bytes.fromhex("300a06082a8648ce3d040302"),
    sender_kid=b"kid",
    recipient_kid=b"rid",
    transaction_id=b"t" * 16,
    sender_nonce=b"s" * 16,
    recipient_nonce=b"r" * 16,
    free_text=("one", "two"),
    general_info=(("1.3.6.1.5.5.7.4.13", b"\x05\x00"), ("1.3.6.1.5.5.7.4.14", None)),
)


def sent(body: bytes, extra_certs=(), **fields) -> messages.Message:
    head = Header(transaction_id=b"t")._replace(**fields)
    return messages.decode(messages.encode(head, body, None, extra_certs))


def test_header_is_read_as_it_was_written():
    assert header.decode(header.encode(FULL)) == FULL
    assert header.decode(header.encode(Header())) == Header()
    assert FULL.implicit_confirm
    assert not Header().implicit_confirm


def test_message_time_is_written_in_utc_without_fractions():
    local = datetime(2026, 3, 1, 13, 30, 15, 999999, tzinfo=timezone(timedelta(hours=1)))
    assert b"20260301123015Z" in header.encode(Header(message_time=local))


@pytest.mark.parametrize("field", ["transaction_id", "sender_nonce", "recipient_nonce"])
@pytest.mark.parametrize("octets", [b"", b"x" * 129])
def test_identifiers_are_bounded(field, octets):
    with pytest.raises(ProtocolError, match="octets"):
        header.decode(header.encode(FULL._replace(**{field: octets})))


@pytest.mark.parametrize("pvno", [-1, 2**31, pytest.param(10**5000, id="huge")])
def test_versions_are_bounded(pvno):
    with pytest.raises(ProtocolError, match="pvno"):
        header.decode(header.encode(FULL._replace(pvno=pvno)))


@pytest.mark.parametrize(
    "change",
    [{"free_text": ("x",) * 17}, {"general_info": (("1.2.3", None),) * 17}],
)
def test_texts_and_infos_of_a_header_are_bounded(change):
    with pytest.raises(ProtocolError, match="more than 16"):
        header.decode(header.encode(FULL._replace(**change)))


def with_sender(general_name: bytes) -> bytes:
    parts = header.encode(Header())
    return parts.replace(bytes.fromhex("a4023000"), general_name, 1)


def test_sender_of_another_kind_is_no_name():
    email = b"\x81\x02a@"
    assert header.decode(with_sender(email)).sender == b""
    for wrong in (b"\x02\x02\x00\x80", b"\x9f\x09\x01\x00", b"\xa4\x02\x30\x01"):
        with pytest.raises(ProtocolError):
            header.decode(with_sender(wrong))


def test_names_and_algorithms_are_bounded():
    long = der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, bytes(9000)))
    with pytest.raises(ProtocolError, match="header's sender is too long"):
        header.decode(header.encode(Header(sender=long)))
    with pytest.raises(ProtocolError, match="algorithm identifier is too long"):
        asn1.algorithm_name(long)


def test_message_is_bounded(ca):
    certificate = der.encode(der.SEQUENCE, bytes(9000))
    with pytest.raises(ProtocolError, match="more than 262144 octets"):
        sent(bodies.encode_pki_confirm(), (certificate,) * 30)


def test_extra_certs_are_bounded(ca):
    sent(bodies.encode_pki_confirm(), (ca.device,) * 32)
    with pytest.raises(ProtocolError, match="more than 32 extraCerts"):
        sent(bodies.encode_pki_confirm(), (ca.device,) * 33)


def test_ca_pubs_are_bounded(ca):
    response = CertificateResponse(cert_req_id=0, status=StatusInfo())
    good = sent(bodies.encode_responses("ip", (response,), (ca.certificate,) * 32))
    assert len(bodies.decode_responses(good)[1]) == 32
    bad = sent(bodies.encode_responses("ip", (response,), (ca.certificate,) * 33))
    with pytest.raises(ProtocolError, match="more than 32 caPubs"):
        bodies.decode_responses(bad)


def test_something_else_beside_a_certificate_is_left_out_and_in_its_place_refused(ca):
    octets = b"\x04\x01x"
    assert sent(bodies.encode_pki_confirm(), (octets, ca.device)).extra_certs == (ca.device,)
    response = CertificateResponse(cert_req_id=0, status=StatusInfo(), certificate=octets)
    wrong = sent(bodies.encode_responses("ip", (response,)))
    with pytest.raises(ProtocolError, match="where a certificate belongs"):
        bodies.decode_responses(wrong)


def test_protection_is_whole_octets():
    message = asn1.PKIMessage(
        header=asn1.tlv(header.encode(Header())),
        body=asn1.tlv(bodies.encode_pki_confirm()),
        protection=asn1.BitString(b"\x80", 1),
        extra_certs=None,
    )
    with pytest.raises(ProtocolError, match="protection is not well formed"):
        messages.decode(asn1.encode(message))


def test_encrypted_certificate_is_none():
    choice = asn1.tlv(b"\xa1\x02\x30\x00")
    pair = asn1.CertifiedKeyPair(cert_or_enc_cert=choice, private_key=None, publication_info=None)
    content = asn1.CertRepMessage(
        ca_pubs=None,
        response=[
            asn1.CertResponse(
                cert_req_id=0,
                status=asn1.PKIStatusInfo(status=0, status_string=None, fail_info=None),
                certified_key_pair=pair,
                rsp_info=None,
            )
        ],
    )
    message = sent(asn1.encode_body(1, asn1.CertRepMessageBody(content=content)))
    assert bodies.decode_responses(message)[0][0].certificate is None


@pytest.mark.parametrize("count", [0, 17])
def test_number_of_responses_is_bounded(count):
    response = b"\x30\x08\x02\x01\x00\x30\x03\x02\x01\x02"
    body = der.encode(0xA1, der.encode(0x30, der.encode(0x30, response * count)))
    with pytest.raises(ProtocolError):
        bodies.decode_responses(sent(body))


@pytest.mark.parametrize("identifier", [-2, 2**31])
def test_request_identifiers_are_bounded(identifier):
    response = CertificateResponse(cert_req_id=identifier, status=StatusInfo())
    with pytest.raises(ProtocolError, match="certReqId"):
        bodies.decode_responses(sent(bodies.encode_responses("ip", (response,))))
    with pytest.raises(ProtocolError, match="certReqId"):
        bodies.decode_poll_requests(sent(bodies.encode_poll_request(identifier)))


@pytest.mark.parametrize("seconds", [-1, 2**31, pytest.param(10**5000, id="huge")])
def test_check_after_is_bounded(seconds):
    answer = PollAnswer(cert_req_id=0, check_after=seconds)
    with pytest.raises(ProtocolError, match="checkAfter"):
        bodies.decode_poll_answers(sent(bodies.encode_poll_answer(answer)))


def test_texts_of_a_status_are_cut():
    info = StatusInfo(REJECTION, ("x" * 3000, "y" * 3000, "z"))
    read = bodies.decode_error(sent(bodies.encode_error(info)))
    assert sum(map(len, read.text)) == bodies.MAX_TEXT
    assert len(read.line) <= 200
    with pytest.raises(ProtocolError, match="more than 16 texts"):
        bodies.decode_error(sent(bodies.encode_error(StatusInfo(REJECTION, ("x",) * 17))))


def test_text_of_a_peer_cannot_move_the_terminal():
    line = StatusInfo(REJECTION, ("a\x1b[2Jb\r\nc\u202ed",)).line
    assert all(character.isprintable() for character in met(8, line))


@pytest.mark.parametrize("kind", ["ir", "ip", "certConf", "error", "pollReq", "pollRep", "p10cr"])
def test_body_of_another_kind_is_refused(kind):
    readers = {
        "ir": bodies.decode_requests,
        "ip": bodies.decode_responses,
        "certConf": bodies.decode_confirmations,
        "error": bodies.decode_error,
        "pollReq": bodies.decode_poll_requests,
        "pollRep": bodies.decode_poll_answers,
        "p10cr": bodies.decode_p10cr,
    }
    body = der.encode(0xA0 | messages.NUMBERS[kind], b"\x05\x00\x05\x00")
    with pytest.raises(ProtocolError, match="not well formed"):
        readers[kind](sent(body))


def test_kinds_known_by_number_alone_are_named():
    for number, kind in ((21, "genm"), (22, "genp"), (11, "rr"), (12, "rp"), (20, "nested")):
        assert sent(der.encode(0xA0 | number, b"\x30\x00")).kind == kind


@pytest.mark.parametrize("tag", [0xBB, 0xBE, 0x30, 0x80])
def test_body_of_unknown_type_is_refused(tag):
    with pytest.raises(ProtocolError, match="unknown type"):
        sent(der.encode(tag, b"\x30\x00"))


def test_confirmation_that_rejects_all_is_empty():
    assert bodies.decode_confirmations(sent(bodies.encode_confirmations(()))) == ()


def test_confirmation_with_a_hash_algorithm_is_read():
    one = Confirmation(
        cert_hash=b"h" * 64, hash_algorithm=bytes.fromhex("300b0609608648016503040203")
    )
    assert bodies.decode_confirmations(sent(bodies.encode_confirmations((one,)))) == (one,)


@pytest.mark.parametrize(
    ("proof", "kind"),
    [
        (b"\x80\x00", "raVerified"),
        (b"\xa2\x04\x80\x02\x00\x01", "keyEncipherment"),
        (b"\xa3\x04\x80\x02\x00\x01", "keyAgreement"),
        (b"", ""),
    ],
)
def test_other_proofs_of_possession_are_named(proof, kind):
    request = bodies.encode_request(bodies.CertificateRequest(cert_req_id=0, subject=b"\x30\x00"))
    body = der.encode(0xA0, der.encode(0x30, der.encode(0x30, request, proof)))
    (read,) = bodies.decode_requests(sent(body))
    assert (read.proof, read.proof_signature) == (kind, b"")
    assert read.der == request


def test_signature_over_an_input_of_its_own_is_marked():
    inner = der.encode(0x30, b"\x05\x00")
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    proof = der.encode(0xA1, b"\xa0" + inner[1:], algorithm, b"\x03\x02\x00s")
    request = bodies.encode_request(bodies.CertificateRequest(cert_req_id=0))
    body = der.encode(0xA0, der.encode(0x30, der.encode(0x30, request, proof)))
    (read,) = bodies.decode_requests(sent(body))
    assert read.proof_input
    assert (read.proof_algorithm, read.proof_signature) == (algorithm, b"s")


def test_statuses_and_bits_have_the_numbers_of_rfc_4210():
    assert STATUS.index("rejection") == 2
    assert STATUS.index("key-update-warning") == 6
    names = list(FAIL_INFO)
    assert (names.index("badPOP"), names.index("duplicateCertReq"), len(names)) == (9, 26, 27)


def test_fail_info_is_a_named_bit_list():
    assert fail_info_bits(("badAlg",)) == (b"\x80", 7)
    assert fail_info_bits(("badPOP", "badAlg")) == (b"\x80\x40", 6)
    assert fail_info_bits(("duplicateCertReq",)) == (b"\x00\x00\x00\x20", 5)
    for name in met(20, FAIL_INFO):
        assert fail_info_names(fail_info_bits((name,))[0]) == (name,)
    assert fail_info_names(b"\x00\x00\x00\x01") == ("bit 31",)


def test_fail_info_of_a_peer_is_bounded():
    info = asn1.PKIStatusInfo(
        status=2, status_string=None, fail_info=asn1.BitString(b"\x00" * 8 + b"\x01", 0)
    )
    content = asn1.ErrorMsgContent(status=info, error_code=None, error_details=None)
    body = asn1.encode_body(23, asn1.ErrorMsgBody(content=content))
    with pytest.raises(ProtocolError, match="too many bits"):
        bodies.decode_error(sent(body))


def test_unknown_status_is_said():
    assert StatusInfo(9).word == "unknown status 9"
    error = refusal("the key update", StatusInfo(REJECTION, ("why",), ("badMessageCheck",)))
    assert str(error) == (
        "the CA refused the key update: rejection (badMessageCheck, the message's protection is"
        ' wrong): "why" - check the reference and password, or the signing certificate'
    )


def test_old_certificate_serial_is_bounded():
    for serial in (-(1 << 200), 1 << 200):
        request = bodies.CertificateRequest(cert_req_id=0, old_certificate=(b"\x30\x00", serial))
        data = bodies.encode_request(request)
        body = bodies.encode_signed_request("kur", data, b"\x30\x03\x06\x01\x2a", b"s")
        with pytest.raises(ProtocolError, match="serial number"):
            bodies.decode_requests(sent(body))
