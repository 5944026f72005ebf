"""A CA that changes its key: which of its certificates is which [RFC 4210, 4.4; RFC 7030, 4.1.3].

While old and new key live side by side a CA hands out up to four certificates under one name: each
key certified by itself and by the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, keys, signatures
from srpki.x509.certificates import CertificateFacts

MAX_KEYS: Final = 8
"""Keys of one name that are looked at, and certificates of one key."""


@dataclass(frozen=True, slots=True)
class Link:
    """A self-issued certificate: its *position* in what was given, whose key, who signed.

    *new* says that the certified key is the new one, *by_new* that the new one has signed.
    """

    position: int
    facts: CertificateFacts
    new: bool
    by_new: bool


@dataclass(frozen=True, slots=True)
class Rollover:
    """The change of key of the CA *subject*, with its certificates in the order given."""

    subject: str
    links: tuple[Link, ...]

    def link(self, *, new: bool, by_new: bool) -> Link | None:
        """Return the certificate of the new or old key by the new or old one."""
        return next((one for one in self.links if (one.new, one.by_new) == (new, by_new)), None)


@dataclass(frozen=True, slots=True)
class _Issued:
    position: int
    der: bytes
    facts: CertificateFacts
    key: bytes


def find(given: Sequence[bytes]) -> tuple[Rollover, ...]:
    """Return the changes of key that the CA certificates *given* (DER) show.

    The new key is the one whose own certificate begins last. What cannot be read, or is signed by
    none of the keys, is passed over.
    """
    named: dict[object, dict[bytes, list[_Issued]]] = {}
    for position, der in enumerate(given):
        try:
            facts, key = certificates.facts(der), keys.spki(der)
        except InvalidInputError:
            continue
        if facts.canonical_subject != facts.canonical_issuer:
            continue
        of_key = named.setdefault(facts.canonical_subject, {}).setdefault(key, [])
        if len(of_key) < MAX_KEYS:
            of_key.append(_Issued(position, der, facts, key))
    return tuple(_rollover(by_key) for by_key in named.values() if 1 < len(by_key) <= MAX_KEYS)


def _rollover(by_key: dict[bytes, list[_Issued]]) -> Rollover:
    everything = [one for issued in by_key.values() for one in issued]
    signers = {one.position: _signer(one, by_key) for one in everything}

    def begins(key: bytes) -> datetime:
        own = [one for one in by_key[key] if signers[one.position] == key]
        return max(one.facts.not_before for one in own or by_key[key])

    new = max(by_key, key=begins)
    links = [
        Link(one.position, one.facts, new=one.key == new, by_new=signers[one.position] == new)
        for one in everything
        if signers[one.position] is not None
    ]
    return Rollover(
        everything[0].facts.subject, tuple(sorted(links, key=lambda link: link.position))
    )


def _signer(one: _Issued, by_key: dict[bytes, list[_Issued]]) -> bytes | None:
    """Return the key that has signed the certificate, None when none of them has."""
    for key, issued in by_key.items():
        try:
            if signatures.verify_certificate(one.der, certificates.public_key(issued[0].der)):
                return key
        except InvalidInputError:
            return None
    return None
