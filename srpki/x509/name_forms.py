"""The forms of a GeneralName by their tags, for both readers of it [RFC 5280, 4.2.1.6]."""

from __future__ import annotations

from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509.der import Element

OTHER_NAME: Final = "otherName"
RFC822_NAME: Final = "rfc822Name"
DNS_NAME: Final = "dNSName"
DIRECTORY_NAME: Final = "directoryName"
URI: Final = "uniformResourceIdentifier"
IP_ADDRESS: Final = "iPAddress"
REGISTERED_ID: Final = "registeredID"
X400_ADDRESS: Final = "x400Address"
EDI_PARTY_NAME: Final = "ediPartyName"

_FORMS: Final = {
    0xA0: OTHER_NAME,
    0x81: RFC822_NAME,
    0x82: DNS_NAME,
    0xA3: X400_ADDRESS,
    0xA4: DIRECTORY_NAME,
    0xA5: EDI_PARTY_NAME,
    0x86: URI,
    0x87: IP_ADDRESS,
    0x88: REGISTERED_ID,
}


def form_of(element: Element) -> str:
    """Return the form of the name in *element*; raises `InvalidInputError` when it is none."""
    form = _FORMS.get(element.tag)
    if form is None:
        raise InvalidInputError("a general name has a form that does not exist")
    return form
