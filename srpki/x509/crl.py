"""Certificate revocation lists as DER: their dates, and whether a CA stands behind them.

What a ca-profile asks of its crl-file when it is enabled [facts: pki.md section 7.2].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, signatures
from srpki.x509.names import canonical, display

MAX_OCTETS: Final = 1 << 24
"""Octets of one CRL."""
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
)


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """What a CRL says; times are aware UTC, *next_update* is None when it names none."""

    this_update: datetime
    next_update: datetime | None


@dataclass(frozen=True, slots=True)
class CrlContents:
    """What a CRL is about: who issued it and how many certificates it revokes."""

    issuer: str
    entries: int
    dates: CrlFacts


def contents(der: bytes) -> CrlContents:
    """Return what the CRL in *der* is about, whoever signed it; raises `InvalidInputError`."""
    crl = _load(der)
    try:
        return CrlContents(display(crl.issuer), len(crl), _dates(crl))
    except _UNREADABLE:
        raise _damaged() from None


def check(der: bytes, issuer: bytes) -> CrlFacts:
    """Return the facts of the CRL in *der*, issued and signed by the CA certificate *issuer* (DER).

    The dates are the caller's business. Raises:
        InvalidInputError: when it cannot be read, is a delta CRL, or is not by *issuer*.
    """
    crl = _load(der)
    try:
        facts = _dates(crl)
        delta = any(isinstance(item.value, x509.DeltaCRLIndicator) for item in crl.extensions)
        name = canonical(crl.issuer)
    except _UNREADABLE:
        raise _damaged() from None
    if delta:
        raise InvalidInputError("the CRL is a delta CRL", hint="import a complete one")
    if name != certificates.facts(issuer).canonical_subject:
        raise InvalidInputError("the CRL was issued by another CA")
    parts = signatures.signed_parts(der)
    key = certificates.public_key(issuer)
    if not signatures.verify(key, parts.algorithm, parts.signature, parts.content):
        raise InvalidInputError("the CRL is not signed by the CA")
    return facts


def _load(der: bytes) -> x509.CertificateRevocationList:
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the CRL is too long")
    try:
        return x509.load_der_x509_crl(der)
    except _UNREADABLE:
        raise _damaged() from None


def _dates(crl: x509.CertificateRevocationList) -> CrlFacts:
    return CrlFacts(crl.last_update_utc, crl.next_update_utc)


def _damaged() -> InvalidInputError:
    return InvalidInputError("the CRL cannot be read", hint="is it damaged?")
