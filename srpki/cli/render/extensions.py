"""Lays out X.509 extensions in words, as ``openssl x509 -text`` does [pki.md 6.3].

What comes from a certificate may hold anything: nothing that moves a cursor is printed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from cryptography import x509
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    CRLEntryExtensionOID,
    ExtensionOID,
)

from srpki.core.text import printable
from srpki.x509 import names
from srpki.x509.forms import Unreadable, UnsupportedName

_TITLES: Final = {
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS: "Authority Information Access",
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: "X509v3 Authority Key Identifier",
    ExtensionOID.BASIC_CONSTRAINTS: "X509v3 Basic Constraints",
    ExtensionOID.CERTIFICATE_POLICIES: "X509v3 Certificate Policies",
    ExtensionOID.CRL_DISTRIBUTION_POINTS: "X509v3 CRL Distribution Points",
    ExtensionOID.CRL_NUMBER: "X509v3 CRL Number",
    CRLEntryExtensionOID.CRL_REASON: "X509v3 CRL Reason Code",
    ExtensionOID.DELTA_CRL_INDICATOR: "X509v3 Delta CRL Indicator",
    ExtensionOID.EXTENDED_KEY_USAGE: "X509v3 Extended Key Usage",
    ExtensionOID.FRESHEST_CRL: "X509v3 Freshest CRL",
    CRLEntryExtensionOID.INVALIDITY_DATE: "Invalidity Date",
    ExtensionOID.ISSUER_ALTERNATIVE_NAME: "X509v3 Issuer Alternative Name",
    ExtensionOID.ISSUING_DISTRIBUTION_POINT: "X509v3 Issuing Distribution Point",
    ExtensionOID.KEY_USAGE: "X509v3 Key Usage",
    ExtensionOID.NAME_CONSTRAINTS: "X509v3 Name Constraints",
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: "X509v3 Subject Alternative Name",
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: "X509v3 Subject Key Identifier",
}
_KEY_USAGES: Final = (
    ("digital_signature", "Digital Signature"),
    ("content_commitment", "Non Repudiation"),
    ("key_encipherment", "Key Encipherment"),
    ("data_encipherment", "Data Encipherment"),
    ("key_agreement", "Key Agreement"),
    ("key_cert_sign", "Certificate Sign"),
    ("crl_sign", "CRL Sign"),
)
_PURPOSES: Final = {
    "1.3.6.1.5.5.7.3.1": "TLS Web Server Authentication",
    "1.3.6.1.5.5.7.3.2": "TLS Web Client Authentication",
    "1.3.6.1.5.5.7.3.3": "Code Signing",
    "1.3.6.1.5.5.7.3.4": "E-mail Protection",
    "1.3.6.1.5.5.7.3.5": "IPSec End System",
    "1.3.6.1.5.5.7.3.6": "IPSec Tunnel",
    "1.3.6.1.5.5.7.3.7": "IPSec User",
    "1.3.6.1.5.5.7.3.8": "Time Stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP Signing",
    "1.3.6.1.5.5.7.3.17": "ipsec Internet Key Exchange",
    "1.3.6.1.5.5.7.3.27": "CMC Certificate Authority",
    "1.3.6.1.5.5.7.3.28": "CMC Registration Authority",
    "2.5.29.37.0": "Any Extended Key Usage",
}
_ACCESS: Final = {
    AuthorityInformationAccessOID.OCSP: "OCSP",
    AuthorityInformationAccessOID.CA_ISSUERS: "CA Issuers",
}
_ANY_POLICY: Final = "2.5.29.32.0"


def extensions(found: Iterable[x509.Extension[x509.ExtensionType]], indent: str) -> Iterator[str]:
    """Yield each extension: its name and whether it is critical, then its content."""
    for extension in found:
        title = _TITLES.get(extension.oid, extension.oid.dotted_string)
        yield f"{indent}{title}: {'critical' if extension.critical else ''}"
        yield from (f"{indent}    {line}" for line in _content(extension.value))


def colons(octets: bytes) -> str:
    """Return *octets* as upper case hexadecimal pairs between colons."""
    return octets.hex(":").upper()


def _content(value: x509.ExtensionType) -> Iterator[str]:  # noqa: C901 - one case an extension
    match value:
        case x509.BasicConstraints():
            length = "" if value.path_length is None else f", pathlen:{value.path_length}"
            yield f"CA:{str(value.ca).upper()}{length}"
        case x509.KeyUsage():
            yield ", ".join(_usages(value))
        case x509.ExtendedKeyUsage():
            yield ", ".join(_PURPOSES.get(oid.dotted_string, oid.dotted_string) for oid in value)
        case x509.SubjectKeyIdentifier():
            yield colons(value.digest)
        case x509.AuthorityKeyIdentifier():
            yield from _authority_key(value)
        case x509.SubjectAlternativeName() | x509.IssuerAlternativeName():
            yield ", ".join(map(general_name, value))
        case x509.CRLDistributionPoints() | x509.FreshestCRL():
            for point in value:
                yield from _point(point)
        case x509.AuthorityInformationAccess():
            for access in value:
                method = access.access_method
                label = _ACCESS.get(method, method.dotted_string)
                yield f"{label} - {general_name(access.access_location)}"
        case x509.CertificatePolicies():
            for policy in value:
                oid = policy.policy_identifier.dotted_string
                yield f"Policy: {'X509v3 Any Policy' if oid == _ANY_POLICY else oid}"
        case x509.NameConstraints():
            yield from _constraints("Permitted", value.permitted_subtrees)
            yield from _constraints("Excluded", value.excluded_subtrees)
        case x509.CRLNumber() | x509.DeltaCRLIndicator():
            yield str(value.crl_number)
        case x509.CRLReason():
            yield value.reason.name.replace("_", " ").title()
        case Unreadable():
            yield f"cannot be read: {value.reason}"
            yield from _octets(value.value)
        case _:
            yield from _octets(value.public_bytes())


def _usages(usage: x509.KeyUsage) -> Iterator[str]:
    yield from (label for name, label in _KEY_USAGES if getattr(usage, name))
    if usage.key_agreement and usage.encipher_only:
        yield "Encipher Only"
    if usage.key_agreement and usage.decipher_only:
        yield "Decipher Only"


def _authority_key(value: x509.AuthorityKeyIdentifier) -> Iterator[str]:
    serial = value.authority_cert_serial_number
    if value.key_identifier is not None:
        full = serial is not None
        yield f"keyid:{colons(value.key_identifier)}" if full else colons(value.key_identifier)
    for name in value.authority_cert_issuer or ():
        yield general_name(name)
    if serial is not None:
        yield f"serial:{colons(serial.to_bytes(serial.bit_length() // 8 + 1, 'big', signed=True))}"


def _point(point: x509.DistributionPoint) -> Iterator[str]:
    if point.full_name is not None:
        yield "Full Name:"
        yield from (f"  {general_name(name)}" for name in point.full_name)


def _constraints(title: str, subtrees: Iterable[x509.GeneralName] | None) -> Iterator[str]:
    if subtrees is not None:
        yield f"{title}:"
        yield from (f"  {_subtree(name)}" for name in subtrees)


def _subtree(name: x509.GeneralName) -> str:
    if isinstance(name, x509.IPAddress) and isinstance(name.value, ipaddress.IPv4Network):
        return f"IP:{name.value.network_address}/{name.value.netmask}"
    return general_name(name)


def general_name(name: x509.GeneralName) -> str:
    """Return one alternative name with its kind, as ``DNS:gw.example.net``."""
    match name:
        case x509.DNSName():
            return f"DNS:{printable(name.value)}"
        case x509.IPAddress():
            return f"IP Address:{_address(name.value)}"
        case x509.RFC822Name():
            return f"email:{printable(name.value)}"
        case x509.UniformResourceIdentifier():
            return f"URI:{printable(name.value)}"
        case x509.DirectoryName():
            return f"DirName:{names.display(name.value)}"
        case UnsupportedName():
            return f"{name.form}:<unsupported>"
        case x509.RegisteredID():
            return f"Registered ID:{name.value.dotted_string}"
        case _:
            return "othername:<unsupported>"


def _address(value: object) -> str:
    if isinstance(value, ipaddress.IPv6Address):
        groups = (int(group, 16) for group in value.exploded.split(":"))
        return ":".join(f"{group:X}" for group in groups)
    return str(value)


def _octets(content: bytes) -> Iterator[str]:
    for start in range(0, min(len(content), 4096), 16):
        yield content[start : start + 16].hex(":")
