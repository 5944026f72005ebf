"""What a failure of TLS means and what cures it, in the words of a client-tls-profile.

A server tells by an alert of one word what it does not like [RFC 8446, 6.2], and different servers
by different ones: a missing client certificate is ``certificate_required`` in TLS 1.3, and in
TLS 1.2 ``handshake_failure`` or ``bad_certificate``, where the first of these also means that no
cipher is shared. What is known here decides between them.
"""

from __future__ import annotations

import ssl
from typing import Final

from srpki.core.errors import InvalidInputError, TlsError
from srpki.transport.base import TlsClient
from srpki.x509.certificates import facts

CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
ANY_PURPOSE: Final = "2.5.29.37.0"
CERTIFICATE_WANTED: Final = "give the client-tls-profile a cert-profile"

_ALERT: Final = "ALERT_"
_OF_CERTIFICATES: Final = {
    "NO_CERTIFICATE": "",
    "BAD_CERTIFICATE": "",
    "UNSUPPORTED_CERTIFICATE": "",
    "CERTIFICATE_REVOKED": "have another one issued",
    "CERTIFICATE_EXPIRED": "renew it, or check the time of both systems",
    "CERTIFICATE_UNKNOWN": "",
    "UNKNOWN_CA": "the server must trust its issuer, or send-chain of the cert-profile lead there",
    "ACCESS_DENIED": "the server's operator has to admit it",
    "DECRYPT_ERROR": "",
    "CERTIFICATE_REQUIRED": "",
}
"""Alerts about a client certificate, with what cures each where that is known."""
_VERSIONS: Final = ("UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE")
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


class AlertError(ssl.SSLError):
    """An alert of the server during the handshake; *chosen*: it had chosen a cipher by then."""

    def __init__(self, reason: str, *, chosen: bool) -> None:
        """Keep the library's name of the alert."""
        super().__init__(reason)
        self.reason = reason
        self.chosen = chosen


class AlertedSocket(ssl.SSLSocket):
    """Notes how far a handshake had come that an alert has ended."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands; raises `AlertError` for an alert."""
        try:
            super().do_handshake(block)
        except ssl.SSLError as error:
            if _alert(error):
                raise AlertError(str(error.reason), chosen=self.cipher() is not None) from None
            raise


def failure(error: ssl.SSLError, where: str, tls: TlsClient) -> TlsError:
    """Return *error* of a connection to *where* (host and port) with its meaning and cure."""
    what, hint = _meaning(error, tls)
    return TlsError(f"TLS with {where} failed: {what}", hint=hint)


def words(error: BaseException) -> str:
    """Return what an error of the TLS library means, without its numbers and line references."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is refused: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return "the handshake failed"


def _meaning(error: ssl.SSLError, tls: TlsClient) -> tuple[str, str]:
    said, reason, alert = words(error), error.reason or "", _alert(error)
    if alert in _OF_CERTIFICATES or (alert == "HANDSHAKE_FAILURE" and _was_chosen(error)):
        return _about_certificate(alert, said, tls)
    if alert in ("HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY"):
        return (
            f"the server accepts nothing of what is offered ({said})",
            "see cipher-list, client-group-list and protocol-version of the client-tls-profile",
        )
    if alert == "PROTOCOL_VERSION" or reason in _VERSIONS:
        return (
            f"the server does not speak the version of TLS that is offered ({said})",
            "see protocol-version of the client-tls-profile",
        )
    if reason == "NO_CIPHERS_AVAILABLE":
        return said, "see cipher-list and protocol-version of the client-tls-profile"
    if reason in _NO_TLS:
        return f"the server does not speak TLS there ({said})", "see its port"
    return said, ""


def _about_certificate(alert: str, said: str, tls: TlsClient) -> tuple[str, str]:
    """Return what an alert means that is about the client's certificate, or for want of one."""
    if not tls.certificate_chain:
        return f"the server wants a client certificate ({said})", CERTIFICATE_WANTED
    what = f"the server does not accept the client certificate ({said})"
    unfit = _unfit(tls.certificate_chain[0])
    if unfit:
        return f"{what}; {unfit}", "have one issued for TLS clients"
    return what, _OF_CERTIFICATES.get(alert, "")


def _unfit(certificate: bytes) -> str:
    """Say why *certificate* (DER) is not for TLS clients [RFC 5280, 4.2.1.3 and 4.2.1.12]."""
    try:
        said = facts(certificate)
    except InvalidInputError:
        return ""
    if said.extended_key_usage and not {CLIENT_AUTH, ANY_PURPOSE} & set(said.extended_key_usage):
        return "its extendedKeyUsage lacks clientAuth"
    if said.key_usage is not None and "digitalSignature" not in said.key_usage:
        return "its keyUsage lacks digitalSignature"
    return ""


def _alert(error: ssl.SSLError) -> str:
    """Return the name of the alert that *error* is about, empty when it is about none."""
    return (error.reason or "").partition(_ALERT)[2]


def _was_chosen(error: ssl.SSLError) -> bool:
    """Whether the server had chosen a cipher; after the handshake it has."""
    return not isinstance(error, AlertError) or error.chosen
