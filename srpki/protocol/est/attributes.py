"""CSR attributes: what an EST server wants in a request [RFC 7030, 4.5.2; RFC 8951, 3.5; RFC 9908].

What is not recognised is passed over, as RFC 7030 demands. The template of RFC 9908, section 3.4,
takes the place of the older ways to ask for a key or for extensions when it is there. Nothing here
recurses: the depth that is looked at is that of the structures named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.x509 import der as asn1
from srpki.x509 import signatures
from srpki.x509.keys import KeySpec

MAX_OCTETS: Final = 1 << 15
"""Octets of the whole answer, in DER."""
MAX_ITEMS: Final = 64
"""Elements on each level that is looked at."""

CHALLENGE_PASSWORD: Final = "1.2.840.113549.1.9.7"  # noqa: S105 - an identifier, no secret
EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
REQUEST_TEMPLATE: Final = "1.2.840.113549.1.9.16.2.61"
EXTENSION_TEMPLATE: Final = "1.2.840.113549.1.9.16.2.62"

_KEYS: Final = {
    "1.2.840.113549.1.1.1": "rsa",
    "1.2.840.10040.4.1": "dsa",
    "1.2.840.10045.2.1": "ecdsa",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
}
_CURVES: Final = {
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.3.132.0.34": "secp384r1",
    "1.3.132.0.35": "secp521r1",
}
_SET: Final = 0x31
_BOOLEAN: Final = 0x01
_TEMPLATE_KEY: Final = 0xA0
_TEMPLATE_ATTRIBUTES: Final = 0xA1


@dataclass(frozen=True, slots=True)
class WantedExtension:
    """An extension of the request; *value* (DER) is None where it is left to the client."""

    oid: str
    critical: bool
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CsrAttributes:
    """What a server wants; nothing at all when every field is empty.

    *keys* and *signatures* (key type and hash) are alternatives. In *keys* no size and no curve
    mean any. *subject* has the attributes of the name, each by identifier, with its element (DER)
    or None where the value is left to the client. *challenge* asks for proof of identity and proof
    of possession to be linked [RFC 7030, 3.5].
    """

    challenge: bool = False
    keys: tuple[KeySpec, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()
    extensions: tuple[WantedExtension, ...] = ()
    subject: tuple[tuple[str, bytes | None], ...] = ()


NONE: Final = CsrAttributes()
"""The server wants nothing in particular, or does not say."""


def read(der: bytes) -> CsrAttributes:
    """Return what the CsrAttrs in *der* ask for.

    Raises:
        ProtocolError: when they cannot be read, are over-long, or ask for an extension twice.
    """
    if len(der) > MAX_OCTETS:
        raise ProtocolError(f"the CSR attributes are longer than {MAX_OCTETS} octets")
    try:
        outer = asn1.read(der)
        if outer.tag != asn1.SEQUENCE or outer.whole != der:
            raise ProtocolError("the CSR attributes are not a SEQUENCE")
        return _read(outer.content)
    except InvalidInputError as error:
        raise ProtocolError(f"the CSR attributes cannot be read: {error.sentence}") from None


def _read(content: bytes) -> CsrAttributes:
    asked, template = NONE, None
    for element in _items(content):
        oid, values = _attribute(element)
        if oid == REQUEST_TEMPLATE:
            template = _template(_only(values))
        elif oid == CHALLENGE_PASSWORD:
            asked = replace(asked, challenge=True)
        elif signature := signatures.kind_and_hash(oid):
            asked = replace(asked, signatures=(*asked.signatures, signature))
        elif oid in _KEYS:
            asked = replace(asked, keys=(*asked.keys, _key(oid, values)))
        elif oid in (EXTENSION_REQUEST, EXTENSION_TEMPLATE):
            asked = replace(asked, extensions=(*asked.extensions, *_extensions(values)))
    if template is not None:
        asked = replace(
            asked,
            challenge=asked.challenge or template.challenge,
            keys=template.keys,
            extensions=template.extensions,
            subject=template.subject,
        )
    found = [extension.oid for extension in asked.extensions]
    if len(set(found)) < len(found):
        raise ProtocolError("the CSR attributes ask for an extension twice")
    return asked


def _template(template: asn1.Element) -> CsrAttributes:
    """Return what a CertificationRequestInfoTemplate asks for [RFC 9908, 3.4]."""
    parts = _items(_checked(template, asn1.SEQUENCE))
    if _checked(next(parts, None), asn1.INTEGER) != b"\x00":
        raise ProtocolError("the template for requests is of a version that is not known")
    asked = NONE
    for part in parts:
        if part.tag == asn1.SEQUENCE:
            asked = replace(asked, subject=tuple(_subject(part.content)))
        elif part.tag == _TEMPLATE_KEY:
            asked = replace(asked, keys=(_template_key(part.content),))
        elif part.tag == _TEMPLATE_ATTRIBUTES:
            for oid, values in map(_attribute, _items(part.content)):
                if oid == CHALLENGE_PASSWORD:
                    asked = replace(asked, challenge=True)
                elif oid in (EXTENSION_REQUEST, EXTENSION_TEMPLATE):
                    asked = replace(asked, extensions=(*asked.extensions, *_extensions(values)))
    return asked


def _subject(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield the attributes of a NameTemplate."""
    for group in _items(content):
        for single in _items(_checked(group, _SET)):
            oid, value = _typed(single)
            yield oid, value[0].whole if value else None


