"""The exchange protocol: one request in, one reply out, with every limit stated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from srpki.core.wire import HttpReply, HttpRequest

if TYPE_CHECKING:  # keeps the cryptography library out of a start that needs none
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsClient:
    """How to speak TLS: what a client-tls-profile says, as values.

    Certificates are DER. *ciphers* (TLS 1.2), *ciphers13*, *groups* and *signatures* are names of
    the SR OS lists, in order of preference; empty means the library's default. *judge* is given
    the chain that was verified in the handshake, the server's certificate first and the trust
    anchor last, and raises `TlsError` when it may not be used;
    *check_time* is False only in lab mode, where *judge* looks at the lab's time instead.
    """

    trust_anchors: tuple[bytes, ...]
    certificate_chain: tuple[bytes, ...] = ()
    private_key: PrivateKeyTypes | None = field(default=None, repr=False)
    protocol_version: str = "tls-version-12"
    ciphers: tuple[str, ...] = ()
    ciphers13: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    check_time: bool = True
    judge: Callable[[Sequence[bytes]], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsIdentity:
    """What a side authenticates itself by: a *chain* (DER), its own certificate first, a key."""

    chain: tuple[bytes, ...]
    key: PrivateKeyTypes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsServer:
    """How to answer TLS: what a server-tls-profile says, as values; lists as in `TlsClient`.

    Of several *identities* with keys of one type the first is used. With *client_anchors* clients
    must have a certificate below one of them; *judge* is given its chain, and raises `TlsError`.
    """

    identities: tuple[TlsIdentity, ...]
    client_anchors: tuple[bytes, ...] = ()
    protocol_version: str = "tls-version-12"
    ciphers: tuple[str, ...] = ()
    ciphers13: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    check_time: bool = True
    judge: Callable[[Sequence[bytes]], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one exchange: seconds for the whole answer, octets of body, retries, redirects.

    Redirects are followed only to the same scheme, host and port.
    """

    response_timeout: float = 30.0
    max_body: int = 1 << 20
    retries: int = 0
    redirects: int = 0
    http_version: str = "1.1"
    source_address: str = ""


class Exchange(Protocol):
    """A connection, kept open between requests, to whatever a machine wants to talk to."""

    def send(self, request: HttpRequest) -> HttpReply:
        """Send *request*; return the reply or raise `TransportError` or `ProtocolError`."""
        ...

    def connect(self, url: str) -> bytes:
        """Have a connection to the server of *url*; return its binding or raise as `send`."""
        ...

    def close(self) -> None:
        """Close every kept connection."""
        ...


class ExchangeFactory(Protocol):
    """Makes an exchange; how a caller gets to the network without importing it."""

    def __call__(self, *, tls: TlsClient | None, limits: Limits) -> Exchange:
        """Return an exchange that obeys *limits*, over TLS when *tls* is given."""
        ...
