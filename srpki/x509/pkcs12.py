"""PKCS#12 files, opened within bounds [RFC 7292].

The library opens a file in one go: its contents, and then the first key that it meets in them,
however long that takes. A key within encrypted contents says what it costs only once they are open.
So the MAC is checked here, and the library is shown the contents behind a key of no worth: it takes
that one and leaves alone all others. The file's own key is opened by itself, its cost known.
"""

from __future__ import annotations

import hashlib
import hmac
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber, derivations
from srpki.x509 import der as asn1
from srpki.x509.der import Element, encode, encode_oid

_VERSION: Final = b"\x02\x01\x03"
_DATA: Final = "1.2.840.113549.1.7.1"
_KEY_BAG: Final = "1.2.840.113549.1.12.10.1.1"
_SHROUDED_BAG: Final = "1.2.840.113549.1.12.10.1.2"
_PBMAC1: Final = "1.2.840.113549.1.5.14"
_EXPLICIT: Final = 0xA0
_FOR_MAC: Final = 3
_HASHES: Final = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.9": "sha3_384",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
    "1.2.840.113549.2.7": "sha1",  # and these as HMACs
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}


def certificates(data: bytes, password: str) -> list[bytes]:
    """Return the certificates (DER) of the PKCS#12 file *data*, in their order.

    Raises:
        InvalidInputError: when it cannot be opened, or would take too long.
    """
    opened = _Opened(data, password)
    found = opened.load([_content(_decoy()), *(one.whole for one in opened.contents)])
    held = [] if found.cert is None else [found.cert]
    return [one.certificate.public_bytes(Encoding.DER) for one in (*held, *found.additional_certs)]


def key(data: bytes, password: str) -> object | None:
    """Return the first private key of the PKCS#12 file *data*; raises as `certificates` does.

    None when there is none outside of encrypted contents, where programs put certificates alone.
    """
    opened = _Opened(data, password)
    bags = opened.key_bags()
    return opened.load([_content(bags[0])]).key if bags else None


