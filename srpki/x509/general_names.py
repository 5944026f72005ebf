"""GeneralNames as octets have them: in subjectAltName, name constraints, distribution points.

[RFC 5280, 4.2.1.6]. Names keep their form and as much of their value as comparing them needs. A
form that is not compared keeps its octets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import names
from srpki.x509.name_forms import DIRECTORY_NAME, DNS_NAME, OTHER_NAME, RFC822_NAME, URI, form_of
from srpki.x509.names import Canonical

_TEXTS: Final = (RFC822_NAME, DNS_NAME, URI)


class GeneralName(NamedTuple):
    """One name: text of the IA5String forms, `Canonical` of a directoryName, octets of others.

    *kind* is the dotted type-id of an otherName, else empty.
    """

    form: str
    value: str | bytes | Canonical
    kind: str = ""


def read(element: asn1.Element) -> GeneralName:
    """Return the name in *element*; raises `InvalidInputError` when it cannot be read."""
    form = form_of(element)
    if form in _TEXTS:
        # IA5String; octets beyond it match no name that is written in ASCII.
        return GeneralName(form, element.content.decode("latin-1"))
    if form == DIRECTORY_NAME:
        return GeneralName(form, names.canonical(names.parse_name(element.content)))
    if form == OTHER_NAME:
        first = next(asn1.elements(element.content), None)
        if first is None or first.tag != asn1.OBJECT_IDENTIFIER:
            raise InvalidInputError("an otherName has no type")
        return GeneralName(form, element.content, asn1.decode_oid(first.content))
    return GeneralName(form, element.content)


def read_all(content: bytes) -> Iterator[GeneralName]:
    """Yield the names of GeneralNames with *content*; raises as `read` does."""
    return map(read, asn1.elements(content))
