"""Certificates as DER: parsed once, their facts as plain values.

DER is what rooms hand to each other; the parsed form and the facts are kept for the certificates
seen last, so looking twice costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import names
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
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says, as values that compare.

    Times are aware UTC; *subject* and *issuer* are cut to fit a sentence; *san* is sorted (kind,
    value) pairs; *path_length* is None without limit; *key_usage* is None when the extension is
    absent; *extended_key_usage* and *critical_extensions* are dotted identifiers; *fingerprint* is
    SHA-256 in lower-case hex.
    """

    subject: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    san: tuple[AlternativeName, ...]
    is_ca: bool
    path_length: int | None
    key_usage: tuple[str, ...] | None
    extended_key_usage: tuple[str, ...]
    public_key: str
    fingerprint: str
    version: int
    signature_algorithm: str
    critical_extensions: tuple[str, ...]
    subject_key_identifier: bytes | None
    authority_key_identifier: bytes | None
    canonical_subject: Canonical
    canonical_issuer: Canonical


@lru_cache(maxsize=_KEPT)
def parse(der: bytes) -> x509.Certificate:
    """Return the certificate in *der*.

    Raises:
        InvalidInputError: when it is not one certificate, is over-long, or its serial number is
            not positive or longer than any in use [RFC 5280, 4.1.2.2].
    """
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the certificate is too long")
    serial = _serial_content(der)
    if serial[:1] >= b"\x80" or not any(serial):
        raise InvalidInputError("the certificate's serial number is not positive")
    if len(serial) > _MAX_SERIAL_OCTETS:
        raise InvalidInputError("the certificate's serial number is too long")
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, TypeError, x509.InvalidVersion):
        raise InvalidInputError("the certificate cannot be read", hint="is it damaged?") from None


def _serial_content(der: bytes) -> bytes:
    try:
        for element in asn1.elements(asn1.read(asn1.read(der).content).content):
            if element.tag == asn1.INTEGER:
                return element.content
            if element.tag != 0xA0:  # the version
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
        InvalidInputError: when it, or a name or extension of it, cannot be read.
    """
    certificate = parse(der)
    key = describe_public(public_key(der))
    try:
        return _facts(certificate, key)
    except x509.DuplicateExtension:
        raise InvalidInputError("the certificate has an extension twice") from None
    except UNREADABLE:
        raise InvalidInputError(
            "the certificate has fields that cannot be read", hint="is it damaged?"
        ) from None


def _facts(certificate: x509.Certificate, key: str) -> CertificateFacts:
    constraints = _extension(certificate, x509.BasicConstraints)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    subject_key = _extension(certificate, x509.SubjectKeyIdentifier)
    authority_key = _extension(certificate, x509.AuthorityKeyIdentifier)
    return CertificateFacts(
        subject=names.brief(certificate.subject),
        issuer=names.brief(certificate.issuer),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        san=names.alternative_names(_extension(certificate, x509.SubjectAlternativeName)),
        is_ca=constraints is not None and constraints.ca,
        path_length=constraints.path_length if constraints is not None else None,
        key_usage=_usages(_extension(certificate, x509.KeyUsage)),
        extended_key_usage=tuple(usage.dotted_string for usage in extended or ()),
        public_key=key,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        version=certificate.version.value + 1,
        signature_algorithm=certificate.signature_algorithm_oid.dotted_string,
        critical_extensions=tuple(
            extension.oid.dotted_string
            for extension in certificate.extensions
            if extension.critical
        ),
        subject_key_identifier=subject_key.digest if subject_key is not None else None,
        authority_key_identifier=(
            authority_key.key_identifier if authority_key is not None else None
        ),
        canonical_subject=names.canonical(certificate.subject),
        canonical_issuer=names.canonical(certificate.issuer),
    )


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
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
    facts(der)  # proves that the extensions can be read
    return _extension(parse(der), x509.SubjectAlternativeName)


def ocsp_urls(der: bytes) -> tuple[str, ...]:
    """Return the http URLs of OCSP responders that the certificate in *der* names.

    [RFC 5280, 4.2.2.1]; raises `InvalidInputError`.
    """
    facts(der)  # proves that the extensions can be read
    access = _extension(parse(der), x509.AuthorityInformationAccess)
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
