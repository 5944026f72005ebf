"""Private keys: generate, describe, load, sign with, compare.

Keys are `cryptography` objects in memory and unencrypted PKCS#8 DER between rooms; this module
writes no file. What the library refuses to make is refused here first, with a hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import InvalidInputError, UsageError
from srpki.x509 import certificates

PrivateKey = rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = CertificatePublicKeyTypes

RSA_SIZES: Final = (1024, 8192)
"""Bits, smallest and largest; SR OS goes down to 512, the library does not."""
DSA_SIZES: Final = (1024, 2048, 3072, 4096)
"""Bits; SR OS takes any number from 512 to 8192, the library these."""
CURVES: Final[dict[str, ec.EllipticCurve]] = {
    "secp256r1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
    "secp521r1": ec.SECP521R1(),
}
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "md5": hashes.MD5(),  # noqa: S303 - the operator may ask for it; nothing is verified with it
    "sha1": hashes.SHA1(),  # noqa: S303 - same, and old CAs answer with it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
MAX_KEY_OCTETS: Final = 6144
"""Octets of a PKCS#8 key; RSA 8192 has under 5000, and checking a longer one takes minutes."""


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What to generate: *kind* rsa or dsa with *size* in bits, or ecdsa with *curve*."""

    kind: str
    size: int = 0
    curve: str = ""


def generate(spec: KeySpec) -> PrivateKey:
    """Return a new key of *spec*; raises `UsageError` for what cannot be made."""
    match spec.kind:
        case "rsa":
            low, high = RSA_SIZES
            if not low <= spec.size <= high:
                raise UsageError(
                    f"an RSA key of {spec.size} bits cannot be made",
                    hint=f"use {low} to {high} bits",
                )
            return rsa.generate_private_key(public_exponent=65537, key_size=spec.size)
        case "dsa":
            if spec.size not in DSA_SIZES:
                raise UsageError(
                    f"a DSA key of {spec.size} bits cannot be made",
                    hint=f"use {', '.join(map(str, DSA_SIZES))} bits",
                )
            return dsa.generate_private_key(key_size=spec.size)
        case "ecdsa":
            if spec.curve not in CURVES:
                raise UsageError(
                    f"a key on curve {spec.curve!r} cannot be made",
                    hint=f"use {', '.join(CURVES)}",
                )
            return ec.generate_private_key(CURVES[spec.curve])
        case _:
            raise UsageError(f"a key of type {spec.kind!r} cannot be made", hint="rsa, dsa, ecdsa")


def spec_of(key: PrivateKey | PublicKey) -> KeySpec:
    """Return type and size of *key*; raises `InvalidInputError` for a type that SR OS lacks."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):  # most keys are
        return KeySpec("ecdsa", size=key.key_size, curve=key.curve.name)
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return KeySpec("rsa", size=key.key_size)
    if isinstance(key, dsa.DSAPrivateKey):
        return KeySpec("dsa", size=key.key_size)
    if isinstance(key, dsa.DSAPublicKey):
        return KeySpec("dsa", size=key.key_size)
    kind = type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey")
    raise InvalidInputError(f"a key of type {kind} cannot be used", hint="use RSA, DSA or ECDSA")


def describe(spec: KeySpec) -> str:
    """Return *spec* as the operator reads it: ``RSA 2048``, ``ECDSA secp256r1``."""
    return f"{spec.kind.upper()} {spec.curve or spec.size}"


def load_private(der: bytes, *, known: bool = False) -> PrivateKey:
    """Return the key in *der*: unencrypted PKCS#8, PKCS#1 or SEC 1.

    The numbers of an RSA key are proved, which takes a tenth of a second, unless it is *known*: it
    was proved when it was stored, and what has stored it vouches for its octets.

    Raises:
        InvalidInputError: when it is no key, too long, encrypted or of a type that SR OS lacks.
    """
    if len(der) > MAX_KEY_OCTETS:
        raise InvalidInputError("the private key is too long", hint="RSA goes up to 8192 bits")
    try:
        key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=known)
    except TypeError:
        raise InvalidInputError("the private key is encrypted", hint="give its password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidInputError("the private key cannot be read", hint="is it damaged?") from None
    return checked(key)


def checked(key: object) -> PrivateKey:
    """Return *key* when it is of a type that SR OS has; raises `InvalidInputError` else."""
    if not isinstance(key, rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey):
        kind = type(key).__name__.removesuffix("PrivateKey")
        raise InvalidInputError(
            f"a private key of type {kind} cannot be used", hint="use RSA, DSA or ECDSA"
        )
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in CURVES:
        raise InvalidInputError(
            f"a private key on curve {key.curve.name} cannot be used",
            hint=f"use {', '.join(CURVES)}",
        )
    return key


def private_der(key: PrivateKey) -> bytes:
    """Return *key* as unencrypted PKCS#8 DER, for memory only [RFC 5958]."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def sign(key: PrivateKey, data: bytes, hash_name: str) -> bytes:
    """Return the signature of *key* over *data*: PKCS#1 v1.5 for RSA, DER for DSA and ECDSA.

    *hash_name* is one of `HASHES`.

    Raises:
        UsageError: when the library has no such signature or the key is too short for the hash.
    """
    try:
        digest = HASHES[hash_name]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(digest))
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), digest)
        return key.sign(data, digest)
    except (KeyError, ValueError, UnsupportedAlgorithm):
        raise UsageError(
            f"a key of type {describe(spec_of(key))} cannot sign with hash {hash_name}",
            hint="use sha256 or a longer key",
        ) from None


def spki(source: PrivateKey | PublicKey | bytes) -> bytes:
    """Return the SubjectPublicKeyInfo (DER) of a key or of a certificate given as DER.

    Raises:
        InvalidInputError: when the certificate or the key in it cannot be read.
    """
    if isinstance(source, bytes):
        return _certified(source)
    return _encoded(source.public_key() if isinstance(source, PrivateKey) else source)


@lru_cache(maxsize=1024)
def _certified(certificate: bytes) -> bytes:
    """Return the key that is certified; kept, because a renewal asks again and again."""
    return _encoded(certificates.public_key(certificate))


def _encoded(key: PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def same_public_key(certificate: bytes, key: PrivateKey | PublicKey) -> bool:
    """Say whether *certificate* (DER) certifies *key*; raises as `spki` does."""
    return spki(certificate) == spki(key)
