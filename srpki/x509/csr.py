"""Certification requests: PKCS#10 [RFC 2986], made and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AttributeOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import names, signatures
from srpki.x509.certificates import UNREADABLE
from srpki.x509.keys import PrivateKey, PublicKey, sign, spki

MAX_OCTETS: Final = 1 << 16
"""Octets of one request."""


class NotSignedError(InvalidInputError):
    """The signature of a request does not prove possession of its key."""

    code = "not-signed"


@dataclass(frozen=True, slots=True)
class CertificationRequest:
    """A request whose signature holds: the sender has the private key of *public_key*.

    *spki* is its DER, *challenge* the challengePassword or empty, *hash_name* empty for EdDSA.
    """

    subject: x509.Name
    san: x509.SubjectAlternativeName | None
    public_key: PublicKey
    spki: bytes
    challenge: str
    hash_name: str


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension to be asked for; *value* is the DER inside its OCTET STRING."""

    oid: str
    critical: bool
    value: bytes


def build(
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None = None,
    hash_name: str = "sha256",
    *,
    printable: bool = False,
    challenge: str = "",
    extensions: Sequence[Extension] = (),
) -> bytes:
    """Return the request (DER) for *key* with *subject* and *san*, signed over *hash_name*.

    *printable* writes every attribute of the subject as PrintableString; *challenge* becomes the
    challengePassword attribute [RFC 2985, 5.4.1]; *extensions* are asked for beside *san*.

    Raises:
        UsageError: when key and hash do not go together.
        InvalidInputError: when *printable* is asked of other characters.
    """
    identifier = signatures.algorithm(key, hash_name)
    builder = x509.CertificateSigningRequestBuilder(
        names.with_printable(subject) if printable else subject
    )
    if san is not None:
        builder = builder.add_extension(san, critical=not list(subject))  # RFC 5280, 4.2.1.6
    for extension in extensions:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(extension.oid), extension.value),
            critical=extension.critical,
        )
    if challenge:
        builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    # The builder refuses some hashes, so it makes the content and the key signs it here.
    content = builder.sign(key, hashes.SHA256()).tbs_certrequest_bytes
    signature = sign(key, content, hash_name)
    return asn1.encode(
        asn1.SEQUENCE, content, identifier, asn1.encode(asn1.BIT_STRING, b"\x00" + signature)
    )


def check(der: bytes, *, own: bool = False) -> CertificationRequest:
    """Return what the request in *der* asks for, its signature verified.

    One of our *own* may be signed over any hash that ``hash-algorithm`` has.

    Raises:
        NotSignedError: when the signature is not by its own key, or is too weak to prove it.
        InvalidInputError: when it cannot be read.
    """
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the certification request is too long")
    try:
        request = x509.load_der_x509_csr(der)
        subject = request.subject
        public_key = request.public_key()
        san = _san(request)
        challenge = _challenge(request)
    except UNREADABLE:
        raise InvalidInputError("the certification request cannot be read") from None
    parts = signatures.signed_parts(der)
    try:
        good = signatures.verify(
            public_key, parts.algorithm, parts.signature, parts.content, own=own
        )
    except InvalidInputError as error:
        raise NotSignedError(error.sentence) from None
    if not good:
        raise NotSignedError("the certification request is not signed by its own key")
    return CertificationRequest(
        subject,
        san,
        public_key,
        spki(public_key),
        challenge,
        signatures.hash_of(parts.algorithm),
    )


def asks_for_ca(der: bytes) -> bool:
    """Say whether a request (DER) that `check` has passed is for a CA certificate."""
    try:
        constraints = x509.load_der_x509_csr(der).extensions.get_extension_for_class(
            x509.BasicConstraints
        )
    except x509.ExtensionNotFound:
        return False
    return constraints.value.ca


def _san(request: x509.CertificateSigningRequest) -> x509.SubjectAlternativeName | None:
    try:
        return request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _challenge(request: x509.CertificateSigningRequest) -> str:
    try:
        attribute = request.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD)
    except x509.AttributeNotFound:
        return ""
    return attribute.value.decode("utf-8", "replace")
