"""RSASSA-PSS: the parameters of a signature, which name its hash [RFC 4055, 3.1]."""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import padding

from srpki.core.errors import InvalidInputError
from srpki.x509 import der
from srpki.x509.keys import HASHES

RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
MOST_SALT: Final = 1024
"""Octets of salt: more fits into no key that is taken."""
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
    _, *rest = der.elements(der.read(identifier).content)
    if not rest:
        raise InvalidInputError("the RSASSA-PSS parameters are missing")
    if len(rest) > 1 or rest[0].tag != der.SEQUENCE:
        raise InvalidInputError("the RSASSA-PSS parameters are not well formed")
    found = Parameters()
    for field in der.elements(rest[0].content):
        found = _taken(found, field.tag, der.read(field.content))
    return found


def _taken(found: Parameters, tag: int, value: der.Element) -> Parameters:
    match tag, value.tag:
        case 0xA0, der.SEQUENCE:
            return found._replace(digest=_hash(value))
        case 0xA1, der.SEQUENCE:
            name, inner = _algorithm(value)
            if name != _MGF1 or inner is None:
                raise InvalidInputError(f"mask generation {name} is not supported")
            return found._replace(mask=_hash(inner))
        case 0xA2, der.INTEGER if value.content:
            salt = int.from_bytes(value.content, "big", signed=True)
            if not 0 <= salt <= MOST_SALT:
                raise InvalidInputError("the salt of RSASSA-PSS is out of range")
            return found._replace(salt=salt)
        case 0xA3, der.INTEGER if value.content == b"\x01":
            return found
        case _:
            raise InvalidInputError("the RSASSA-PSS parameters are not well formed")


def _hash(value: der.Element) -> str:
    name, _ = _algorithm(value)
    if name not in HASH_NAMES:
        raise InvalidInputError(f"hash {name} is not supported")
    return HASH_NAMES[name]


def _algorithm(value: der.Element) -> tuple[str, der.Element | None]:
    """Return the name in an AlgorithmIdentifier, and its parameters if there are any."""
    parts = list(der.elements(value.content))
    if not parts or parts[0].tag != der.OBJECT_IDENTIFIER:
        raise InvalidInputError("the RSASSA-PSS parameters are not well formed")
    return der.decode_oid(parts[0].content), parts[1] if len(parts) > 1 else None
