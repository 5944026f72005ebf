"""The lab CA's CRL [RFC 5280, 5]: pure, from what is revoked to octets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.labca.profiles import Issuer
from srpki.labca.store import Issued


def crl(
    issuer: Issuer, revoked: Iterable[Issued], this_update: datetime, next_update: datetime
) -> bytes:
    """Return the CRL (DER) of *issuer*; its number is the second of *this_update*."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(this_update)
        .next_update(next_update)
        .add_extension(x509.CRLNumber(int(this_update.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    for record in revoked:
        if record.serial < 1:  # a fault's; the library lists none
            continue
        builder = builder.add_revoked_certificate(_entry(record, this_update))
    return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)


def flag(reason: str) -> x509.ReasonFlags | None:
    """Return the library's form of a CRLReason name; unspecified is not said [5280, 5.3.1]."""
    return x509.ReasonFlags(reason) if reason not in ("", "unspecified") else None


def _entry(record: Issued, this_update: datetime) -> x509.RevokedCertificate:
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(record.serial)
        .revocation_date(record.revoked_at or this_update)
    )
    reason = flag(record.reason)
    if reason is not None:
        entry = entry.add_extension(x509.CRLReason(reason), critical=False)
    return entry.build()
