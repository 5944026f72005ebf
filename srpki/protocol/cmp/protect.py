"""Protection by signature, made and verified [RFC 4210, 5.1.3.3; RFC 9481, 3]."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.asn1 import TLV
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1, mac
from srpki.protocol.cmp.messages import Message
from srpki.x509 import certificates, signatures
from srpki.x509.keys import HASHES, PrivateKey, PublicKey, sign

RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"
_MD5_WITH_RSA: Final = "1.2.840.113549.1.1.4"


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


def verify_signature(message: Message, certificate: bytes) -> None:
    """Check that *message* is signed by the key of *certificate* (DER), trusted by the caller.

    Raises:
        ProtocolError: when it is not signed, by another, or with what is not supported (MD5).
    """
    algorithm, protection = mac.protection_of(message)
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
    return "sha1" if items is None else mac.named(mac.ONE_WAY, items, "hash")
