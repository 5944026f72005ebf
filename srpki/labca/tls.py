"""The TLS side of the lab CA's EST server."""

from __future__ import annotations

import ssl
import tempfile
import threading
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from srpki.labca.authority import Authority

_NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which Python's ssl does not name


def server_context(authority: Authority, *, check_time: bool) -> ssl.SSLContext:
    """Return a context for TLS 1.2 and 1.3 that asks for a client certificate but needs none.

    Client certificates may come from the authority or from its vendors. Without *check_time* the
    library does not look at their dates; whoever uses the context must.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # No tickets. By its number a TLS 1.2 session can be resumed all the same: Python cannot forbid
    # that. It keeps the certificate that it has proved, but links no request: `channel_binding`.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_OPTIONAL
    if not check_time:
        context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    every = authority.generations.all
    ours = (der for one in every for der in (one.root, one.issuing.certificate))
    anchors = dict.fromkeys((*ours, *authority.vendor_anchors))
    context.load_verify_locations(cadata="".join(_pem(der) for der in anchors))
    _load_identity(context, authority)
    return context


class TlsContexts:
    """The context for a connection that begins now: keys are changed, vendors become known."""

    def __init__(self, authority: Authority, *, check_time: bool) -> None:
        """Serve for *authority*; *check_time* is as for `server_context`."""
        self._authority = authority
        self._check_time = check_time
        self._lock = threading.Lock()
        self._made: tuple[object, ssl.SSLContext] | None = None

    def present(self) -> ssl.SSLContext:
        """Return the context, made anew when something has changed."""
        authority = self._authority
        with self._lock:
            basis = (
                authority.tls,
                authority.generations.view.links,
                len(authority.generations.all),
                authority.vendor_anchors,
            )
            if self._made is None or self._made[0] != basis:
                self._made = basis, server_context(authority, check_time=self._check_time)
            return self._made[1]


def channel_binding(connection: ssl.SSLSocket) -> bytes:
    """Return the tls-unique of *connection* [RFC 5929], empty where it proves nothing.

    TLS 1.3 has none, and that of a resumed session can be the same on two connections [RFC 7627,
    section 1].
    """
    if connection.version() != "TLSv1.2" or connection.session_reused:
        return b""
    return connection.get_channel_binding("tls-unique") or b""


def _load_identity(context: ssl.SSLContext, authority: Authority) -> None:
    # The ssl module reads keys from files only: it gets one that is encrypted with a password
    # that lives as long as this call.
    password = authority.entropy.octets(32).hex().encode()
    identity = authority.tls
    key = identity.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    links = authority.generations.view.links
    chain = "".join(map(_pem, (identity.certificate, authority.issuing.certificate, *links)))
    with tempfile.TemporaryDirectory(prefix="srpki-") as name:
        file = Path(name) / "tls.pem"
        file.write_bytes(key + chain.encode())
        context.load_cert_chain(file, password=password)


def _pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
