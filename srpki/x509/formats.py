"""Files that operators bring and take: PEM, DER, PKCS#7 and PKCS#12.

Whatever the format, what comes out is DER (keys: an object). When a file holds several objects of
the wanted type, all certificates are returned in order and the first key or CRL is taken. A file
that is something else is named for what it is, so that the operator knows what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from srpki.core.errors import InvalidInputError, UsageError
from srpki.x509 import contents, crl, derivations, pem, pkcs7, pkcs12
from srpki.x509.certificates import parse
from srpki.x509.keys import MAX_KEY_OCTETS, PrivateKey, checked, same_public_key

FORMATS: Final = ("pem", "der", "pkcs12", "pkcs7-der", "pkcs7-pem")
MAX_OCTETS: Final = 1 << 20
"""Octets of a file."""

_CERTIFICATE_LABELS: Final = ("CERTIFICATE", "X509 CERTIFICATE")
_PKCS7_LABELS: Final = ("PKCS7", "CMS")
_WRITE_AGAIN: Final = "write it again: openssl pkcs8 -topk8 -v2 aes-256-cbc"
_ENCODINGS: Final = {
    "pem": serialization.Encoding.PEM,
    "der": serialization.Encoding.DER,
}


def read_certificates(data: bytes, format: str, password: str = "") -> list[bytes]:  # noqa: A002
    """Return the certificates (DER) in *data*, at least one, in their order.

    *format* is pem, der, pkcs12, pkcs7-der or pkcs7-pem; *password* is for PKCS#12, where the
    certificate that belongs to the key comes first. The first must be one that can be read; its
    neighbours are left out when they cannot, and so are octets behind any of them.

    Raises:
        InvalidInputError: when there is none; says what was found instead.
    """
    _check(data, format)
    match format:
        case "pem":
            found = _pem_certificates(data)
        case "der":
            found = [_expect_der(data, contents.CERTIFICATE)]
        case "pkcs12":
            found = _pkcs12_certificates(data, password)
        case _:
            found = pkcs7.objects(_pkcs7(data, format), "certificates")
    if not found:
        raise InvalidInputError("the file holds no certificate")
    if not format.startswith("pkcs7"):  # a SET OF, which has no first
        parse(found[0])
    return _readable(found)


def _pem_certificates(data: bytes) -> list[bytes]:
    first, *more = pem.blocks(data, contents.CERTIFICATE, _CERTIFICATE_LABELS)
    found = [contents.alone(first.der())]
    for block in more:
        with suppress(InvalidInputError):
            found.append(contents.alone(block.der()))
    return found


def _readable(found: list[bytes]) -> list[bytes]:
    """Return the certificates that can be read; raises for the first one when none can."""
    readable = []
    for der in found:
        with suppress(InvalidInputError):
            parse(der)
            readable.append(der)
    if not readable:
        parse(found[0])
    return readable


def read_key(data: bytes, format: str, password: str = "") -> PrivateKey:  # noqa: A002
    """Return the first private key in *data*.

    *format* is pem, der or pkcs12; an encrypted key needs *password*.

    Raises:
        InvalidInputError: when there is none or the password is wrong; says what was found.
    """
    _check(data, format)
    match format:
        case "pem":
            block = pem.blocks(data, contents.KEY, contents.KEY_LABELS)[0]
            if block.label.startswith("ENCRYPTED"):
                _check_protection(block.der())
            return _load_key(block.text, password, pem=True)
        case "der":
            der = _expect_der(data, contents.KEY, contents.ENCRYPTED_KEY)
            if contents.identify(der) == contents.ENCRYPTED_KEY:
                _check_protection(der)
            return _load_key(der, password, pem=False)
        case "pkcs12":
            _check_pkcs12(data)
            key = pkcs12.key(data, password)
            if key is None:
                raise InvalidInputError("the PKCS#12 file holds no private key")
            return checked(key)
        case _:
            raise InvalidInputError("a PKCS#7 file holds no private key", hint="use PKCS#12")


def read_crl(data: bytes, format: str) -> bytes:  # noqa: A002
    """Return the first CRL (DER) in *data*; *format* is any but pkcs12.

    Raises:
        InvalidInputError: when there is none; says what was found instead.
    """
    _check(data, format)
    match format:
        case "pem":
            der = contents.alone(pem.blocks(data, contents.CRL, ("X509 CRL",))[0].der())
        case "der":
            der = _expect_der(data, contents.CRL)
        case "pkcs12":
            raise InvalidInputError("a PKCS#12 file holds no CRL", hint="use PEM or DER")
        case _:
            der = next(iter(pkcs7.objects(_pkcs7(data, format), "crls")), b"")
            if not der:
                raise InvalidInputError("the PKCS#7 file holds no CRL")
    crl.parse(der)
    return der


def read_request(data: bytes, format: str) -> bytes:  # noqa: A002
    """Return the first certification request (DER) in *data*; *format* is pkcs10, pem or der.

    PKCS#10 is taken in either encoding.

    Raises:
        InvalidInputError: when there is none; says what was found instead.
        UsageError: for another format.
    """
    if format not in ("pkcs10", "pem", "der"):
        raise UsageError(f"a request has no format {format}", hint="use pkcs10, pem or der")
    if format == "pkcs10":
        format = "pem" if contents.identify(data) == contents.PEM else "der"  # noqa: A001
    _check(data, format)
    if format == "pem":
        labels = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
        return contents.alone(pem.blocks(data, contents.REQUEST, labels)[0].der())
    return _expect_der(data, contents.REQUEST)


def has_more(data: bytes, format: str) -> bool:  # noqa: A002
    """Say whether octets stand behind the first object in *data*, which the readers leave out.

    *format* is one of theirs; what a container holds is never followed by anything.
    """
    match format:
        case "pem":
            block = next(pem.all_blocks(data), None)
            der = b"" if block is None else block.der()
            return contents.alone(der) != der
        case "der":
            return contents.alone(data) != data
        case _:
            return False


def write_certificates(certificates: Sequence[bytes], format: str) -> bytes:  # noqa: A002
    """Return a file with *certificates* (DER); *format* is pem, der, pkcs7-der or pkcs7-pem.

    Raises:
        UsageError: when the format cannot hold them.
    """
    match format:
        case "pem":
            return b"".join(pem.write(der, "CERTIFICATE") for der in certificates)
        case "der":
            return _single(certificates)
        case "pkcs7-der":
            return pkcs7.write(certificates)
        case "pkcs7-pem":
            return pem.write(pkcs7.write(certificates), "PKCS7")
        case _:
            raise UsageError(
                f"certificates alone are not written as {format}", hint="use pem, der or pkcs7"
            )


def write_key(key: PrivateKey, format: str, password: str) -> bytes:  # noqa: A002
    """Return a file with *key* encrypted under *password*; *format* is pem, der or pkcs12.

    Raises:
        UsageError: when there is no password or the format cannot hold a key.
    """
    if not password:
        raise UsageError("a private key is not written in clear", hint="give a password")
    encryption = serialization.BestAvailableEncryption(password.encode())
    match format:
        case "pem" | "der":
            return key.private_bytes(
                _ENCODINGS[format], serialization.PrivateFormat.PKCS8, encryption
            )
        case "pkcs12":
            return serialize_key_and_certificates(None, key, None, None, encryption)
        case _:
            raise UsageError(
                f"a private key is not written as {format}", hint="use pem, der or pkcs12"
            )


def write_crl(der: bytes, format: str) -> bytes:  # noqa: A002
    """Return a file with the CRL in *der*; *format* is pem or der; raises `UsageError`."""
    match format:
        case "pem":
            return pem.write(der, "X509 CRL")
        case "der":
            return der
        case _:
            raise UsageError(f"a CRL is not written as {format}", hint="use pem or der")


def write_pkcs12(certificate: bytes, key: PrivateKey, password: str) -> bytes:
    """Return a PKCS#12 file with *certificate* (DER) and its *key*, encrypted under *password*.

    Raises:
        UsageError: when there is no password, or the library does not load the certificate.
    """
    if not password:
        raise UsageError("a private key is not written in clear", hint="give a password")
    encryption = serialization.BestAvailableEncryption(password.encode())
    try:
        loaded = x509.load_der_x509_certificate(certificate)
    except (ValueError, TypeError):
        fields = ", ".join(parse(certificate).not_der)
        raise UsageError(
            f"a certificate that is not DER ({fields}) is not written as PKCS#12",
            hint="export certificate and key as PEM or DER",
        ) from None
    return serialize_key_and_certificates(None, key, loaded, None, encryption)


def _check(data: bytes, format_: str) -> None:
    if format_ not in FORMATS:
        raise UsageError(f"format {format_} is not known", hint=f"use {', '.join(FORMATS)}")
    if not data.strip():
        raise InvalidInputError("the file is empty")
    if len(data) > MAX_OCTETS:
        raise InvalidInputError(f"the file is longer than {MAX_OCTETS} octets")


def _expect_der(data: bytes, *wanted: str) -> bytes:
    """Return the one of *wanted* that *data* begin with, in DER; raises with what it is instead."""
    found = contents.identify(data)
    if found in wanted:
        return contents.alone(data)
    if found == contents.PEM:
        raise InvalidInputError("this is PEM, not DER", hint="give format pem")
    hint = "is it damaged?" if found == contents.UNKNOWN else "give the right type and format"
    hint = contents.CURES.get(found, hint)
    raise InvalidInputError(f"this is {found}, not {wanted[0]}", hint=hint)


def _pkcs7(data: bytes, format_: str) -> bytes:
    """Return the PKCS#7 structure (BER) in *data*."""
    if format_ == "pkcs7-pem":
        return pem.blocks(data, contents.PKCS7, _PKCS7_LABELS)[0].der()
    found = contents.identify(data)
    if found not in (contents.PKCS7, contents.UNKNOWN):  # indefinite lengths are not identified
        raise InvalidInputError(f"this is {found}, not PKCS#7", hint="give the right format")
    return data


