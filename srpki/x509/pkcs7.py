"""Certificates and CRLs in PKCS#7 [RFC 5652, 5.1], in DER or in the BER that servers send.

Only the outermost structure is decoded; certificates are taken out octet for octet, so that
their signatures still hold. Signatures of the structure itself are not looked at (certs-only).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, tag, univ

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_DATA: Final = "1.2.840.113549.1.7.1"
_SET: Final = 0x31
MAX_OBJECTS: Final = 256
"""Certificates or CRLs taken from one structure."""


def _context(number: int) -> tag.Tag:
    return tag.Tag(tag.tagClassContext, tag.tagFormatConstructed, number)


class _Opaque(univ.SetOf):  # type: ignore[misc]
    componentType = univ.Any()  # noqa: N815 - the library's name


class _SignedData(univ.Sequence):  # type: ignore[misc]
    componentType = namedtype.NamedTypes(  # noqa: N815
        namedtype.NamedType("version", univ.Integer()),
        namedtype.NamedType("digestAlgorithms", _Opaque()),
        namedtype.NamedType("encapContentInfo", univ.Any()),
        namedtype.OptionalNamedType("certificates", _Opaque().subtype(implicitTag=_context(0))),
        namedtype.OptionalNamedType("crls", _Opaque().subtype(implicitTag=_context(1))),
        namedtype.NamedType("signerInfos", _Opaque()),
    )


class _ContentInfo(univ.Sequence):  # type: ignore[misc]
    componentType = namedtype.NamedTypes(  # noqa: N815
        namedtype.NamedType("contentType", univ.ObjectIdentifier()),
        namedtype.NamedType("content", _SignedData().subtype(explicitTag=_context(0))),
    )


def objects(data: bytes, which: str) -> list[bytes]:
    """Return the ``certificates`` or ``crls`` (DER each) of the SignedData in *data*.

    Raises:
        InvalidInputError: when it is no SignedData or holds more than 256 of them.
    """
    try:
        info, rest = decoder.decode(data, asn1Spec=_ContentInfo())
        if str(info["contentType"]) != SIGNED_DATA:
            raise InvalidInputError("the PKCS#7 is not SignedData")
        found = info["content"][which]
        items = [bytes(item) for item in found] if found.isValue else []
    except (PyAsn1Error, RecursionError, ValueError, TypeError, IndexError, OverflowError):
        raise InvalidInputError("the PKCS#7 cannot be read", hint="is it damaged?") from None
    if rest:
        raise InvalidInputError("the PKCS#7 is followed by other data")
    if len(items) > MAX_OBJECTS:
        raise InvalidInputError(f"the PKCS#7 holds more than {MAX_OBJECTS} {which}")
    # The other kinds of CertificateChoices and RevocationInfoChoices have context tags.
    return [item for item in items if item[:1] == bytes((asn1.SEQUENCE,))]


def write(certificates: Sequence[bytes]) -> bytes:
    """Return a certs-only SignedData (DER) with *certificates* as they are [RFC 8951, 3.2]."""
    data = asn1.encode(asn1.SEQUENCE, asn1.encode_oid(_DATA))
    signed = asn1.encode(
        asn1.SEQUENCE,
        b"\x02\x01\x01",
        asn1.encode(_SET),
        data,
        asn1.encode(0xA0, *sorted(certificates)),
        asn1.encode(_SET),
    )
    return asn1.encode(asn1.SEQUENCE, asn1.encode_oid(SIGNED_DATA), asn1.encode(0xA0, signed))
