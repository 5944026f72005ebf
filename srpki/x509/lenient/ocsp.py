"""An OCSP answer, field by field [RFC 6960, 4.2.1]."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Literal, NoReturn

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import OcspAnswer, Signed, Statement
from srpki.x509.lenient import asn1
from srpki.x509.lenient.fields import Fields

_BASIC: Final = "1.3.6.1.5.5.7.48.1.1"
_NO_EXTENSIONS: Final = tlv.encode(tlv.SEQUENCE)
_VERSION: Final = 0xA0
_BY_NAME: Final = 0xA1
_STATUS: Final[dict[int, Literal["good", "revoked", "unknown"]]] = {
    0x80: "good",
    0xA1: "revoked",
    0x82: "unknown",
}


def read(octets: bytes, most: int) -> OcspAnswer:
    """Return the successful answer in *octets*, which the strict reader has refused.

    Of its statements and its certificates the first *most* each are looked at; a statement that
    cannot be read is left out.

    Raises:
        InvalidInputError: when a field or a critical extension cannot be read; names it.
    """
    fields = Fields("OCSP answer")
    signed, certificates = fields.read("BasicOCSPResponse", _basic, octets)
    content = fields.read("tbsResponseData", asn1.parts, asn1.single(signed.content))
    if content and content[0].tag == _VERSION:
        del content[0]
    responder, produced, statements, *rest = fields.read("tbsResponseData", _response_data, content)
    (who,) = fields.read("responderID", _one, responder)
    by_name = responder.tag == _BY_NAME
    (found,) = fields.read("responseExtensions", asn1.optional, rest, 0xA1)
    asked = [] if found is None else fields.read("responseExtensions", _explicit, found)
    return OcspAnswer(
        responder_name=fields.name("responderID", who) if by_name else None,
        responder_key_hash=None if by_name else who.content,
        produced_at_utc=fields.time("producedAt", produced),
        statements=_statements(asn1.elements(statements.content)[:most]),
        certificates=tuple(one.whole for one in certificates[:most]),
        extensions=fields.extensions(asked, _by_meaning),
        signed=signed,
    )


def _basic(octets: bytes) -> tuple[Signed, list[Element]]:
    """Return the ResponseData with its signature, and the certificates beside it."""
    _, outer = asn1.parts(asn1.single(octets))
    kind, value = _explicit(outer)
    if asn1.oid(kind) != _BASIC or value.tag != tlv.OCTET_STRING:
        raise asn1.RefusedError("it is of an unknown type")
    content, algorithm, signature, *more = asn1.parts(asn1.single(value.content))
    (certificates,) = asn1.optional(more, 0xA0)
    if signature.tag != tlv.BIT_STRING or signature.content[:1] != b"\0":
        raise asn1.RefusedError("its signature is not a bit string")
    signed = Signed(content.whole, algorithm.whole, signature.content[1:])
    return signed, [] if certificates is None else _explicit(certificates)


def _explicit(element: Element) -> list[Element]:
    """Return what stands in the SEQUENCE that *element*, an EXPLICIT tag, is around."""
    return asn1.parts(asn1.single(element.content))


def _one(element: Element) -> list[Element]:
    return asn1.elements(element.content)


def _response_data(content: list[Element]) -> list[Element]:
    """Return *content*; raises `ValueError` unless the fields that are due are there."""
    tags = [one.tag for one in content[:3]]
    if tags[1:] != [asn1.GENERALIZED_TIME, asn1.SEQUENCE] or tags[0] not in {0xA1, 0xA2}:
        raise ValueError(tags)
    return content


def _statements(elements: list[Element]) -> tuple[Statement, ...]:
    found = []
    for number, one in enumerate(elements):
        with suppress(InvalidInputError, ValueError, IndexError):
            found.append(_statement(number, one))
    return tuple(found)


def _statement(number: int, element: Element) -> Statement:
    fields = Fields("OCSP answer")
    named, status, this_update, *rest = asn1.parts(element)
    algorithm, name, key, serial = asn1.parts(named)
    following, own = asn1.optional(rest, 0xA0, 0xA1)
    revoked = asn1.elements(status.content)[:1] if status.tag == 0xA1 else []
    until = None if following is None else asn1.single(following.content, asn1.GENERALIZED_TIME)
    return Statement(
        number=number,
        hash_oid=asn1.oid(asn1.parts(algorithm)[0]),
        issuer_name_hash=name.content,
        issuer_key_hash=key.content,
        serial_number=asn1.integer(serial),
        status=_STATUS.get(status.tag, "unknown"),
        revocation_time_utc=fields.time("revocationTime", revoked[0]) if revoked else None,
        this_update_utc=fields.time("thisUpdate", this_update),
        next_update_utc=None if until is None else fields.time("nextUpdate", until),
        extensions=_NO_EXTENSIONS if own is None else own.content,
    )


def _by_meaning(_extension: bytes) -> NoReturn:
    """Leave every extension to the lenient reader: there is one that counts, the nonce."""
    raise ValueError
