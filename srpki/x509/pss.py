"""RSASSA-PSS: the parameters of a signature, which name its hash [RFC 4055, 3.1]."""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.hazmat.asn1 import TLV
from cryptography.hazmat.primitives.asymmetric import padding

from srpki.core.errors import InvalidInputError
from srpki.x509 import der, structures
from srpki.x509.keys import HASHES

RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
MOST_SALT: Final = 1024
"""Octets of salt: more fits into no key that is taken."""
_WHAT: Final = "the RSASSA-PSS parameters are"
_MGF1: Final = "1.2.840.113549.1.1.8"
HASH_NAMES: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""Names of the hashes by their identifiers [RFC 9481, 2.1]."""


class Parameters(NamedTuple):
    """How a signature was made: its hash, that of the mask, and the octets of salt."""

    digest: str = "sha1"
    mask: str = "sha1"
    salt: int = 20

    @property
    def padding(self) -> padding.PSS:
        """The same as the library takes it."""
        return padding.PSS(padding.MGF1(HASHES[self.mask]), self.salt)


def parameters(identifier: bytes) -> Parameters:
    """Return the parameters in the AlgorithmIdentifier *identifier* (DER) of a PSS signature.

    Raises:
        InvalidInputError: when they are missing, not well formed, or name what is not supported.
    """
    _, given = structures.algorithm(structures.items(der.normal(identifier), _WHAT), _WHAT)
    if given is None:
        raise InvalidInputError(f"{_WHAT} missing")
    read = structures.decode(structures.PssParameters, structures.encode(given), _WHAT)
    if read.trailer_field not in (None, 1):
        raise InvalidInputError(f"{_WHAT} not well formed")
    found = Parameters()
    if read.hash_algorithm is not None:
        found = found._replace(digest=_hash(read.hash_algorithm))
    if read.mask_generation is not None:
        found = found._replace(mask=_mask(read.mask_generation))
    if read.salt_length is not None:
        if not 0 <= read.salt_length <= MOST_SALT:
            raise InvalidInputError("the salt of RSASSA-PSS is out of range")
        found = found._replace(salt=read.salt_length)
    return found


def _mask(parts: list[TLV]) -> str:
    """Return the hash of a mask generation function."""
    name, inner = structures.algorithm(parts, _WHAT)
    if name != _MGF1 or inner is None:
        raise InvalidInputError(f"mask generation {name} is not supported")
    return _hash(structures.items(structures.encode(inner), _WHAT))


def _hash(parts: list[TLV]) -> str:
    name, _ = structures.algorithm(parts, _WHAT)
    if name not in HASH_NAMES:
        raise InvalidInputError(f"hash {name} is not supported")
    return HASH_NAMES[name]
