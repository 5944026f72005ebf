"""What is in these octets? Good enough to tell an operator, and to bound what opening costs."""

from __future__ import annotations

from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber
from srpki.x509 import der as asn1

CERTIFICATE: Final = "a certificate"
KEY: Final = "a private key"
ENCRYPTED_KEY: Final = "an encrypted private key"
CRL: Final = "a CRL"
REQUEST: Final = "a certification request"
PUBLIC_KEY: Final = "a public key"
PKCS7: Final = "PKCS#7"
PKCS12: Final = "PKCS#12"
PEM: Final = "PEM"
TRUNCATED: Final = "a truncated file"
UNKNOWN: Final = "an unknown kind of file"

MAX_ITERATIONS: Final = 2_000_000
"""Rounds of a password-based key derivation; common are 2048 to 600,000."""
_MAX_DEPTH: Final = 32
_MAX_ELEMENTS: Final = 20_000

_LABELS: Final = {
    "CERTIFICATE": CERTIFICATE,
    "X509 CERTIFICATE": CERTIFICATE,
    "TRUSTED CERTIFICATE": "an OpenSSL trusted certificate",
    "ENCRYPTED PRIVATE KEY": ENCRYPTED_KEY,
    "PUBLIC KEY": PUBLIC_KEY,
    "CERTIFICATE REQUEST": REQUEST,
    "NEW CERTIFICATE REQUEST": REQUEST,
    "X509 CRL": CRL,
    "PKCS7": PKCS7,
    "CMS": PKCS7,
}
_TIMES: Final = (0x17, 0x18)


def of_label(label: str) -> str:
    """Return what a PEM block with *label* is, in words."""
    return _LABELS.get(label) or (KEY if label.endswith("PRIVATE KEY") else f"a PEM {label} block")


def identify(data: bytes) -> str:
    """Return what *data* is, as one of the constants of this module."""
    if b"-----BEGIN " in data:
        return PEM
    try:
        outer = asn1.read(data)
        if outer.tag != asn1.SEQUENCE:
            return UNKNOWN
        parts = list(asn1.elements(outer.content))
    except InvalidInputError as error:
        if data[:2] == b"\x30\x80":
            return _of_indefinite(data)
        return TRUNCATED if data[:1] == b"\x30" and "truncated" in error.sentence else UNKNOWN
    return _of_parts(parts) or _signed(parts)


def alone(data: bytes) -> bytes:
    """Return the first DER element in *data* without what stands behind it.

    Data that does not begin with one are returned as they are.
    """
    try:
        return asn1.read(data).whole
    except InvalidInputError:
        return data


def _of_indefinite(data: bytes) -> str:
    """Tell containers whose length is not said, as some programs write them."""
    try:
        outer, *more = ber.elements(data)
        return UNKNOWN if more else _of_parts(list(ber.elements(outer.content))) or UNKNOWN
    except InvalidInputError:
        return UNKNOWN


def _of_parts(parts: list[asn1.Element]) -> str:
    """Tell keys and containers by the tags of their first elements."""
    tags = [part.tag for part in parts[:4]]
    number = parts[0].content if tags[:1] == [asn1.INTEGER] else b""
    match tags:
        case [asn1.OBJECT_IDENTIFIER, 0xA0]:
            return PKCS7
        case [asn1.INTEGER, asn1.SEQUENCE, asn1.OCTET_STRING, *_]:  # RFC 5958
            return KEY
        case [asn1.INTEGER, asn1.INTEGER, asn1.INTEGER, asn1.INTEGER]:  # RFC 8017, A.1.2; DSA
            return KEY
        case [asn1.INTEGER, asn1.OCTET_STRING, *_] if number == b"\x01":  # RFC 5915
            return KEY
        case [asn1.INTEGER, asn1.SEQUENCE, *_] if number == b"\x03":  # RFC 7292, 4
            return PKCS12
        case [asn1.SEQUENCE, asn1.OCTET_STRING]:  # RFC 5958, 3
            return ENCRYPTED_KEY
        case [asn1.SEQUENCE, asn1.BIT_STRING]:
            return PUBLIC_KEY
        case _:
            return ""


def _signed(parts: list[asn1.Element]) -> str:
    """Tell what is SIGNED by the tags of the fields that are signed, whatever they hold."""
    if [part.tag for part in parts] != [asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING]:
        return UNKNOWN
    try:
        tags = [field.tag for field in asn1.elements(parts[0].content)]
    except InvalidInputError:
        return UNKNOWN
    version, *rest = tags or [0]
    match rest if version in (asn1.INTEGER, 0xA0) else tags:
        case [asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, *_]:
            return CERTIFICATE  # of version 1: its version is left out
        case [asn1.INTEGER, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, *_]:
            return CERTIFICATE
        case [asn1.SEQUENCE, asn1.SEQUENCE, tag, *_] if tag in _TIMES:
            return CRL
        case [asn1.SEQUENCE, asn1.SEQUENCE, *_] if version == asn1.INTEGER:
            return REQUEST
        case _:
            return UNKNOWN


def check_iterations(data: bytes) -> None:
    """Refuse an encrypted key or PKCS#12 file that would take too long to open.

    PBKDF2, PBES1 and the PKCS#12 MAC have the salt (OCTET STRING) and then the iteration count
    (INTEGER) [RFC 8018, A; RFC 7292, 4], scrypt the salt and its cost: so every INTEGER after an
    OCTET STRING is looked at.

    Raises:
        InvalidInputError: when a count is above 2,000,000 or the structure is too large.
    """
    budget = _MAX_ELEMENTS
    pending = [(data, 0)]
    while pending:
        content, depth = pending.pop()
        before = 0
        for element in _elements(content):
            budget -= 1
            if budget < 0 or depth > _MAX_DEPTH:
                raise InvalidInputError("the structure of the file is too deep or too long")
            if element.tag == asn1.INTEGER and before == asn1.OCTET_STRING:
                _check_count(element.content)
            if element.constructed or element.tag == asn1.OCTET_STRING:
                pending.append((element.content, depth + 1))
            before = element.tag


def _elements(content: bytes) -> list[asn1.Element]:
    """Return the elements in *content*; none when it is not BER, as most OCTET STRINGs."""
    try:
        return list(ber.elements(content))
    except ber.TooComplexError:
        raise
    except InvalidInputError:
        return []


def _check_count(content: bytes) -> None:
    if int.from_bytes(content[:9], "big") > MAX_ITERATIONS:
        raise InvalidInputError(
            "the password protection of the file has too many iterations",
            hint=f"write it again with at most {MAX_ITERATIONS}",
        )
