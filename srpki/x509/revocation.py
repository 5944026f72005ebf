"""Whether a certificate is revoked, by the CRLs at hand [RFC 5280, 6.3.3].

A list tells of the certificates in its scope alone, and of the reasons that it covers; lists that
cover a part each make a whole together. What they leave open is *unknown*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cryptography import x509
from cryptography.x509.oid import CRLEntryExtensionOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import crl, distribution_points
from srpki.x509.certificates import CertificateFacts, facts
from srpki.x509.distribution_points import ALL_REASONS, Point, Reasons, Scope

_KEPT: Final = 16
_SUSPECT: Final = re.compile(rb"\x01\x01[^\x00]\x04|\x06\x03\x55\x1d\x1d", re.DOTALL)
"""Stands in every critical extension (TRUE before an OCTET STRING) and in certificateIssuer."""
_PROCESSED: Final = (x509.CRLReason, x509.InvalidityDate)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of a certificate; *reason* says why that is nothing."""

    status: Literal["good", "revoked", "unknown"]
    reason: str = ""


def by_crls(certificate: bytes, lists: Iterable[bytes]) -> Finding:
    """Return what *lists* (DER), each of them checked and of its issuer, say of *certificate*.

    Raises `InvalidInputError` when the certificate cannot be read.
    """
    said = facts(certificate)
    reason, told = "the CA has no CRL that is valid", Reasons()
    try:
        points = distribution_points.points_of(certificate)
    except InvalidInputError as error:
        return Finding("unknown", error.sentence)
    for der in lists:
        try:
            scope = distribution_points.scope_of(der, said.canonical_issuer)
            covered = _covered(said, points, scope)
            if is_listed(der, said.serial):
                return Finding("revoked")
        except InvalidInputError as error:
            reason = error.sentence
            continue
        told |= covered
        reason = "the CRL covers some reasons for revocation only"
    return Finding("good") if told == ALL_REASONS else Finding("unknown", reason)


def _covered(said: CertificateFacts, points: Iterable[Point], scope: Scope) -> Reasons:
    """Return the reasons for which a list with *scope* tells of a certificate at *points*.

    Raises `InvalidInputError` when it does not tell of it at all.
    """
    if scope.attribute_certificates:
        raise InvalidInputError("the CRL covers attribute certificates only")
    if scope.user_certificates and said.is_ca:
        raise InvalidInputError("the CRL covers end-entity certificates only")
    if scope.ca_certificates and not said.is_ca:
        raise InvalidInputError("the CRL covers CA certificates only")
    covered = [distribution_points.covered(scope, point, said.canonical_issuer) for point in points]
    if not any(covered):
        raise InvalidInputError("the CRL is that of another distribution point")
    return Reasons().union(*covered)


def is_listed(der: bytes, serial: int) -> bool:
    """Say whether the CRL in *der* revokes the certificate with number *serial* of its issuer.

    A certificate on hold is revoked; one that was taken off the list is not [RFC 5280, 5.3.1].
    With an entry that is not understood the list still tells who is revoked, but no longer who is
    not [X.509, 7.3]; where entries are of other issuers, it tells nothing.

    Raises:
        InvalidInputError: when the list cannot tell, or cannot be read.
    """
    unknown = _not_understood(der)
    entry = crl.entry(der, serial)
    if entry is None or unknown is None or serial in unknown:
        if unknown or unknown is None:
            raise InvalidInputError("the CRL has an entry that is not understood")
        return False
    reasons = (one.value for one in entry.extensions)
    return not any(
        isinstance(one, x509.CRLReason) and one.reason is x509.ReasonFlags.remove_from_crl
        for one in reasons
    )


@lru_cache(maxsize=_KEPT)
def _not_understood(der: bytes) -> frozenset[int] | None:
    """Return the numbers in entries of *der* that are not understood, None where issuers differ.

    A list can have hundreds of thousands of entries, few of which have what is looked for here.
    """
    if not _SUSPECT.search(der):
        return frozenset()
    found: set[int] = set()
    for entry in crl.entries(der):
        for extension in entry.extensions:
            if extension.oid == CRLEntryExtensionOID.CERTIFICATE_ISSUER:  # readable or not
                return None
            if extension.critical and not isinstance(extension.value, _PROCESSED):
                found.add(entry.serial_number)
    return frozenset(found)
