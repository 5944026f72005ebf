"""The values of extensions, read by what they mean [RFC 5280, 4.2 and 5.2].

A reader returns the library's type, or raises `RefusedError` with what is wrong. Read is what has
one meaning only: a default written out, half an authorityKeyIdentifier, a path length without cA.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cryptography import x509
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID, OCSPExtensionOID
from pyasn1_modules import rfc5280

from srpki.x509 import der as tlv
from srpki.x509.der import Element
from srpki.x509.forms import ReadAlternativeName, UnsupportedName
from srpki.x509.lenient import asn1
from srpki.x509.lenient.asn1 import RefusedError
from srpki.x509.lenient.names import general_name, name

_CPS: Final = "1.3.6.1.5.5.7.2.1"
_USER_NOTICE: Final = "1.3.6.1.5.5.7.2.2"
_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_REASONS: Final = (  # the bits of ReasonFlags [RFC 5280, 4.2.1.13]
    x509.ReasonFlags.unspecified,
    x509.ReasonFlags.key_compromise,
    x509.ReasonFlags.ca_compromise,
    x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded,
    x509.ReasonFlags.cessation_of_operation,
    x509.ReasonFlags.certificate_hold,
    x509.ReasonFlags.privilege_withdrawn,
    x509.ReasonFlags.aa_compromise,
)
_CODES: Final = {  # CRLReason, which has a number more [RFC 5280, 5.3.1]
    **dict(enumerate(_REASONS[:7])),
    8: x509.ReasonFlags.remove_from_crl,
    9: x509.ReasonFlags.privilege_withdrawn,
    10: x509.ReasonFlags.aa_compromise,
}
_ENUMERATED: Final = 0x0A


def read(oid: x509.ObjectIdentifier, octets: bytes) -> x509.ExtensionType:
    """Return the value in *octets* of the extension *oid*; raises `RefusedError`.

    An extension that is not known here cannot be read either.
    """
    reader = _READERS.get(oid)
    if reader is None:
        raise RefusedError("it is not well formed")
    return reader(octets)


def _basic_constraints(octets: bytes) -> x509.BasicConstraints:
    value = asn1.decode(octets, rfc5280.BasicConstraints())
    ca, length = bool(value["cA"]), value["pathLenConstraint"]
    limited = ca and length.hasValue()
    return x509.BasicConstraints(ca, int(length) if limited else None)


def _key_usage(octets: bytes) -> x509.KeyUsage:
    bits = tuple(asn1.decode(octets, rfc5280.KeyUsage()))
    flags = {flag: index < len(bits) and bool(bits[index]) for index, flag in enumerate(_USAGES)}
    for flag in ("encipher_only", "decipher_only"):  # they say something of keyAgreement only
        flags[flag] = flags[flag] and flags["key_agreement"]
    return x509.KeyUsage(**flags)


def _extended_key_usage(octets: bytes) -> x509.ExtendedKeyUsage:
    found = [asn1.oid(one) for one in asn1.parts(asn1.single(octets))]
    if not found:  # it says that nothing is allowed, absent it would say the contrary
        raise RefusedError("it is empty")
    return x509.ExtendedKeyUsage(map(x509.ObjectIdentifier, found))


def _alternative_name(octets: bytes) -> x509.SubjectAlternativeName:
    return ReadAlternativeName(_general_names(asn1.single(octets)), octets)


def _issuer_alternative_name(octets: bytes) -> x509.IssuerAlternativeName:
    return x509.IssuerAlternativeName(_general_names(asn1.single(octets)))


def _general_names(element: Element, tag: int = asn1.SEQUENCE) -> list[x509.GeneralName]:
    return [general_name(one) for one in asn1.parts(element, tag)]


def _key_identifier(octets: bytes) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier(asn1.single(octets, tlv.OCTET_STRING).content)


def _authority_key(octets: bytes) -> x509.AuthorityKeyIdentifier:
    found = asn1.parts(asn1.single(octets))
    identifier, issuer, serial = asn1.optional(found, 0x80, 0xA1, 0x82)
    whole = issuer is not None and serial is not None
    return x509.AuthorityKeyIdentifier(
        None if identifier is None else identifier.content,
        _general_names(issuer, 0xA1) if whole and issuer is not None else None,
        asn1.integer(serial, 0x82) if whole and serial is not None else None,
    )


def _policies(octets: bytes) -> x509.CertificatePolicies:
    found = []
    for policy in asn1.parts(asn1.single(octets)):
        identifier, *more = asn1.parts(policy)
        qualifiers = [_qualifier(one) for one in asn1.parts(more[0])] if more else []
        known = [one for one in qualifiers if one is not None]
        oid = x509.ObjectIdentifier(asn1.oid(identifier))
        found.append(x509.PolicyInformation(oid, known or None))
    return x509.CertificatePolicies(found)


def _qualifier(element: Element) -> str | x509.UserNotice | None:
    """Return a qualifier in words, None for one that is not known: it decides nothing."""
    pair = asn1.parts(element)
    if len(pair) != 2:
        return None
    oid, value = asn1.oid(pair[0]), pair[1]
    if oid == _CPS and asn1.is_string(value.tag):
        return asn1.text(value.tag, value.content)
    if oid == _USER_NOTICE and value.tag == asn1.SEQUENCE:
        texts = [one for one in asn1.elements(value.content) if asn1.is_string(one.tag)]
        if texts:
            return x509.UserNotice(None, asn1.text(texts[0].tag, texts[0].content))
    return None


def _policy_constraints(octets: bytes) -> x509.PolicyConstraints:
    found = asn1.parts(asn1.single(octets))
    required, inhibited = map(_certificates, asn1.optional(found, 0x80, 0x81), (0x80, 0x81))
    if required is None and inhibited is None:
        raise RefusedError("it is empty")
    return x509.PolicyConstraints(required, inhibited)


def _inhibit_any_policy(octets: bytes) -> x509.InhibitAnyPolicy:
    number = _certificates(asn1.single(octets, tlv.INTEGER), tlv.INTEGER)
    return x509.InhibitAnyPolicy(number or 0)


def _certificates(element: Element | None, tag: int) -> int | None:
    """Return a number of certificates; raises `RefusedError` for a negative one."""
    number = None if element is None else asn1.integer(element, tag)
    if number is not None and number < 0:
        raise RefusedError("its number of certificates is negative")
    return number


def _name_constraints(octets: bytes) -> x509.ExtensionType:
    found = asn1.parts(asn1.single(octets))
    permitted, excluded = map(_subtrees, asn1.optional(found, 0xA0, 0xA1), (0xA0, 0xA1))
    if permitted is None and excluded is None:  # the library's type cannot say: no constraints
        return x509.UnrecognizedExtension(x509.NameConstraints.oid, octets)
    return x509.NameConstraints(permitted, excluded)


def _subtrees(element: Element | None, tag: int) -> list[x509.GeneralName] | None:
    """Return the bases of GeneralSubtrees, minimum and maximum apart, as the library does."""
    if element is None:
        return None
    bases = []
    for subtree in asn1.parts(element, tag):
        base, *_ = asn1.parts(subtree)
        name = general_name(base, constraint=True)
        if isinstance(name, x509.DNSName) and "*" in name.value:  # the library's type has none
            name = UnsupportedName("dNSName", base.whole)
        bases.append(name)
    return bases or None


def _distribution_points(octets: bytes) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(_points(octets))


def _freshest_crl(octets: bytes) -> x509.FreshestCRL:
    return x509.FreshestCRL(_points(octets))


def _points(octets: bytes) -> list[x509.DistributionPoint]:
    """Return the points; one that has no name and no issuer points nowhere and is left out."""
    points = []
    for one in asn1.parts(asn1.single(octets)):
        named, reasons, issuer = asn1.optional(asn1.parts(one), 0xA0, 0x81, 0xA2)
        full, relative = _point_name(named)
        issuers = None if issuer is None else _general_names(issuer, 0xA2) or None
        if full or relative or issuers:
            points.append(x509.DistributionPoint(full, relative, _reasons(reasons), issuers))
    return points


def _point_name(
    element: Element | None,
) -> tuple[list[x509.GeneralName] | None, x509.RelativeDistinguishedName | None]:
    """Return a DistributionPointName: full names, or one relative to the issuer's."""
    found = [] if element is None else asn1.elements(element.content)
    if len(found) != 1:
        return None, None
    if found[0].tag == 0xA0:
        return _general_names(found[0], 0xA0) or None, None
    if found[0].tag != 0xA1:
        raise RefusedError("it is not well formed")
    rdn = tlv.encode(asn1.SEQUENCE, tlv.encode(asn1.SET, found[0].content))
    return None, name(rdn)[0].rdns[0]