def _template_key(content: bytes) -> KeySpec:
    """Return the key of a SubjectPublicKeyInfoTemplate; a placeholder tells the size of RSA."""
    parts = _items(content)
    spec = _key(*_typed(next(parts, None)))
    placeholder = next(parts, None)
    if spec.kind == "rsa" and placeholder is not None:
        bits = _checked(placeholder, asn1.BIT_STRING)
        modulus = _checked(
            next(_items(_checked(asn1.read(bits, 1), asn1.SEQUENCE)), None), asn1.INTEGER
        )
        spec = KeySpec("rsa", size=int.from_bytes(modulus, "big").bit_length())
    return spec


def _key(oid: str, values: list[asn1.Element]) -> KeySpec:
    kind = _KEYS.get(oid, oid)
    if kind == "rsa" and values and values[0].tag == asn1.INTEGER:
        return KeySpec(kind, size=min(int.from_bytes(values[0].content, "big"), 1 << 20))
    if kind == "ecdsa" and values and values[0].tag == asn1.OBJECT_IDENTIFIER:
        curve = _oid(values[0])
        return KeySpec(kind, curve=_CURVES.get(curve, curve))
    return KeySpec(kind)


def _extensions(values: list[asn1.Element]) -> Iterator[WantedExtension]:
    """Yield the extensions that an attribute asks for.

    RFC 7030, 4.5.2, shows bare identifiers where RFC 9908, 3.2, has extensions: each leaves the
    value to the client.
    """
    for value in values:
        if value.tag == asn1.OBJECT_IDENTIFIER:
            yield WantedExtension(_oid(value), critical=False, value=None)
            continue
        for extension in _items(_checked(value, asn1.SEQUENCE)):
            if extension.tag == asn1.OBJECT_IDENTIFIER:
                yield WantedExtension(_oid(extension), critical=False, value=None)
                continue
            oid, rest = _typed(extension)
            critical = bool(rest) and rest[0].tag == _BOOLEAN and rest[0].content != b"\x00"
            octets = [part.content for part in rest if part.tag == asn1.OCTET_STRING]
            # An empty value is no value either: no extension has one.
            yield WantedExtension(oid, critical, (octets[0] or None) if octets else None)


def _attribute(element: asn1.Element) -> tuple[str, list[asn1.Element]]:
    """Return type and values of an AttrOrOID."""
    if element.tag == asn1.OBJECT_IDENTIFIER:
        return _oid(element), []
    oid, rest = _typed(element)
    return oid, list(_items(_checked(rest[0], _SET))) if rest else []


def _typed(element: asn1.Element | None) -> tuple[str, list[asn1.Element]]:
    """Return the identifier at the head of a SEQUENCE, and what follows it."""
    parts = _items(_checked(element, asn1.SEQUENCE))
    return _oid(next(parts, None)), list(parts)


def _items(content: bytes) -> Iterator[asn1.Element]:
    for count, element in enumerate(asn1.elements(content)):
        if count == MAX_ITEMS:
            raise ProtocolError(f"the CSR attributes have more than {MAX_ITEMS} elements in a row")
        yield element


def _only(values: list[asn1.Element]) -> asn1.Element:
    if len(values) != 1:
        raise ProtocolError("the template for requests does not come once")
    return values[0]


def _checked(element: asn1.Element | None, tag: int) -> bytes:
    """Return the content of *element*, which must have *tag*."""
    if element is None or element.tag != tag:
        raise ProtocolError("the CSR attributes are not what RFC 7030 and RFC 9908 say")
    return element.content


def _oid(element: asn1.Element | None) -> str:
    content = _checked(element, asn1.OBJECT_IDENTIFIER)
    dotted = asn1.decode_oid(content)
    try:
        x509.ObjectIdentifier(dotted)  # the library sets bounds of its own
    except ValueError:
        dotted = ""
    if not dotted or asn1.encode_oid(dotted)[2:] != content:
        raise ProtocolError("the CSR attributes have an object identifier that is none")
    return dotted
