"""Names and general names as CAs write them [RFC 5280, 4.1.2.4 and 4.2.1.6]."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from pyasn1_modules import rfc5280

from srpki.x509 import der as tlv
from srpki.x509 import name_forms
from srpki.x509.der import Element
from srpki.x509.forms import ReadName, UnsupportedName
from srpki.x509.lenient import asn1
from srpki.x509.lenient.asn1 import RefusedError

_TYPES: Final = {kind.value: kind for kind in _ASN1Type if kind is not _ASN1Type.BitString}
_IA5: Final = 0x16


def name(octets: bytes) -> tuple[x509.Name, bool]:
    """Return the Name in *octets* and whether it is as it should be; raises `RefusedError`."""
    try:
        return x509.Name.from_bytes(octets), True
    except (ValueError, TypeError):
        pass
    decoded = asn1.decode(octets, rfc5280.Name()).getComponent()
    rdns = [dict.fromkeys(_attribute(one) for one in rdn) for rdn in decoded]  # none twice
    return ReadName([x509.RelativeDistinguishedName(rdn) for rdn in rdns if rdn], octets), False


def _attribute(pair: Any) -> x509.NameAttribute[str]:
    oid, value = str(pair["type"]), bytes(pair["value"])
    element = asn1.single(value, value[0])
    if asn1.is_string(element.tag):
        text = asn1.text(element.tag, element.content)
        kind = _TYPES.get(element.tag)
    elif element.tag == tlv.BIT_STRING:
        text, kind = f"#{element.content.hex()}", None
    else:
        raise RefusedError(f"attribute {oid} is not a string")
    found = x509.NameAttribute(x509.ObjectIdentifier(oid), text, kind, _validate=False)
    return (
        found
        if _is_writable(found)
        else x509.NameAttribute(found.oid, text, _ASN1Type.UTF8String, _validate=False)
    )


def _is_writable(attribute: x509.NameAttribute[str]) -> bool:
    """Say whether the type of *attribute* has its characters: the library writes any, unread."""
    try:
        x509.Name.from_bytes(x509.Name([attribute]).public_bytes())
    except ValueError:
        return False
    return True


def general_name(element: Element, *, constraint: bool = False) -> x509.GeneralName:
    """Return the GeneralName that *element* is; raises `InvalidInputError`.

    In a *constraint* an iPAddress is a network [RFC 5280, 4.2.1.10]. What is not processed is an
    `UnsupportedName`.
    """
    content = element.content
    match name_forms.form_of(element):
        case name_forms.OTHER_NAME:
            return _other_name(element)
        case name_forms.RFC822_NAME:
            return x509.RFC822Name._init_without_validation(asn1.text(_IA5, content))
        case name_forms.DNS_NAME:
            return x509.DNSName._init_without_validation(asn1.text(_IA5, content))
        case name_forms.URI:
            return x509.UniformResourceIdentifier._init_without_validation(asn1.text(_IA5, content))
        case name_forms.DIRECTORY_NAME:
            return x509.DirectoryName(name(content)[0])
        case name_forms.IP_ADDRESS:
            return _network(element) if constraint else _address(element)
        case name_forms.REGISTERED_ID:
            identifier = tlv.encode(tlv.OBJECT_IDENTIFIER, content)
            return x509.RegisteredID(x509.ObjectIdentifier(asn1.oid(tlv.read(identifier))))
        case form:
            return UnsupportedName(form, element.whole)


def _other_name(element: Element) -> x509.GeneralName:
    found = asn1.elements(element.content)
    if len(found) == 2 and found[1].tag == 0xA0:
        values = asn1.elements(found[1].content)
        if len(values) == 1:
            return x509.OtherName(x509.ObjectIdentifier(asn1.oid(found[0])), values[0].whole)
    return UnsupportedName("otherName", element.whole)


def _address(element: Element) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(element.content))
    except ValueError:
        return UnsupportedName("iPAddress", element.whole)


def _network(element: Element) -> x509.GeneralName:
    content = element.content
    half = len(content) // 2
    mask = int.from_bytes(content[half:], "big")
    length = mask.bit_count()
    if len(content) in (8, 32) and mask == (1 << half * 8) - (1 << half * 8 - length):
        return x509.IPAddress(ipaddress.ip_network((content[:half], length), strict=False))
    return UnsupportedName("iPAddress", element.whole)