def _reasons(element: Element | None) -> frozenset[x509.ReasonFlags] | None:
    """Return the reasons in a BIT STRING; bit 0, which is not used, is none."""
    if element is None:
        return None
    bits = int.from_bytes(element.content[1:3].ljust(2, b"\0"), "big")
    named = {one for number, one in enumerate(_REASONS) if number and bits & 0x8000 >> number}
    return frozenset(named) or None


def _information_access(octets: bytes) -> x509.AuthorityInformationAccess:
    found = []
    for one in asn1.parts(asn1.single(octets)):
        method, location = asn1.parts(one)
        oid = x509.ObjectIdentifier(asn1.oid(method))
        found.append(x509.AccessDescription(oid, general_name(location)))
    return x509.AuthorityInformationAccess(found)


def _crl_number(octets: bytes) -> x509.CRLNumber:
    return x509.CRLNumber(asn1.integer(asn1.single(octets, tlv.INTEGER)))


def _delta_indicator(octets: bytes) -> x509.DeltaCRLIndicator:
    return x509.DeltaCRLIndicator(asn1.integer(asn1.single(octets, tlv.INTEGER)))


def _issuing_point(octets: bytes) -> x509.IssuingDistributionPoint:
    found = asn1.parts(asn1.single(octets))
    if not found:
        raise RefusedError("it is empty")
    named, *flags = asn1.optional(found, 0xA0, 0x81, 0x82, 0x83, 0x84, 0x85)
    reasons = _reasons(flags.pop(2))
    full, relative = _point_name(named)
    users, authorities, indirect, attributes = map(_flag, flags)
    if users + authorities + attributes > 1:
        raise RefusedError("it leaves no certificates to the list")
    if not (full or relative or users or authorities or indirect or attributes or reasons):
        raise RefusedError("it is empty")
    return x509.IssuingDistributionPoint(
        full, relative, users, authorities, reasons, indirect, attributes
    )


