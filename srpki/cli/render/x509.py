"""Lays out certificates, requests and CRLs as ``openssl ... -text`` does [pki.md 6.3]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from srpki.cli.render.extensions import extensions
from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, csr, names
from srpki.x509 import crl as crl_list
from srpki.x509.forms import Entries, Revoked

_SIGNATURES: Final = {
    "1.2.840.10040.4.3": "dsa-with-SHA1",
    "1.2.840.113549.1.1.10": "rsassaPss",
    "2.16.840.1.101.3.4.3.1": "dsa_with_SHA224",
    "2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
    "1.3.101.112": "ED25519",
    "1.3.101.113": "ED448",
}
_CURVES: Final = {
    "secp256r1": ("prime256v1", "P-256"),
    "secp384r1": ("secp384r1", "P-384"),
    "secp521r1": ("secp521r1", "P-521"),
}
_REVOKED: Final = 1000
"""Most entries of a CRL that are printed."""


def certificate(der: bytes) -> Iterator[str]:
    """Yield the certificate in *der*."""
    found = certificates.parse(der)
    yield "Certificate:"
    yield "    Data:"
    yield f"        Version: {found.version} (0x{found.version - 1:x})"
    yield from _serial(found.serial_number)
    yield f"        Signature Algorithm: {_algorithm(found.signature_algorithm_oid)}"
    yield f"        Issuer: {names.display(found.issuer)}"
    yield "        Validity"
    yield f"            Not Before: {_time(found.not_valid_before_utc)}"
    yield f"            Not After : {_time(found.not_valid_after_utc)}"
    yield f"        Subject: {names.display(found.subject)}"
    yield from _public_key(found.public_key())
    yield from _extensions("X509v3 extensions:", found.extensions, "        ")
    yield from _signature(found.signature_algorithm_oid, found.signature)


def request(der: bytes) -> Iterator[str]:
    """Yield the PKCS#10 request in *der*."""
    found = csr.parse(der)
    yield "Certificate Request:"
    yield "    Data:"
    yield "        Version: 1 (0x0)"
    yield f"        Subject: {names.display(found.subject)}"
    yield from _public_key(found.public_key())
    if len(found.extensions):
        yield "        Attributes:"
        yield from _extensions("Requested Extensions:", found.extensions, "            ")
    else:
        yield "        Attributes:"
        yield "            (none)"
    yield from _signature(found.signature_algorithm_oid, found.signature)


def crl(der: bytes) -> Iterator[str]:
    """Yield the CRL in *der*, its first 1000 entries at most."""
    found = crl_list.parse(der)
    yield "Certificate Revocation List (CRL):"
    yield "        Version 2 (0x1)"
    yield f"        Signature Algorithm: {_algorithm(found.signature_algorithm_oid)}"
    yield f"        Issuer: {names.display(found.issuer)}"
    yield f"        Last Update: {_time(found.last_update_utc)}"
    following = found.next_update_utc
    yield f"        Next Update: {_time(following) if following else 'NONE'}"
    yield from _extensions("CRL extensions:", found.extensions, "        ")
    yield from _revoked(found.entries)
    yield from _signature(found.signature_algorithm_oid, found.signature)


def _revoked(found: Entries) -> Iterator[str]:
    if not len(found):
        yield "No Revoked Certificates."
        return
    yield "Revoked Certificates:"
    for number, entry in enumerate(found):
        if number == _REVOKED:
            yield f"    ... {len(found) - _REVOKED} more"
            return
        yield f"    Serial Number: {_hexadecimal(entry.serial_number).replace(':', '').upper()}"
        yield f"        Revocation Date: {_time(entry.revocation_date_utc)}"
        yield from _entry_extensions(entry)


def _entry_extensions(entry: Revoked) -> Iterator[str]:
    try:
        yield from _extensions("CRL entry extensions:", entry.extensions, "        ")
    except InvalidInputError as error:  # the other entries are none the worse
        yield f"        {error.sentence}"


def _serial(number: int) -> Iterator[str]:
    if abs(number) < 1 << 63:
        sign = "-" if number < 0 else ""
        yield f"        Serial Number: {number} ({sign}0x{abs(number):x})"
    else:
        yield "        Serial Number:"
        yield f"            {_hexadecimal(number)}"


def _hexadecimal(number: int) -> str:
    octets = max(1, (number.bit_length() + 7) // 8)
    return ("" if number >= 0 else "-") + abs(number).to_bytes(octets, "big").hex(":")


def _time(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%b} {utc.day:2d} {utc:%H:%M:%S} {utc.year} GMT"


def _algorithm(oid: x509.ObjectIdentifier) -> str:
    return _SIGNATURES.get(oid.dotted_string, oid._name)


def _extensions(title: str, found: x509.Extensions, indent: str) -> Iterator[str]:
    if len(found):
        yield f"{indent}{title}"
        yield from extensions(found, indent + "    ")


def _signature(oid: x509.ObjectIdentifier, signature: bytes) -> Iterator[str]:
    yield f"    Signature Algorithm: {_algorithm(oid)}"
    yield "    Signature Value:"
    yield from _lines(signature, 18, " " * 8)


def _lines(octets: bytes, width: int, indent: str) -> Iterator[str]:
    for start in range(0, len(octets), width):
        last = start + width >= len(octets)
        yield f"{indent}{octets[start : start + width].hex(':')}{'' if last else ':'}"


def _public_key(public: object) -> Iterator[str]:
    yield "        Subject Public Key Info:"
    match public:
        case rsa.RSAPublicKey():
            yield "            Public Key Algorithm: rsaEncryption"
            yield f"                Public-Key: ({public.key_size} bit)"
            yield "                Modulus:"
            numbers = public.public_numbers()
            yield from _lines(_signed(numbers.n), 15, " " * 20)
            yield f"                Exponent: {numbers.e} (0x{numbers.e:x})"
        case ec.EllipticCurvePublicKey():
            yield from _ec_key(public)
        case dsa.DSAPublicKey():
            yield "            Public Key Algorithm: dsaEncryption"
            yield f"                Public-Key: ({public.key_size} bit)"
        case _:
            yield f"            Public Key Algorithm: {type(public).__name__.strip('_')}"


def _ec_key(public: ec.EllipticCurvePublicKey) -> Iterator[str]:
    yield "            Public Key Algorithm: id-ecPublicKey"
    yield f"                Public-Key: ({public.key_size} bit)"
    yield "                pub:"
    point = public.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    yield from _lines(point, 15, " " * 20)
    name, nist = _CURVES.get(public.curve.name, (public.curve.name, ""))
    yield f"                ASN1 OID: {name}"
    if nist:
        yield f"                NIST CURVE: {nist}"


def _signed(number: int) -> bytes:
    """Return a positive *number* as DER writes it, with a zero before a high bit."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
