"""Which certificates the CRLs of ca-profiles that are up list, and the CAs above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from srpki.core.errors import SrpkiError
from srpki.engine.authorities import Authorities
from srpki.x509 import certificates, revocation
from srpki.x509.chain import has_issued, is_self_signed
from srpki.x509.revocation import Finding


@dataclass(frozen=True, slots=True)
class Issuer:
    """A ca-profile that may have issued the certificate in hand, and its certificate (DER)."""

    profile: str
    der: bytes


class Revocations:
    """Looks certificates up in the CRLs at hand; nothing is asked of anybody."""

    def __init__(self, authorities: Authorities) -> None:
        """Take CRLs and CA certificates from *authorities*."""
        self._authorities = authorities

    def issuers_of(self, certificate: bytes) -> list[Issuer]:
        """Return every ca-profile that is up and whose CA has issued *certificate* (DER)."""
        return [
            Issuer(profile, der)
            for profile, der in self._authorities.usable().items()
            if has_issued(der, certificate)
        ]

    def by_crl(self, certificate: bytes, issuers: Sequence[Issuer]) -> Finding:
        """Return what the CRLs of *issuers* that are valid now say of *certificate* (DER)."""
        lists = (self._authorities.crl(issuer.profile) for issuer in issuers)
        return revocation.by_crls(certificate, filter(None, lists))

    def revoked_authorities(self, path: Sequence[bytes]) -> Iterator[bytes]:
        """Yield each CA (DER) of *path* or above it that a CRL of its issuer lists.

        *path* leads to a trust anchor, its last. Above that the ca-profiles that are up lead on;
        without a CRL a CA is not checked.
        """
        waiting, seen = list(path), set(path)
        while waiting:
            below = waiting.pop()
            if is_self_signed(below):  # nobody above a root can revoke it
                continue
            issuers = self.issuers_of(below)
            if self.by_crl(below, issuers).status == "revoked":
                yield below
            if below == path[-1] or below not in path:
                above = {issuer.der for issuer in issuers} - seen
                waiting += above
                seen |= above


def named(certificate: bytes) -> str:
    """Return how sentences name *certificate* (DER), which need not be readable."""
    try:
        facts = certificates.facts(certificate)
    except SrpkiError:
        return "(unreadable)"
    return f'"{facts.subject}"' if facts.subject else f"number {facts.serial}"
