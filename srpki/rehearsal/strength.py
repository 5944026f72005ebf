"""Hashes and keys that are too weak. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.rehearsal.records import Finding
from srpki.x509 import certificates, keys

if TYPE_CHECKING:
    from srpki.rehearsal.given import Given
    from srpki.x509.keys import KeySpec

WEAK_HASHES: Final = ("md5", "sha1")
_WEAK_SIGNATURES: Final = {
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.3.14.3.2.29": "sha1",
    "1.2.840.10040.4.3": "sha1",
    "1.2.840.10045.4.1": "sha1",
}
"""Signatures by their identifiers: RSA with MD2, MD5 and SHA-1 (two of them), DSA, ECDSA."""
SHORTEST: Final = 2048
"""Bits of an RSA or DSA key [NIST SP 800-131A]."""
_PKI: Final = "system security pki"


def weak_hashes(given: Given) -> Iterator[Finding]:
    """Yield update-profiles that sign with MD5 or SHA-1."""
    for name, profile in given.view.update_profiles.items():
        if profile.hash_algorithm in WEAK_HASHES:
            users = _users(given, name)
            never = profile.hash_algorithm == "md5" and any(_is_ecdsa(given, one) for one in users)
            yield Finding(
                kind="weak-hash",
                severity="error" if never else "warning" if users else "note",
                concerns=users or (name,),
                why=f"requests are signed with {profile.hash_algorithm}, which CAs refuse"
                + (", and no ECDSA key can sign with" if never else ""),
                leaf=f'{_PKI} certificate-update-profile "{name}" hash-algorithm',
                cure="use sha256",
            )


def weak_certificates(given: Given) -> Iterator[Finding]:
    """Yield certificates that are signed with MD5 or SHA-1."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, kind in given.named().items():
        facts = _facts(given, name) if kind != "crl" else None
        if facts is None:
            continue
        weak = _WEAK_SIGNATURES.get(facts.signature_algorithm)
        # A root vouches for itself: nobody looks at its signature.
        if weak is not None and facts.canonical_subject != facts.canonical_issuer:
            found[weak].append(name)
    for weak, names in found.items():
        yield Finding(
            kind="weak-signature",
            severity="warning",
            concerns=tuple(names),
            why=f"{'it is' if len(names) == 1 else 'they are'} signed with {weak}, which peers"
            " refuse",
            leaf=_leaf(given, names[0]),
            cure="have the CA issue with SHA-256, and renew",
        )


def weak_keys(given: Given) -> Iterator[Finding]:
    """Yield keys that are too short, those that there are and those that will be made."""
    for name, profile in given.view.update_profiles.items():
        if profile.key_generation in ("rsa", "dsa") and profile.key_size < SHORTEST:
            yield Finding(
                kind="short-key",
                severity="warning",
                concerns=_users(given, name) or (name,),
                why=f"new keys are {profile.key_generation.upper()} of {profile.key_size} bits",
                leaf=f'{_PKI} certificate-update-profile "{name}" key-generation',
                cure=f"{SHORTEST} bits at least, or ecdsa",
            )
    for name, kind in given.named().items():
        spec = _spec(given, name) if kind != "crl" else None
        if spec is None or spec.kind == "ecdsa" or spec.size >= SHORTEST:
            continue
        entry = given.view.auto_updates.get(name)
        renewing = None if entry is None else given.view.update_profiles.get(entry.profile)
        kept = renewing is not None and renewing.key_generation == "same-as-existing-key"
        where = (
            f'{_PKI} certificate-update-profile "{renewing.name}" key-generation'
            if kept and renewing is not None
            else _leaf(given, name)
        )
        yield Finding(
            kind="short-key",
            severity="warning",
            concerns=(name,),
            why=f"its key is {keys.describe(spec)}"
            + (", and each renewal makes another of that size" if kept else ""),
            leaf=where,
            cure=f"{SHORTEST} bits at least, or ecdsa",
        )


def _is_ecdsa(given: Given, name: str) -> bool:
    spec = _spec(given, name)
    return spec is not None and spec.kind == "ecdsa"


def _users(given: Given, profile: str) -> tuple[str, ...]:
    entries = given.view.auto_updates.items()
    return tuple(name for name, entry in entries if entry.profile == profile)


def _leaf(given: Given, name: str) -> str:
    for profile in given.view.ca_profiles.values():
        if profile.cert_file == name:
            return f'{_PKI} ca-profile "{profile.name}" cert-file'
    return f'{_PKI} certificate-auto-update "{name}"'


def _facts(given: Given, name: str) -> certificates.CertificateFacts | None:
    der = given.material.files.get(name)
    try:
        return None if der is None else certificates.facts(der)
    except SrpkiError:
        return None


def _spec(given: Given, name: str) -> KeySpec | None:
    der = given.material.files.get(name)
    try:
        return None if der is None else keys.spec_of(certificates.public_key(der))
    except SrpkiError:
        return None
