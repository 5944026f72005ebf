"""TLS as profiles say: contexts, the checks after a handshake, errors in words.

Python's ``ssl`` cannot be told everything that a profile says. The choice of TLS 1.3 cipher suites
is checked after the handshake; a list of several groups and the list of signatures are not
enforced (see ``docs/explanation/fidelity.md``).
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from srpki.core.entropy import Entropy
from srpki.core.errors import TlsError
from srpki.transport.alerts import AlertedSocket
from srpki.transport.base import TlsClient, TlsServer
from srpki.transport.identities import load_identity

CIPHERS: Final = {
    "tls-rsa-with3des-ede-cbc-sha": "DES-CBC3-SHA",
    "tls-rsa-with-aes128-cbc-sha": "AES128-SHA",
    "tls-rsa-with-aes256-cbc-sha": "AES256-SHA",
    "tls-rsa-with-aes128-cbc-sha256": "AES128-SHA256",
    "tls-rsa-with-aes256-cbc-sha256": "AES256-SHA256",
    "tls-rsa-with-aes128-gcm-sha256": "AES128-GCM-SHA256",
    "tls-rsa-with-aes256-gcm-sha384": "AES256-GCM-SHA384",
    "tls-ecdhe-rsa-aes128-gcm-sha256": "ECDHE-RSA-AES128-GCM-SHA256",
    "tls-ecdhe-rsa-aes256-gcm-sha384": "ECDHE-RSA-AES256-GCM-SHA384",
    "tls-ecdhe-ecdsa-aes128-gcm-sha256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "tls-ecdhe-ecdsa-aes256-gcm-sha384": "ECDHE-ECDSA-AES256-GCM-SHA384",
}
"""TLS 1.2 ciphers of SR OS, by OpenSSL's names; those that do not encrypt are left out."""

CIPHERS13: Final = {
    "tls-aes128-gcm-sha256": "TLS_AES_128_GCM_SHA256",
    "tls-aes256-gcm-sha384": "TLS_AES_256_GCM_SHA384",
    "tls-chacha20-poly1305-sha256": "TLS_CHACHA20_POLY1305_SHA256",
    "tls-aes128-ccm-sha256": "TLS_AES_128_CCM_SHA256",
    "tls-aes128-ccm8-sha256": "TLS_AES_128_CCM_8_SHA256",
}
"""TLS 1.3 cipher suites of SR OS, by OpenSSL's names."""

GROUPS: Final = {
    "tls-ecdhe-256": "prime256v1",
    "tls-ecdhe-384": "secp384r1",
    "tls-ecdhe-521": "secp521r1",
    "tls-x25519": "X25519",
    "tls-x448": "X448",
}
"""TLS 1.3 groups of SR OS, by OpenSSL's names."""

_VERSIONS: Final = {
    "tls-version-12": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    "tls-version-13": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3),
    "tls-version-all": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
}
_NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, to which ssl gives no name


def make_context(tls: TlsClient, *, scratch: Path, entropy: Entropy) -> ssl.SSLContext:
    """Return a context that does what *tls* says and verifies server and host name.

    A trust anchor may be an intermediate CA. The host name is looked for in subjectAltName only
    [RFC 9525, section 2]. ``VERIFY_X509_STRICT`` stays off: it refuses CA certificates without
    key identifiers, which private CAs do have. *scratch* is as for `load_identity`.

    Raises:
        TlsError: *tls* has no trust anchor, or something in it cannot be used.
        StorageError: *scratch* cannot be written.
    """
    if not tls.trust_anchors:
        raise TlsError(
            "the server cannot be authenticated without a trust anchor",
            hint="give the client-tls-profile a trust-anchor-profile",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = AlertedSocket
    context.hostname_checks_common_name = False
    trust(context, tls.trust_anchors, check_time=tls.check_time)
    choose_algorithms(context, tls)
    if tls.private_key is not None and tls.certificate_chain:
        chain, key = tls.certificate_chain, tls.private_key
        load_identity(context, chain, key, whose="client", scratch=scratch, entropy=entropy)
    return context


def check_session(connection: ssl.SSLSocket, tls: TlsClient) -> None:
    """Check what was negotiated and have the server's certificate judged; nothing is sent yet.

    Raises:
        TlsError: the cipher suite is not in the profile's list, or the judge says no.
    """
    session, chain = connection.cipher(), verified_chain(connection)
    if session is None or not chain:
        raise TlsError("the server did not authenticate itself")
    check_suite(session, tls)
    if tls.judge is not None:
        tls.judge(chain)


def verified_chain(connection: ssl.SSLSocket | ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates (DER) by which *connection* was verified, the anchor last.

    They came from the server and from the trust anchors; empty where nothing was verified.
    """
    if sys.version_info >= (3, 13):
        return tuple(connection.get_verified_chain())
    session: Any = connection._sslobj  # type: ignore[union-attr]
    found = session.get_verified_chain() if session is not None else None
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in found or ())


def channel_binding(connection: ssl.SSLSocket) -> bytes:
    """Return the tls-unique of *connection* [RFC 5929, section 3], empty where it proves nothing.

    TLS 1.3 has none (Python lacks what RFC 9266 puts in its place), and that of a resumed session
    can be the same on two connections [RFC 7627, section 1].
    """
    if connection.version() != "TLSv1.2" or connection.session_reused:
        return b""
    return connection.get_channel_binding("tls-unique") or b""


def trust(context: ssl.SSLContext, anchors: Sequence[bytes], *, check_time: bool) -> None:
    """Let *context* trust *anchors* (DER), roots or not; raises `TlsError` where one is none."""
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if not check_time:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    try:
        context.load_verify_locations(cadata=b"".join(anchors))
    except (ssl.SSLError, ValueError):
        raise TlsError("a trust anchor is not a certificate") from None


def choose_algorithms(context: ssl.SSLContext, tls: TlsClient | TlsServer) -> None:
    """Let *context* speak the versions, TLS 1.2 ciphers and the one group that *tls* names.

    Raises `TlsError` where the library has none of the ciphers.
    """
    context.minimum_version, context.maximum_version = _VERSIONS[tls.protocol_version]
    context.options |= ssl.OP_NO_RENEGOTIATION
    if tls.ciphers and tls.protocol_version != "tls-version-13":
        names = [CIPHERS[name] for name in tls.ciphers if name in CIPHERS]
        try:
            context.set_ciphers(":".join(names))
        except ssl.SSLError:
            raise TlsError(
                "this host's TLS library has none of the ciphers in the cipher list"
            ) from None
    if len(tls.groups) == 1 and tls.protocol_version != "tls-version-12":
        context.set_ecdh_curve(GROUPS[tls.groups[0]])


def check_suite(session: tuple[str, str, int], tls: TlsClient | TlsServer) -> None:
    """Raise `TlsError` where the TLS 1.3 suite of *session* is not in the list of *tls*."""
    suite, version, _ = session
    allowed = [CIPHERS13[name] for name in tls.ciphers13]
    if version == "TLSv1.3" and allowed and suite not in allowed:
        raise TlsError(f"the server chose cipher suite {suite}, which is not in the cipher list")
