"""What a server does not like about TLS is told with its cure, whatever alert it chooses."""

import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from srpki.core.errors import TlsError, TransportError
from srpki.transport.alerts import AlertError, failure
from srpki.transport.base import TlsClient

VERSIONS = ["tls-version-12", "tls-version-13"]


@pytest.fixture
def told(serve, exchange, net):
    """Send a request that fails; return the error and the server's peer."""

    def run(context, tls):
        peer = serve(net.answering(net.answer(b"well")), context)
        with pytest.raises(TransportError) as caught:
            exchange(tls).send(net.post(peer, scheme="https"))
        return caught.value

    return run


def own(authority, net, *, purposes=None, usage=None, issuer=None):
    """Make a client certificate with key, for *purposes* and key *usage*."""
    plain = net.identity("gw", issuer or authority.root)
    now = net.now
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gw")]))
        .issuer_name((issuer or authority.root).certificate.subject)
        .public_key(plain.key.public_key())
        .serial_number(7)
        .not_valid_before(now - net.day)
        .not_valid_after(now + net.day)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if usage:
        names = (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
        builder = builder.add_extension(
            x509.KeyUsage(**{name: name == usage for name in names}), critical=True
        )
    signed = builder.sign((issuer or authority.root).key, hashes.SHA256())
    return {"certificate_chain": (signed.public_bytes(Encoding.DER),), "private_key": plain.key}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_missing_client_certificate_is_named(told, authority, client, version):
    error = told(authority.context(client_ca=authority.root), client(protocol_version=version))
    assert "a client certificate" in error.sentence or "may want a client" in error.hint
    assert "give the client-tls-profile a cert-profile" in error.hint


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"purposes": [ExtendedKeyUsageOID.SERVER_AUTH]}, "extendedKeyUsage lacks clientAuth"),
        ({"usage": "key_encipherment"}, "keyUsage lacks digitalSignature"),
    ],
)
def test_an_own_certificate_that_is_not_for_clients_is_named(
    told, authority, client, net, version, made, words
):
    tls = client(protocol_version=version, **own(authority, net, **made))
    error = told(authority.context(client_ca=authority.root), tls)
    assert "the server does not accept the client certificate" in error.sentence
    assert words in error.sentence
    assert "issued for TLS clients" in error.hint


@pytest.mark.parametrize("version", VERSIONS)
def test_an_own_certificate_of_another_ca_is_not_blamed_for_its_purpose(
    told, authority, client, net, version
):
    stranger = net.identity("stranger", ca=True)
    made = own(authority, net, issuer=stranger, purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
    error = told(
        authority.context(client_ca=authority.root), client(protocol_version=version, **made)
    )
    assert "does not accept the client certificate (tlsv1 alert unknown ca)" in error.sentence
    assert "must trust its issuer" in error.hint


@pytest.mark.parametrize(
    "cipher", ["tls-ecdhe-ecdsa-aes128-gcm-sha256", "tls-rsa-with-aes128-cbc-sha"]
)
def test_an_unfitting_cipher_list_is_named(told, authority, client, cipher):
    context = authority.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    error = told(context, client(protocol_version="tls-version-12", ciphers=(cipher,)))
    assert "accepts nothing of what is offered" in error.sentence
    assert "cipher-list" in error.hint
    assert "certificate" not in str(error)


@pytest.mark.parametrize("version", VERSIONS)
def test_another_version_of_tls_is_named(told, authority, client, version):
    context = authority.context()
    if version == "tls-version-12":
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    else:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    error = told(context, client(protocol_version=version))
    assert "version of TLS" in error.sentence
    assert "protocol-version of the client-tls-profile" in error.hint


def test_a_server_without_tls_is_named(serve, exchange, client, net):
    peer = serve(lambda connection, _: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(TlsError, match="does not speak TLS there"):
        exchange(client()).send(net.post(peer, scheme="https"))


ALERTS = {  # RFC 8446, 6.2, by the library's names
    "SSLV3_ALERT_BAD_CERTIFICATE": "wants a client certificate",
    "SSLV3_ALERT_NO_CERTIFICATE": "wants a client certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "wants a client certificate",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "wants a client certificate",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": "accepts nothing of what is offered",
    "TLSV1_ALERT_PROTOCOL_VERSION": "version of TLS",
    "TLSV1_ALERT_INTERNAL_ERROR": "failed: tlsv1 alert internal error",
}


@pytest.mark.parametrize(("alert", "words"), ALERTS.items(), ids=ALERTS)
def test_each_alert_without_a_client_certificate_has_its_meaning(alert, words):
    """Servers differ: Go says bad_certificate where OpenSSL says handshake_failure."""
    error = failure(AlertError(alert, chosen=True), "h:1", TlsClient(trust_anchors=()))
    assert words in error.sentence


@pytest.mark.parametrize(
    "alert",
    [
        *("SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
        *("SSLV3_ALERT_CERTIFICATE_REVOKED", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
        *("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "TLSV1_ALERT_UNKNOWN_CA"),
        *("TLSV1_ALERT_ACCESS_DENIED", "TLSV1_ALERT_DECRYPT_ERROR"),
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
    ],
)
def test_each_alert_about_a_client_certificate_says_so(authority, net, alert):
    made = own(authority, net, purposes=[ExtendedKeyUsageOID.SERVER_AUTH])
    tls = TlsClient(trust_anchors=(), **made)
    error = failure(AlertError(alert, chosen=True), "h:1", tls)
    assert "does not accept the client certificate" in error.sentence
    assert "lacks clientAuth" in error.sentence
    anybody = own(authority, net, purposes=[x509.ObjectIdentifier("2.5.29.37.0")])
    error = failure(AlertError(alert, chosen=True), "h:1", TlsClient(trust_anchors=(), **anybody))
    assert "lacks" not in error.sentence
    garbled = TlsClient(trust_anchors=(), certificate_chain=(b"0\x00",))
    assert "lacks" not in failure(AlertError(alert, chosen=True), "h:1", garbled).sentence
