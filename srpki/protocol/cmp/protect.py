"""PKIProtection: password-based MAC and signature, made and verified [RFC 4210, 5.1.3].

Comparison takes constant time; a peer's iteration count and salt are bounded before any work.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.asn1 import TLV
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1
from srpki.protocol.cmp.messages import Message
from srpki.x509 import certificates, der, signatures
from srpki.x509.keys import HASHES, PrivateKey, PublicKey, sign

PBM: Final = "1.2.840.113533.7.66.13"
RSASSA_PSS: Final = "1.2.840.113549.1.1.10"

ITERATIONS: Final = 5000
"""Iterations in what is sent: EJBCA takes at most 10000, RFC 4211 wants 1000 at least."""
SALT_OCTETS: Final = 16
FEWEST_ITERATIONS: Final = 100
MOST_ITERATIONS: Final = 100_000

_SHORTEST_SALT: Final = 8
_LONGEST_SALT: Final = 128
_ONE_WAY: Final = {  # RFC 9481, 2.1
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_MACS: Final = {  # RFC 4210, 5.1.3.1; RFC 9481, 6.2
    "1.3.6.1.5.5.8.1.2": "sha1",
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
}
_SHA256: Final = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"))
_HMAC_SHA256: Final = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.2.9"))
_MGF1: Final = "1.2.840.113549.1.1.8"
_MD5_WITH_RSA: Final = "1.2.840.113549.1.1.4"


class MacProtector:
    """Protects with a password: PBM with SHA-256 and HMAC-SHA256 [RFC 4210, 5.1.3.1]."""

    def __init__(self, secret: str, salt: bytes, iterations: int = ITERATIONS) -> None:
        """Derive the key from *secret* and *salt* (`SALT_OCTETS` random octets)."""
        parameters = asn1.PBMParameter(
            salt=salt,
            owf=asn1.elements(_SHA256),
            iteration_count=iterations,
            mac=asn1.elements(_HMAC_SHA256),
        )
        name = der.encode_oid(PBM)
        self.algorithm = der.encode(der.SEQUENCE, name, asn1.encode(parameters))
        self._key = _base_key(secret, salt, "sha256", iterations)

    def protect(self, protected_part: bytes) -> bytes:
        """Return the MAC of *protected_part*."""
        return hmac.digest(self._key, protected_part, "sha256")


class SignatureProtector:
    """Protects with a signature by *key* over a *hash_name* digest [RFC 4210, 5.1.3.3]."""

    def __init__(self, key: PrivateKey, hash_name: str) -> None:
        """Raise `UsageError` when key and hash do not go together."""
        self.algorithm = signatures.algorithm(key, hash_name)
        self._key = key
        self._hash_name = hash_name

    def protect(self, protected_part: bytes) -> bytes:
        """Return the signature of *protected_part*."""
        return sign(self._key, protected_part, self._hash_name)


class MacVerifier:
    """Verifies messages that are protected with one password; keeps the last key it derived."""

    def __init__(self, secret: str) -> None:
        """Verify with *secret*."""
        self._secret = secret
        self._parameters = b""
        self._key = b""
        self._mac = ""

    def verify(self, message: Message) -> None:
        """Check the protection of *message*.

        Raises:
            ProtocolError: when it has none, another kind, excessive parameters or a wrong MAC.
        """
        algorithm, protection = _protection(message)
        if algorithm != self._parameters:
            self._derive(algorithm)
        expected = hmac.digest(self._key, message.protected_part, self._mac)
        if not hmac.compare_digest(expected, protection):
            raise ProtocolError(
                f"the MAC of the {message.kind} is wrong", hint="is the password the same?"
            )

    def _derive(self, algorithm: bytes) -> None:
        name, value = asn1.algorithm_name(algorithm)
        if name != PBM or value is None:
            raise ProtocolError(f"protection algorithm {name} is not a password-based MAC")
        parameters = asn1.decode(asn1.PBMParameter, asn1.encode(value), "PBMParameter")
        one_way = _named(_ONE_WAY, parameters.owf, "one-way function")
        mac = _named(_MACS, parameters.mac, "MAC")
        count = asn1.number(
            parameters.iteration_count, "PBM iteration count", FEWEST_ITERATIONS, MOST_ITERATIONS
        )
        if not _SHORTEST_SALT <= len(parameters.salt) <= _LONGEST_SALT:
            raise ProtocolError(f"the PBM salt has {len(parameters.salt)} octets")
        self._key = _base_key(self._secret, parameters.salt, one_way, count)
        self._mac = mac
        self._parameters = algorithm


def is_mac(message: Message) -> bool:
    """Say whether *message* claims to be protected with a password-based MAC (PBM)."""
    algorithm = message.header.protection_algorithm
    if algorithm is None:
        return False
    return asn1.algorithm_name(algorithm)[0] == PBM


def verify_signature(message: Message, certificate: bytes) -> None:
    """Check that *message* is signed by the key of *certificate* (DER), trusted by the caller.

    Raises:
        ProtocolError: when it is not signed, by another, or with what is not supported (MD5).
    """
    algorithm, protection = _protection(message)
    try:
        key = certificates.public_key(certificate)
        good = verify(key, algorithm, protection, message.protected_part)
    except InvalidInputError as error:
        raise ProtocolError(f"the {message.kind} cannot be verified: {error.sentence}") from None
    if not good:
        raise ProtocolError(f"the signature of the {message.kind} is wrong")


def verify(key: PublicKey, algorithm: bytes, signature: bytes, data: bytes) -> bool:
    """Say whether *signature* over *data* is by *key*; RSASSA-PSS is known here too.

    Raises:
        ProtocolError: for an algorithm that is not well formed, unknown or refused (MD5).
    """
    name, value = asn1.algorithm_name(algorithm)
    if name == RSASSA_PSS:
        return _verify_pss(key, value, signature, data)
    if name == _MD5_WITH_RSA:
        raise ProtocolError("a signature over an MD5 digest is too weak")
    try:
        return signatures.verify(key, algorithm, signature, data)
    except InvalidInputError as error:
        raise ProtocolError(error.sentence) from None


def _protection(message: Message) -> tuple[bytes, bytes]:
    algorithm, protection = message.header.protection_algorithm, message.protection
    if algorithm is None or protection is None:
        raise ProtocolError(f"the {message.kind} is not protected")
    return algorithm, protection


def _base_key(secret: str, salt: bytes, one_way: str, iterations: int) -> bytes:
    key = secret.encode() + salt
    function = getattr(hashlib, one_way)
    for _ in range(iterations):
        key = function(key).digest()
    return key


def _named(names: dict[str, str], items: list[TLV], what: str) -> str:
    name, _ = asn1.identifier(items, what)
    if name not in names:
        raise ProtocolError(f"the PBM {what} {name} is not supported")
    return names[name]


def _verify_pss(key: PublicKey, value: TLV | None, signature: bytes, data: bytes) -> bool:
    if value is None:
        raise ProtocolError("the RSASSA-PSS parameters are missing")
    parameters = asn1.decode(asn1.RSASSAPSSParams, asn1.encode(value), "RSASSA-PSS parameters")
    digest = _pss_hash(parameters.hash_algorithm)
    mask = "sha1"
    if parameters.mask_gen_algorithm is not None:
        name, inner = asn1.identifier(parameters.mask_gen_algorithm, "mask generation")
        if name != _MGF1 or inner is None:
            raise ProtocolError(f"mask generation {name} is not supported")
        mask = _pss_hash(asn1.elements(asn1.encode(inner)))
    salt = asn1.number(20 if parameters.salt_length is None else parameters.salt_length, "salt")
    if parameters.trailer_field not in (None, 1):
        raise ProtocolError("the RSASSA-PSS trailer is not supported")
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        scheme = padding.PSS(padding.MGF1(HASHES[mask]), salt)
        key.verify(signature, data, scheme, HASHES[digest])
    except (InvalidSignature, ValueError, OverflowError, UnsupportedAlgorithm):
        return False
    return True


def _pss_hash(items: list[TLV] | None) -> str:
    return "sha1" if items is None else _named(_ONE_WAY, items, "hash")
