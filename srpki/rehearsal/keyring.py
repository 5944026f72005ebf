"""Keys that stand in for those of a router: private keys are neither needed nor asked for.

One key of each kind and size stands in for all of them: to make one takes longer than to renew a
hundred certificates with it, and the engine asks no more than that key and certificate fit.
"""

from __future__ import annotations

import threading
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, keys
from srpki.x509.keys import KeySpec, PrivateKey

USUAL: Final = KeySpec("ecdsa", curve="secp256r1")
"""What stands in for a key of which nothing is known."""
_MOST_RSA: Final = 4096
_MOST_DSA: Final = 2048
_MOST_AUTHORITIES: Final = 8


class Keyring:
    """Makes each key once; safe between threads."""

    def __init__(self) -> None:
        """Begin without keys."""
        self._lock = threading.Lock()
        self._made: dict[tuple[KeySpec, str], PrivateKey] = {}
        self._authorities: list[PrivateKey] = []

    def generate(self, spec: KeySpec, own: str = "") -> PrivateKey:
        """Return the key that stands in for one of *spec*; raises `UsageError` as `generate`.

        It is the *own* one of a certificate where it matters that others have another.
        """
        near = nearest(spec)
        with self._lock:
            if (near, own) not in self._made:
                self._made[near, own] = keys.generate(near)
            return self._made[near, own]

    def authority(self, spec: KeySpec) -> PrivateKey:
        """Return a key of the kind of *spec* that stands in for that of a CA, each its own.

        Long ones are no longer than RSA 2048: what a CA takes to sign is not modelled.
        """
        near = nearest(spec)
        if near.kind != "ecdsa":
            near = KeySpec(near.kind, size=min(near.size, _MOST_DSA))
        with self._lock:
            alike = [one for one in self._authorities if keys.spec_of(one) == _spelled(near)]
            if len(alike) >= _MOST_AUTHORITIES:
                return alike[len(self._authorities) % len(alike)]
            made = keys.generate(near)
            self._authorities.append(made)
            return made


def _spelled(spec: KeySpec) -> KeySpec:
    return keys.spec_of(keys.generate(spec)) if spec.kind == "ecdsa" else spec


def nearest(spec: KeySpec) -> KeySpec:
    """Return the kind and size that is made where *spec* cannot be, or would take too long."""
    if spec.kind == "rsa":
        return KeySpec("rsa", size=min(max(spec.size, keys.RSA_SIZES[0]), _MOST_RSA))
    if spec.kind == "dsa":
        size = next((size for size in keys.DSA_SIZES if size >= spec.size), _MOST_DSA)
        return KeySpec("dsa", size=min(size, _MOST_DSA))
    return KeySpec("ecdsa", curve=spec.curve if spec.curve in keys.CURVES else USUAL.curve)


def spec_of(certificate: bytes) -> KeySpec:
    """Return the kind of key in *certificate* (DER), the usual one for a kind that is no router's.

    Raises `InvalidInputError` where no key can be read at all.
    """
    key = certificates.public_key(certificate)
    try:
        return keys.spec_of(key)
    except InvalidInputError:
        return USUAL
