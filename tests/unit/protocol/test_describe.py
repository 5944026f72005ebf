"""OCSP messages and CRLs in words, for ``debug certificate``."""

from datetime import UTC, datetime, timedelta

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol import describe

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NONCE = bytes(range(16))
KEY = ec.generate_private_key(ec.SECP256R1())
# The name tries to forge a line of the screen.
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA\n1 MAJOR")])
CA = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(0x1F3B)
    .not_valid_before(NOW)
    .not_valid_after(NOW + DAY)
    .sign(KEY, hashes.SHA256())
)


def sent(body):
    headers = (("Content-Type", "application/ocsp-request"),)
    return describe.request_lines(
        HttpRequest(method="POST", url="http://ca/ocsp", headers=headers, body=body)
    )[2:]


def received(kind, body):
    """Return the lines about the body of a reply, after its status and media type."""
    return describe.reply_lines(
        HttpReply(status=200, headers={"content-type": f"application/{kind}"}, body=body)
    )[2:]


def answer(status):
    revoked = NOW if status is ocsp.OCSPCertStatus.REVOKED else None
    builder = ocsp.OCSPResponseBuilder().add_response(
        CA, CA, hashes.SHA1(), status, NOW, NOW + DAY, revoked, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, CA)
    builder = builder.add_extension(x509.OCSPNonce(NONCE), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def test_an_ocsp_request_says_which_certificate_it_is_about():
    builder = ocsp.OCSPRequestBuilder().add_certificate(CA, CA, hashes.SHA1())
    builder = builder.add_extension(x509.OCSPNonce(NONCE), critical=False)
    body = builder.build().public_bytes(Encoding.DER)
    assert sent(body) == ("about: serial 1f3b", f"nonce: {NONCE.hex()}")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ocsp.OCSPCertStatus.GOOD, "good"),
        (ocsp.OCSPCertStatus.REVOKED, "revoked since 2026-01-31T12:00:00Z"),
        (ocsp.OCSPCertStatus.UNKNOWN, "unknown"),
    ],
)
def test_an_ocsp_answer_says_status_and_dates(status, words):
    lines = received("ocsp-response", answer(status))
    dates = "thisUpdate 2026-01-31T12:00:00Z; nextUpdate 2026-02-01T12:00:00Z"
    assert lines[0] == "OCSP successful"
    assert lines[2:] == (f"response 0: serial 1f3b; {words}; {dates}", f"nonce: {NONCE.hex()}")


def test_a_responder_that_refuses_says_why():
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    assert received("ocsp-response", refusal.public_bytes(Encoding.DER)) == ("OCSP try later",)


def test_a_crl_says_who_issued_it_and_how_long_it_holds_on_lines_of_its_own():
    builder = x509.CertificateRevocationListBuilder().issuer_name(NAME)
    builder = builder.last_update(NOW).next_update(NOW + DAY)
    builder = builder.add_extension(x509.CRLNumber(0x2A), critical=False)
    one = x509.RevokedCertificateBuilder().serial_number(7).revocation_date(NOW).build()
    crl = builder.add_revoked_certificate(one).sign(KEY, hashes.SHA256())
    lines = received("pkix-crl", crl.public_bytes(Encoding.DER))
    assert lines[1:] == (
        "CRL: thisUpdate 2026-01-31T12:00:00Z",
        "CRL: nextUpdate 2026-02-01T12:00:00Z",
        "CRL: number 42",
        "CRL: revoked certificates 1",
    )
    assert lines[0].startswith("CRL: issuer CN=CA")
    assert "\n" not in lines[0]


@pytest.mark.parametrize("kind", ["ocsp-response", "pkix-crl"])
def test_what_cannot_be_read_is_told_by_its_length(kind):
    whole = answer(ocsp.OCSPCertStatus.GOOD)
    for end in met(200, range(1, len(whole))):
        (line,) = received(kind, whole[:end])
        assert line.startswith(f"body: {end} octets, ")
