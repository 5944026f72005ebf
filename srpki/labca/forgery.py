"""Certificates rewritten and signed again: what no builder makes, for a lab's faults."""

from __future__ import annotations

from cryptography import x509

from srpki.x509 import certifying, der, keys

_VERSION = 0xA0


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
        fields[first] = der.encode_integer(serial)
    if issuer is not None:
        fields[first + 2] = issuer.public_bytes()
    return certifying.signed(fields, key)
