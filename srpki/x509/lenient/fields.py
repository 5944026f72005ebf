"""The fields that certificates, requests and CRLs have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import Extensions
from srpki.x509.lenient import asn1, extensions
from srpki.x509.lenient.asn1 import RefusedError
from srpki.x509.lenient.names import name

_T = TypeVar("_T")
_WRONG: Final = (ValueError, TypeError, IndexError, OverflowError)
_WITHOUT_PARAMETERS: Final = (
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.",
    "1.3.101.",
    "2.16.840.1.101.3.4.3.",
)
"""DSA, ECDSA and EdDSA [RFC 5758, 3; RFC 8410, 3]; RSA has parameters, if only NULL."""


class Fields:
    """Reads the fields of *owner*, and notes those that are not as they should be."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self.odd: list[str] = []

    def read(self, field: str, reader: Callable[..., _T], *arguments: object) -> _T:
        """Return what *reader* makes of a field; raises `InvalidInputError` that names it."""
        try:
            return reader(*arguments)
        except RefusedError as error:
            reason = error.sentence
        except _WRONG:  # too few parts, or what the library's types do not hold
            reason = "it is not well formed"
        raise InvalidInputError(f"the {self._owner}'s {field} cannot be read: {reason}")

    def note(self, field: str, *, odd: bool = True) -> None:
        """Note that *field* is *odd*, once."""
        if odd and field not in self.odd:
            self.odd.append(field)

    def name(self, field: str, element: Element) -> x509.Name:
        """Return the Name in *element*."""
        found, good = self.read(field, name, element.whole)
        self.note(field, odd=not good)
        return found

    def time(self, field: str, element: Element) -> datetime:
        """Return the instant in *element*."""
        found = self.read(field, asn1.time, element)
        shape = (
            f"{found:%y%m%d%H%M%SZ}" if element.tag == asn1.UTC_TIME else f"{found:%Y%m%d%H%M%SZ}"
        )
        self.note(field, odd=element.content != shape.encode())
        return found

    def algorithm(self, field: str, element: Element) -> x509.ObjectIdentifier:
        """Return the algorithm of the AlgorithmIdentifier in *element*."""
        dotted, parameters = self.read(field, _algorithm, element)
        self.note(field, odd=parameters and dotted.startswith(_WITHOUT_PARAMETERS))
        return x509.ObjectIdentifier(dotted)

    def extensions(self, elements: list[Element], strict: extensions.Strict) -> Extensions:
        """Return the extensions in *elements*."""
        found, odd = extensions.read(elements, self._owner, strict)
        for one in odd:
            self.note(one)
        return found

    def signed(self, octets: bytes) -> tuple[list[Element], Element, bytes]:
        """Return the fields of a SIGNED structure, its AlgorithmIdentifier and its signature."""
        outer = self.read("encoding", asn1.parts, self.read("encoding", asn1.single, octets))
        if [one.tag for one in outer] != [tlv.SEQUENCE, tlv.SEQUENCE, tlv.BIT_STRING]:
            raise InvalidInputError(f"this is not a {self._owner}")
        content, algorithm, bits = outer
        return asn1.elements(content.content), algorithm, bits.content[1:]


def _algorithm(element: Element) -> tuple[str, bool]:
    """Return the algorithm of an AlgorithmIdentifier and whether it has parameters."""
    oid, *parameters = asn1.parts(element)
    return asn1.oid(oid), bool(parameters)
