"""Names in certificates: read from the command line, compared, shown.

Comparison is that of RFC 5280, 7.1: case and blanks do not count, nor does the string type, so a
CA that writes PrintableString and one that writes UTF8String mean the same subject.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError
from srpki.x509.forms import ReadName, UnsupportedName

Canonical = tuple[frozenset[tuple[str, str | bytes]], ...]
AlternativeName = tuple[str, str]

_TYPEABLE: Final = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
_SHORT: Final = {oid: short for short, oid in _TYPEABLE.items()} | {
    NameOID.LOCALITY_NAME: "L",
    NameOID.USER_ID: "UID",
    NameOID.DOMAIN_COMPONENT: "DC",
    NameOID.EMAIL_ADDRESS: "emailAddress",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.SURNAME: "SN",
    NameOID.GIVEN_NAME: "GN",
    NameOID.TITLE: "title",
    NameOID.STREET_ADDRESS: "street",
    NameOID.POSTAL_CODE: "postalCode",
    NameOID.PSEUDONYM: "pseudonym",
    NameOID.DN_QUALIFIER: "dnQualifier",
    NameOID.GENERATION_QUALIFIER: "generationQualifier",
    NameOID.UNSTRUCTURED_NAME: "unstructuredName",
}
_MAX_DN: Final = 256
_MAX_NAME_OCTETS: Final = 8192
_LONGEST_KEPT: Final = 1024
_BRIEF: Final = 300  # more than what can be typed
_MAX_DOMAINS: Final = 512
_PRINTABLE: Final = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")  # X.680, 41.4
_ESCAPED: Final = frozenset(',+"\\<>;')  # RFC 4514, 2.4
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


NOBODY: Final = x509.Name([])
"""The empty name, of who has alternative names only."""


def parse_dn(text: str, *, printable: bool = False) -> x509.Name:
    r"""Return the name that *text* spells, as ``C=DE,O=Lab\, Inc,CN=x``.

    Attributes are C, ST, O, OU and CN, in the order given; a backslash takes the next character
    as it is; blanks around an attribute do not count [facts: pki.md section 1]. Values are
    UTF8String, the country is PrintableString; with *printable* all are.

    Raises:
        InvalidInputError: when *text* is no such name, says what is wrong.
    """
    if not 1 <= len(text) <= _MAX_DN:
        raise InvalidInputError(
            f"a subject DN has 1 to {_MAX_DN} characters, not {len(text)}", hint="shorten it"
        )
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):
        raise InvalidInputError("a subject DN has no control characters")
    return x509.Name([_attribute(part, printable=printable) for part in _parts(text)])


def _parts(text: str) -> Iterator[list[str]]:
    """Yield the comma separated parts as characters; an escaped one keeps its backslash."""
    part: list[str] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            if not escaped:
                raise InvalidInputError("the subject DN ends in a backslash")
            part.append("\\" + escaped)
        elif character == ",":
            yield part
            part = []
        else:
            part.append(character)
    yield part


def _attribute(part: list[str], *, printable: bool) -> x509.NameAttribute[str]:
    shown = "".join(character[-1] for character in part).strip()
    if "=" not in part:
        raise InvalidInputError(
            f"'{shown}' in the subject DN is not attribute=value", hint="as in C=DE,O=Lab,CN=router"
        )
    equals = part.index("=")
    kind = "".join(part[:equals]).strip().upper()
    if kind not in _TYPEABLE:
        raise InvalidInputError(
            f"'{kind}' is not an attribute of a subject DN", hint=f"use {', '.join(_TYPEABLE)}"
        )
    value = part[equals + 1 :]
    while value and value[0] == " ":
        del value[0]
    while value and value[-1] == " ":
        del value[-1]
    return _typed(kind, "".join(character[-1] for character in value), printable=printable)


def _typed(kind: str, value: str, *, printable: bool) -> x509.NameAttribute[str]:
    if not value:
        raise InvalidInputError(f"attribute {kind} of the subject DN is empty")
    printable = printable or kind == "C"
    if printable and not _PRINTABLE.fullmatch(value):
        raise InvalidInputError(
            f"attribute {kind} has characters that a PrintableString has not",
            hint="use ASCII letters, digits, blanks and '()+,-./:=?",
        )
    encoding = _ASN1Type.PrintableString if printable else _ASN1Type.UTF8String
    try:
        return x509.NameAttribute(_TYPEABLE[kind], value, encoding)
    except ValueError:
        length = "2 letters" if kind == "C" else "at most 64 characters"
        raise InvalidInputError(f"attribute {kind} of the subject DN has {length}") from None


def with_printable(name: x509.Name) -> x509.Name:
    """Return *name* with every value as PrintableString; raises `InvalidInputError`."""
    return x509.Name(
        x509.RelativeDistinguishedName(_printable(attribute) for attribute in rdn)
        for rdn in name.rdns
    )


def _printable(attribute: x509.NameAttribute[str | bytes]) -> x509.NameAttribute[str]:
    value = attribute.value
    if not isinstance(value, str) or not _PRINTABLE.fullmatch(value):
        raise InvalidInputError(
            f"attribute {_label(attribute.oid)} has characters that a PrintableString has not"
        )
    return x509.NameAttribute(attribute.oid, value, _ASN1Type.PrintableString)


class _KeptName(ReadName):
    """One of the names that were read last: what was made of it is kept with it."""

    @cached_property
    def canonical(self) -> Canonical:
        return _canonical(self)

    @cached_property
    def brief(self) -> str:
        return _brief(self)


@lru_cache(maxsize=512)
def _kept_name(der: bytes) -> ReadName:
    return _KeptName(x509.Name.from_bytes(der).rdns, der)


def strict_name(der: bytes) -> ReadName:
    """Return the Name in *der* as the library reads it; raises what it raises.

    The same names come again and again: those that were read last are kept.
    """
    return _kept_name(der) if len(der) <= _LONGEST_KEPT else _kept_name.__wrapped__(der)


def parse_name(der: bytes) -> x509.Name:
    """Return the Name in *der*, however a CA has written it; raises `InvalidInputError`."""
    if len(der) > _MAX_NAME_OCTETS:
        raise InvalidInputError("the name cannot be read: it is too long")
    try:
        return strict_name(der)
    except (ValueError, TypeError):
        pass
    from srpki.x509.lenient.names import name  # noqa: PLC0415 - start-up time

    try:
        return name(der)[0]
    except InvalidInputError as error:
        raise InvalidInputError(f"the name cannot be read: {error.sentence}") from None


def canonical(name: x509.Name) -> Canonical:
    """Return what two names that are the same have in common [RFC 5280, 7.1]."""
    return name.canonical if isinstance(name, _KeptName) else _canonical(name)


def _canonical(name: x509.Name) -> Canonical:
    return tuple(
        frozenset((attribute.oid.dotted_string, _folded(attribute.value)) for attribute in rdn)
        for rdn in name.rdns
    )


def _folded(value: str | bytes) -> str | bytes:
    if isinstance(value, bytes):
        return value
    if value.isascii():  # normal by itself
        return " ".join(value.casefold().split())
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def same_name(one: x509.Name, other: x509.Name) -> bool:
    """Say whether two distinguished names are the same by RFC 5280, 7.1."""
    return one == other or canonical(one) == canonical(other)


def display(name: x509.Name) -> str:
    """Return *name* as ``C=DE, O=Lab, CN=x`` [facts: pki.md section 6.3]."""
    return ", ".join(
        " + ".join(f"{_label(attribute.oid)}={_shown(attribute.value)}" for attribute in rdn)
        for rdn in name.rdns
    )


def brief(name: x509.Name) -> str:
    """Return *name* for a sentence: as `display` has it, but of bounded length.

    A peer may write tens of thousands of characters into a certificate.
    """
    return name.brief if isinstance(name, _KeptName) else _brief(name)


def _brief(name: x509.Name) -> str:
    text = display(name)
    return text if len(text) <= _BRIEF else text[: _BRIEF - 3] + "..."


def label(dotted: str) -> str:
    """Return the short name of the attribute with identifier *dotted*, or else *dotted*."""
    return _label(x509.ObjectIdentifier(dotted))


def _label(oid: x509.ObjectIdentifier) -> str:
    return _SHORT.get(oid) or oid.dotted_string


def _shown(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return f"#{value.hex()}"
    if value.isprintable() and _ESCAPED.isdisjoint(value):
        return value
    return "".join(
        "".join(f"\\{octet:02X}" for octet in character.encode("utf-8", "replace"))
        if not character.isprintable()
        else f"\\{character}"
        if character in _ESCAPED
        else character
        for character in value
    )


def san(domain_name: str = "", ip_address: str = "") -> x509.SubjectAlternativeName | None:
    """Return the subjectAltName of a comma separated list of domains and one IP address, or None.

    Raises:
        InvalidInputError: when a domain or the address is not one.
    """
    if len(domain_name) > _MAX_DOMAINS:
        raise InvalidInputError(f"the domain names have more than {_MAX_DOMAINS} characters")
    names: list[x509.GeneralName] = []
    for domain in (part.strip() for part in domain_name.split(",") if domain_name.strip()):
        if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
            raise InvalidInputError(f"'{domain}' is not a domain name", hint="as in gw.example.net")
        names.append(x509.DNSName(domain))
    if ip_address:
        try:
            names.append(x509.IPAddress(_address(ip_address)))
        except ValueError:
            raise InvalidInputError(f"'{ip_address}' is not an IP address") from None
    return x509.SubjectAlternativeName(names) if names else None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if "%" in text:  # a zone means something on one machine only
        raise ValueError(text)
    return ipaddress.ip_address(text)


def alternative_names(extension: x509.SubjectAlternativeName | None) -> tuple[AlternativeName, ...]:
    """Return the (kind, value) pairs of *extension*, sorted, so that they can be compared."""
    return tuple(sorted(_alternative(name) for name in extension or ()))


def _alternative(name: x509.GeneralName) -> AlternativeName:
    match name:
        case x509.DNSName():
            return "dns", name.value.lower()
        case x509.IPAddress():
            return "ip", str(name.value)
        case x509.RFC822Name():
            local, at, host = name.value.rpartition("@")
            return "email", f"{local}{at}{host.lower()}"
        case x509.UniformResourceIdentifier():
            return "uri", name.value
        case x509.DirectoryName():
            return "dn", ", ".join(
                "+".join(sorted(f"{oid}={value!s}" for oid, value in rdn))
                for rdn in canonical(name.value)
            )
        case UnsupportedName():
            return name.form, name.value.hex()
        case x509.OtherName():
            return "other", f"{name.type_id.dotted_string}:{name.value.hex()}"
        case _:
            return "id", str(name.value)
