"""Certificates and CRLs in PKCS#7 [RFC 5652, 5.1], in DER or in the BER that servers send.

Only the outermost structure is looked at; certificates are taken out octet for octet, so that
their signatures still hold. Signatures of the structure itself are not looked at (certs-only).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber
from srpki.x509 import der as asn1

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_DATA: Final = "1.2.840.113549.1.7.1"
_SET: Final = 0x31
_EXPLICIT: Final = 0xA0
_TAGS: Final = {"certificates": 0xA0, "crls": 0xA1}
_OPTIONAL: Final[tuple[list[int], ...]] = ([], [0xA0], [0xA1], [0xA0, 0xA1])
MAX_OBJECTS: Final = 256
"""Certificates or CRLs taken from one structure."""


def objects(data: bytes, which: Literal["certificates", "crls"]) -> list[bytes]:
    """Return the ``certificates`` or ``crls`` (DER each) of the SignedData in *data*.

    Raises:
        InvalidInputError: when it is no SignedData or holds more than 256 of them.
    """
    try:
        info = next(ber.elements(data))
        kind, content = _content(info)
        items = _objects(content, _TAGS[which]) if kind == SIGNED_DATA else []
    except (InvalidInputError, ValueError, StopIteration):
        raise InvalidInputError("the PKCS#7 cannot be read", hint="is it damaged?") from None
    if kind != SIGNED_DATA:
        raise InvalidInputError("the PKCS#7 is not SignedData")
    if len(info.whole) < len(data):
        raise InvalidInputError("the PKCS#7 is followed by other data")
    if len(items) > MAX_OBJECTS:
        raise InvalidInputError(f"the PKCS#7 holds more than {MAX_OBJECTS} {which}")
    # The other kinds of CertificateChoices and RevocationInfoChoices have context tags.
    return [item.whole for item in items if item.tag == asn1.SEQUENCE]


def _content(info: asn1.Element) -> tuple[str, asn1.Element]:
    """Return type and content of the ContentInfo *info*; raises `ValueError`."""
    kind, content = _parts(info)
    if (kind.tag, content.tag) != (asn1.OBJECT_IDENTIFIER, _EXPLICIT):
        raise ValueError("not a ContentInfo")
    return asn1.decode_oid(kind.content), content


def _objects(content: asn1.Element, tag: int) -> list[asn1.Element]:
    """Return what stands in the field *tag* of the SignedData in *content*; raises `ValueError`."""
    (data,) = ber.elements(content.content)
    version, digests, encapsulated, *fields, signers = _parts(data)
    around = [one.tag for one in (version, digests, encapsulated, signers)]
    optional = [field.tag for field in fields]
    if around != [asn1.INTEGER, _SET, asn1.SEQUENCE, _SET] or optional not in _OPTIONAL:
        raise ValueError("not a SignedData")
    found = (field.content for field in fields if field.tag == tag)
    return list(ber.elements(next(found, b"")))


def _parts(element: asn1.Element) -> list[asn1.Element]:
    """Return what stands in *element*, which must be a SEQUENCE; raises `ValueError`."""
    if element.tag != asn1.SEQUENCE:
        raise ValueError("not a SEQUENCE")
    return list(ber.elements(element.content))


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