def _flag(element: Element | None) -> bool:
    """Return a boolean with an IMPLICIT tag, whose default is FALSE."""
    if element is None:
        return False
    return asn1.boolean(Element(asn1.BOOLEAN, element.content, element.whole))


def _reason(octets: bytes) -> x509.CRLReason:
    code = asn1.integer(asn1.single(octets, _ENUMERATED), _ENUMERATED)
    if code not in _CODES:
        raise RefusedError(f"it has the unknown reason {code}")
    return x509.CRLReason(_CODES[code])


def _invalidity_date(octets: bytes) -> x509.InvalidityDate:
    moment = asn1.time(asn1.single(octets, asn1.GENERALIZED_TIME))
    return x509.InvalidityDate(moment.replace(tzinfo=None))


def _nonce(octets: bytes) -> x509.OCSPNonce:
    return x509.OCSPNonce(asn1.single(octets, tlv.OCTET_STRING).content)


def _certificate_issuer(octets: bytes) -> x509.CertificateIssuer:
    return x509.CertificateIssuer(_general_names(asn1.single(octets)))


_READERS: Final[Mapping[x509.ObjectIdentifier, Callable[[bytes], x509.ExtensionType]]] = {
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS: _information_access,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: _authority_key,
    ExtensionOID.BASIC_CONSTRAINTS: _basic_constraints,
    ExtensionOID.CERTIFICATE_POLICIES: _policies,
    ExtensionOID.CRL_DISTRIBUTION_POINTS: _distribution_points,
    ExtensionOID.CRL_NUMBER: _crl_number,
    ExtensionOID.DELTA_CRL_INDICATOR: _delta_indicator,
    ExtensionOID.EXTENDED_KEY_USAGE: _extended_key_usage,
    ExtensionOID.FRESHEST_CRL: _freshest_crl,
    ExtensionOID.INHIBIT_ANY_POLICY: _inhibit_any_policy,
    ExtensionOID.ISSUER_ALTERNATIVE_NAME: _issuer_alternative_name,
    ExtensionOID.ISSUING_DISTRIBUTION_POINT: _issuing_point,
    ExtensionOID.KEY_USAGE: _key_usage,
    ExtensionOID.NAME_CONSTRAINTS: _name_constraints,
    ExtensionOID.POLICY_CONSTRAINTS: _policy_constraints,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: _alternative_name,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: _key_identifier,
    OCSPExtensionOID.NONCE: _nonce,
    CRLEntryExtensionOID.CERTIFICATE_ISSUER: _certificate_issuer,
    CRLEntryExtensionOID.CRL_REASON: _reason,
    CRLEntryExtensionOID.INVALIDITY_DATE: _invalidity_date,
}
