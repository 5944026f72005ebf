"""What is in these octets? Good enough to tell an operator."""

from __future__ import annotations

from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber
from srpki.x509 import der as asn1

CERTIFICATE: Final = "a certificate"
KEY: Final = "a private key"
ENCRYPTED_KEY: Final = "an encrypted private key"
OPENSSH_KEY: Final = "an OpenSSH private key"
CRL: Final = "a CRL"
REQUEST: Final = "a certification request"
PUBLIC_KEY: Final = "a public key"
PKCS7: Final = "PKCS#7"
PKCS12: Final = "PKCS#12"
PEM: Final = "PEM"
TRUNCATED: Final = "a truncated file"
JAVA_KEYSTORE: Final = "a Java keystore"
PUTTY_KEY: Final = "a PuTTY private key"
UNKNOWN: Final = "an unknown kind of file"

KEY_LABELS: Final = (
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "DSA PRIVATE KEY",
    "EC PRIVATE KEY",
)
"""PEM blocks with private keys that can be read."""
_LABELS: Final = {
    "CERTIFICATE": CERTIFICATE,
    "X509 CERTIFICATE": CERTIFICATE,
    "TRUSTED CERTIFICATE": "an OpenSSL trusted certificate",
    **dict.fromkeys(KEY_LABELS, KEY),
    "ENCRYPTED PRIVATE KEY": ENCRYPTED_KEY,
    "OPENSSH PRIVATE KEY": OPENSSH_KEY,
    "PUBLIC KEY": PUBLIC_KEY,
    "RSA PUBLIC KEY": PUBLIC_KEY,
    "CERTIFICATE REQUEST": REQUEST,
    "NEW CERTIFICATE REQUEST": REQUEST,
    "X509 CRL": CRL,
    "PKCS7": PKCS7,
    "CMS": PKCS7,
}
_MAGIC: Final = {b"\xfe\xed\xfe\xed": JAVA_KEYSTORE, b"PuTTY-User-Key-File-": PUTTY_KEY}
CURES: Final = {
    OPENSSH_KEY: "convert it: ssh-keygen -p -m PKCS8 -f FILE",
    PUTTY_KEY: "convert it: puttygen FILE -O private-openssh, then ssh-keygen -p -m PKCS8",
    JAVA_KEYSTORE: "convert it: keytool -importkeystore -deststoretype PKCS12",
}
"""How to make of a file what can be read."""
_TIMES: Final = (0x17, 0x18)


def of_label(label: str) -> str:
    """Return what a PEM block with *label* is, in words."""
    return _LABELS.get(label) or f"a PEM {label} block"


def identify(data: bytes) -> str:
    """Return what *data* is, as one of the constants of this module."""
    if b"-----BEGIN " in data:
        return PEM
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    try:
        outer = asn1.read(data)
        if outer.tag != asn1.SEQUENCE:
            return UNKNOWN
        parts = list(asn1.elements(outer.content))
    except InvalidInputError as error:
        if data[:2] == b"\x30\x80":
            return _of_indefinite(data)
        return TRUNCATED if data[:1] == b"\x30" and "truncated" in error.sentence else UNKNOWN
    return _of_parts(parts) or _signed(parts)


def alone(data: bytes) -> bytes:
    """Return the first DER element in *data* without what stands behind it.

    Data that does not begin with one are returned as they are.
    """
    try:
        return asn1.read(data).whole
    except InvalidInputError:
        return data


def _of_indefinite(data: bytes) -> str:
    """Tell containers whose length is not said, as some programs write them."""
    try:
        outer, *more = ber.elements(data)
        return UNKNOWN if more else _of_parts(list(ber.elements(outer.content))) or UNKNOWN
    except InvalidInputError:
        return UNKNOWN


def _of_parts(parts: list[asn1.Element]) -> str:
    """Tell keys and containers by the tags of their first elements."""
    tags = [part.tag for part in parts[:4]]
    number = parts[0].content if tags[:1] == [asn1.INTEGER] else b""
    match tags:
        case [asn1.OBJECT_IDENTIFIER, 0xA0]:
            return PKCS7
        case [asn1.INTEGER, asn1.SEQUENCE, asn1.OCTET_STRING, *_]:  # RFC 5958
            return KEY
        case [asn1.INTEGER, asn1.INTEGER, asn1.INTEGER, asn1.INTEGER]:  # RFC 8017, A.1.2; DSA
            return KEY
        case [asn1.INTEGER, asn1.OCTET_STRING, *_] if number == b"\x01":  # RFC 5915
            return KEY
        case [asn1.INTEGER, asn1.SEQUENCE, *_] if number == b"\x03":  # RFC 7292, 4
            return PKCS12
        case [asn1.SEQUENCE, asn1.OCTET_STRING]:  # RFC 5958, 3
            return ENCRYPTED_KEY
        case [asn1.SEQUENCE, asn1.BIT_STRING]:
            return PUBLIC_KEY
        case _:
            return ""


def _signed(parts: list[asn1.Element]) -> str:
    """Tell what is SIGNED by the tags of the fields that are signed, whatever they hold."""
    if [part.tag for part in parts] != [asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING]:
        return UNKNOWN
    try:
        tags = [field.tag for field in asn1.elements(parts[0].content)]
    except InvalidInputError:
        return UNKNOWN
    version, *rest = tags or [0]
    match rest if version in (asn1.INTEGER, 0xA0) else tags:
        case [asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, *_]:
            return CERTIFICATE  # of version 1: its version is left out
        case [asn1.INTEGER, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, asn1.SEQUENCE, *_]:
            return CERTIFICATE
        case [asn1.SEQUENCE, asn1.SEQUENCE, tag, *_] if tag in _TIMES:
            return CRL
        case [asn1.SEQUENCE, asn1.SEQUENCE, *_] if version == asn1.INTEGER:
            return REQUEST
        case _:
            return UNKNOWN
