"""What it costs to open a file that a password protects, counted before anything is derived.

Each protected part says how its key is derived: with PBKDF2 or scrypt [RFC 8018, A; RFC 7914, 7],
with the older schemes of PKCS#5 and PKCS#12 [RFC 8018, A.3; RFC 7292, C], and the MAC of a PKCS#12
file with its own or with PBMAC1 [RFC 7292, 4; RFC 9579]. A file may have thousands of such parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber
from srpki.x509 import der as asn1
from srpki.x509.der import Element

MAX_ITERATIONS: Final = 2_000_000
"""Rounds of all derivations of a file together; common are 2048 to 600,000 for each.

Of scrypt N times r times p count: that many blocks are mixed, each about as long as a round takes.
"""
MAX_MEMORY: Final = 64 << 20
"""Octets that one scrypt may take, 128 times N times r."""
_MAX_DEPTH: Final = 32
_MAX_ELEMENTS: Final = 20_000
_MAX_NUMBER_OCTETS: Final = 8

_SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
_ITERATED: Final = (
    "1.2.840.113549.1.5.12",  # PBKDF2
    *(f"1.2.840.113549.1.5.{number}" for number in (1, 3, 4, 6, 10, 11)),  # PBES1
    *(f"1.2.840.113549.1.12.1.{number}" for number in range(1, 7)),  # PKCS#12
)


@dataclass(slots=True)
class _Bill:
    """What has been counted, and how many elements may still be looked at."""

    iterations: int = 0
    elements: int = _MAX_ELEMENTS

    def add(self, iterations: int) -> None:
        self.iterations += iterations
        if self.iterations > MAX_ITERATIONS:
            raise InvalidInputError(
                "the password protection of the file has too many iterations",
                hint=f"write it again with at most {MAX_ITERATIONS} in all",
            )


def check(data: bytes) -> None:
    """Refuse an encrypted key or PKCS#12 file that would take too long, or too much, to open.

    Raises:
        InvalidInputError: when all derivations together have more than 2,000,000 rounds, a scrypt
            takes more than 64 MiB, or the structure is too large.
    """
    bill = _Bill()
    pending = [(data, 0)]
    while pending:
        content, depth = pending.pop()
        found = _elements(content)
        bill.elements -= len(found)
        if bill.elements < 0 or (found and depth >= _MAX_DEPTH):
            raise InvalidInputError("the structure of the file is too deep or too long")
        _charge(found, bill)
        pending += [
            (one.content, depth + 1)
            for one in found
            if one.constructed or one.tag == asn1.OCTET_STRING
        ]


def _elements(content: bytes) -> list[Element]:
    """Return the elements in *content*; none when it is not BER, as most OCTET STRINGs."""
    try:
        return list(ber.elements(content))
    except ber.TooComplexError:
        raise
    except InvalidInputError:
        return []


def _charge(found: list[Element], bill: _Bill) -> None:
    """Put on *bill* what the elements of one SEQUENCE ask for, if they are of a derivation."""
    tags = [one.tag for one in found]
    match tags:
        case [asn1.OBJECT_IDENTIFIER, asn1.SEQUENCE, *_]:
            name = asn1.decode_oid(found[0].content)
            numbers = _numbers(_elements(found[1].content))
            if name == _SCRYPT:
                _charge_scrypt(numbers, bill)
            elif name in _ITERATED:
                bill.add(max(numbers[:1] or [1]))
        case [asn1.SEQUENCE, asn1.OCTET_STRING, asn1.INTEGER]:  # MacData
            bill.add(_number(found[2]))


def _charge_scrypt(numbers: list[int], bill: _Bill) -> None:
    cost, block, parallel = (*numbers, 1, 1, 1)[:3]
    if 128 * cost * block > MAX_MEMORY:
        raise InvalidInputError(
            "the password protection of the file takes too much memory",
            hint=f"write it again with at most {MAX_MEMORY >> 20} MiB for scrypt",
        )
    bill.add(cost * block * parallel)


def _numbers(found: list[Element]) -> list[int]:
    return [_number(one) for one in found if one.tag == asn1.INTEGER]


def _number(element: Element) -> int:
    """Return the number in *element*; a longer one than any counter is too many of anything."""
    if len(element.content) > _MAX_NUMBER_OCTETS:
        return 1 << 8 * _MAX_NUMBER_OCTETS
    return int.from_bytes(element.content, "big")


_PBES2: Final = "1.2.840.113549.1.5.13"
_SCHEMES: Final = {  # what the library opens, by the names that openssl gives
    "1.2.840.113549.1.5.3": "PBE-MD5-DES",
    "1.2.840.113549.1.12.1.1": "PBE-SHA1-RC4-128",
    "1.2.840.113549.1.12.1.3": "PBE-SHA1-3DES",
    "1.2.840.113549.1.12.1.6": "PBE-SHA1-RC2-40",
    "1.2.840.113549.1.5.12": "PBKDF2",
    _SCRYPT: "scrypt",
    **{f"1.2.840.113549.2.{number}": "HMAC" for number in range(7, 12)},  # SHA-1 and SHA-2
    "1.2.840.113549.3.2": "rc2-cbc",
    "1.2.840.113549.3.7": "des-ede3-cbc",
    **{f"2.16.840.1.101.3.4.1.{2 + 20 * size}": "aes-cbc" for size in range(3)},
}
_OTHERS: Final = {
    "1.2.156.10197.1.104.2": "sm4-cbc",
    "1.2.392.200011.61.1.1.1.2": "camellia-128-cbc",
    "1.2.392.200011.61.1.1.1.3": "camellia-192-cbc",
    "1.2.392.200011.61.1.1.1.4": "camellia-256-cbc",
    "1.2.410.200004.1.4": "seed-cbc",
    "1.2.410.200046.1.1.2": "aria-128-cbc",
    "1.2.410.200046.1.1.7": "aria-192-cbc",
    "1.2.410.200046.1.1.12": "aria-256-cbc",
    "1.2.840.113533.7.66.10": "cast5-cbc",
    "1.2.840.113549.1.5.1": "PBE-MD2-DES",
    "1.2.840.113549.1.5.4": "PBE-MD2-RC2-64",
    "1.2.840.113549.1.5.6": "PBE-MD5-RC2-64",
    "1.2.840.113549.1.5.10": "PBE-SHA1-DES",
    "1.2.840.113549.1.5.11": "PBE-SHA1-RC2-64",
    "1.2.840.113549.1.12.1.2": "PBE-SHA1-RC4-40",
    "1.2.840.113549.1.12.1.4": "PBE-SHA1-2DES",
    "1.2.840.113549.1.12.1.5": "PBE-SHA1-RC2-128",
    "1.2.840.113549.2.6": "hmacWithMD5",
    "1.2.840.113549.2.12": "hmacWithSHA512-224",
    "1.2.840.113549.2.13": "hmacWithSHA512-256",
    "1.3.6.1.4.1.3029.1.2": "bf-cbc",
    "1.3.14.3.2.7": "des-cbc",
}


def unsupported(der: bytes) -> str:
    """Return which algorithm of an EncryptedPrivateKeyInfo (DER) cannot be opened, or nothing.

    [RFC 5958, 3; RFC 8018, A.4].
    """
    outer = _elements(der)
    scheme = _elements(_elements(outer[0].content)[0].content) if outer else []
    for name in _algorithms(scheme):
        if name != _PBES2 and name not in _SCHEMES:
            return _OTHERS.get(name, name)
    return ""


def _algorithms(identifier: list[Element]) -> list[str]:
    """Return the algorithm of an AlgorithmIdentifier and, of PBES2 and PBKDF2, those within it."""
    if not identifier or identifier[0].tag != asn1.OBJECT_IDENTIFIER:
        return []
    name = asn1.decode_oid(identifier[0].content)
    found = [name]
    if name in {_PBES2, "1.2.840.113549.1.5.12"} and len(identifier) > 1:
        for one in _elements(identifier[1].content):
            if one.tag == asn1.SEQUENCE:
                found += _algorithms(_elements(one.content))
    return found
