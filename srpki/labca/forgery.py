"""Certificates rewritten and signed again: what no builder makes, for a lab's faults."""

from __future__ import annotations

from cryptography import x509

from srpki.x509 import der, keys, signatures

_VERSION = 0xA0
_SIGNING_HASH = "sha256"


def signed_again(
    certificate: bytes,
    key: keys.PrivateKey,
    *,
    serial: int | None = None,
    issuer: x509.Name | None = None,
) -> bytes:
    """Return *certificate* (DER) with another serial number or issuer, signed by *key*.

    *key* is of the type that signed it first.
    """
    content = next(iter(der.elements(der.read(certificate).content)))
    fields = [field.whole for field in der.elements(content.content)]
    first = 1 if fields[0][0] == _VERSION else 0  # then come number, algorithm, issuer
    if serial is not None:
        length = serial.bit_length() // 8 + 1
        fields[first] = der.encode(der.INTEGER, serial.to_bytes(length, "big", signed=True))
    if issuer is not None:
        fields[first + 2] = issuer.public_bytes()
    changed = der.encode(der.SEQUENCE, *fields)
    return der.encode(
        der.SEQUENCE,
        changed,
        signatures.algorithm(key, _SIGNING_HASH),
        der.encode(der.BIT_STRING, b"\x00" + keys.sign(key, changed, _SIGNING_HASH)),
    )
