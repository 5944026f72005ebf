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
from srpki.x509.names import Canonical

OTHER_NAME: Final = "otherName"
RFC822_NAME: Final = "rfc822Name"
DNS_NAME: Final = "dNSName"
DIRECTORY_NAME: Final = "directoryName"
URI: Final = "uniformResourceIdentifier"
IP_ADDRESS: Final = "iPAddress"

_FORMS: Final = {
    0xA0: OTHER_NAME,
    0x81: RFC822_NAME,
    0x82: DNS_NAME,
    0xA3: "x400Address",
    0xA4: DIRECTORY_NAME,
    0xA5: "ediPartyName",
    0x86: URI,
    0x87: IP_ADDRESS,
    0x88: "registeredID",
}
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


def form_of(element: asn1.Element) -> str:
    """Return the form of the name in *element*; raises `InvalidInputError` when it is none."""
    form = _FORMS.get(element.tag)
    if form is None:
        raise InvalidInputError("a general name has a form that does not exist")
    return form


def read_all(content: bytes) -> Iterator[GeneralName]:
    """Yield the names of GeneralNames with *content*; raises as `read` does."""
    return map(read, asn1.elements(content))
