"""EST bodies and headers: RFC 7030, RFC 8951, RFC 9110."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.errors import ProtocolError
from srpki.protocol.est import messages

NOW = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

# openssl crl2pkcs7 -nocrl -certfile ab.pem -outform DER, two self-signed certificates in ab.pem
PKCS7 = (
    b"MIIDEAYJKoZIhvcNAQcCoIIDATCCAv0CAQExADALBgkqhkiG9w0BBwGgggLlMIIBbjCCARWgAwIBAgIUXdDFBQDF"
    b"alQ4x58rbu6MHt8gfPcwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjMyMjQ0MTZaGA8yMTI2MTAz"
    b"MDIyNDQxNlowDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIsNERBudcKBLNYpR1KWBKqQ"
    b"gAUU3YXGU/8MlydrTRxsriAZj2x+N0gnQcrs9XaRd8ASjKlxEFjawFkApUdImkSjUzBRMB0GA1UdDgQWBBQpIAqn"
    b"AY142noxk+BWbihEMKLeQjAfBgNVHSMEGDAWgBQpIAqnAY142noxk+BWbihEMKLeQjAPBgNVHRMBAf8EBTADAQH/"
    b"MAoGCCqGSM49BAMCA0cAMEQCIAi1+DJUcULKPLp6+ruVSndJZrVm4YXl/qd3yuOQ7XbiAiBFyMyHTsG35nui0aJb"
    b"gXCXpXrdJJYJJ4H12wqkcNd0gzCCAW8wggEVoAMCAQICFEP3eHEQhSlbVGSwUnm4W0th1Q1LMAoGCCqGSM49BAMC"
    b"MAwxCjAIBgNVBAMMAWIwIBcNMjYxMTIzMjI0NDE2WhgPMjEyNjEwMzAyMjQ0MTZaMAwxCjAIBgNVBAMMAWIwWTAT"
    b"BgcqhkjOPQIBBggqhkjOPQMBBwNCAAQUGDuIH01spzyQpXNRNlMwY4Fqnz81M3+accL1EUNUuSsF+dLgjCxvbWQX"
    b"IdJUTyZmcQluEObgSJnTXeTRuml1o1MwUTAdBgNVHQ4EFgQUdGds2PVIRaKlFNZqL7nX79iiMk4wHwYDVR0jBBgw"
    b"FoAUdGds2PVIRaKlFNZqL7nX79iiMk4wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA93LKxLNc"
    b"Ixvcm1Os3dAcJFml3kKGuFM/i69XCx8AbxQCIBoHn+OKNFJHEeTT8CREboZPm9oEgJb8jEj0ulPHeF99MQA="
)
SHA256 = [  # openssl x509 -outform der | sha256sum
    "42bc200ffb75a79125b226b7e3b8a61be8a04b5e5614be41e613a145442f6d00",
    "76d9134ce18ad0143bcb5a3dab4768d6707cb40a3257a7ba5f97125d2ddab9fb",
]
# openssl crl2pkcs7 -nocrl -outform DER
EMPTY = "302306092a864886f70d010702a01630140201013100300b06092a864886f70d0107013100"


@given(st.binary(min_size=1, max_size=400), st.booleans())
def test_a_body_is_read_as_it_was_written_with_and_without_line_breaks(der, wrapped):
    assert messages.decode_body(messages.encode_body(der, wrapped=wrapped)) == der


def test_wrapped_lines_have_76_characters_and_unwrapped_text_has_no_break():
    der = bytes(200)
    lines = messages.encode_body(der, wrapped=True).split(b"\n")
    assert [len(line) for line in lines] == [76, 76, 76, 40, 0]
    assert messages.encode_body(der, wrapped=False) == base64.b64encode(der)


def test_carriage_returns_tabs_and_spaces_between_lines_are_forgiven():
    assert messages.decode_body(b" AAEC\r\n\tAwQF\r\n\r\n") == bytes(range(6))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"AAEC*AwQF",
        b"AAECA",
        b"AAECAw==AAEC",
        b"-----BEGIN PKCS7-----\nAAEC\n-----END PKCS7-----\n",
        b"\x30\x82\x01\x00",
        b"AA-_",
        b"A" * (messages.MAX_BODY + 4),
    ],
)
def test_a_body_with_anything_but_base64_in_it_is_refused(body):
    with pytest.raises(ProtocolError):
        messages.decode_body(body)


@pytest.mark.parametrize("width", [64, 76, 10000])
def test_the_certificates_of_openssl_are_read_whatever_the_line_width(width):
    body = b"\r\n".join(PKCS7[start : start + width] for start in range(0, len(PKCS7), width))
    found = messages.read_certificates(body)
    assert [hashlib.sha256(der).hexdigest() for der in found] == SHA256


def test_certificates_come_back_from_what_is_written():
    issued = messages.read_certificates(PKCS7)
    body = messages.encode_body(messages.write_certificates(issued[::-1]), wrapped=False)
    assert set(messages.read_certificates(body)) == set(issued)


@pytest.mark.parametrize(
    "der", [b"\x30\x00", b"\x04\x03abc", b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff"]
)
def test_a_body_that_is_not_pkcs7_is_a_fault_of_the_peer(der):
    with pytest.raises(ProtocolError):
        messages.read_certificates(messages.encode_body(der, wrapped=True))


def test_pkcs7_without_certificates_is_refused():
    with pytest.raises(ProtocolError, match="no certificate"):
        messages.read_certificates(base64.b64encode(bytes.fromhex(EMPTY)))


@pytest.mark.parametrize(
    "value",
    [
        "application/pkcs7-mime",
        "application/pkcs7-mime; smime-type=certs-only",
        'Application/PKCS7-MIME ;smime-type="Certs-Only"; name=x.p7c',
    ],
)
def test_content_types_of_certificates_are_recognised(value):
    messages.check_certs_only(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text/html",
        "application/pkcs7-mime2",
        "application/pkcs7-mime; smime-type=server-generated-key",
        "application/pkcs10",
        "\x1b[2Jx/y",
    ],
)
def test_other_content_types_are_refused_and_shown_without_control_characters(value):
    with pytest.raises(ProtocolError) as caught:
        messages.check_certs_only(value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Sun, 06 Nov 1994 08:51:37 GMT", 120),  # the three forms of RFC 9110, 5.6.7
        ("Sunday, 06-Nov-94 08:51:37 GMT", 120),
        ("Sun Nov  6 08:51:37 1994", 120),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    assert messages.retry_after(value, NOW) == seconds


def test_a_retry_after_date_is_measured_from_the_given_instant():
    value = "Sun, 06 Nov 1994 08:51:37 GMT"
    assert messages.retry_after(value, NOW + timedelta(seconds=50)) == 70


@pytest.mark.parametrize("value", ["soon", "-5", "1.5", "1e3", "", "99 Nov 1994", "9" * 400])
def test_another_retry_after_is_refused(value):
    with pytest.raises(ProtocolError):
        messages.retry_after(value, NOW)