class _Opened:
    """A file whose cost is known and whose MAC, if it has one, is right."""

    def __init__(self, data: bytes, password: str) -> None:
        derivations.check(data)
        self._password = password
        try:
            safe, mac = _apart(data)
            self.contents = _elements(safe)
            self._secret = None if mac is None else _secret(mac, safe, password)
        except (ValueError, IndexError):
            raise _malformed() from None
        if mac is not None and self._secret is None:
            raise _wrong(password)

    def key_bags(self) -> list[bytes]:
        try:
            return [bag for one in self.contents for bag in _key_bags(one)]
        except (ValueError, IndexError):
            raise _malformed() from None

    def load(self, contents: Sequence[bytes]) -> pkcs12.PKCS12KeyAndCertificates:
        """Let the library open *contents*."""
        safe = encode(asn1.SEQUENCE, *contents)
        mac = b"" if self._secret is None else _mac(safe, self._secret)
        data = encode(asn1.SEQUENCE, _VERSION, _data(safe), mac)
        try:
            with warnings.catch_warnings():  # the library warns of BER, which it reads
                warnings.simplefilter("ignore")
                return pkcs12.load_pkcs12(data, self._password.encode() or None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            said = str(error)
        if "asn1" in said:
            raise InvalidInputError(
                "the PKCS#12 file holds a certificate that is not DER",
                hint="import it as PEM: openssl pkcs12 -nokeys -in FILE",
            )
        if self._secret is not None:  # then it is right
            raise InvalidInputError(
                "the PKCS#12 file holds, or is encrypted with, what is not supported",
                hint="write it again: openssl pkcs12 -export -keypbe AES-256-CBC",
            )
        raise _wrong(self._password)


def _malformed() -> InvalidInputError:
    return InvalidInputError("the PKCS#12 file is not well formed", hint="is it damaged?")


def _wrong(password: str) -> InvalidInputError:
    hint = "is the password right?" if password else "give its password"
    return InvalidInputError("the PKCS#12 file cannot be opened", hint=hint)


# --- taking apart, putting together --------------------------------------------------------------


def _elements(content: bytes) -> list[Element]:
    """Return the elements of the SEQUENCE in *content*; raises `ValueError`."""
    try:
        (outer,) = ber.elements(content)
        return list(ber.elements(outer.content))
    except InvalidInputError as error:
        raise ValueError(error.sentence) from None


def _apart(data: bytes) -> tuple[bytes, list[Element] | None]:
    """Return the AuthenticatedSafe and the parts of the MacData, None without."""
    _, info, *more = _elements(data)
    _, outer = _elements(info.whole)
    (octets,) = ber.elements(outer.content)
    return octets.content, _elements(more[0].whole) if more else None


def _key_bags(content: Element) -> list[bytes]:
    """Return the bags with keys of a ContentInfo that is not encrypted itself."""
    kind, outer = _elements(content.whole)
    if asn1.decode_oid(kind.content) != _DATA:
        return []
    (octets,) = ber.elements(outer.content)
    return [
        bag.whole
        for bag in _elements(octets.content)
        if asn1.decode_oid(_elements(bag.whole)[0].content) in {_KEY_BAG, _SHROUDED_BAG}
    ]


def _content(bag: bytes) -> bytes:
    """Return a ContentInfo with one bag."""
    return _data(encode(asn1.SEQUENCE, bag))


def _data(octets: bytes) -> bytes:
    return encode(
        asn1.SEQUENCE,
        encode_oid(_DATA),
        encode(_EXPLICIT, encode(asn1.OCTET_STRING, octets)),
    )


@lru_cache(maxsize=1)
def _decoy() -> bytes:
    """Return a bag with a key that is nobody's."""
    key = ec.derive_private_key(1, ec.SECP256R1())
    octets = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return encode(asn1.SEQUENCE, encode_oid(_KEY_BAG), encode(_EXPLICIT, octets))


# --- the MAC -------------------------------------------------------------------------------------


def _secret(mac: list[Element], safe: bytes, password: str) -> bytes | None:
    """Return *password* as it was written for the MacData over *safe*, None when it is wrong.

    An empty password is written with or without its end [RFC 7292, 4 and B.1; RFC 9579].
    """
    info, salt, *more = mac
    algorithm, value = _elements(info.whole)
    name, *parameters = _elements(algorithm.whole)
    dotted = asn1.decode_oid(name.content)
    written = password.encode("utf-16-be") + b"\0\0"
    if dotted == _PBMAC1:
        right = hmac.compare_digest(_pbmac1(parameters[0], safe, password), value.content)
        return written if right else None
    digest = _hash(dotted)
    rounds = int.from_bytes(more[0].content, "big") if more else 1
    for secret in (written,) if password else (b"", written):
        key = _mac_key(digest, secret, salt.content, rounds)
        if hmac.compare_digest(hmac.digest(key, safe, digest), value.content):
            return secret
    return None


def _mac(safe: bytes, secret: bytes) -> bytes:
    """Return a MacData over *safe*: it tells the library how the password was written."""
    salt = bytes(8)
    value = hmac.digest(_mac_key("sha256", secret, salt, 1), safe, "sha256")
    sha256 = encode(asn1.SEQUENCE, encode_oid("2.16.840.1.101.3.4.2.1"), asn1.NULL)
    info = encode(asn1.SEQUENCE, sha256, encode(asn1.OCTET_STRING, value))
    return encode(asn1.SEQUENCE, info, encode(asn1.OCTET_STRING, salt))


def _hash(dotted: str) -> str:
    if dotted not in _HASHES:
        raise InvalidInputError(
            f"the MAC of the PKCS#12 file is by {dotted}, which is not supported",
            hint="write it again: openssl pkcs12 -export",
        )
    return _HASHES[dotted]


def _pbmac1(parameters: Element, safe: bytes, password: str) -> bytes:
    """Return the MAC by a key that PBKDF2 derives [RFC 8018, 7.1]."""
    derivation, scheme = _elements(parameters.whole)
    _, values = _elements(derivation.whole)
    salt, *rest = _elements(values.whole)
    numbers = [one for one in rest if one.tag == asn1.INTEGER]
    rounds, length = (int.from_bytes(one.content, "big") for one in numbers[:2])
    if not 0 < length <= 1024:
        raise ValueError(length)
    functions = [one for one in rest if one.tag == asn1.SEQUENCE]
    prf = _algorithm(functions[0]) if functions else "sha1"
    key = hashlib.pbkdf2_hmac(prf, password.encode(), salt.content, rounds, length)
    return hmac.digest(key, safe, _algorithm(scheme))


def _algorithm(identifier: Element) -> str:
    return _hash(asn1.decode_oid(_elements(identifier.whole)[0].content))


def _mac_key(digest: str, secret: bytes, salt: bytes, rounds: int) -> bytes:
    """Return the key of a MAC, which has the length of *digest* [RFC 7292, B.2]."""
    block = hashlib.new(digest, usedforsecurity=False).block_size

    def filled(octets: bytes) -> bytes:
        length = -(-len(octets) // block) * block
        return (octets * (length // max(len(octets), 1) + 1))[:length]

    key = bytes([_FOR_MAC]) * block + filled(salt) + filled(secret)
    for _ in range(rounds):
        key = hashlib.new(digest, key, usedforsecurity=False).digest()
    return key
