"""Which certificates a CRL speaks of: distribution points on both sides [RFC 5280, 6.3.3 (b)].

A certificate says where its CRLs are (cRLDistributionPoints, 4.2.1.13), a CRL which of them it is
(issuingDistributionPoint, 5.2.5). CRLs here are issued by the issuer of the certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import extensions, general_names, names
from srpki.x509.certificates import facts
from srpki.x509.general_names import GeneralName
from srpki.x509.name_forms import DIRECTORY_NAME, URI
from srpki.x509.names import Canonical

Reasons = frozenset[int]
ALL_REASONS: Final[Reasons] = frozenset(range(1, 9))
"""The bits of ReasonFlags but *unused* [RFC 5280, 4.2.1.13]."""
MAX_POINTS: Final = 64
"""Distribution points of one certificate, and names of one point, that are looked at."""

_SCOPE: Final = (0xA0, 0x81, 0x82, 0x83, 0x84, 0x85)
_FULL_NAME: Final = 0xA0
_RELATIVE_NAME: Final = 0xA1
_SET: Final = 0x31


@dataclass(frozen=True, slots=True)
class Point:
    """One distribution point of a certificate; None stands for what is absent."""

    names: tuple[GeneralName, ...] | None = None
    reasons: Reasons | None = None
    crl_issuer: tuple[GeneralName, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The issuingDistributionPoint of a CRL; without one it covers whatever its CA has issued."""

    names: tuple[GeneralName, ...] | None = None
    user_certificates: bool = False
    ca_certificates: bool = False
    attribute_certificates: bool = False
    indirect: bool = False
    reasons: Reasons | None = None


def scope_of(crl: bytes, issuer: Canonical) -> Scope:
    """Return the scope of *crl* (DER), which *issuer* has issued.

    Raises:
        InvalidInputError: when its issuingDistributionPoint cannot be read.
    """
    found = extensions.of_crl(crl).get(extensions.ISSUING_DISTRIBUTION_POINT)
    if found is None:
        return Scope()
    try:
        fields = _fields(found.value, *_SCOPE)
        return Scope(
            names=_point_names(fields.get(0xA0), issuer),
            user_certificates=_flag(fields.get(0x81)),
            ca_certificates=_flag(fields.get(0x82)),
            reasons=_reasons(fields.get(0x83)),
            indirect=_flag(fields.get(0x84)),
            attribute_certificates=_flag(fields.get(0x85)),
        )
    except InvalidInputError as error:
        raise InvalidInputError(
            f"the issuingDistributionPoint of the CRL cannot be read: {error.sentence}"
        ) from None


def points_of(certificate: bytes) -> tuple[Point, ...]:
    """Return the distribution points of *certificate* (DER), its issuer's name the last of them.

    That one is meant where a CRL is at hand that no distribution point names [RFC 5280, 6.3.3].

    Raises:
        InvalidInputError: when its cRLDistributionPoints cannot be read.
    """
    issuer = facts(certificate).canonical_issuer
    found = extensions.of_certificate(certificate).get(extensions.CRL_DISTRIBUTION_POINTS)
    own: tuple[Point, ...] = ()
    if found is not None:
        try:
            listed = islice(asn1.sequence(found.value), MAX_POINTS)
            own = tuple(_point(one, issuer) for one in listed)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"its cRLDistributionPoints cannot be read: {error.sentence}"
            ) from None
    return (*own, Point(names=(GeneralName(DIRECTORY_NAME, issuer),)))


def covered(scope: Scope, point: Point, issuer: Canonical) -> Reasons:
    """Return the reasons for which a CRL with *scope* by *issuer* tells of what is at *point*.

    None at all when it is the list of another distribution point [RFC 5280, 6.3.3 (b), (d)].
    """
    if point.crl_issuer is not None and not (
        scope.indirect and GeneralName(DIRECTORY_NAME, issuer) in point.crl_issuer
    ):
        return frozenset()
    if scope.names is not None:
        theirs = point.names if point.names is not None else point.crl_issuer or ()
        if not set(scope.names) & set(theirs):
            return frozenset()
    return (ALL_REASONS if scope.reasons is None else scope.reasons) & (
        ALL_REASONS if point.reasons is None else point.reasons
    )


def _fields(octets: bytes, *tags: int) -> dict[int, asn1.Element]:
    """Return the fields of a SEQUENCE by their *tags*, of which each may be absent.

    Raises `InvalidInputError` for anything else there: what is passed over could be what counts.
    """
    listed = list(asn1.sequence(octets))
    found = [one.tag for one in listed]
    if found != [tag for tag in tags if tag in found]:
        raise InvalidInputError("it is not well formed")
    return dict(zip(found, listed, strict=True))


def _point(element: asn1.Element, issuer: Canonical) -> Point:
    fields = _fields(element.whole, 0xA0, 0x81, 0xA2)
    named = fields.get(0xA2)
    crl_issuer = tuple(_names(named.content)) if named is not None else None
    directories = [one.value for one in crl_issuer or () if one.form == DIRECTORY_NAME]
    base = directories[0] if len(directories) == 1 else issuer
    assert isinstance(base, tuple)
    return Point(_point_names(fields.get(0xA0), base), _reasons(fields.get(0x81)), crl_issuer)


def _point_names(field: asn1.Element | None, issuer: Canonical) -> tuple[GeneralName, ...] | None:
    """Return the names of a DistributionPointName; one relative to *issuer* is made whole."""
    if field is None:
        return None
    name = asn1.read(field.content)
    if name.tag == _FULL_NAME:
        return tuple(_names(name.content))
    if name.tag != _RELATIVE_NAME:
        raise InvalidInputError("a distribution point has a name of no known form")
    relative = asn1.encode(asn1.SEQUENCE, asn1.encode(_SET, name.content))
    whole = (*issuer, *names.canonical(names.parse_name(relative)))
    return (GeneralName(DIRECTORY_NAME, whole),)


def _names(content: bytes) -> Iterator[GeneralName]:
    for name in islice(general_names.read_all(content), MAX_POINTS):
        yield name._replace(value=_same_uri(name.value)) if name.form == URI else name


def _same_uri(value: object) -> str:
    """Return a URI as it is compared: scheme and host in lower case [RFC 5280, 7.4]."""
    text = str(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _reasons(field: asn1.Element | None) -> Reasons | None:
    if field is None:
        return None
    octets = field.content[1:]
    return frozenset(
        bit
        for bit in ALL_REASONS
        if bit // 8 < len(octets) and octets[bit // 8] & (0x80 >> bit % 8)
    )


def _flag(field: asn1.Element | None) -> bool:
    return field is not None and any(field.content)
