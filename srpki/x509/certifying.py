"""Certificates made: fields and extensions in, octets out [RFC 5280, 4.1].

The library's builder takes a copy of itself at each step and encodes each extension anew. Who
issues many certificates encodes once what is the same in all; the values of extensions, names and
keys are the library's here, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from cryptography import x509

from srpki.core.values import NamedTuple
from srpki.x509 import der, signatures
from srpki.x509.keys import PrivateKey, sign

_HASH: Final = "sha256"
_VERSION_3: Final = b"\xa0\x03\x02\x01\x02"
_EXTENSIONS: Final = 0xA3
_TRUE: Final = b"\x01\x01\xff"
_UTC_TIME: Final = 0x17
_GENERALIZED_TIME: Final = 0x18
_GENERALIZED_FROM: Final = 2050  # RFC 5280, 4.1.2.5


class Fields(NamedTuple):
    """What a certificate says: *issuer*, *subject* and *public_key* in DER, aware instants.

    *public_key* is a SubjectPublicKeyInfo, *extensions* are as `extension` returns them.
    """

    serial: int
    issuer: bytes
    begin: datetime
    end: datetime
    subject: bytes
    public_key: bytes
    extensions: Iterable[bytes]


def certificate(fields: Fields, key: PrivateKey) -> bytes:
    """Return the certificate (DER) of *fields*, signed by *key* over a SHA-256 digest."""
    return signed(
        (
            _VERSION_3,
            der.encode_integer(fields.serial),
            signatures.algorithm(key, _HASH),
            fields.issuer,
            der.encode(der.SEQUENCE, _time(fields.begin), _time(fields.end)),
            fields.subject,
            fields.public_key,
            der.encode(_EXTENSIONS, der.encode(der.SEQUENCE, *fields.extensions)),
        ),
        key,
    )


def signed(fields: Iterable[bytes], key: PrivateKey) -> bytes:
    """Return a SIGNED structure around *fields* (DER), signed by *key* over a SHA-256 digest."""
    content = der.encode(der.SEQUENCE, *fields)
    signature = der.encode(der.BIT_STRING, b"\x00", sign(key, content, _HASH))
    return der.encode(der.SEQUENCE, content, signatures.algorithm(key, _HASH), signature)


def extension(value: x509.ExtensionType, *, critical: bool) -> bytes:
    """Return the Extension (DER) with *value*."""
    return der.encode(
        der.SEQUENCE,
        der.encode_oid(value.oid.dotted_string),
        _TRUE if critical else b"",
        der.encode(der.OCTET_STRING, value.public_bytes()),
    )


def key_identifier(public_key: bytes) -> bytes:
    """Return the SHA-1 of the key in *public_key*, a SubjectPublicKeyInfo [RFC 5280, 4.2.1.2]."""
    _, bits = der.sequence(public_key)
    return hashlib.sha1(bits.content[1:], usedforsecurity=False).digest()


@lru_cache(maxsize=64)
def _time(instant: datetime) -> bytes:
    utc = instant.astimezone(UTC)
    if utc.year < _GENERALIZED_FROM:
        return der.encode(_UTC_TIME, f"{utc:%y%m%d%H%M%SZ}".encode("ascii"))
    return der.encode(_GENERALIZED_TIME, f"{utc:%Y%m%d%H%M%SZ}".encode("ascii"))
