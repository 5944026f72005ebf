"""What each kind of certificate of the lab CA has in it [RFC 5280, RFC 9480, RFC 7030].

Pure functions: subject, keys, serial number and dates in, certificate out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

from srpki.labca.grants import Granted, granted
from srpki.x509 import keys

# A lab clock may be moved anywhere, and TLS libraries look at their own: what the CA itself
# stands on is good for all of it.
WIDE_START: Final = datetime(2000, 1, 1, tzinfo=UTC)
WIDE_END: Final = datetime(2100, 1, 1, tzinfo=UTC)

CMC_CA: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.27")
CMC_RA: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.28")
CM_KGA: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.32")

_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: name and key."""

    name: x509.Name
    key: keys.PrivateKey


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is certified: name and public key."""

    name: x509.Name
    public_key: CertificatePublicKeyTypes


@dataclass(frozen=True, slots=True)
class Locations:
    """Where the state of certificates is told: URLs of the CRL and of the OCSP responder."""

    crl: str
    ocsp: str


def authority_name(common_name: str) -> x509.Name:
    """Return the name of one of the CA's own certificates."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "srpki lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def certificate_authority(
    subject: Subject, issuer: Issuer, serial: int, path: int, begin: datetime = WIDE_START
) -> bytes:
    """Return a CA certificate (DER) from *begin*; *path* CA certificates may follow it."""
    builder = _builder(subject, issuer, serial, begin, WIDE_END)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path), critical=True)
    return _signed(_usage(builder, ("digital_signature", "key_cert_sign", "crl_sign")), issuer.key)


def cmp_signer(subject: Subject, issuer: Issuer, serial: int) -> bytes:
    """Return the certificate (DER) that protects CMP answers [RFC 9483, section 1.5]."""
    builder = _leaf(_builder(subject, issuer, serial, WIDE_START, WIDE_END))
    builder = _purposes(_usage(builder, ("digital_signature",)), (CMC_CA, CM_KGA))
    return _signed(builder, issuer.key)


def tls_server(subject: Subject, issuer: Issuer, serial: int) -> bytes:
    """Return the EST server's certificate (DER) for this machine.

    It has id-kp-cmcRA, which EST clients look for [RFC 7030, section 3.6.1].
    """
    local = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    )
    builder = _leaf(_builder(subject, issuer, serial, WIDE_START, WIDE_END))
    builder = builder.add_extension(local, critical=False)
    builder = _usage(builder, granted(subject.name, subject.public_key, ()).usages)
    return _signed(_purposes(builder, (ExtendedKeyUsageOID.SERVER_AUTH, CMC_RA)), issuer.key)


def end_entity(
    subject: Subject,
    issuer: Issuer,
    serial: int,
    life: tuple[datetime, datetime],
    grant: Granted,
    *,
    locations: Locations | None,
    added: Iterable[x509.Extension[x509.UnrecognizedExtension]] = (),
) -> bytes:
    """Return a device's certificate (DER) for its *life*, with what *grant* says and *added*."""

    def critical(extension: type[x509.ExtensionType]) -> bool:
        return extension.oid in grant.critical

    builder = _leaf(
        _builder(subject, issuer, serial, *life), critical=critical(x509.BasicConstraints)
    )
    builder = _usage(builder, grant.usages, critical=critical(x509.KeyUsage))
    builder = _purposes(builder, grant.purposes, critical=critical(x509.ExtendedKeyUsage))
    if grant.alternative is not None:
        asked = grant.alternative  # its octets: a form of name may be one that nobody processes
        as_asked = x509.UnrecognizedExtension(asked.oid, asked.public_bytes())
        builder = builder.add_extension(as_asked, critical=critical(x509.SubjectAlternativeName))
    if locations is not None:
        builder = _located(builder, locations)
    for extension in added:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return _signed(builder, issuer.key)


def _located(builder: x509.CertificateBuilder, locations: Locations) -> x509.CertificateBuilder:
    place = [x509.UniformResourceIdentifier(locations.crl)]
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(locations.ocsp)
    )
    points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])
    return builder.add_extension(points, critical=False).add_extension(
        x509.AuthorityInformationAccess([access]), critical=False
    )


def _builder(
    subject: Subject, issuer: Issuer, serial: int, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    public_key = issuer.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(issuer.name)
        .public_key(subject.public_key)
        .serial_number(serial)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(subject.public_key), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), critical=False
        )
    )


def _leaf(builder: x509.CertificateBuilder, *, critical: bool = True) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    return builder.add_extension(constraints, critical=critical)


def _usage(
    builder: x509.CertificateBuilder, usages: Iterable[str], *, critical: bool = True
) -> x509.CertificateBuilder:
    chosen = set(usages)
    return builder.add_extension(
        x509.KeyUsage(**{name: name in chosen for name in _USAGES}), critical=critical
    )


def _purposes(
    builder: x509.CertificateBuilder,
    purposes: Iterable[x509.ObjectIdentifier],
    *,
    critical: bool = False,
) -> x509.CertificateBuilder:
    return builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)


def _signed(builder: x509.CertificateBuilder, key: keys.PrivateKey) -> bytes:
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)
