"""What we write, read by another implementation: the RFC 4210 modules of pyasn1-modules."""

from __future__ import annotations

import pytest
from cryptography import x509
from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1_modules import rfc2459, rfc4210, rfc4211

from srpki.protocol.cmp import bodies, mac, messages
from srpki.protocol.cmp.bodies import CertificateResponse, Confirmation, PollAnswer
from srpki.protocol.cmp.client import initial_registration, key_update
from srpki.protocol.cmp.header import IMPLICIT_CONFIRM, Header
from srpki.protocol.cmp.status import FAIL_INFO, REJECTION, StatusInfo
from srpki.x509 import names

SUBJECT = "C=DE,O=Lab,CN=router"


def oracle(data: bytes):
    """Return *data* as pyasn1 reads it, after checking that it writes the same again."""
    message, rest = decode(data, asn1Spec=rfc4210.PKIMessage())
    assert rest == b""
    assert encode(message) == data
    return message


def written(body: bytes, **fields) -> bytes:
    header = Header(transaction_id=b"t" * 16, sender_nonce=b"s" * 16, **fields)
    return messages.encode(header, body, mac.MacProtector("secret", b"saltsalt", 500))


def requests_of(ca, run, machine) -> list[bytes]:
    sent: list[bytes] = []
    handle = ca.handle
    ca.handle = lambda request: (sent.append(request.body), handle(request))[1]
    run(machine, ca)
    ca.handle = handle
    return sent


@pytest.fixture
def sent_by_ir(ca, run, around, make_ca):
    key = make_ca().key
    machine = initial_registration(
        ca.peer,
        ca.signature,
        key,
        names.parse_dn(SUBJECT),
        names.san("gw.lab.example", "192.0.2.7"),
        poll=True,
        **around,
    )
    return requests_of(ca, run, machine)


@pytest.fixture
def sent_by_kur(ca, run, around, make_ca):
    machine = key_update(ca.peer, ca.signature, make_ca().key, poll=True, **around)
    return requests_of(ca, run, machine)


def test_every_message_of_both_transactions_is_read_and_written_alike(sent_by_ir, sent_by_kur):
    kinds = [oracle(data)["body"].getName() for data in (*sent_by_ir, *sent_by_kur)]
    assert kinds == ["ir", "certConf", "kur", "certConf"]


def test_header_says_what_it_must(sent_by_kur, ca):
    header = oracle(sent_by_kur[0])["header"]
    device = x509.load_der_x509_certificate(ca.device)
    identifier = device.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert int(header["pvno"]) == 2
    assert encode(header["sender"]["directoryName"][0]) == device.subject.public_bytes()
    assert encode(header["recipient"]["directoryName"][0]) == device.issuer.public_bytes()
    assert header["messageTime"].asDateTime.isoformat() == "2026-03-01T12:00:00+00:00"
    assert str(header["protectionAlg"]["algorithm"]) == "1.2.840.10045.4.3.2"
    assert bytes(header["senderKID"]) == identifier.value.digest
    assert len(header["transactionID"]) == len(header["senderNonce"]) == 16
    assert not header["recipNonce"].isValue
    assert not header["generalInfo"].isValue  # implicit confirmation is not asked for


def test_template_has_subject_key_and_san(sent_by_ir):
    message = oracle(sent_by_ir[0])["body"]["ir"][0]
    template = message["certReq"]["certTemplate"]
    assert int(message["certReq"]["certReqId"]) == 0
    assert encode(template["subject"][0]) == names.parse_dn(SUBJECT).public_bytes()
    assert template["publicKey"].isValue
    assert not message["certReq"]["controls"].isValue
    (extension,) = template["extensions"]
    assert str(extension["extnID"]) == "2.5.29.17"
    alternative, _ = decode(bytes(extension["extnValue"]), asn1Spec=rfc2459.SubjectAltName())
    assert str(alternative[0]["dNSName"]) == "gw.lab.example"
    assert bytes(alternative[1]["iPAddress"]) == bytes([192, 0, 2, 7])


def test_key_update_has_the_old_cert_id_control(sent_by_kur, ca):
    request = oracle(sent_by_kur[0])["body"]["kur"][0]["certReq"]
    (control,) = request["controls"]
    assert str(control["type"]) == "1.3.6.1.5.5.7.5.1.5"
    old, _ = decode(bytes(control["value"]), asn1Spec=rfc4211.OldCertId())
    device = x509.load_der_x509_certificate(ca.device)
    assert int(old["serialNumber"]) == device.serial_number
    assert encode(old["issuer"]["directoryName"][0]) == device.issuer.public_bytes()
    assert encode(request["certTemplate"]["subject"][0]) == device.subject.public_bytes()


