"""CSR attributes: what an EST server wants in a request [RFC 7030, 4.5.2; RFC 8951, 3.5; RFC 9908].

What is not recognised is passed over, as RFC 7030 demands. The template of RFC 9908, section 3.4,
takes the place of the older ways to ask for a key or for extensions when it is there. Nothing here
recurses: the depth that is looked at is that of the structures named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from cryptography.hazmat.asn1 import TLV

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.x509 import der, signatures, structures
from srpki.x509.keys import KeySpec

T = TypeVar("T")

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
_INTEGER: Final = bytes((der.INTEGER,))
_IDENTIFIER: Final = bytes((der.OBJECT_IDENTIFIER,))
_WHAT: Final = "what is asked for is"


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


def read(octets: bytes) -> CsrAttributes:
    """Return what the CsrAttrs in *octets* ask for.

    Raises:
        ProtocolError: when they cannot be read, are over-long, or ask for an extension twice.
    """
    if len(octets) > MAX_OCTETS:
        raise ProtocolError(f"the CSR attributes are longer than {MAX_OCTETS} octets")
    try:
        return _read(_items(structures.items(der.normal(octets), _WHAT)))
    except InvalidInputError as error:
        raise ProtocolError(f"the CSR attributes cannot be read: {error.sentence}") from None


def _read(found: list[TLV]) -> CsrAttributes:
    asked, template = NONE, None
    for element in found:
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
    names = [extension.oid for extension in asked.extensions]
    if len(set(names)) < len(names):
        raise ProtocolError("the CSR attributes ask for an extension twice")
    return asked


def _template(template: TLV) -> CsrAttributes:
    """Return what a CertificationRequestInfoTemplate asks for [RFC 9908, 3.4]."""
    found = _parsed(structures.RequestTemplate, template)
    if found.version != 0:
        raise ProtocolError("the template for requests is of a version that is not known")
    asked = replace(
        NONE,
        subject=tuple(_subject(found.subject or [])),
        keys=(_template_key(found.key),) if found.key is not None else (),
    )
    for oid, values in map(_attribute, _items(found.attributes or [])):
        if oid == CHALLENGE_PASSWORD:
            asked = replace(asked, challenge=True)
        elif oid in (EXTENSION_REQUEST, EXTENSION_TEMPLATE):
            asked = replace(asked, extensions=(*asked.extensions, *_extensions(values)))
    return asked


def _subject(groups: list[TLV]) -> Iterator[tuple[str, bytes | None]]:
    """Yield the attributes of a NameTemplate."""
    for group in _items(groups):
        for single in _inner(group, _SET):
            oid, value = _typed(_inner(single))
            yield oid, structures.encode(value[0]) if value else None


def _template_key(found: structures.KeyTemplate) -> KeySpec:
    """Return the key of a SubjectPublicKeyInfoTemplate; a placeholder tells the size of RSA."""
    spec = _key(*_typed(found.algorithm))
    if spec.kind != "rsa" or found.placeholder is None:
        return spec
    numbers = structures.items(der.normal(found.placeholder.as_bytes()), _WHAT)
    if not numbers or numbers[0].tag_bytes != _INTEGER:
        raise ProtocolError("the placeholder of the key is no RSA key")
    return KeySpec("rsa", size=_unsigned(numbers[0]).bit_length())


def _key(oid: str, values: list[TLV]) -> KeySpec:
    kind = _KEYS.get(oid, oid)
    if kind == "rsa" and values and values[0].tag_bytes == _INTEGER:
        return KeySpec(kind, size=min(_unsigned(values[0]), 1 << 20))
    if kind == "ecdsa" and values and values[0].tag_bytes == _IDENTIFIER:
        curve = _oid(values[0])
        return KeySpec(kind, curve=_CURVES.get(curve, curve))
    return KeySpec(kind)


def _extensions(values: list[TLV]) -> Iterator[WantedExtension]:
    """Yield the extensions that an attribute asks for.

    RFC 7030, 4.5.2, shows bare identifiers where RFC 9908, 3.2, has extensions: each leaves the
    value to the client.
    """
    for value in values:
        for one in [value] if value.tag_bytes == _IDENTIFIER else _inner(value):
            if one.tag_bytes == _IDENTIFIER:
                yield WantedExtension(_oid(one), critical=False, value=None)
                continue
            found = _parsed(structures.ExtensionTemplate, one)
            # An empty value is no value either: no extension has one.
            yield WantedExtension(
                found.oid.dotted_string, bool(found.critical), found.value or None
            )


def _attribute(element: TLV) -> tuple[str, list[TLV]]:
    """Return type and values of an AttrOrOID."""
    if element.tag_bytes == _IDENTIFIER:
        return _oid(element), []
    oid, rest = _typed(_inner(element))
    return oid, _inner(rest[0], _SET) if rest else []


def _typed(parts: list[TLV]) -> tuple[str, list[TLV]]:
    """Return the identifier at the head of *parts*, and what follows it."""
    if not parts:
        raise ProtocolError("the CSR attributes have no object identifier where one is due")
    return _oid(parts[0]), parts[1:]


def _inner(element: TLV, tag: int = der.SEQUENCE) -> list[TLV]:
    """Return what stands in *element*, a SEQUENCE or what *tag* is of."""
    return _items(structures.items(structures.encode(element), _WHAT, tag))


def _items(found: list[TLV]) -> list[TLV]:
    if len(found) > MAX_ITEMS:
        raise ProtocolError(f"the CSR attributes have more than {MAX_ITEMS} elements in a row")
    return found


def _only(values: list[TLV]) -> TLV:
    if len(values) != 1:
        raise ProtocolError("the template for requests does not come once")
    return values[0]


def _unsigned(element: TLV) -> int:
    return int.from_bytes(element.data, "big")


def _parsed(kind: type[T], element: TLV) -> T:
    return structures.decode(kind, structures.encode(element), _WHAT)


def _oid(element: TLV) -> str:
    return structures.oid(element, _WHAT)
