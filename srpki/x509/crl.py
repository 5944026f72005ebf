"""Certificate revocation lists as DER: their dates, who stands behind them, whom they list.

What a ca-profile asks of its crl-file when it is enabled [facts: pki.md section 7.2], and which of
two lists is the newer one [pki.md 13].
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


_PROCESSED: Final = (
    x509.AuthorityKeyIdentifier,
    x509.CRLNumber,
    x509.IssuingDistributionPoint,
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

    The dates are the caller's business. Raises:
        InvalidInputError: when it cannot be read, is a delta CRL or covers a part only, or is not
            by *issuer*.
    """
    crl = _load(der)
    try:
        extensions = tuple(crl.extensions)
        facts = _dates(crl)
        name = canonical(crl.issuer)
    except _UNREADABLE:
        raise _damaged() from None
    for extension in extensions:
        _check_extension(extension)
    if name != certificates.facts(issuer).canonical_subject:
        raise InvalidInputError("the CRL was issued by another CA")
    parts = signatures.signed_parts(der)
    key = certificates.public_key(issuer)
    if not signatures.verify(key, parts.algorithm, parts.signature, parts.content):
        raise InvalidInputError("the CRL is not signed by the CA")
    return facts


def lists(der: bytes, serial: int) -> bool:
    """Say whether the CRL in *der* revokes the certificate with number *serial*.

    A certificate on hold is revoked; one that was taken off the list is not [RFC 5280, 5.3.1].

    Raises:
        InvalidInputError: when the list or its entry cannot be read, or the entry has a critical
            extension that is not processed.
    """
    try:
        entry = _load(der).get_revoked_certificate_by_serial_number(serial)
        if entry is None:
            return False
        extensions = tuple(entry.extensions)
    except _UNREADABLE:
        raise _damaged() from None
    for extension in extensions:
        known = isinstance(extension.value, x509.CRLReason | x509.InvalidityDate)
        if extension.critical and not known:
            raise InvalidInputError("the CRL has an entry that is not understood")
    reasons = (item.value for item in extensions if isinstance(item.value, x509.CRLReason))
    return not any(reason.reason is x509.ReasonFlags.remove_from_crl for reason in reasons)


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


def _check_extension(extension: x509.Extension[x509.ExtensionType]) -> None:
    """Raise `InvalidInputError` when *extension* makes the list less than a complete one."""
    value = extension.value
    if isinstance(value, x509.DeltaCRLIndicator):
        raise InvalidInputError("the CRL is a delta CRL", hint="import a complete one")
    if isinstance(value, x509.IssuingDistributionPoint) and (
        value.indirect_crl
        or value.only_some_reasons
        or value.only_contains_ca_certs
        or value.only_contains_user_certs
        or value.only_contains_attribute_certs
    ):
        raise InvalidInputError("the CRL covers a part only", hint="import a complete one")
    if extension.critical and not isinstance(value, _PROCESSED):
        raise InvalidInputError(
            f"the CRL has the critical extension {extension.oid.dotted_string}, which is not known"
        )
