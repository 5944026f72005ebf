"""A certificate, field by field [RFC 5280, 4.1]."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import Certificate
from srpki.x509.lenient import asn1, extensions
from srpki.x509.lenient.fields import Fields

_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_UNIQUE_IDS: Final = (0x81, 0x82)  # RFC 5280, 4.1.2.8


def read(octets: bytes) -> Certificate:
    """Return the certificate in *octets*, which the strict reader has refused.

    Raises:
        InvalidInputError: when a field that every certificate needs, or a critical extension,
            cannot be read, or an extension is there twice; names it and says what is wrong.
    """
    fields = Fields("certificate")
    content, outer, signature = fields.signed(octets)
    version = _version(fields, content)
    if len(content) < 6:
        raise InvalidInputError("the certificate cannot be read: it lacks fields")
    number, inner, issuer, validity, subject, key, *rest = content
    serial = fields.read("serialNumber", asn1.integer, number)
    fields.note("serialNumber", odd=serial <= 0)
    algorithm = fields.algorithm("signature", inner)
    fields.algorithm("signature", outer)
    issued_by = fields.name("issuer", issuer)
    begins, ends = fields.read("validity", _pair, validity)
    subject_name = fields.name("subject", subject)
    load_key = partial(_public_key, key.whole)
    fields.note("subjectPublicKeyInfo", odd=not _loads(load_key))
    return Certificate(
        octets=octets,
        version=version,
        serial_number=serial,
        signature_algorithm_oid=algorithm,
        issuer=issued_by,
        not_valid_before_utc=fields.time("validity", begins),
        not_valid_after_utc=fields.time("validity", ends),
        subject=subject_name,
        signature=signature,
        load_key=load_key,
        extensions=fields.extensions(_list(fields, rest), extensions.strict_in_certificate),
        not_der=tuple(fields.odd) or ("encoding",),
    )


def _version(fields: Fields, content: list[Element]) -> int:
    """Return the version, 1 where it is left out, and take it from *content*."""
    if not content or content[0].tag != _VERSION:
        return 1
    number = fields.read("version", asn1.single, content.pop(0).content, tlv.INTEGER)
    version = fields.read("version", asn1.integer, number) + 1
    if version not in (1, 2, 3):
        raise InvalidInputError(f"the certificate's version is {version}, not 3")
    fields.note("version", odd=version != 3)
    return version


def _pair(element: Element) -> tuple[Element, Element]:
    begins, ends = asn1.parts(element)
    return begins, ends


def _list(fields: Fields, rest: list[Element]) -> list[Element]:
    """Return the elements of the extensions in *rest*, what follows the public key."""
    *_, found = fields.read("extensions", asn1.optional, rest, *_UNIQUE_IDS, _EXTENSIONS)
    if found is None:
        return []
    return fields.read("extensions", lambda: asn1.parts(asn1.single(found.content)))


def _public_key(octets: bytes) -> CertificatePublicKeyTypes:
    return serialization.load_der_public_key(octets)  # type: ignore[return-value]


def _loads(load: Callable[[], CertificatePublicKeyTypes]) -> bool:
    """Say whether the key can be loaded; that the library lacks its type says nothing of it."""
    try:
        load()
    except UnsupportedAlgorithm:
        return True
    except ValueError:
        return False
    return True