def test_proof_of_possession_is_a_signature_over_the_request(sent_by_ir):
    proof = oracle(sent_by_ir[0])["body"]["ir"][0]["pop"]
    assert proof.getName() == "signature"
    assert not proof["signature"]["poposkInput"].isValue
    assert str(proof["signature"]["algorithmIdentifier"]["algorithm"]) == "1.2.840.10045.4.3.2"


def test_certificates_are_sent_along(sent_by_kur, ca):
    (certificate,) = oracle(sent_by_kur[0])["extraCerts"]
    device = x509.load_der_x509_certificate(ca.device)
    assert int(certificate["tbsCertificate"]["serialNumber"]) == device.serial_number


def test_mac_parameters_are_those_of_rfc_4210():
    header = oracle(written(bodies.encode_pki_confirm()))["header"]
    assert str(header["protectionAlg"]["algorithm"]) == "1.2.840.113533.7.66.13"
    parameters, _ = decode(
        bytes(header["protectionAlg"]["parameters"]), asn1Spec=rfc4210.PBMParameter()
    )
    assert bytes(parameters["salt"]) == b"saltsalt"
    assert str(parameters["owf"]["algorithm"]) == "2.16.840.1.101.3.4.2.1"
    assert int(parameters["iterationCount"]) == 500
    assert str(parameters["mac"]["algorithm"]) == "1.2.840.113549.2.9"


def test_general_info_and_free_text_are_read():
    header = oracle(
        written(
            bodies.encode_pki_confirm(),
            general_info=((IMPLICIT_CONFIRM, b"\x05\x00"), ("1.3.6.1.5.5.7.4.99", None)),
            free_text=("müde",),
            recipient_nonce=b"r" * 16,
            recipient_kid=b"k",
        )
    )["header"]
    assert [str(info["infoType"]) for info in header["generalInfo"]] == [
        "1.3.6.1.5.5.7.4.13",
        "1.3.6.1.5.5.7.4.99",
    ]
    assert str(header["freeText"][0]) == "müde"


def test_rejection_carries_text_and_named_bits():
    refused = CertificateResponse(
        cert_req_id=0, status=StatusInfo(REJECTION, ("no",), ("badPOP", "notAuthorized"))
    )
    body = oracle(written(bodies.encode_responses("kup", (refused,))))["body"]["kup"]
    status = body["response"][0]["status"]
    assert int(status["status"]) == 2
    assert str(status["statusString"][0]) == "no"
    bits = [number for number, bit in enumerate(status["failInfo"]) if bit]
    names_of_bits = dict(rfc4210.PKIFailureInfo.namedValues)
    assert bits == [names_of_bits["badPOP"], names_of_bits["notAuthorized"]]


def test_fail_info_names_have_the_bits_of_the_rfc():
    known = {str(bit): int(number) for bit, number in rfc4210.PKIFailureInfo.namedValues.items()}
    assert len(known) > 20
    ours = {bit: number for number, bit in enumerate(FAIL_INFO)}
    assert {bit: ours[bit] for bit in known} == known


def test_error_poll_and_confirmation_are_read():
    info = StatusInfo(REJECTION, ("a", "b"), ("systemFailure",))
    error = oracle(written(bodies.encode_error(info)))["body"]["error"]
    assert [str(text) for text in error["pKIStatusInfo"]["statusString"]] == ["a", "b"]

    poll = oracle(written(bodies.encode_poll_request(0)))["body"]["pollReq"]
    assert int(poll[0]["certReqId"]) == 0

    answer = PollAnswer(cert_req_id=0, check_after=90, reason=("later",))
    poll = oracle(written(bodies.encode_poll_answer(answer)))["body"]["pollRep"]
    assert (int(poll[0]["certReqId"]), int(poll[0]["checkAfter"])) == (0, 90)

    rejected = Confirmation(cert_hash=b"h" * 32, status=StatusInfo(REJECTION, ("why",)))
    confirmation = oracle(written(bodies.encode_confirmations((rejected,))))["body"]["certConf"]
    assert bytes(confirmation[0]["certHash"]) == b"h" * 32
    assert int(confirmation[0]["statusInfo"]["status"]) == 2


def test_certificates_of_an_answer_are_read(ca):
    granted = CertificateResponse(cert_req_id=0, status=StatusInfo(), certificate=ca.device)
    data = written(bodies.encode_responses("ip", (granted,), (ca.certificate,)))
    body = oracle(data)["body"]["ip"]
    pair = body["response"][0]["certifiedKeyPair"]["certOrEncCert"]
    assert pair.getName() == "certificate"
    serial = pair["certificate"]["tbsCertificate"]["serialNumber"]
    assert int(serial) == x509.load_der_x509_certificate(ca.device).serial_number
    assert len(body["caPubs"]) == 1
