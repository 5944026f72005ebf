"""A CRL, field by field [RFC 5280, 5.1]; its entries one by one, when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import Extensions, RevocationList
from srpki.x509.lenient import asn1, extensions
from srpki.x509.lenient.fields import Fields

_OWNER: Final = "CRL"
_EXTENSIONS: Final = 0xA0
_TIMES: Final = (asn1.UTC_TIME, asn1.GENERALIZED_TIME)


def read(octets: bytes) -> RevocationList:
    """Return the CRL in *octets*, which the strict reader has refused.

    An entry with an extension that cannot be read is told when it is asked for.

    Raises:
        InvalidInputError: when a field or a critical extension cannot be read, or an extension is
            there twice; names it and says what is wrong.
    """
    fields = Fields(_OWNER)
    content, outer, signature = fields.signed(octets)
    if content and content[0].tag == tlv.INTEGER:
        version = fields.read("version", asn1.integer, content.pop(0)) + 1
        if version != 2:
            raise InvalidInputError(f"the CRL's version is {version}, not 2")
    if len(content) < 3 or content[2].tag not in _TIMES:
        raise InvalidInputError("this is not a CRL")
    inner, issuer, this_update, *rest = content
    algorithm = fields.algorithm("signature", inner)
    fields.algorithm("signature", outer)
    next_update = rest.pop(0) if rest and rest[0].tag in _TIMES else None
    entries = rest.pop(0) if rest and rest[0].tag == asn1.SEQUENCE else None
    (found,) = fields.read("crlExtensions", asn1.optional, rest, _EXTENSIONS)
    parts = [] if found is None else fields.read("crlExtensions", _list, found)
    revoked = _Entries(b"" if entries is None else entries.content)
    fields.read("revokedCertificates", revoked.check)
    return RevocationList(
        issuer=fields.name("issuer", issuer),
        last_update_utc=fields.time("thisUpdate", this_update),
        next_update_utc=None if next_update is None else fields.time("nextUpdate", next_update),
        signature_algorithm_oid=algorithm,
        signature=signature,
        extensions=fields.extensions(parts, extensions.strict_in_crl),
        entries=revoked,
        not_der=tuple(fields.odd) or ("revokedCertificates",),
    )


def _list(element: Element) -> list[Element]:
    return asn1.parts(asn1.single(element.content))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry whose extensions are read when they are asked for."""

    serial_number: int
    revocation_date_utc: datetime
    listed: list[Element]

    @property
    def extensions(self) -> Extensions:
        return Fields(_OWNER).extensions(self.listed, extensions.strict_in_entry)


class _Entries:
    """Entries that stay octets: a list may have a million of them."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._length = 0

    def check(self) -> None:
        """Raise `RefusedError` unless every entry begins with its number."""
        for start, _ in asn1.spans(self._content):
            if self._content[start] != tlv.INTEGER:
                raise asn1.RefusedError("an entry is not well formed")
            self._length += 1

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_Entry]:
        return (self._entry(start, end) for start, end in asn1.spans(self._content))

    def get_revoked_certificate_by_serial_number(self, serial_number: int) -> _Entry | None:
        octets = serial_number.to_bytes(serial_number.bit_length() // 8 + 1, "big", signed=True)
        begin = tlv.encode(tlv.INTEGER, octets)
        for start, end in asn1.spans(self._content):
            if self._content.startswith(begin, start):
                return self._entry(start, end)
        return None

    def _entry(self, start: int, end: int) -> _Entry:
        fields = Fields(_OWNER)
        parts = fields.read("revokedCertificates", asn1.elements, self._content[start:end])
        number, date, *rest = fields.read("revokedCertificates", _two, parts)
        return _Entry(
            fields.read("userCertificate", asn1.integer, number),
            fields.time("revocationDate", date),
            fields.read("crlEntryExtensions", asn1.parts, rest[0]) if rest else [],
        )


def _two(parts: list[Element]) -> list[Element]:
    """Return *parts*; raises `ValueError` unless there are two or three."""
    if len(parts) not in (2, 3):
        raise ValueError(len(parts))
    return parts
