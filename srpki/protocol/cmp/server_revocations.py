"""Which certificate an rr is about, and whether its sender may revoke it [RFC 9483, 4.2].

The rr is signed by the certificate itself or by another one for the same names. Nothing that was
revoked is revived: a CRL entry's removeFromCRL is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.revocations import RevocationRequest, decode_revocation_requests
from srpki.protocol.cmp.server_checks import CertificateAuthority, Peer, RefusalError, is_name
from srpki.x509 import certificates, der, keys

_V3: Final = 2
_REASON_CODE: Final = der.encode_oid("2.5.29.21")
_ENUMERATED: Final = 0x0A
_REMOVE_FROM_CRL: Final = "removeFromCRL"
_REASONS: Final = {  # RFC 5280, 5.3.1
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: _REMOVE_FROM_CRL,
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


@dataclass(frozen=True, slots=True)
class Revocation:
    """A certificate (DER) to be revoked, and a CRLReason name or nothing."""

    certificate: bytes = field(repr=False)
    reason: str


def read(message: Message, peer: Peer, ca: CertificateAuthority) -> Revocation:
    """Return what *message*, an rr of *peer*, asks of *ca*; raises `RefusalError`."""
    if not peer.signs:
        raise RefusalError("wrongIntegrity", "a revocation request is signed")
    try:
        requests = decode_revocation_requests(message)
        if len(requests) != 1:
            raise RefusalError("badRequest", "one certificate a message is revoked")
        reason = _reason(requests[0])
        certificate, revoked = _find(requests[0], ca)
    except (ProtocolError, InvalidInputError) as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    if not _same_names(certificate, peer.certificate):
        raise RefusalError("notAuthorized", "the certificate is that of another sender")
    if reason == _REMOVE_FROM_CRL:
        if not revoked:
            raise RefusalError("badCertId", "the certificate is not revoked")
        raise RefusalError("certRevoked", "what is revoked stays revoked")
    if revoked:
        raise RefusalError("certRevoked", "the certificate is revoked already")
    return Revocation(certificate, reason)


def _find(request: RevocationRequest, ca: CertificateAuthority) -> tuple[bytes, bool]:
    """Return the certificate that *request* names, and whether it is revoked."""
    if request.serial is None or request.issuer is None:
        raise RefusalError("addInfoNotAvailable", "issuer and serial number must be given")
    if request.version not in (None, _V3):
        raise RefusalError("badRequest", "the certificate is of version 3")
    found = ca.look_up(request.serial)
    if found is None or not _fits(request, found[0]):
        raise RefusalError("badCertId", "no certificate of this CA is as described")
    return found


def _fits(request: RevocationRequest, data: bytes) -> bool:
    """Say whether all that *request* says of the certificate is so."""
    certificate = certificates.parse(data)
    assert request.issuer is not None
    if not is_name(request.issuer, certificate.issuer):
        return False
    if request.subject is not None and not is_name(request.subject, certificate.subject):
        return False
    if request.public_key is not None and request.public_key != keys.spki(data):
        return False
    return _extensions(data).issuperset(request.extensions)


def _extensions(data: bytes) -> frozenset[bytes]:
    *_, last = der.elements(der.read(der.read(data).content).content)
    return frozenset(item.whole for item in der.elements(der.read(last.content).content))


def _same_names(one: bytes, other: bytes) -> bool:
    first, second = certificates.facts(one), certificates.facts(other)
    return (first.canonical_subject, first.san) == (second.canonical_subject, second.san)


def _reason(request: RevocationRequest) -> str:
    """Return the reasonCode of the CRL entry, empty when there is none."""
    found = [
        parts[-1]
        for parts in (list(der.elements(der.read(e).content)) for e in request.entry_extensions)
        if parts and parts[0].whole == _REASON_CODE
    ]
    if not found:
        return ""
    if len(found) > 1:
        raise RefusalError("badRequest", "a CRL entry has one reasonCode")
    value = der.read(found[0].content)
    if value.tag != _ENUMERATED or len(value.content) != 1 or value.content[0] not in _REASONS:
        raise RefusalError("badDataFormat", "the reasonCode is not known")
    return _REASONS[value.content[0]]
