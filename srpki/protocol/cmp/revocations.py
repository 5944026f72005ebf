"""The bodies rr and rp as values [RFC 4210, 5.3.9 and 5.3.10]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from cryptography.hazmat import asn1 as library
from cryptography.hazmat.asn1 import TLV, Explicit, Size

from srpki.protocol.cmp import asn1, bodies
from srpki.protocol.cmp.asn1 import MAX_ITEMS, CertId, CertTemplate, PKIStatusInfo
from srpki.protocol.cmp.messages import NUMBERS, Message
from srpki.protocol.cmp.status import StatusInfo

_MOST_EXTENSIONS: Final = 32


@library.sequence
class RevDetails:
    """RevDetails: a certificate to be revoked, and extensions of its CRL entry."""

    cert_details: CertTemplate
    crl_entry_details: list[TLV] | None


@library.sequence
class RevRepContent:
    """RevRepContent; one status for each request."""

    status: Annotated[list[PKIStatusInfo], Size(1, MAX_ITEMS)]
    rev_certs: Annotated[list[CertId] | None, Explicit(0)]
    crls: Annotated[list[TLV] | None, Explicit(1)]


@library.sequence
class RevReqBody:
    """The body of rr."""

    content: Annotated[list[RevDetails], Size(1, MAX_ITEMS)]


@library.sequence
class RevRepBody:
    """The body of rp."""

    content: RevRepContent


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRequest:
    """What one RevDetails says: the certificate by what is known of it, and the CRL entry.

    Names, *public_key* and each of *extensions* and *entry_extensions* are DER; *version* is that
    of the template, 2 for X.509 v3.
    """

    serial: int | None = None
    issuer: bytes | None = None
    subject: bytes | None = None
    public_key: bytes | None = None
    version: int | None = None
    extensions: tuple[bytes, ...] = ()
    entry_extensions: tuple[bytes, ...] = ()


def decode_revocation_requests(message: Message) -> tuple[RevocationRequest, ...]:
    """Return the requests of an rr; raises `ProtocolError`."""
    body = asn1.decode_body(RevReqBody, message.body, "body of the rr")
    return tuple(_read(item) for item in body.content)


def _read(item: RevDetails) -> RevocationRequest:
    template = item.cert_details
    key = template.public_key
    return RevocationRequest(
        serial=template.serial_number,
        issuer=None if template.issuer is None else asn1.whole(template.issuer),
        subject=None if template.subject is None else asn1.whole(template.subject),
        public_key=None if key is None else asn1.encode(key),
        version=template.version,
        extensions=_extensions(template.extensions),
        entry_extensions=_extensions(item.crl_entry_details),
    )


def _extensions(items: list[TLV] | None) -> tuple[bytes, ...]:
    return tuple(map(asn1.encode, asn1.bounded(items, "extensions", _MOST_EXTENSIONS)))


def encode_revocation_answer(info: StatusInfo) -> bytes:
    """Return the PKIBody rp about one certificate."""
    content = RevRepContent(status=[bodies.encode_status(info)], rev_certs=None, crls=None)
    return asn1.encode_body(NUMBERS["rp"], RevRepBody(content=content))
