"""What a CMP server tells who asks with genm [RFC 4210, 5.3.19; RFC 9483, 4.3].

CA certificates, an update of the root, a template for requests, and the CRL. The types that are
not known are listed in the answer [RFC 4210, 5.3.19.12]. A type without value says that there is
nothing of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from cryptography import x509
from cryptography.hazmat import asn1 as library
from cryptography.hazmat.asn1 import TLV, GeneralizedTime, Size, UTCTime

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1, general
from srpki.protocol.cmp.general import Info
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import CertificateAuthority, RefusalError, is_name
from srpki.protocol.cmp.server_envelope import ServerIdentity
from srpki.x509 import certificates, der

_DIRECTORY_NAME: Final = b"\xa4"
_NEW_WITH_OLD: Final = 0xA0
_OLD_WITH_NEW: Final = 0xA1
_WITHOUT_VALUE: Final = (general.CURRENT_CRL, general.CA_CERTIFICATES, general.REQUEST_TEMPLATE)


@library.sequence
class CrlStatus:
    """CRLStatus; its source is a CHOICE of [0] DistributionPointName and [1] GeneralNames.

    Both tags are EXPLICIT.
    """

    source: TLV
    this_update: UTCTime | GeneralizedTime | None


@library.sequence
class _CrlStatusList:
    """Holds a CRLStatusList, which the library decodes only inside something."""

    items: Annotated[list[CrlStatus], Size(1, asn1.MAX_ITEMS)]


def answer(
    message: Message, ca: CertificateAuthority, identity: ServerIdentity
) -> tuple[Info, ...]:
    """Return what is told to who sent *message*, a genm; raises `RefusalError`."""
    try:
        asked = general.decode_general(message)
        told = [_tell(name, value, ca, identity) for name, value in asked]
        known = tuple(info for info in told if info is not None)
        unknown = [name for (name, _), info in zip(asked, told, strict=True) if info is None]
        return (*known, _unsupported(unknown)) if unknown else known
    except (ProtocolError, InvalidInputError) as error:
        raise RefusalError("badDataFormat", error.sentence) from None


def _tell(
    name: str, value: bytes | None, ca: CertificateAuthority, identity: ServerIdentity
) -> Info | None:
    if name in _WITHOUT_VALUE and value is not None:
        raise RefusalError("badRequest", "what is asked for has no value in a request")
    match name:
        case general.CA_CERTIFICATES:
            return name, der.encode(der.SEQUENCE, *reversed(identity.handed_out))
        case general.ROOT_CERTIFICATE:
            return general.ROOT_UPDATE, _root_update(value, identity)
        case general.REQUEST_TEMPLATE:
            return name, None
        case general.CURRENT_CRL:
            return name, ca.current_crl()
        case general.CRL_STATUS_LIST:
            return general.CRLS, _newer_crl(value, ca, identity)
        case _:
            return None


def _root_update(known: bytes | None, identity: ServerIdentity) -> bytes | None:
    """Return the RootCaKeyUpdateContent that follows the root *known*, None when none does.

    Who names no root is told of the newest one [RFC 9480, 2.15].
    """
    if known is not None:
        certificates.parse(known)
    update = identity.root_update
    if update is None or known == update[0]:
        return None
    new, new_with_old, old_with_new = update
    tagged = ((_NEW_WITH_OLD, new_with_old), (_OLD_WITH_NEW, old_with_new))
    return der.encode(der.SEQUENCE, new, *(der.encode(tag, one) for tag, one in tagged if one))


def _unsupported(names: list[str]) -> Info:
    listed = der.encode(der.SEQUENCE, *map(der.encode_oid, dict.fromkeys(names)))
    return general.UNSUPPORTED_OIDS, listed


def _newer_crl(
    value: bytes | None, ca: CertificateAuthority, identity: ServerIdentity
) -> bytes | None:
    """Return the CRLs that the CRLStatusList in *value* asks for, None when there is none newer."""
    if value is None:
        raise RefusalError("badRequest", "a crlStatusList names the CRL")
    asked = asn1.decode(_CrlStatusList, der.encode(der.SEQUENCE, value), "crlStatusList").items
    if len(asked) != 1:
        raise RefusalError("badRequest", "one CRL a message is handed out")
    if not _is_ours(asked[0].source, identity):
        return None
    crl = ca.current_crl()
    known = asked[0].this_update
    if known is not None and _made(crl) <= known.as_datetime().replace(tzinfo=UTC):
        return None
    return der.encode(der.SEQUENCE, crl)


def _is_ours(source: TLV, identity: ServerIdentity) -> bool:
    """Whether a CRLSource names the issuing CA, which has one CRL and no distribution points."""
    if source.tag_bytes == b"\xa0":
        return True
    issuer = certificates.parse(identity.issuing).subject
    return any(
        name.tag_bytes == _DIRECTORY_NAME and is_name(bytes(name.data), issuer)
        for name in asn1.elements(bytes(source.data))
    )


def _made(crl: bytes) -> datetime:
    return x509.load_der_x509_crl(crl).last_update_utc
