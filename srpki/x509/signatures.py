"""AlgorithmIdentifiers of signatures, and their verification, for every hash SR OS lists.

The library's own readers refuse MD5, SHA-1 and DSA with SHA-512; an operator may still ask for
them (``hash-algorithm``) and an old CA may answer with the latter two, so identifiers are kept
here. Nothing that is signed over an MD5 digest counts, whoever sends it [RFC 6151, 2.1].
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from srpki.core.errors import InvalidInputError, UsageError
from srpki.x509 import der as asn1
from srpki.x509 import pss
from srpki.x509.forms import Signed
from srpki.x509.keys import HASHES, PrivateKey, PublicKey, spec_of

_OIDS: Final = {  # RFC 3279, RFC 4055, RFC 5758
    ("rsa", "md5"): "1.2.840.113549.1.1.4",
    ("rsa", "sha1"): "1.2.840.113549.1.1.5",
    ("rsa", "sha224"): "1.2.840.113549.1.1.14",
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("rsa", "sha512"): "1.2.840.113549.1.1.13",
    ("dsa", "sha1"): "1.2.840.10040.4.3",
    ("dsa", "sha224"): "2.16.840.1.101.3.4.3.1",
    ("dsa", "sha256"): "2.16.840.1.101.3.4.3.2",
    ("dsa", "sha384"): "2.16.840.1.101.3.4.3.3",
    ("dsa", "sha512"): "2.16.840.1.101.3.4.3.4",
    ("ecdsa", "sha1"): "1.2.840.10045.4.1",
    ("ecdsa", "sha224"): "1.2.840.10045.4.3.1",
    ("ecdsa", "sha256"): "1.2.840.10045.4.3.2",
    ("ecdsa", "sha384"): "1.2.840.10045.4.3.3",
    ("ecdsa", "sha512"): "1.2.840.10045.4.3.4",
}
_KNOWN: Final = {dotted: pair for pair, dotted in _OIDS.items()}
REFUSED_HASHES: Final = ("md5",)
_EDWARDS: Final = {  # RFC 8410
    "1.3.101.112": ed25519.Ed25519PublicKey,
    "1.3.101.113": ed448.Ed448PublicKey,
}


def algorithm(key: PrivateKey | PublicKey, hash_name: str) -> bytes:
    """Return the AlgorithmIdentifier (DER) of a signature by *key* over a *hash_name* digest.

    RSA has a NULL parameter [RFC 4055, 5], DSA and ECDSA have none [RFC 5758, 3].

    Raises:
        UsageError: when type and hash do not go together.
    """
    return _identifier(spec_of(key).kind, hash_name)


@lru_cache(maxsize=32)
def _identifier(kind: str, hash_name: str) -> bytes:
    dotted = _OIDS.get((kind, hash_name))
    if dotted is None:
        raise UsageError(
            f"hash {hash_name} does not go with a key of type {kind.upper()}", hint="use sha256"
        )
    oid = asn1.encode_oid(dotted)
    return asn1.encode(asn1.SEQUENCE, oid + asn1.NULL if kind == "rsa" else oid)


def hash_of(identifier: bytes) -> str:
    """Return the hash name of an AlgorithmIdentifier (DER), empty for an EdDSA one.

    Raises:
        InvalidInputError: when the algorithm is not one we know.
    """
    dotted = _dotted(identifier)
    if dotted in _EDWARDS:
        return ""
    if dotted == pss.RSASSA_PSS:
        return pss.parameters(identifier).digest
    if dotted not in _KNOWN:
        raise InvalidInputError(f"signature algorithm {dotted} is not supported")
    return _KNOWN[dotted][1]


def kind_and_hash(dotted: str) -> tuple[str, str] | None:
    """Return key type and hash name of signature algorithm *dotted*, None for one of others."""
    return _KNOWN.get(dotted)


@lru_cache(maxsize=64)
def _dotted(identifier: bytes) -> str:
    return asn1.decode_oid(asn1.read(asn1.read(identifier).content).content)


def verify(
    key: PublicKey, identifier: bytes, signature: bytes, data: bytes, *, weak: bool = False
) -> bool:
    """Say whether *signature* over *data* is by *key*; *identifier* is the AlgorithmIdentifier.

    Parameters may be absent or NULL: both are seen with RSA. *weak* takes digests that prove
    nothing to others: for what is our own, and for what nothing rests on.

    Raises:
        InvalidInputError: when the algorithm is not one we know, or is too weak.
    """
    digest = hash_of(identifier)
    if digest in REFUSED_HASHES and not weak:
        raise InvalidInputError(f"a signature over an {digest.upper()} digest is too weak")
    dotted = _dotted(identifier)
    kind = _KNOWN[dotted][0] if dotted in _KNOWN else ""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):  # first, as most keys are
            if kind != "ecdsa":
                return False
            key.verify(signature, data, ec.ECDSA(HASHES[digest]))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            if not isinstance(key, _EDWARDS.get(dotted, ())):
                return False
            key.verify(signature, data)
        elif isinstance(key, rsa.RSAPublicKey) and dotted == pss.RSASSA_PSS:
            key.verify(signature, data, pss.parameters(identifier).padding, HASHES[digest])
        elif isinstance(key, rsa.RSAPublicKey) and kind == "rsa":
            key.verify(signature, data, padding.PKCS1v15(), HASHES[digest])
        elif isinstance(key, dsa.DSAPublicKey) and kind == "dsa":
            key.verify(signature, data, HASHES[digest])
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def signed_parts(der: bytes) -> Signed:
    """Return the parts of a certificate, request or CRL; raises `InvalidInputError`.

    Not decoded but cut: a signature is over the octets as they stand, whatever else is in them.
    """
    parts = asn1.parts(der)
    bits = asn1.read(parts[2]) if len(parts) == 3 else None
    if bits is None or bits.tag != asn1.BIT_STRING or bits.content[:1] != b"\x00":
        raise InvalidInputError("the data is not a signed structure")
    return Signed(parts[0], parts[1], bits.content[1:])


def verify_certificate(der: bytes, key: PublicKey, *, weak: bool = False) -> bool:
    """Say whether the certificate in *der* was signed by *key*; names are the caller's business.

    *weak* is as for `verify`.

    Raises:
        InvalidInputError: when the algorithm is not one we know, or is too weak.
    """
    parts = signed_parts(der)
    fields = asn1.elements(asn1.read(parts.content).content)
    inner = next((field.whole for field in fields if field.tag == asn1.SEQUENCE), b"")
    if inner != parts.algorithm:  # RFC 5280, 4.1.1.2: both say the same
        return False
    return verify(key, parts.algorithm, parts.signature, parts.content, weak=weak)


def certificate_hash(der: bytes) -> str:
    """Return the hash name of the signature on the certificate in *der*, empty for EdDSA.

    Raises:
        InvalidInputError: when the algorithm is not one we know.
    """
    return hash_of(signed_parts(der).algorithm)
