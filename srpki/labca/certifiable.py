"""Keys and names that a lab CA certifies, whatever its trainer's policy says beside that."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import RefusedError, UsageError
from srpki.x509 import keys
from srpki.x509.wishes import Wishes

_MOST_NAMES: Final = 64
_MOST_NAME_OCTETS: Final = 4096
_MOST_ALTERNATIVE_OCTETS: Final = 16 * 1024


def check_key(public_key: CertificatePublicKeyTypes) -> None:
    """Raise `RefusedError` for a key that this CA does not certify.

    Ed25519 is for other clients: routers have no such keys.
    """
    if isinstance(public_key, Ed25519PublicKey):
        return
    try:
        spec = keys.spec_of(public_key)
    except UsageError as error:
        raise RefusedError(error.sentence) from None
    low, high = keys.RSA_SIZES
    if spec.kind == "ecdsa" and spec.curve not in keys.CURVES:
        raise RefusedError(f"keys on curve {spec.curve} are not certified")
    if spec.kind != "ecdsa" and not low <= spec.size <= high:
        raise RefusedError(f"keys of {spec.size} bits are not certified")


def check_names(subject: x509.Name, extensions: Wishes) -> None:
    """Raise `RefusedError` for names that this CA does not certify."""
    found = next((one for one in extensions if one.oid == x509.SubjectAlternativeName.oid), None)
    if not subject.rdns and (found is None or not found.critical):  # RFC 5280, 4.2.1.6
        raise RefusedError("the subject is empty and there is no critical subjectAltName")
    if len(subject.public_bytes()) > _MOST_NAME_OCTETS:
        raise RefusedError("the subject is too long")
    alternative = found.value if found is not None else None
    if not isinstance(alternative, x509.SubjectAlternativeName):
        return
    if not 1 <= len(list(alternative)) <= _MOST_NAMES:
        raise RefusedError("there are too many alternative names, or none")
    if len(alternative.public_bytes()) > _MOST_ALTERNATIVE_OCTETS:
        raise RefusedError("the alternative names are too long")
