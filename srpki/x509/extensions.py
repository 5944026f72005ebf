"""Extensions of certificates and CRLs as octets, for what judges them itself.

The library reads all extensions or none, and re-encodes what it has read; a decision about one of
them wants its own octets, whatever stands in the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1

BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
SUBJECT_ALTERNATIVE_NAME: Final = "2.5.29.17"
NAME_CONSTRAINTS: Final = "2.5.29.30"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
POLICY_MAPPINGS: Final = "2.5.29.33"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"
CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
ISSUING_DISTRIBUTION_POINT: Final = "2.5.29.28"
CERTIFICATE_ISSUER: Final = "2.5.29.29"

MAX_EXTENSIONS: Final = 128
"""Extensions of one certificate or CRL; the richest in use have a fifth of it."""
_KEPT: Final = 1024
_IN_CERTIFICATE: Final = 0xA3
_IN_CRL: Final = 0xA0
_BOOLEAN: Final = 0x01


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension; *value* is the octets within its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes = field(repr=False)


@lru_cache(maxsize=_KEPT)
def of_certificate(der: bytes) -> Mapping[str, Extension]:
    """Return the extensions of the certificate in *der* by their dotted identifiers.

    Raises:
        InvalidInputError: when they cannot be told apart, or one of them is there twice.
    """
    return _read(der, _IN_CERTIFICATE)


def of_crl(der: bytes) -> Mapping[str, Extension]:
    """Return the extensions of the CRL in *der*; raises as `of_certificate` does."""
    return _read(der, _IN_CRL)


def _read(der: bytes, tag: int) -> Mapping[str, Extension]:
    signed = next(asn1.elements(asn1.read(der).content), None)
    if signed is None or signed.tag != asn1.SEQUENCE:
        raise InvalidInputError("the data is not a signed structure")
    # The version of a certificate has the tag of a CRL's extensions, and stands first.
    fields = [one for number, one in enumerate(asn1.elements(signed.content)) if number]
    found: dict[str, Extension] = {}
    for one in fields[-1:] if fields and fields[-1].tag == tag else ():
        for extension in parse(one.content):
            if extension.oid in found:
                raise InvalidInputError(f"the extension {extension.oid} is there twice")
            if len(found) == MAX_EXTENSIONS:
                raise InvalidInputError(f"there are more than {MAX_EXTENSIONS} extensions")
            found[extension.oid] = extension
    return found


def parse(extensions: bytes) -> Iterator[Extension]:
    """Yield what stands in DER of type Extensions; raises `InvalidInputError`.

    By hand: a decoder of DER refuses all of them where one says that it is not critical, which is
    the default and need not be said, or has a BOOLEAN that is not DER. Here both count as meant.
    """
    for one in asn1.sequence(extensions):
        if one.tag != asn1.SEQUENCE:
            raise InvalidInputError("the data is not a sequence")
        parts = list(asn1.elements(one.content))
        critical = len(parts) == 3 and parts[1].tag == _BOOLEAN and any(parts[1].content)
        if (
            len(parts) not in (2, 3)
            or parts[0].tag != asn1.OBJECT_IDENTIFIER
            or (len(parts) == 3 and parts[1].tag != _BOOLEAN)
            or parts[-1].tag != asn1.OCTET_STRING
        ):
            raise InvalidInputError("an extension is not well formed")
        yield Extension(asn1.decode_oid(parts[0].content), critical, parts[-1].content)
