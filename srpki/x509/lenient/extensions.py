"""Extensions: each by the strict reader, else by its meaning, else kept as `Unreadable`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography import x509

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element, encode, encode_oid
from srpki.x509.forms import Extensions, Unreadable, label
from srpki.x509.lenient import asn1, values
from srpki.x509.lenient.asn1 import RefusedError

_Found = x509.Extension[x509.ExtensionType]
Strict = Callable[[bytes], _Found]
"""Reads one Extension (DER) by the library; raises what the library raises."""

_LIBRARY_REFUSES: Final = (ValueError, TypeError, OverflowError, x509.UnsupportedGeneralNameType)
_ED25519: Final = encode(tlv.SEQUENCE, encode_oid("1.3.101.112"))
_NOBODY: Final = b"\x30\x00"
_VERSION_2: Final = b"\x02\x01\x01"  # of a CRL
_VERSION_3: Final = b"\xa0\x03\x02\x01\x02"
_LONG_AGO: Final = encode(0x17, b"700101000000Z")


def read(octets: list[Element], owner: str, strict: Strict) -> tuple[Extensions, tuple[str, ...]]:
    """Return the extensions whose elements are *octets*, and the names of those not as they should.

    *owner* is what they stand in, in words; *strict* is the library's reader for such a place.

    Raises:
        InvalidInputError: when one is there twice, a critical one cannot be read, or one is no
            extension at all.
    """
    found: list[_Found] = []
    odd: list[str] = []
    for element in octets:
        extension, good = _extension(element, owner, strict)
        if any(extension.oid == other.oid for other in found):
            raise InvalidInputError(f"the {owner} has the extension {label(extension.oid)} twice")
        if isinstance(extension.value, Unreadable) and extension.critical:
            raise InvalidInputError(
                f"the {owner}'s critical {label(extension.oid)} cannot be read:"
                f" {extension.value.reason}"
            )
        found.append(extension)
        if not good:
            odd.append(label(extension.oid))
    return Extensions(found, owner), tuple(odd)


def _extension(element: Element, owner: str, strict: Strict) -> tuple[_Found, bool]:
    """Return an extension and whether it is as it should be."""
    try:
        return strict(element.whole), True
    except _LIBRARY_REFUSES:
        pass
    try:
        oid, critical, octets = _frame(element)
    except RefusedError as error:
        raise InvalidInputError(
            f"the {owner}'s extensions cannot be read: {error.sentence}"
        ) from None
    return x509.Extension(oid, critical, _value(oid, octets, strict)), False


def _frame(element: Element) -> tuple[x509.ObjectIdentifier, bool, bytes]:
    """Return what an Extension says of its value, and the value's octets."""
    found = asn1.parts(element)
    if len(found) not in (2, 3) or found[-1].tag != tlv.OCTET_STRING:
        raise RefusedError("one is not well formed")
    critical = len(found) == 3 and asn1.boolean(found[1])
    return x509.ObjectIdentifier(asn1.oid(found[0])), critical, found[-1].content


def _value(oid: x509.ObjectIdentifier, octets: bytes, strict: Strict) -> x509.ExtensionType:
    """Return the value in *octets*: by the library within a good frame, else by its meaning."""
    value = encode(tlv.OCTET_STRING, octets)
    try:
        return strict(encode(tlv.SEQUENCE, encode_oid(oid.dotted_string), value)).value
    except _LIBRARY_REFUSES:
        pass
    try:
        return values.read(oid, octets)
    except RefusedError as error:
        return Unreadable(oid, octets, error.sentence)
    except _LIBRARY_REFUSES:
        return Unreadable(oid, octets, "it is not well formed")


def strict_in_certificate(extension: bytes) -> _Found:
    """Read an Extension as the library does in a certificate, within one."""
    key = encode(tlv.SEQUENCE, _ED25519, encode(tlv.BIT_STRING, bytes(33)))
    life = encode(tlv.SEQUENCE, _LONG_AGO, _LONG_AGO)
    more = encode(0xA3, encode(tlv.SEQUENCE, extension))
    fields = (_VERSION_3, b"\x02\x01\x01", _ED25519, _NOBODY, life, _NOBODY, key, more)
    read = x509.load_der_x509_certificate(_signed(encode(tlv.SEQUENCE, *fields)))
    return next(iter(read.extensions))


def strict_in_crl(extension: bytes) -> _Found:
    """Read an Extension as the library does in a CRL, within one."""
    read = x509.load_der_x509_crl(_list(encode(0xA0, encode(tlv.SEQUENCE, extension))))
    return next(iter(read.extensions))


def strict_in_entry(extension: bytes) -> _Found:
    """Read an Extension as the library does in an entry of a CRL, within one."""
    entry = encode(tlv.SEQUENCE, b"\x02\x01\x01", _LONG_AGO, encode(tlv.SEQUENCE, extension))
    (read,) = x509.load_der_x509_crl(_list(encode(tlv.SEQUENCE, entry)))
    return next(iter(read.extensions))


def _list(rest: bytes) -> bytes:
    content = encode(tlv.SEQUENCE, _VERSION_2, _ED25519, _NOBODY, _LONG_AGO, rest)
    return _signed(content)


def _signed(content: bytes) -> bytes:
    return encode(tlv.SEQUENCE, content, _ED25519, encode(tlv.BIT_STRING, bytes(65)))
