"""Protection by a password: PBM and PBMAC1 [RFC 4210, 5.1.3.1; RFC 9481, 6; RFC 8018, 7.1].

Requests have PBM, which every CMPv2 server reads, answers what the request has; both are taken.
Comparison takes constant time; a peer's iteration count, salt and key length are bounded before
any work.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.asn1 import TLV

from srpki.core.errors import ProtocolError
from srpki.protocol.cmp import asn1
from srpki.protocol.cmp.messages import Message
from srpki.x509 import der
from srpki.x509.pss import HASH_NAMES

PBM: Final = "1.2.840.113533.7.66.13"
PBMAC1: Final = "1.2.840.113549.1.5.14"
_PBKDF2: Final = "1.2.840.113549.1.5.12"

ITERATIONS: Final = 5000
"""Iterations in what is sent: EJBCA takes at most 10000, RFC 4211 wants 1000 at least."""
PBKDF2_ITERATIONS: Final = 10_000
SALT_OCTETS: Final = 16
FEWEST_ITERATIONS: Final = 100
MOST_ITERATIONS: Final = 100_000
MOST_PBKDF2_ITERATIONS: Final = 1_000_000

_SHA256_OCTETS: Final = 32
_SHORTEST_SALT: Final = 8
_LONGEST_SALT: Final = 128
_SHORTEST_KEY: Final = 16
_LONGEST_KEY: Final = 128
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


class AnsweringProtector:
    """Protects as a request was protected, in every parameter but the salt [RFC 9483, 3.2]."""

    def __init__(self, request: bytes, secret: str, salt: bytes) -> None:
        """Take the protectionAlg of *request* (DER), which `MacVerifier` has found usable."""
        self.algorithm = _with_salt(request, salt)
        self._key, self._mac = _derived(self.algorithm, secret)

    def protect(self, protected_part: bytes) -> bytes:
        """Return the MAC of *protected_part*."""
        return hmac.digest(self._key, protected_part, self._mac)


def _with_salt(algorithm: bytes, salt: bytes) -> bytes:
    name, value = asn1.algorithm_name(algorithm)
    assert value is not None
    if name == PBMAC1:
        both = asn1.decode(asn1.PBMAC1Params, asn1.encode(value), "PBMAC1-params")
        kind, inner = both.key_derivation_func
        derivation = asn1.decode(asn1.PBKDF2Params, asn1.encode(inner), "PBKDF2-params")
        derivation.salt = salt
        both.key_derivation_func = [kind, asn1.tlv(asn1.encode(derivation))]
        changed = asn1.encode(both)
    else:
        parameters = asn1.decode(asn1.PBMParameter, asn1.encode(value), "PBMParameter")
        parameters.salt = salt
        changed = asn1.encode(parameters)
    return der.encode(der.SEQUENCE, der.encode_oid(name), changed)


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
        algorithm, protection = protection_of(message)
        if algorithm != self._parameters:
            self._key, self._mac = _derived(algorithm, self._secret)
            self._parameters = algorithm
        expected = hmac.digest(self._key, message.protected_part, self._mac)
        if not hmac.compare_digest(expected, protection):
            raise ProtocolError(
                f"the MAC of the {message.kind} is wrong", hint="is the password the same?"
            )


def _derived(algorithm: bytes, secret: str) -> tuple[bytes, str]:
    """Return key and MAC of a protectionAlg (DER); raises `ProtocolError`."""
    name, value = asn1.algorithm_name(algorithm)
    if name == PBM and value is not None:
        return _derived_pbm(value, secret)
    if name == PBMAC1 and value is not None:
        return _derived_pbmac1(value, secret)
    raise ProtocolError(f"protection algorithm {name} is not a password-based MAC")


def _derived_pbm(value: TLV, secret: str) -> tuple[bytes, str]:
    parameters = asn1.decode(asn1.PBMParameter, asn1.encode(value), "PBMParameter")
    one_way = named(HASH_NAMES, parameters.owf, "one-way function")
    mac = named(_MACS, parameters.mac, "MAC")
    count = asn1.number(
        parameters.iteration_count, "PBM iteration count", FEWEST_ITERATIONS, MOST_ITERATIONS
    )
    _check_salt(parameters.salt)
    return _base_key(secret, parameters.salt, one_way, count), mac


def _derived_pbmac1(value: TLV, secret: str) -> tuple[bytes, str]:
    """Return key and MAC of PBMAC1-params; only PBKDF2 derives the key [RFC 8018, A.5]."""
    parameters = asn1.decode(asn1.PBMAC1Params, asn1.encode(value), "PBMAC1-params")
    mac = named(_MACS, parameters.message_auth_scheme, "MAC")
    name, inner = asn1.identifier(parameters.key_derivation_func, "key derivation")
    if name != _PBKDF2 or inner is None:
        raise ProtocolError(f"the key derivation {name} is not supported")
    derivation = asn1.decode(asn1.PBKDF2Params, asn1.encode(inner), "PBKDF2-params")
    count = asn1.number(
        derivation.iteration_count,
        "PBKDF2 iteration count",
        FEWEST_ITERATIONS,
        MOST_PBKDF2_ITERATIONS,
    )
    length = asn1.number(
        hashlib.new(mac).digest_size if derivation.key_length is None else derivation.key_length,
        "PBKDF2 key length",
        _SHORTEST_KEY,
        _LONGEST_KEY,
    )
    _check_salt(derivation.salt)
    prf = "sha1" if derivation.prf is None else named(_MACS, derivation.prf, "PRF")
    return hashlib.pbkdf2_hmac(prf, secret.encode(), derivation.salt, count, length), mac


def is_mac(message: Message) -> bool:
    """Say whether *message* claims to be protected with a password-based MAC."""
    return kind_of(message) in (PBM, PBMAC1)


def kind_of(message: Message) -> str:
    """Return the dotted identifier of the protectionAlg of *message*, empty when it has none."""
    algorithm = message.header.protection_algorithm
    return "" if algorithm is None else asn1.algorithm_name(algorithm)[0]


def _check_salt(salt: bytes) -> None:
    if not _SHORTEST_SALT <= len(salt) <= _LONGEST_SALT:
        raise ProtocolError(f"the salt of the MAC has {len(salt)} octets")


def _base_key(secret: str, salt: bytes, one_way: str, iterations: int) -> bytes:
    key = secret.encode() + salt
    function = getattr(hashlib, one_way)
    for _ in range(iterations):
        key = function(key).digest()
    return key


def named(names: dict[str, str], items: list[TLV], what: str) -> str:
    """Return what *names* has for an AlgorithmIdentifier; raises `ProtocolError`."""
    name, _ = asn1.identifier(items, what)
    if name not in names:
        raise ProtocolError(f"the {what} {name} is not supported")
    return names[name]


def protection_of(message: Message) -> tuple[bytes, bytes]:
    """Return algorithm and protection of *message*; raises `ProtocolError` when it has none."""
    algorithm, protection = message.header.protection_algorithm, message.protection
    if algorithm is None or protection is None:
        raise ProtocolError(f"the {message.kind} is not protected")
    return algorithm, protection
