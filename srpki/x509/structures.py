"""ASN.1 of PKCS#10, OCSP, signatures and CSR attributes, declared once to be read and written.

Strict DER, as in `srpki.protocol.cmp.asn1`: opaque parts (names, keys, values) are `TLV`, and an
AlgorithmIdentifier is a list of one or two of them. What a peer writes is brought into the form of
DER by `der.normal` first, where that is no part of what is signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, TypeVar

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, Implicit, SetOf, Size

from srpki.core.errors import InvalidInputError
from srpki.x509 import der

T = TypeVar("T")

_SEQUENCE: Final = bytes((der.SEQUENCE,))


@asn1.sequence
class SubjectPublicKeyInfo:
    """SubjectPublicKeyInfo [RFC 5280, 4.1]."""

    algorithm: Annotated[list[TLV], Size(1, 2)]
    subject_public_key: BitString


@asn1.sequence
class Extension:
    """Extension [RFC 5280, 4.1]; *critical* is None where it is not."""

    oid: x509.ObjectIdentifier
    critical: bool | None
    value: bytes


@asn1.sequence
class PssParameters:
    """RSASSA-PSS-params [RFC 4055, 3.1]; a field with its default value may be written."""

    hash_algorithm: Annotated[list[TLV] | None, Explicit(0)]
    mask_generation: Annotated[list[TLV] | None, Explicit(1)]
    salt_length: Annotated[int | None, Explicit(2)]
    trailer_field: Annotated[int | None, Explicit(3)]


# --- PKCS#10 -------------------------------------------------------------------------------------


@asn1.sequence
class Attribute:
    """Attribute with values of any type [RFC 2986, 4.1]."""

    type: x509.ObjectIdentifier
    values: SetOf[TLV]


@asn1.sequence
class CertificationRequestInfo:
    """CertificationRequestInfo [RFC 2986, 4.1]."""

    version: int
    subject: TLV
    public_key: TLV
    attributes: Annotated[SetOf[Attribute], Implicit(0)]


@asn1.sequence
class CertificationRequest:
    """CertificationRequest; what is signed is encoded already."""

    content: TLV
    algorithm: TLV
    signature: BitString


# --- OCSP ----------------------------------------------------------------------------------------


@asn1.sequence
class CertId:
    """CertID [RFC 6960, 4.1.1]."""

    hash_algorithm: Annotated[list[TLV], Size(1, 2)]
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int


@asn1.sequence
class OcspSingleRequest:
    """Request of one certificate, without extensions of its own."""

    certificate: CertId


@asn1.sequence
class TbsOcspRequest:
    """TBSRequest, of version 1 and without the name of who asks."""

    requests: list[OcspSingleRequest]
    extensions: Annotated[list[Extension] | None, Explicit(2)]


@asn1.sequence
class OcspRequest:
    """OCSPRequest, unsigned."""

    content: TbsOcspRequest


@asn1.sequence
class ResponseBytes:
    """ResponseBytes [RFC 6960, 4.2.1]."""

    type: x509.ObjectIdentifier
    response: bytes


@asn1.sequence
class OcspResponse:
    """OCSPResponse; the status is an ENUMERATED."""

    status: TLV
    response: Annotated[ResponseBytes | None, Explicit(0)]


@asn1.sequence
class BasicOcspResponse:
    """BasicOCSPResponse; what is signed stays as it is."""

    content: TLV
    algorithm: TLV
    signature: BitString
    certificates: Annotated[list[TLV] | None, Explicit(0)]


@asn1.sequence
class ResponseData:
    """ResponseData."""

    version: Annotated[int | None, Explicit(0)]
    responder: (
        Annotated[asn1.Variant[TLV, Literal["name"]], Explicit(1)]
        | Annotated[asn1.Variant[bytes, Literal["key"]], Explicit(2)]
    )
    produced_at: asn1.GeneralizedTime
    responses: list[TLV]
    extensions: Annotated[list[TLV] | None, Explicit(1)]


@asn1.sequence
class SingleResponse:
    """SingleResponse; the status is a CHOICE."""

    certificate: TLV
    status: TLV
    this_update: asn1.GeneralizedTime
    next_update: Annotated[asn1.GeneralizedTime | None, Explicit(0)]
    extensions: Annotated[list[TLV] | None, Explicit(1)]


# --- CSR attributes ------------------------------------------------------------------------------


@asn1.sequence
class KeyTemplate:
    """SubjectPublicKeyInfoTemplate [RFC 9908, 3.4]."""

    algorithm: list[TLV]
    placeholder: BitString | None


@asn1.sequence
class RequestTemplate:
    """CertificationRequestInfoTemplate [RFC 9908, 3.4]; names and attributes are SETs."""

    version: int
    subject: list[TLV] | None
    key: Annotated[KeyTemplate | None, Implicit(0)]
    attributes: Annotated[list[TLV] | None, Implicit(1)]


@asn1.sequence
class ExtensionTemplate:
    """ExtensionTemplate [RFC 9908, 3.2]: an Extension, its value perhaps left to the client."""

    oid: x509.ObjectIdentifier
    critical: bool | None
    value: bytes | None


# --- reading and writing -------------------------------------------------------------------------


@asn1.sequence
class _Elements:
    items: list[TLV]


def decode(kind: type[T], data: bytes, what: str) -> T:
    """Return the *kind* in *data*.

    Raises `InvalidInputError` when it is none; *what* begins its sentence: ``the answer is``.
    """
    try:
        return asn1.decode_der(kind, data)
    except (ValueError, TypeError, OverflowError):
        raise InvalidInputError(f"{what} not well formed") from None


def encode(value: object) -> bytes:
    """Return the DER of a value declared here, or of a `TLV`."""
    return asn1.encode_der(value)


def extensions(found: Iterable[Extension]) -> bytes:
    """Return Extensions (DER)."""
    return der.encode(der.SEQUENCE, *map(encode, found))


def tlv(data: bytes) -> TLV:
    """Return *data*, one DER element, as a `TLV`; raises `InvalidInputError`."""
    return decode(TLV, data, "the element is")


def items(data: bytes, what: str, tag: int = der.SEQUENCE) -> list[TLV]:
    """Return what stands in *data*, a SEQUENCE, or a SET by *tag*, of anything, in its order.

    Raises as `decode` does.
    """
    if data[:1] != bytes((tag,)):
        raise InvalidInputError(f"{what} not well formed")
    return decode(_Elements, der.encode(der.SEQUENCE, _SEQUENCE + data[1:]), what).items


def oid(data: TLV, what: str) -> str:
    """Return the object identifier that *data* is, dotted; raises as `decode` does."""
    return decode(x509.ObjectIdentifier, encode(data), what).dotted_string


def algorithm(parts: list[TLV], what: str) -> tuple[str, TLV | None]:
    """Return name (dotted) and parameters of an AlgorithmIdentifier; raises as `decode` does."""
    if not 1 <= len(parts) <= 2:
        raise InvalidInputError(f"{what} not well formed")
    return oid(parts[0], what), parts[1] if len(parts) == 2 else None
