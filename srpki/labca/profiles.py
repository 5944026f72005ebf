"""What each kind of certificate of the lab CA has in it [RFC 5280, RFC 9480, RFC 7030].

Pure functions: subject, keys, serial number and dates in, certificate out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

from srpki.labca.grants import Granted, granted
from srpki.x509 import certifying, keys

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


@dataclass(frozen=True)
class Issuer:
    """Who signs: name and key."""

    name: x509.Name
    key: keys.PrivateKey

    @cached_property
    def octets(self) -> bytes:
        """The name (DER)."""
        return self.name.public_bytes()

    @cached_property
    def key_identifier(self) -> bytes:
        """The authorityKeyIdentifier of what it signs, an Extension (DER)."""
        identifier = certifying.key_identifier(keys.spki(self.key))
        value = x509.AuthorityKeyIdentifier(identifier, None, None)
        return certifying.extension(value, critical=False)


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
    constraints = x509.BasicConstraints(ca=True, path_length=path)
    extensions = (
        certifying.extension(constraints, critical=True),
        _usage(("digital_signature", "key_cert_sign", "crl_sign"), critical=True),
    )
    return _signed(subject, issuer, serial, (begin, WIDE_END), extensions)


def cmp_signer(subject: Subject, issuer: Issuer, serial: int) -> bytes:
    """Return the certificate (DER) that protects CMP answers [RFC 9483, section 1.5]."""
    extensions = (
        _leaf(critical=True),
        _usage(("digital_signature",), critical=True),
        _purposes((CMC_CA, CM_KGA), critical=False),
    )
    return _signed(subject, issuer, serial, (WIDE_START, WIDE_END), extensions)


def tls_server(subject: Subject, issuer: Issuer, serial: int) -> bytes:
    """Return the EST server's certificate (DER) for this machine.

    It has id-kp-cmcRA, which EST clients look for [RFC 7030, section 3.6.1].
    """
    local = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    )
    extensions = (
        _leaf(critical=True),
        certifying.extension(local, critical=False),
        _usage(granted(subject.name, subject.public_key, ()).usages, critical=True),
        _purposes((ExtendedKeyUsageOID.SERVER_AUTH, CMC_RA), critical=False),
    )
    return _signed(subject, issuer, serial, (WIDE_START, WIDE_END), extensions)


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

    extensions = [
        _leaf(critical=critical(x509.BasicConstraints)),
        _usage(grant.usages, critical=critical(x509.KeyUsage)),
        _purposes(grant.purposes, critical=critical(x509.ExtendedKeyUsage)),
    ]
    if grant.alternative is not None:
        san = critical(x509.SubjectAlternativeName)
        extensions.append(certifying.extension(grant.alternative, critical=san))
    if locations is not None:
        extensions += _located(locations)
    extensions += [certifying.extension(one.value, critical=one.critical) for one in added]
    return _signed(subject, issuer, serial, life, extensions)


@lru_cache(maxsize=8)
def _located(locations: Locations) -> tuple[bytes, bytes]:
    place = [x509.UniformResourceIdentifier(locations.crl)]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(locations.ocsp)
    )
    return (
        certifying.extension(points, critical=False),
        certifying.extension(x509.AuthorityInformationAccess([access]), critical=False),
    )


@lru_cache(maxsize=2)
def _leaf(*, critical: bool) -> bytes:
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    return certifying.extension(constraints, critical=critical)


@lru_cache(maxsize=32)
def _usage(usages: tuple[str, ...], *, critical: bool) -> bytes:
    usage = x509.KeyUsage(**{name: name in usages for name in _USAGES})
    return certifying.extension(usage, critical=critical)


@lru_cache(maxsize=32)
def _purposes(purposes: tuple[x509.ObjectIdentifier, ...], *, critical: bool) -> bytes:
    return certifying.extension(x509.ExtendedKeyUsage(purposes), critical=critical)


def _signed(
    subject: Subject,
    issuer: Issuer,
    serial: int,
    life: tuple[datetime, datetime],
    extensions: Iterable[bytes],
) -> bytes:
    """Return a certificate of *issuer* with the identifiers of both keys and *extensions*."""
    public_key = keys.spki(subject.public_key)
    identifier = x509.SubjectKeyIdentifier(certifying.key_identifier(public_key))
    begin, end = life
    fields = certifying.Fields(
        serial=serial,
        issuer=issuer.octets,
        begin=begin,
        end=end,
        subject=subject.name.public_bytes(),
        public_key=public_key,
        extensions=(
            certifying.extension(identifier, critical=False),
            issuer.key_identifier,
            *extensions,
        ),
    )
    return certifying.certificate(fields, issuer.key)
