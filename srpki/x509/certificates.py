"""Certificates as DER: parsed once, their facts as plain values.

DER is what rooms hand to each other; the parsed form and the facts are kept for the certificates
seen last, so looking twice costs nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import names
from srpki.x509.forms import Certificate, Extensions
from srpki.x509.names import AlternativeName, Canonical, parse_dn, parse_name, same_name, san

__all__ = [
    "UNREADABLE",
    "CertificateFacts",
    "facts",
    "parse",
    "parse_dn",
    "parse_name",
    "public_key",
    "same_alternative_names",
    "same_name",
    "same_subject",
    "san",
    "san_of",
]

MAX_OCTETS: Final = 1 << 16
"""Octets of one certificate; the largest in use have a tenth of it."""
_MAX_SERIAL_OCTETS: Final = 32  # the RFC has 20; thousands could not even be printed in decimal
_KEPT: Final = 1024

UNREADABLE: Final = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises, often as late as a field is looked at, for what a peer has made up."""

_USAGES: Final = (
    ("digital_signature", "digitalSignature"),
    ("content_commitment", "nonRepudiation"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate says, as values that compare.

    Times are aware UTC; *subject* and *issuer* are cut to fit a sentence; *fingerprint* is SHA-256
    in lower-case hex. What an extension says is read when it is asked for, and raises
    `InvalidInputError`, which names it, when it is there but cannot be read.
    """

    subject: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    public_key: str
    fingerprint: str
    version: int
    signature_algorithm: str
    canonical_subject: Canonical
    canonical_issuer: Canonical
    extensions: Extensions = field(repr=False, compare=False)

    @cached_property
    def san(self) -> tuple[AlternativeName, ...]:
        """The subjectAltName as sorted (kind, value) pairs."""
        return names.alternative_names(self.extensions.find(x509.SubjectAlternativeName))

    @cached_property
    def is_ca(self) -> bool:
        """Whether basicConstraints say so."""
        constraints = self.extensions.find(x509.BasicConstraints)
        return constraints is not None and constraints.ca

    @cached_property
    def path_length(self) -> int | None:
        """The most CA certificates below this one; None without limit."""
        constraints = self.extensions.find(x509.BasicConstraints)
        return constraints.path_length if constraints is not None else None

    @cached_property
    def key_usage(self) -> tuple[str, ...] | None:
        """The keyUsage; None when the extension is absent."""
        return _usages(self.extensions.find(x509.KeyUsage))

    @cached_property
    def extended_key_usage(self) -> tuple[str, ...]:
        """The purposes as dotted identifiers; none when the extension is absent."""
        found = self.extensions.find(x509.ExtendedKeyUsage)
        return tuple(usage.dotted_string for usage in found or ())

    @cached_property
    def critical_extensions(self) -> tuple[str, ...]:
        """The critical extensions as dotted identifiers."""
        return tuple(one.oid.dotted_string for one in self.extensions if one.critical)

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        """The identifier of the key; None also when it cannot be read: nothing rests on it."""
        return subject_key_identifier(self)

    @cached_property
    def authority_key_identifier(self) -> bytes | None:
        """The identifier of the issuer's key; None as for `subject_key_identifier`."""
        with suppress(InvalidInputError):
            found = self.extensions.find(x509.AuthorityKeyIdentifier)
            return found.key_identifier if found is not None else None
        return None


@lru_cache(maxsize=_KEPT)
def parse(der: bytes) -> Certificate:
    """Return the certificate in *der*: as the library reads it, else as `lenient` does.

    Raises:
        InvalidInputError: when it is not one certificate, is over-long, a field or a critical
            extension cannot be read, or an extension is there twice; names what it is.
    """
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the certificate is too long")
    serial = _serial_content(der)
    if len(serial) > _MAX_SERIAL_OCTETS:
        raise InvalidInputError("the certificate's serial number is too long")
    positive = serial[:1] < b"\x80" and any(serial)  # RFC 5280, 4.1.2.2
    found = _strict(der) if positive else None
    if found is None:
        from srpki.x509.lenient import certificate  # noqa: PLC0415 - start-up time

        found = certificate.read(der)
    return found


def _strict(der: bytes) -> Certificate | None:
    """Return the certificate in *der* as the library reads it, None when it does not like it."""
    try:
        found = x509.load_der_x509_certificate(der)
        fields = asn1.parts(asn1.read(der).content)
        if fields[0][0] != asn1.INTEGER:  # the version
            del fields[0]
        return Certificate(
            octets=der,
            version=found.version.value + 1,
            serial_number=found.serial_number,
            signature_algorithm_oid=found.signature_algorithm_oid,
            issuer=names.strict_name(fields[2]),
            not_valid_before_utc=found.not_valid_before_utc,
            not_valid_after_utc=found.not_valid_after_utc,
            subject=names.strict_name(fields[4]),
            extensions=Extensions(list(found.extensions), "certificate"),
            signature=found.signature,
            load_key=found.public_key,
        )
    except UNREADABLE:
        return None


def _serial_content(der: bytes) -> bytes:
    try:
        for field in asn1.parts(asn1.read(der).content, 2):
            if field[0] == asn1.INTEGER:
                return asn1.read(field).content
            if field[0] != 0xA0:  # the version
                break
    except InvalidInputError as error:
        raise InvalidInputError(f"the certificate cannot be read: {error.sentence}") from None
    raise InvalidInputError("this is not a certificate")


def public_key(der: bytes) -> CertificatePublicKeyTypes:
    """Return the public key of the certificate in *der*; raises `InvalidInputError`."""
    try:
        return parse(der).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidInputError("the certificate's public key cannot be read") from None


@lru_cache(maxsize=_KEPT)
def facts(der: bytes) -> CertificateFacts:
    """Return the facts of the certificate in *der*.

    Raises:
        InvalidInputError: when it or its public key cannot be read.
    """
    certificate = parse(der)
    return CertificateFacts(
        subject=names.brief(certificate.subject),
        issuer=names.brief(certificate.issuer),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        public_key=describe_public(public_key(der)),
        fingerprint=hashlib.sha256(der).hexdigest(),
        version=certificate.version,
        signature_algorithm=certificate.signature_algorithm_oid.dotted_string,
        canonical_subject=names.canonical(certificate.subject),
        canonical_issuer=names.canonical(certificate.issuer),
        extensions=certificate.extensions,
    )


def subject_key_identifier(certificate: Certificate | CertificateFacts) -> bytes | None:
    """Return the identifier of the key; None also when it cannot be read: nothing rests on it."""
    with suppress(InvalidInputError):
        found = certificate.extensions.find(x509.SubjectKeyIdentifier)
        return found.digest if found is not None else None
    return None


def _usages(extension: x509.KeyUsage | None) -> tuple[str, ...] | None:
    if extension is None:
        return None
    usages = [name for attribute, name in _USAGES if getattr(extension, attribute)]
    if extension.key_agreement:
        usages += ["encipherOnly"] * extension.encipher_only
        usages += ["decipherOnly"] * extension.decipher_only
    return tuple(usages)


def describe_public(key: CertificatePublicKeyTypes) -> str:
    """Return type and size of *key*, as ``RSA 2048`` or ``ECDSA secp256r1``."""
    match key:
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size}"
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"ECDSA {key.curve.name}"
        case _:
            return type(key).__name__.removesuffix("PublicKey")


def san_of(der: bytes) -> x509.SubjectAlternativeName | None:
    """Return the subjectAltName of the certificate in *der*; raises `InvalidInputError`."""
    return parse(der).extensions.find(x509.SubjectAlternativeName)


def common_names(der: bytes) -> tuple[str, ...]:
    """Return the common names of the subject of *der*; raises `InvalidInputError`."""
    found = parse(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return tuple(one.value for one in found if isinstance(one.value, str))


def ocsp_urls(der: bytes) -> tuple[str, ...]:
    """Return the http URLs of OCSP responders that the certificate in *der* names.

    [RFC 5280, 4.2.2.1].
    """
    access = None
    with suppress(InvalidInputError):  # one that cannot be read names nobody
        access = parse(der).extensions.find(x509.AuthorityInformationAccess)
    return tuple(
        one.access_location.value
        for one in access or ()
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
        and one.access_location.value.lower().startswith("http://")
    )


def same_subject(one: bytes, other: bytes) -> bool:
    """Say whether two certificates (DER) have the same subject by RFC 5280, 7.1."""
    return facts(one).canonical_subject == facts(other).canonical_subject


def same_alternative_names(one: bytes, other: bytes) -> bool:
    """Say whether two certificates (DER) have the same subjectAltName, in whatever order."""
    return facts(one).san == facts(other).san
