"""A certification request, field by field [RFC 2986, 4]."""

from __future__ import annotations

from functools import partial
from typing import Final

from cryptography.hazmat.primitives.serialization import load_der_public_key

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import Request
from srpki.x509.lenient import asn1, extensions
from srpki.x509.lenient.asn1 import RefusedError
from srpki.x509.lenient.fields import Fields

_CHALLENGE_PASSWORD: Final = "1.2.840.113549.1.9.7"  # noqa: S105 - the name of one
_EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
_ATTRIBUTES: Final = 0xA0


def read(octets: bytes) -> Request:
    """Return the request in *octets*, which the strict reader has refused.

    Raises:
        InvalidInputError: when a field or a critical extension that is asked for cannot be read,
            or an extension is there twice; names it and says what is wrong.
    """
    fields = Fields("certification request")
    content, algorithm, signature = fields.signed(octets)
    if [one.tag for one in content[:3]] != [tlv.INTEGER, tlv.SEQUENCE, tlv.SEQUENCE]:
        raise InvalidInputError("this is not a certification request")
    version, subject, key, *rest = content
    fields.read("version", _version, version)
    (found,) = fields.read("attributes", asn1.optional, rest, _ATTRIBUTES)
    attributes = {} if found is None else fields.read("attributes", _attributes, found)
    wanted = attributes.get(_EXTENSION_REQUEST)
    asked = [] if wanted is None else fields.read("extensionRequest", asn1.parts, wanted)
    challenge = attributes.get(_CHALLENGE_PASSWORD)
    return Request(
        subject=fields.name("subject", subject),
        signature_algorithm_oid=fields.algorithm("signatureAlgorithm", algorithm),
        signature=signature,
        extensions=fields.extensions(asked, extensions.strict_in_certificate),
        challenge="" if challenge is None else fields.read("challengePassword", _text, challenge),
        load_key=partial(load_der_public_key, key.whole),  # type: ignore[arg-type]
        not_der=tuple(fields.odd) or ("encoding",),
    )


def _version(element: Element) -> None:
    if asn1.integer(element):
        raise RefusedError("it is not 0")


def _attributes(element: Element) -> dict[str, Element]:
    """Return the first value of each attribute; raises `RefusedError` for one that is there twice.

    An attribute may have several values, but none of those that count here does.
    """
    found: dict[str, Element] = {}
    for attribute in asn1.elements(element.content):
        oid, values = asn1.parts(attribute)
        name = asn1.oid(oid)
        if name in found:
            raise RefusedError(f"attribute {name} is there twice")
        several = asn1.parts(values, asn1.SET)
        if len(several) == 1:
            found[name] = several[0]
        elif name in {_CHALLENGE_PASSWORD, _EXTENSION_REQUEST}:
            raise RefusedError(f"attribute {name} has {len(several)} values")
    return found


def _text(element: Element) -> str:
    if not asn1.is_string(element.tag):
        raise RefusedError("it is not a string")
    return asn1.text(element.tag, element.content)
