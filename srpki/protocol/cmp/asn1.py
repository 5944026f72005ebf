"""The ASN.1 of CMP and CRMF, declared once for reading and writing [RFC 4210 F, RFC 4211 B].

Strict DER; opaque parts (names, certificates, parameters) are `TLV`. An AlgorithmIdentifier and an
InfoTypeAndValue are SEQUENCEs with an optional ANY, so they are read as lists of `TLV`.

PKIBody is a CHOICE with EXPLICIT tags. ``[n] EXPLICIT X`` is coded like ``SEQUENCE { X }`` but for
its first octet, so each alternative is declared as such a SEQUENCE; `decode_body` and
`encode_body` change the octet.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Final, Literal, TypeVar

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, Implicit, Size

from srpki.core.errors import ProtocolError
from srpki.x509 import der
from srpki.x509.structures import SubjectPublicKeyInfo

T = TypeVar("T")

MAX_MESSAGE: Final = 256 * 1024
"""Octets of one PKIMessage."""
MAX_CERTIFICATES: Final = 32
"""Certificates in extraCerts or in caPubs."""
MAX_ITEMS: Final = 16
"""Requests, responses, confirmations or texts in one message."""
MAX_NUMBER: Final = 2**31 - 1
"""Largest number read from a peer, serial numbers apart."""

_MAX_ALGORITHM: Final = 1024
_EXPLICIT: Final = 0xA0


@asn1.sequence
class PKIMessage:
    """PKIMessage; header and body stay as they were sent, for the protection."""

    header: TLV
    body: TLV
    protection: Annotated[BitString | None, Explicit(0)]
    extra_certs: Annotated[list[TLV] | None, Explicit(1)]


@asn1.sequence
class PKIHeader:
    """PKIHeader [RFC 4210, 5.1.1]."""

    pvno: int
    sender: TLV
    recipient: TLV
    message_time: Annotated[asn1.GeneralizedTime | None, Explicit(0)]
    protection_alg: Annotated[list[TLV] | None, Explicit(1)]
    sender_kid: Annotated[bytes | None, Explicit(2)]
    recip_kid: Annotated[bytes | None, Explicit(3)]
    transaction_id: Annotated[bytes | None, Explicit(4)]
    sender_nonce: Annotated[bytes | None, Explicit(5)]
    recip_nonce: Annotated[bytes | None, Explicit(6)]
    free_text: Annotated[list[str] | None, Explicit(7)]
    general_info: Annotated[list[Annotated[list[TLV], Size(1, 2)]] | None, Explicit(8)]


@asn1.sequence
class PKIStatusInfo:
    """PKIStatusInfo [RFC 4210, 5.2.3]."""

    status: int
    status_string: list[str] | None
    fail_info: BitString | None


@asn1.sequence
class CertTemplate:
    """CertTemplate [RFC 4211, 5]; names are CHOICEs and hence tagged EXPLICIT."""

    version: Annotated[int | None, Implicit(0)] = None
    serial_number: Annotated[int | None, Implicit(1)] = None
    signing_alg: Annotated[list[TLV] | None, Implicit(2)] = None
    issuer: Annotated[list[TLV] | None, Explicit(3)] = None
    validity: Annotated[list[TLV] | None, Implicit(4)] = None
    subject: Annotated[list[TLV] | None, Explicit(5)] = None
    public_key: Annotated[SubjectPublicKeyInfo | None, Implicit(6)] = None
    issuer_uid: Annotated[BitString | None, Implicit(7)] = None
    subject_uid: Annotated[BitString | None, Implicit(8)] = None
    extensions: Annotated[list[TLV] | None, Implicit(9)] = None


@asn1.sequence
class AttributeTypeAndValue:
    """One control of a CertRequest [RFC 4211, 6]."""

    type: x509.ObjectIdentifier
    value: TLV


@asn1.sequence
class CertId:
    """CertId, the value of the oldCertID control [RFC 4211, 6.5]."""

    issuer: TLV
    serial_number: int


@asn1.sequence
class CertRequest:
    """CertRequest [RFC 4211, 5]."""

    cert_req_id: int
    cert_template: CertTemplate
    controls: list[AttributeTypeAndValue] | None


@asn1.sequence
class POPOSigningKey:
    """Signature that proves possession of a key [RFC 4211, 4.1]."""

    poposk_input: Annotated[list[TLV] | None, Implicit(0)]
    algorithm: Annotated[list[TLV], Size(1, 2)]
    signature: BitString


@asn1.sequence
class CertReqMsg:
    """CertReqMsg; the request stays as it was sent, for the proof of possession."""

    cert_req: TLV
    popo: (
        Annotated[asn1.Variant[asn1.Null, Literal["raVerified"]], Implicit(0)]
        | Annotated[asn1.Variant[POPOSigningKey, Literal["signature"]], Implicit(1)]
        | Annotated[asn1.Variant[TLV, Literal["keyEncipherment"]], Explicit(2)]
        | Annotated[asn1.Variant[TLV, Literal["keyAgreement"]], Explicit(3)]
        | None
    )
    reg_info: list[AttributeTypeAndValue] | None


@asn1.sequence
class CertifiedKeyPair:
    """CertifiedKeyPair; the first field is the CHOICE CertOrEncCert [RFC 4210, 5.3.4]."""

    cert_or_enc_cert: TLV
    private_key: Annotated[list[TLV] | None, Explicit(0)]
    publication_info: Annotated[list[TLV] | None, Explicit(1)]


@asn1.sequence
class CertResponse:
    """CertResponse [RFC 4210, 5.3.4]."""

    cert_req_id: int
    status: PKIStatusInfo
    certified_key_pair: CertifiedKeyPair | None
    rsp_info: bytes | None


@asn1.sequence
class CertRepMessage:
    """CertRepMessage [RFC 4210, 5.3.4]."""

    ca_pubs: Annotated[list[TLV] | None, Explicit(1)]
    response: Annotated[list[CertResponse], Size(1, MAX_ITEMS)]


@asn1.sequence
class CertStatus:
    """CertStatus; hashAlg came with RFC 9480, 2.10."""

    cert_hash: bytes
    cert_req_id: int
    status_info: PKIStatusInfo | None
    hash_alg: Annotated[list[TLV] | None, Explicit(0)]


@asn1.sequence
class ErrorMsgContent:
    """ErrorMsgContent [RFC 4210, 5.3.21]."""

    status: PKIStatusInfo
    error_code: int | None
    error_details: list[str] | None


@asn1.sequence
class PollReq:
    """One element of PollReqContent [RFC 4210, 5.3.22]."""

    cert_req_id: int


@asn1.sequence
class PollRep:
    """One element of PollRepContent [RFC 4210, 5.3.22]."""

    cert_req_id: int
    check_after: int
    reason: list[str] | None


@asn1.sequence
class PBMParameter:
    """PBMParameter [RFC 4210, 5.1.3.1]."""

    salt: bytes
    owf: Annotated[list[TLV], Size(1, 2)]
    iteration_count: int
    mac: Annotated[list[TLV], Size(1, 2)]


@asn1.sequence
class PBMAC1Params:
    """PBMAC1-params [RFC 8018, A.5]."""

    key_derivation_func: Annotated[list[TLV], Size(1, 2)]
    message_auth_scheme: Annotated[list[TLV], Size(1, 2)]


@asn1.sequence
class PBKDF2Params:
    """PBKDF2-params with a salt of its own [RFC 8018, A.2]."""

    salt: bytes
    iteration_count: int
    key_length: int | None
    prf: list[TLV] | None


@asn1.sequence
class CertReqMessagesBody:
    """The body of ir, cr and kur."""

    content: Annotated[list[CertReqMsg], Size(1, MAX_ITEMS)]


@asn1.sequence
class CertRepMessageBody:
    """The body of ip, cp and kup."""

    content: CertRepMessage


@asn1.sequence
class CertConfirmBody:
    """The body of certConf."""

    content: Annotated[list[CertStatus], Size(0, MAX_ITEMS)]


@asn1.sequence
class PKIConfirmBody:
    """The body of pkiConf."""

    content: asn1.Null


@asn1.sequence
class ErrorMsgBody:
    """The body of error."""

    content: ErrorMsgContent


@asn1.sequence
class PollReqBody:
    """The body of pollReq."""

    content: Annotated[list[PollReq], Size(1, MAX_ITEMS)]


@asn1.sequence
class PollRepBody:
    """The body of pollRep."""

    content: Annotated[list[PollRep], Size(1, MAX_ITEMS)]


@asn1.sequence
class OpaqueBody:
    """A body that is handed on as it is: p10cr, and what is only known by its number."""

    content: TLV


@asn1.sequence
class _Elements:
    items: list[TLV]


def decode(kind: type[T], data: bytes, what: str) -> T:
    """Return the *kind* in *data*; raises `ProtocolError` that names *what* when it is none."""
    try:
        return asn1.decode_der(kind, data)
    except (ValueError, TypeError, OverflowError):
        raise ProtocolError(f"the {what} is not well formed") from None


def encode(value: object) -> bytes:
    """Return the DER of a value declared here, or of a `TLV`."""
    return asn1.encode_der(value)


def decode_body(kind: type[T], body: bytes, what: str) -> T:
    """Return the body alternative *kind* in *body*, a PKIBody; raises `ProtocolError`."""
    return decode(kind, b"\x30" + body[1:], what)


def encode_body(number: int, value: object) -> bytes:
    """Return the PKIBody with alternative *number*."""
    return bytes((_EXPLICIT | number,)) + encode(value)[1:]


def tlv(data: bytes) -> TLV:
    """Return *data*, one DER element, as a `TLV`; raises `ProtocolError`."""
    return decode(TLV, data, "element")


def elements(data: bytes) -> list[TLV]:
    """Return what stands in *data*, a SEQUENCE of anything (DER); raises `ProtocolError`."""
    return decode(_Elements, der.encode(der.SEQUENCE, data), "SEQUENCE").items


@lru_cache(maxsize=64)
def algorithm(data: bytes) -> list[TLV]:
    """Return the parts of an AlgorithmIdentifier (DER), kept; raises `ProtocolError`."""
    return elements(data)


@lru_cache(maxsize=64)
def algorithm_name(data: bytes) -> tuple[str, TLV | None]:
    """Return name (dotted) and parameters of an AlgorithmIdentifier (DER), kept.

    Raises `ProtocolError` when it is none, or longer than any in use.
    """
    if len(data) > _MAX_ALGORITHM:
        raise ProtocolError("the algorithm identifier is too long")
    return identifier(elements(data), "algorithm identifier")


def whole(items: list[TLV]) -> bytes:
    """Return the SEQUENCE of *items* as DER."""
    return der.encode(der.SEQUENCE, *map(encode, items))


def number(value: int, what: str, least: int = 0, most: int = MAX_NUMBER) -> int:
    """Return *value*; raises `ProtocolError` when it is not between *least* and *most*."""
    if not least <= value <= most:
        raise ProtocolError(f"the {what} is out of range")
    return value


def bounded(items: list[T] | None, what: str, most: int = MAX_ITEMS) -> list[T]:
    """Return *items* or nothing; raises `ProtocolError` when there are more than *most*."""
    if items is None:
        return []
    if len(items) > most:
        raise ProtocolError(f"the message has more than {most} {what}")
    return items


def identifier(items: list[TLV], what: str) -> tuple[str, TLV | None]:
    """Return object identifier (dotted) and value of an AlgorithmIdentifier or InfoTypeAndValue.

    Raises `ProtocolError` that names *what* when it is neither.
    """
    if not 1 <= len(items) <= 2:
        raise ProtocolError(f"the {what} is not well formed")
    oid = decode(x509.ObjectIdentifier, encode(items[0]), what)
    return oid.dotted_string, items[1] if len(items) == 2 else None
