"""Protection by signature, made and verified [RFC 4210, 5.1.3.3; RFC 9481, 3]."""

from __future__ import annotations

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import mac
from srpki.protocol.cmp.messages import Message
from srpki.x509 import certificates, signatures
from srpki.x509.keys import PrivateKey, PublicKey, sign


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
    """Say whether *signature* over *data* is by *key*.

    Raises:
        ProtocolError: for an algorithm that is not well formed, unknown or refused (MD5).
    """
    try:
        return signatures.verify(key, algorithm, signature, data)
    except InvalidInputError as error:
        raise ProtocolError(error.sentence) from None
