"""Certification requests: PKCS#10 [RFC 2986], made and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.asn1 import BitString, SetOf
from cryptography.x509.oid import AttributeOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import names, signatures, structures
from srpki.x509.certificates import UNREADABLE
from srpki.x509.forms import Extensions, Request
from srpki.x509.keys import PrivateKey, PublicKey, sign, spki

MAX_OCTETS: Final = 1 << 16
"""Octets of one request."""
_KEPT: Final = 16
_EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
_CHALLENGE_PASSWORD: Final = AttributeOID.CHALLENGE_PASSWORD.dotted_string


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
    asked = list(extensions)
    if san is not None:  # critical without a subject [RFC 5280, 4.2.1.6]
        asked.insert(0, Extension(san.oid.dotted_string, not list(subject), san.public_bytes()))
    attributes = []
    if asked:
        attributes.append(_attribute(_EXTENSION_REQUEST, _extensions(asked)))
    if challenge:
        attributes.append(_attribute(_CHALLENGE_PASSWORD, structures.encode(challenge)))
    name = names.with_printable(subject) if printable else subject
    info = structures.CertificationRequestInfo(
        version=0,
        subject=structures.tlv(name.public_bytes()),
        public_key=structures.tlv(spki(key)),
        attributes=SetOf(attributes),
    )
    content = structures.encode(info)
    return structures.encode(
        structures.CertificationRequest(
            content=structures.tlv(content),
            algorithm=structures.tlv(identifier),
            signature=BitString(sign(key, content, hash_name), 0),
        )
    )


def _attribute(oid: str, value: bytes) -> structures.Attribute:
    return structures.Attribute(
        type=x509.ObjectIdentifier(oid), values=SetOf([structures.tlv(value)])
    )


def _extensions(asked: Sequence[Extension]) -> bytes:
    if len({one.oid for one in asked}) != len(asked):
        raise InvalidInputError("an extension is asked for twice")
    return structures.extensions(
        structures.Extension(
            oid=x509.ObjectIdentifier(one.oid), critical=one.critical or None, value=one.value
        )
        for one in asked
    )


@lru_cache(maxsize=_KEPT)
def parse(der: bytes) -> Request:
    """Return the request in *der*, whoever signed it: as the library, else as `lenient` reads it.

    Raises:
        InvalidInputError: when it is none, is over-long, a field or a critical extension cannot be
            read, or an extension is there twice; names what it is.
    """
    if len(der) > MAX_OCTETS:
        raise InvalidInputError("the certification request is too long")
    found = _strict(der)
    if found is None:
        from srpki.x509.lenient import request  # noqa: PLC0415 - start-up time

        found = request.read(der)
    return found


def _strict(der: bytes) -> Request | None:
    """Return the request in *der* as the library reads it, None when it does not like it."""
    try:
        read = x509.load_der_x509_csr(der)
        _, subject = asn1.parts(asn1.read(der).content, 2)  # the version comes first
        return Request(
            subject=names.strict_name(subject),
            signature_algorithm_oid=read.signature_algorithm_oid,
            signature=read.signature,
            extensions=Extensions(list(read.extensions), "certification request"),
            challenge=_challenge(read),
            load_key=read.public_key,
        )
    except UNREADABLE:
        return None


def check(der: bytes, *, own: bool = False) -> CertificationRequest:
    """Return what the request in *der* asks for, its signature verified.

    One of our *own* may be signed over any hash that ``hash-algorithm`` has.

    Raises:
        NotSignedError: when the signature is not by its own key, or is too weak to prove it.
        InvalidInputError: when it cannot be read.
    """
    request = parse(der)
    san = request.extensions.find(x509.SubjectAlternativeName)
    request.extensions.find(x509.BasicConstraints)  # what `asks_for_ca` asks can be told
    try:
        public_key = request.public_key()
    except UNREADABLE:
        raise InvalidInputError("the certification request's key cannot be read") from None
    parts = signatures.signed_parts(der)
    try:
        good = signatures.verify(
            public_key, parts.algorithm, parts.signature, parts.content, weak=own
        )
    except InvalidInputError as error:
        raise NotSignedError(error.sentence) from None
    if not good:
        raise NotSignedError("the certification request is not signed by its own key")
    return CertificationRequest(
        request.subject,
        san,
        public_key,
        spki(public_key),
        request.challenge,
        signatures.hash_of(parts.algorithm),
    )


def asks_for_ca(der: bytes) -> bool:
    """Say whether a request (DER) that `check` has passed is for a CA certificate."""
    constraints = parse(der).extensions.find(x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _challenge(request: x509.CertificateSigningRequest) -> str:
    try:
        attribute = request.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD)
    except x509.AttributeNotFound:
        return ""
    return attribute.value.decode("utf-8", "replace")
