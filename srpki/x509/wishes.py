"""What a PKCS#10 says before its signature is verified, and asks for beside its names."""

from __future__ import annotations

from cryptography import x509

from srpki.core.errors import InvalidInputError
from srpki.x509 import csr
from srpki.x509.certificates import UNREADABLE
from srpki.x509.keys import PublicKey

Wishes = tuple[x509.Extension[x509.ExtensionType], ...]
"""Extensions that are asked for."""


def claimed_key(der: bytes) -> PublicKey:
    """Return the key of a request, unproved: a CA may refuse it before it verifies anything.

    Raises:
        InvalidInputError: when the request cannot be read.
    """
    try:
        return csr.parse(der).public_key()
    except UNREADABLE:
        raise InvalidInputError("the certification request's key cannot be read") from None


def wanted_extensions(der: bytes) -> Wishes:
    """Return every extension that a request asks for; raises `InvalidInputError`."""
    return tuple(csr.parse(der).extensions)
