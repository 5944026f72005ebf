"""Certificate revocation lists as DER: their dates, who stands behind them, their entries.

What a ca-profile asks of its crl-file when it is enabled [facts: pki.md section 7.2], and which of
two lists is the newer one [pki.md 13]. What a list says of a certificate is in `revocation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, extensions, signatures
from srpki.x509.extensions import Extension
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


_DELTA: Final = "2.5.29.27"
_PROCESSED: Final = frozenset(
    {
        "2.5.29.35",  # authorityKeyIdentifier
        "2.5.29.20",  # cRLNumber
        extensions.ISSUING_DISTRIBUTION_POINT,
    }
)
"""Extensions that may be critical here; an unknown one would change what the list says."""


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """What a CRL says; times are aware UTC, *next_update* is None when it names none.

    *number* is its CRL number [RFC 5280, 5.2.3], None when it has none.
    """

    this_update: datetime
    next_update: datetime | None
    number: int | None = None

    def newer_than(self, other: CrlFacts) -> bool:
        """Say whether this list was made after *other*: by date, then by number [pki.md 13]."""
        if self.this_update != other.this_update:
            return self.this_update > other.this_update
        if self.number is None or other.number is None:
            return False
        return self.number > other.number


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

    Its dates and what it covers are the caller's business. Raises:
        InvalidInputError: when it cannot be read, is a delta CRL, has a critical extension that is
            not known, or is not by *issuer*.
    """
    crl = _load(der)
    try:
        facts = _dates(crl)
        name = canonical(crl.issuer)
    except _UNREADABLE:
        raise _damaged() from None
    for extension in extensions.of_crl(der).values():
        _check_extension(extension)
    ca = certificates.facts(issuer)
    if name != ca.canonical_subject:
        raise InvalidInputError("the CRL was issued by another CA")
    if ca.key_usage is not None and "cRLSign" not in ca.key_usage:
        raise InvalidInputError("the CA may not sign CRLs (keyUsage)")
    parts = signatures.signed_parts(der)
    key = certificates.public_key(issuer)
    try:
        signed = signatures.verify(key, parts.algorithm, parts.signature, parts.content)
    except InvalidInputError as error:
        raise InvalidInputError(f"the CRL is refused: {error.sentence}") from None
    if not signed:
        raise InvalidInputError("the CRL is not signed by the CA")
    return facts


def entry(der: bytes, serial: int) -> x509.RevokedCertificate | None:
    """Return the first entry with number *serial* of a CRL (DER); raises `InvalidInputError`."""
    try:
        return _load(der).get_revoked_certificate_by_serial_number(serial)
    except _UNREADABLE:
        raise _damaged() from None


def entries(der: bytes) -> Iterator[x509.RevokedCertificate]:
    """Yield the entries of the CRL in *der*; raises `InvalidInputError`."""
    try:
        yield from _load(der)
    except _UNREADABLE:
        raise _damaged() from None


def entry_extensions(entry: x509.RevokedCertificate) -> x509.Extensions:
    """Return the extensions of *entry*; raises `InvalidInputError`."""
    try:
        return entry.extensions
    except _UNREADABLE:
        raise InvalidInputError("the CRL has an entry that cannot be read") from None


def _load(der: bytes) -> x509.CertificateRevocationList:
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the CRL is too long")
    try:
        return x509.load_der_x509_crl(der)
    except _UNREADABLE:
        raise _damaged() from None


def _dates(crl: x509.CertificateRevocationList) -> CrlFacts:
    numbers = [item.value for item in crl.extensions if isinstance(item.value, x509.CRLNumber)]
    number = numbers[0].crl_number if numbers else None
    return CrlFacts(crl.last_update_utc, crl.next_update_utc, number)


def _damaged() -> InvalidInputError:
    return InvalidInputError("the CRL cannot be read", hint="is it damaged?")


def _check_extension(extension: Extension) -> None:
    """Raise `InvalidInputError` when *extension* makes the list one that cannot be used."""
    if extension.oid == _DELTA:
        raise InvalidInputError("the CRL is a delta CRL", hint="import a complete one")
    if extension.critical and extension.oid not in _PROCESSED:
        raise InvalidInputError(
            f"the CRL has the critical extension {extension.oid}, which is not known"
        )
