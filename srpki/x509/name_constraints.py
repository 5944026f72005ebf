"""Name constraints: what a CA may name [RFC 5280, 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g)].

Processed are dNSName, iPAddress, directoryName, rfc822Name and uniformResourceIdentifier. A
constraint that cannot be processed refuses the certificates that have a name of its form, and no
others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, extensions, general_names, subtrees
from srpki.x509 import der as asn1
from srpki.x509.general_names import GeneralName
from srpki.x509.name_forms import DIRECTORY_NAME, RFC822_NAME, form_of

MAX_COMPARISONS: Final = 1 << 18
"""Names times constraints that are compared while one chain is looked for."""

_SMTP_UTF8_MAILBOX: Final = "1.3.6.1.5.5.7.8.9"
"""An otherName that the constraints on rfc822Name are about, too [RFC 9598, 6]."""
_PERMITTED: Final = 0xA0
_EXCLUDED: Final = 0xA1
_MINIMUM_ZERO: Final = b"\x80\x01\x00"  # the default, written out
_KEPT: Final = 1024

Form = tuple[str, str]
"""A name form; otherNames are told apart by their types."""


@dataclass(frozen=True, slots=True)
class Bases:
    """The subtrees of one CA for names of one form; *permitted* None permits all.

    *flaw* says why they cannot be processed, *weight* what comparing a name with all of them costs.
    """

    permitted: tuple[GeneralName, ...] | None
    excluded: tuple[GeneralName, ...]
    flaw: str
    weight: int


class Budget:
    """Comparisons that are left for one search."""

    def __init__(self) -> None:
        """Begin with `MAX_COMPARISONS`."""
        self._left = MAX_COMPARISONS

    def spend(self, comparisons: int) -> None:
        """Raise `InvalidInputError` when nothing is left."""
        self._left -= comparisons
        if self._left < 0:
            raise InvalidInputError("there are more names and constraints than are compared")


@lru_cache(maxsize=_KEPT)
def read(der: bytes) -> Mapping[Form, Bases]:
    """Return the constraints of the CA certificate in *der*, by name form.

    Raises:
        InvalidInputError: when its nameConstraints cannot be told apart.
    """
    extension = extensions.of_certificate(der).get(extensions.NAME_CONSTRAINTS)
    if extension is None:
        return {}
    found: dict[Form, _Gathered] = {}
    try:
        for part in asn1.sequence(extension.value):
            for subtree in asn1.elements(part.content):
                base, *bounds = asn1.sequence(subtree.whole)
                name, flaw = _base(base)
                if any(bound.whole != _MINIMUM_ZERO for bound in bounds):
                    flaw = "has a minimum or a maximum"
                gathered = found.setdefault((name.form, name.kind), _Gathered())
                gathered.flaw = gathered.flaw or flaw
                gathered.by_tag[part.tag].append(name)
    except (InvalidInputError, KeyError, ValueError):
        raise InvalidInputError("its nameConstraints cannot be read") from None
    return {form: gathered.bases() for form, gathered in found.items()}


@dataclass(slots=True)
class _Gathered:
    """Subtrees of one form while they are read."""

    by_tag: dict[int, list[GeneralName]] = field(
        default_factory=lambda: {_PERMITTED: [], _EXCLUDED: []}
    )
    flaw: str = ""

    def bases(self) -> Bases:
        permitted, excluded = self.by_tag.values()
        weight = sum(map(subtrees.weight, (*permitted, *excluded)))
        return Bases(tuple(permitted) or None, tuple(excluded), self.flaw, weight)


def _base(element: asn1.Element) -> tuple[GeneralName, str]:
    """Return the base of a subtree, and why no name can be held against it, or nothing."""
    form = form_of(element)
    try:
        name = general_names.read(element)
    except InvalidInputError:
        return GeneralName(form, element.content), "cannot be read"
    return name, subtrees.flaw(name)


def objection(der: bytes, constraints: Mapping[Form, Bases], budget: Budget) -> str:
    """Return how the certificate in *der* violates the *constraints* of a CA above it, or nothing.

    Raises:
        InvalidInputError: when its names cannot be read, or there are too many to compare.
    """
    for name in _names(der) if constraints else ():
        bases = constraints.get((name.form, name.kind))
        if name.kind == _SMTP_UTF8_MAILBOX and (RFC822_NAME, "") in constraints:
            return "has a mailbox in UTF-8, and constraints on it are not processed"
        if bases is None:
            continue
        if bases.flaw:
            return f"has the {subtrees.words(name)}, and a constraint on it {bases.flaw}"
        budget.spend(bases.weight)
        if not subtrees.is_comparable(name):
            return f"has the {subtrees.words(name)}, against which no constraint can be held"
        if not _is_permitted(name, bases):
            return f"has the {subtrees.words(name)}, which is not permitted"
        if _is_excluded(name, bases):
            return f"has the {subtrees.words(name)}, which is excluded"
    return ""


def _is_permitted(name: GeneralName, bases: Bases) -> bool:
    return bases.permitted is None or any(subtrees.is_within(name, one) for one in bases.permitted)


def _is_excluded(name: GeneralName, bases: Bases) -> bool:
    return any(
        subtrees.is_within(name, one) or subtrees.may_stand_for(name, one) for one in bases.excluded
    )


def unprocessed(der: bytes) -> Iterator[str]:
    """Yield which constraints of the CA certificate in *der* refuse whatever they are about."""
    for (form, _), bases in read(der).items():
        if bases.flaw:
            yield f"its constraint on {form} {bases.flaw}"


@lru_cache(maxsize=_KEPT)
def _names(der: bytes) -> tuple[GeneralName, ...]:
    """Return what constraints are about: the subject and its alternative names [6.1.3 (b), (c)].

    An emailAddress in the subject counts where no alternative name is an rfc822Name.
    """
    found: list[GeneralName] = []
    extension = extensions.of_certificate(der).get(extensions.SUBJECT_ALTERNATIVE_NAME)
    try:
        if extension is not None:
            found += map(general_names.read, asn1.sequence(extension.value))
    except InvalidInputError as error:
        raise InvalidInputError(f"its subjectAltName cannot be read: {error.sentence}") from None
    if all(name.form != RFC822_NAME for name in found):
        subject = certificates.parse(der).subject
        addresses = subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
        found += [GeneralName(RFC822_NAME, str(address.value)) for address in addresses]
    subject_name = certificates.facts(der).canonical_subject
    return (*([GeneralName(DIRECTORY_NAME, subject_name)] if subject_name else ()), *found)
