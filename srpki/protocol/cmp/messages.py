"""PKIMessage as a value: header, body, protection, certificates [RFC 4210, 5.1].

Bodies are written and read by `srpki.protocol.cmp.bodies`; who sent a message is judged by
`srpki.protocol.cmp.protect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.hazmat.asn1 import TLV

from srpki.core.errors import ProtocolError
from srpki.core.values import NamedTuple
from srpki.protocol.cmp import asn1
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.header import Header
from srpki.x509 import der

KINDS: Final = (
    *("ir", "ip", "cr", "cp", "p10cr", "popdecc", "popdecr", "kur", "kup", "krr", "krp"),
    *("rr", "rp", "ccr", "ccp", "ckuann", "cann", "rann", "crlann", "pkiConf", "nested"),
    *("genm", "genp", "error", "certConf", "pollReq", "pollRep"),
)
"""Names of the PKIBody alternatives, in the order of their numbers [RFC 4210, 5.1.2]."""
NUMBERS: Final = {kind: number for number, kind in enumerate(KINDS)}

_PROTECTION: Final = 0xA0
_CERTIFICATE: Final = b"\x30"
_EXTRA_CERTS: Final = 0xA1


class Protector(Protocol):
    """What protects a message: an algorithm, and the bits it makes of header and body."""

    @property
    def algorithm(self) -> bytes:
        """The protectionAlg, an AlgorithmIdentifier (DER)."""
        ...

    def protect(self, protected_part: bytes) -> bytes:
        """Return the PKIProtection of *protected_part*, a ProtectedPart (DER)."""
        ...


class Message(NamedTuple):
    """A PKIMessage that was read; *body* is the PKIBody (DER), not yet decoded.

    *protected_part* is the ProtectedPart as it was sent, *protection* its bits or None.
    """

    header: Header
    kind: str
    body: bytes
    protected_part: bytes
    protection: bytes | None
    extra_certs: tuple[bytes, ...]


def encode(
    header: Header,
    body: bytes,
    protector: Protector | None,
    extra_certs: Sequence[bytes] = (),
) -> bytes:
    """Return the PKIMessage of *header* and *body*, protected unless *protector* is None.

    The protectionAlg is the *protector*'s, whatever *header* says.
    """
    algorithm = None if protector is None else protector.algorithm
    parts = [headers.encode(header, algorithm), body]
    if protector is not None:
        bits = protector.protect(der.encode(der.SEQUENCE, *parts))
        parts.append(der.encode(_PROTECTION, der.encode(der.BIT_STRING, b"\x00", bits)))
    if extra_certs:
        parts.append(der.encode(_EXTRA_CERTS, der.encode(der.SEQUENCE, *extra_certs)))
    return der.encode(der.SEQUENCE, *parts)


def decode(data: bytes) -> Message:
    """Return the PKIMessage in *data*; raises `ProtocolError` when it is none or too big."""
    if len(data) > asn1.MAX_MESSAGE:
        raise ProtocolError(f"the CMP message has more than {asn1.MAX_MESSAGE} octets")
    message = asn1.decode(asn1.PKIMessage, data, "CMP message")
    extra_certs = asn1.bounded(message.extra_certs, "extraCerts", asn1.MAX_CERTIFICATES)
    head, body = asn1.encode(message.header), asn1.encode(message.body)
    kind = kind_of(body)
    bits = message.protection
    if bits is not None and bits.padding_bits():
        raise ProtocolError("the CMP message's protection is not well formed")
    return Message(
        header=headers.decode(head),
        kind=kind,
        body=body,
        protected_part=der.encode(der.SEQUENCE, head, body),
        protection=None if bits is None else bits.as_bytes(),
        extra_certs=certificates(extra_certs),
    )


def kind_of(body: bytes) -> str:
    """Return the kind of a PKIBody (DER) as in `KINDS`; raises `ProtocolError`."""
    number = body[0] & 0x1F
    if body[0] & 0xE0 != 0xA0 or number >= len(KINDS):
        raise ProtocolError("the CMP message has a body of unknown type")
    return KINDS[number]


def certificates(items: Sequence[TLV]) -> tuple[bytes, ...]:
    """Return the certificates among *items* as DER: attribute certificates [1] may be there, too.

    [RFC 4210, F: CMPCertificate].
    """
    return tuple(asn1.encode(item) for item in items if item.tag_bytes == _CERTIFICATE)
