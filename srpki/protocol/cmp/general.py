"""The bodies genm and genp as values [RFC 4210, 5.3.19 and 5.3.20; RFC 9480, 2.15 and 2.16]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from cryptography.hazmat import asn1 as library
from cryptography.hazmat.asn1 import TLV, Size

from srpki.protocol.cmp import asn1
from srpki.protocol.cmp.header import info_of, read_info
from srpki.protocol.cmp.messages import NUMBERS, Message

_TYPES: Final = "1.3.6.1.5.5.7.4"
CURRENT_CRL: Final = f"{_TYPES}.6"
UNSUPPORTED_OIDS: Final = f"{_TYPES}.7"
CA_CERTIFICATES: Final = f"{_TYPES}.17"
ROOT_UPDATE: Final = f"{_TYPES}.18"
REQUEST_TEMPLATE: Final = f"{_TYPES}.19"
ROOT_CERTIFICATE: Final = f"{_TYPES}.20"
CRL_STATUS_LIST: Final = f"{_TYPES}.22"
CRLS: Final = f"{_TYPES}.23"

Info = tuple[str, bytes | None]
"""Type (dotted) and value (DER, or None when it has none)."""


@library.sequence
class GenMsgBody:
    """The body of genm and of genp."""

    content: Annotated[list[Annotated[list[TLV], Size(1, 2)]], Size(0, asn1.MAX_ITEMS)]


def encode_general(kind: str, infos: Sequence[Info]) -> bytes:
    """Return the PKIBody *kind* (genm or genp) with *infos*."""
    content = [info_of(*info) for info in infos]
    return asn1.encode_body(NUMBERS[kind], GenMsgBody(content=content))


def decode_general(message: Message) -> tuple[Info, ...]:
    """Return what a genm or genp says; raises `ProtocolError`."""
    what = f"body of the {message.kind}"
    body = asn1.decode_body(GenMsgBody, message.body, what)
    return tuple(read_info(items, what) for items in body.content)