def _single(certificates: Sequence[bytes]) -> bytes:
    if len(certificates) != 1:
        raise UsageError(
            f"a DER file holds one certificate, not {len(certificates)}", hint="use pem or pkcs7"
        )
    return certificates[0]


def _load_key(data: bytes, password: str, *, pem: bool) -> PrivateKey:
    if len(data) > (2 * MAX_KEY_OCTETS if pem else MAX_KEY_OCTETS):
        raise InvalidInputError("the private key is too long", hint="RSA goes up to 8192 bits")
    load = serialization.load_pem_private_key if pem else serialization.load_der_private_key
    try:
        try:
            return checked(load(data, password.encode() or None))
        except TypeError:  # a password where none is needed, or none where one is
            if not password:
                raise InvalidInputError(
                    "the private key is encrypted", hint="give its password"
                ) from None
            return checked(load(data, None))
    except UnsupportedAlgorithm:
        raise InvalidInputError(
            "the private key is of a type that cannot be used", hint="use RSA, DSA or ECDSA"
        ) from None
    except (ValueError, TypeError) as error:
        raise _unreadable_key(str(error), password) from None


def _unreadable_key(said: str, password: str) -> InvalidInputError:
    """Return the error for a key that the library refuses; *said* is what it says itself.

    With some ciphers it cannot tell a wrong password from damage.
    """
    if "unknown cipher" in said:
        return InvalidInputError(
            "the private key is encrypted with a cipher that is not supported", hint=_WRITE_AGAIN
        )
    if not password:
        hint = "is it damaged?"
    elif "password" in said:
        hint = "is the password right?"
    else:
        hint = "is it damaged, or is the password wrong?"
    return InvalidInputError("the private key cannot be read", hint=hint)


def _check_protection(der: bytes) -> None:
    """Refuse an encrypted key that takes too long to open, or cannot be opened at all."""
    derivations.check(der)
    algorithm = derivations.unsupported(der)
    if algorithm:
        raise InvalidInputError(
            f"the private key is encrypted with {algorithm}, which is not supported",
            hint=_WRITE_AGAIN,
        )


def _check_pkcs12(data: bytes) -> None:
    found = contents.identify(data)
    if found != contents.PKCS12:
        hint = contents.CURES.get(found, "give the right format")
        raise InvalidInputError(f"this is {found}, not PKCS#12", hint=hint)


def _pkcs12_certificates(data: bytes, password: str) -> list[bytes]:
    """Return the certificates, the one that belongs to the key first."""
    _check_pkcs12(data)
    found = pkcs12.certificates(data, password)
    if len(found) < 2:
        return found
    key = pkcs12.key(data, password)
    return sorted(found, key=lambda der: key is None or not _belongs(der, key))


def _belongs(certificate: bytes, key: object) -> bool:
    try:
        return same_public_key(certificate, checked(key))
    except InvalidInputError:  # a key that is not one of ours
        return False
