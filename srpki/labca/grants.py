"""What a device's certificate gets of the extensions that were asked for [RFC 5280, 4.2.1].

Granted are alternative names, key usages and purposes that a device may have, as critical as they
were asked for. The rest is the CA's own, and what differs from the wish is no secret: the client
is told "granted with modifications".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from srpki.core.errors import RefusedError

Extensions = Iterable[x509.Extension[x509.ExtensionType]]

_IPSEC: Final = tuple(x509.ObjectIdentifier(f"1.3.6.1.5.5.7.3.{number}") for number in (5, 6, 7))
PURPOSES: Final = (
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.IPSEC_IKE,
    *_IPSEC,  # ipsecEndSystem, ipsecTunnel, ipsecUser
)
"""Extended key usages that a device may ask for; the first two it gets without asking."""
_USUAL_PURPOSES: Final = PURPOSES[:2]


@dataclass(frozen=True, slots=True)
class Granted:
    """The extensions of a certificate that depend on who asks; *critical* names them by OID."""

    alternative: x509.SubjectAlternativeName | None
    usages: tuple[str, ...]
    purposes: tuple[x509.ObjectIdentifier, ...]
    critical: frozenset[x509.ObjectIdentifier]


def granted(
    subject: x509.Name, public_key: CertificatePublicKeyTypes, extensions: Extensions
) -> Granted:
    """Return what is granted of *extensions* to *subject* with *public_key*.

    Raises `RefusedError` when nothing that is asked for can be granted.
    """
    asked = {extension.oid: extension for extension in extensions}
    # Critical unless the request says otherwise [RFC 5280, 4.2.1.3, 4.2.1.9].
    critical = {x509.KeyUsage.oid, x509.BasicConstraints.oid} - asked.keys()
    critical |= {oid for oid, extension in asked.items() if extension.critical}
    if not subject.rdns:  # RFC 5280, 4.2.1.6
        critical.add(x509.SubjectAlternativeName.oid)
    values = {oid: extension.value for oid, extension in asked.items()}
    alternative = values.get(x509.SubjectAlternativeName.oid)
    usage, purposes = values.get(x509.KeyUsage.oid), values.get(x509.ExtendedKeyUsage.oid)
    return Granted(
        alternative if isinstance(alternative, x509.SubjectAlternativeName) else None,
        _usages(public_key, usage if isinstance(usage, x509.KeyUsage) else None),
        _purposes(purposes if isinstance(purposes, x509.ExtendedKeyUsage) else None),
        frozenset(critical),
    )


def _usages(public_key: CertificatePublicKeyTypes, asked: x509.KeyUsage | None) -> tuple[str, ...]:
    usual: tuple[str, ...] = ("digital_signature",)
    more: tuple[str, ...] = ("content_commitment",)
    if isinstance(public_key, rsa.RSAPublicKey):
        usual, more = (*usual, "key_encipherment"), (*more, "data_encipherment")
    elif isinstance(public_key, ec.EllipticCurvePublicKey):
        usual = (*usual, "key_agreement")
    if asked is None:
        return usual
    found = tuple(name for name in (*usual, *more) if getattr(asked, name))
    if not found:
        raise RefusedError("none of the key usages asked for goes with a device's key of this type")
    return found


def _purposes(asked: x509.ExtendedKeyUsage | None) -> tuple[x509.ObjectIdentifier, ...]:
    if asked is None:
        return _USUAL_PURPOSES
    found = tuple(purpose for purpose in asked if purpose in PURPOSES)
    if not found:
        raise RefusedError("none of the extended key usages asked for is a device's")
    return found
