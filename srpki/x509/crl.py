"""Certificate revocation lists as DER: their dates, who stands behind them, their entries.

What a ca-profile asks of its crl-file when it is enabled [facts: pki.md section 7.2], and which of
two lists is the newer one [pki.md 13]. What a list says of a certificate is in `revocation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, extensions, signatures
from srpki.x509.certificates import UNREADABLE
from srpki.x509.extensions import Extension
from srpki.x509.forms import Extensions, RevocationList, Revoked
from srpki.x509.names import canonical, display

MAX_OCTETS: Final = 1 << 24
"""Octets of one CRL."""
_KEPT: Final = 4  # the longest have 16 MiB

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


@lru_cache(maxsize=_KEPT)
def parse(der: bytes) -> RevocationList:
    """Return the CRL in *der*: as the library reads it, else as `lenient` does.

    Raises:
        InvalidInputError: when it is no CRL, is over-long, a field or a critical extension cannot
            be read, or an extension is there twice; names what it is.
    """
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the CRL is too long")
    found = _strict(der)
    if found is None:
        from srpki.x509.lenient import crl  # noqa: PLC0415 - start-up time

        found = crl.read(der)
    return found


def _strict(der: bytes) -> RevocationList | None:
    """Return the CRL in *der* as the library reads it, None when it does not like any of it."""
    try:
        read = x509.load_der_x509_crl(der)
        for entry in read:
            _ = entry.extensions
        return RevocationList(
            issuer=read.issuer,
            last_update_utc=read.last_update_utc,
            next_update_utc=read.next_update_utc,
            signature_algorithm_oid=read.signature_algorithm_oid,
            signature=read.signature,
            extensions=Extensions(list(read.extensions), "CRL"),
            entries=read,
        )
    except UNREADABLE:
        return None


def contents(der: bytes) -> CrlContents:
    """Return what the CRL in *der* is about, whoever signed it; raises `InvalidInputError`."""
    crl = parse(der)
    return CrlContents(display(crl.issuer), len(crl.entries), _dates(crl))


def check(der: bytes, issuer: bytes) -> CrlFacts:
    """Return the facts of the CRL in *der*, issued and signed by the CA certificate *issuer* (DER).

    Its dates and what it covers are the caller's business. Raises:
        InvalidInputError: when it cannot be read, is a delta CRL, has a critical extension that is
            not known, or is not by *issuer*.
    """
    crl = parse(der)
    facts, name = _dates(crl), canonical(crl.issuer)
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


def entry(der: bytes, serial: int) -> Revoked | None:
    """Return the first entry with number *serial* of a CRL (DER); raises `InvalidInputError`."""
    if serial < 0:  # which the library does not look for
        return next((one for one in entries(der) if one.serial_number == serial), None)
    return parse(der).entries.get_revoked_certificate_by_serial_number(serial)


def entries(der: bytes) -> Iterator[Revoked]:
    """Yield the entries of the CRL in *der*; raises `InvalidInputError`."""
    yield from parse(der).entries


def _dates(crl: RevocationList) -> CrlFacts:
    number = None
    with suppress(InvalidInputError):  # one that cannot be read says as little as none
        number = crl.extensions.find(x509.CRLNumber)
    return CrlFacts(
        crl.last_update_utc, crl.next_update_utc, number.crl_number if number is not None else None
    )


def _check_extension(extension: Extension) -> None:
    """Raise `InvalidInputError` when *extension* makes the list one that cannot be used."""
    if extension.oid == _DELTA:
        raise InvalidInputError("the CRL is a delta CRL", hint="import a complete one")
    if extension.critical and extension.oid not in _PROCESSED:
        raise InvalidInputError(
            f"the CRL has the critical extension {extension.oid}, which is not known"
        )
