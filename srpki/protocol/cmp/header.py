"""PKIHeader: read, written, and held against the request it answers [RFC 4210, 5.1.1]."""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography.hazmat.asn1 import TLV, GeneralizedTime

from srpki.core.errors import ProtocolError
from srpki.core.values import NamedTuple
from srpki.protocol.cmp import asn1
from srpki.x509 import der

CMP2000: Final = 2
CMP2021: Final = 3
NULL_DN: Final = b"\x30\x00"
"""The empty Name: a sender that has none [RFC 4210, 5.1.1]."""
IMPLICIT_CONFIRM: Final = "1.3.6.1.5.5.7.4.13"
CONFIRM_WAIT_TIME: Final = "1.3.6.1.5.5.7.4.14"
IDENTIFIER_OCTETS: Final = 16
"""Octets of the transaction identifiers and nonces made here [RFC 4210, 5.1.1]."""

_MAX_IDENTIFIER: Final = 128
_MAX_NAME: Final = 8192
_DIRECTORY_NAME: Final = 0xA4
_GENERAL_NAMES: Final = frozenset((0xA0, 0x81, 0x82, 0xA3, 0xA4, 0xA5, 0x86, 0x87, 0x88))


class Header(NamedTuple):
    """PKIHeader as values.

    *sender* and *recipient* are Names (DER), empty when the peer wrote another kind of
    GeneralName; *protection_algorithm* is an AlgorithmIdentifier (DER) or None; *general_info*
    holds pairs of dotted identifier and value (DER or None).
    """

    pvno: int = CMP2000
    sender: bytes = NULL_DN
    recipient: bytes = NULL_DN
    message_time: datetime | None = None
    protection_algorithm: bytes | None = None
    sender_kid: bytes | None = None
    recipient_kid: bytes | None = None
    transaction_id: bytes | None = None
    sender_nonce: bytes | None = None
    recipient_nonce: bytes | None = None
    free_text: tuple[str, ...] = ()
    general_info: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def implicit_confirm(self) -> bool:
        """Whether implicit confirmation is asked for or granted [RFC 4210, 5.1.1.1]."""
        return any(name == IMPLICIT_CONFIRM for name, _ in self.general_info)


def encode(header: Header, algorithm: bytes | None = None) -> bytes:
    """Return *header* as PKIHeader (DER), with the protectionAlg *algorithm* (DER) if given."""
    time = header.message_time
    algorithm = algorithm or header.protection_algorithm
    return asn1.encode(
        asn1.PKIHeader(
            pvno=header.pvno,
            sender=_kept_name(header.sender),
            recipient=_kept_name(header.recipient),
            message_time=None if time is None else GeneralizedTime(time.replace(microsecond=0)),
            protection_alg=None if algorithm is None else asn1.algorithm(algorithm),
            sender_kid=header.sender_kid,
            recip_kid=header.recipient_kid,
            transaction_id=header.transaction_id,
            sender_nonce=header.sender_nonce,
            recip_nonce=header.recipient_nonce,
            free_text=list(header.free_text) or None,
            general_info=[info_of(*info) for info in header.general_info] or None,
        )
    )


def decode(data: bytes) -> Header:
    """Return the PKIHeader in *data*; raises `ProtocolError`."""
    header = asn1.decode(asn1.PKIHeader, data, "header")
    algorithm = header.protection_alg
    if algorithm is not None and not 1 <= len(algorithm) <= 2:
        raise ProtocolError("the header's protectionAlg is not well formed")
    time = header.message_time
    return Header(
        pvno=asn1.number(header.pvno, "header's pvno"),
        sender=name_of(header.sender, "header's sender"),
        recipient=name_of(header.recipient, "header's recipient"),
        message_time=None if time is None else time.as_datetime(),
        protection_algorithm=None if algorithm is None else asn1.whole(algorithm),
        sender_kid=_octets(header.sender_kid, "senderKID", least=0),
        recipient_kid=_octets(header.recip_kid, "recipKID", least=0),
        transaction_id=_octets(header.transaction_id, "transactionID"),
        sender_nonce=_octets(header.sender_nonce, "senderNonce"),
        recipient_nonce=_octets(header.recip_nonce, "recipNonce"),
        free_text=tuple(asn1.bounded(header.free_text, "free texts")),
        general_info=tuple(
            read_info(items, "header's generalInfo")
            for items in asn1.bounded(header.general_info, "general infos")
        ),
    )


def general_name(name: bytes) -> bytes:
    """Return the GeneralName (DER) that holds the Name in *name*."""
    return der.encode(_DIRECTORY_NAME, name)


def name_of(element: TLV, what: str) -> bytes:
    """Return the Name (DER) in a GeneralName, empty for one of another kind.

    Raises `ProtocolError` that names *what* when it is no GeneralName or too long.
    """
    tag = element.tag_bytes[0]
    if len(element.tag_bytes) != 1 or tag not in _GENERAL_NAMES:
        raise ProtocolError(f"the {what} is not a general name")
    if tag != _DIRECTORY_NAME:
        return b""
    content = bytes(element.data)
    if len(content) > _MAX_NAME:
        raise ProtocolError(f"the {what} is too long")
    asn1.decode(TLV, content, what)
    return content


def check_answer(answer: Header, request: Header, *, put_off: bytes = b"") -> None:
    """Check that *answer* belongs to *request*: transaction and nonce.

    *put_off* is the senderNonce of an earlier request to which *answer* may be the late answer
    [RFC 9483, 4.4]; without it the answer carries that of *request* [RFC 9810, 5.1.1].

    Raises:
        ProtocolError: says which does not fit. Nothing here proves who sent it.
    """
    if not _same(answer.transaction_id, request.transaction_id):
        raise ProtocolError("the answer's transactionID is not that of the request")
    if not _same(answer.recipient_nonce, request.sender_nonce) and not (
        put_off and _same(answer.recipient_nonce, put_off)
    ):
        raise ProtocolError("the answer's recipNonce is not the senderNonce of the request")


def _same(one: bytes | None, other: bytes | None) -> bool:
    return one is not None and other is not None and hmac.compare_digest(one, other)


@lru_cache(maxsize=64)
def _kept_name(name: bytes) -> TLV:
    return asn1.tlv(general_name(name))


def info_of(name: str, value: bytes | None) -> list[TLV]:
    """Return the parts of an InfoTypeAndValue; *value* is DER or None."""
    items = [asn1.tlv(der.encode_oid(name))]
    return items if value is None else [*items, asn1.tlv(value)]


def read_info(items: list[TLV], what: str) -> tuple[str, bytes | None]:
    """Return type (dotted) and value (DER or None) of an InfoTypeAndValue of *what*.

    Raises `ProtocolError`.
    """
    name, value = asn1.identifier(items, what)
    return name, None if value is None else asn1.encode(value)


def _octets(value: bytes | None, what: str, least: int = 1) -> bytes | None:
    if value is not None and not least <= len(value) <= _MAX_IDENTIFIER:
        raise ProtocolError(f"the header's {what} has {len(value)} octets")
    return value
