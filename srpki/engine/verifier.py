"""The judge of peers' certificates: ``status-verify`` and what else TLS libraries leave out.

The end-entity certificate is looked up by CRL or OCSP as the TLS profile says; where neither
can tell, ``default-result`` decides. The CA certificates above it are looked up in the CRLs that
are there [facts: pki.md 13, 14].
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import RefusedError, SrpkiError, TlsError
from srpki.core.events import PEER_CERTIFICATE_REFUSED, EventBus
from srpki.engine import drive
from srpki.engine.authorities import Authorities
from srpki.engine.ocsp_cache import OcspCache
from srpki.engine.revocations import Issuer, Revocations, named
from srpki.engine.statistics import Statistics
from srpki.protocol import ocsp as responder
from srpki.transport.base import ExchangeFactory, Limits
from srpki.x509 import certificates
from srpki.x509.chain import RefusedChainError, check_chain
from srpki.x509.revocation import Finding

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile, PkiView, ServerTlsProfile

    TlsProfile = ClientTlsProfile | ServerTlsProfile

NONCE_OCTETS: Final = 16
_APPLICATION: Final = "TLS"


class Lookups(Protocol):
    """What the present configuration says of trust and of OCSP responders."""

    @property
    def view(self) -> PkiView:
        """The configuration itself."""
        ...

    def trust_anchors(self, side: TlsProfile) -> tuple[bytes, ...]:
        """Return the CA certificates (DER) that *side* trusts."""
        ...

    def ocsp_url(self, name: str) -> str:
        """Return the URL of the OCSP responder of the ca-profile *name*, empty without one."""
        ...

    def ocsp_limits(self, name: str, url: str) -> Limits:
        """Return the limits of an exchange with the responder at *url* for ca-profile *name*."""
        ...


class Verifier:
    """Judges certificates of peers; safe to use from several threads, holds no lock meanwhile."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        entropy: Entropy,
        authorities: Authorities,
        exchanges: ExchangeFactory,
        lookups: Callable[[], Lookups],
        cache: OcspCache,
        statistics: Statistics,
    ) -> None:
        """Look up revocation with *authorities* and by OCSP; count in *statistics*."""
        self._clock = clock
        self._bus = bus
        self._entropy = entropy
        self._exchanges = exchanges
        self._lookups = lookups
        self._cache = cache
        self._statistics = statistics
        self._revocations = Revocations(authorities)
        self._lock = threading.Lock()

    def judge(
        self, chain: Sequence[bytes], side: TlsProfile, checks: Callable[[bytes], None]
    ) -> None:
        """Raise `TlsError` unless the peer, the first of *chain* (DER), may be spoken to.

        *chain* is what TLS has verified it by; *side* is what we are, a client or a server;
        *checks* are those of the protocol and raise what they find in the peer's certificate.
        """
        certificate = chain[0]
        try:
            checks(certificate)
            used = self._check_chain(chain, side)
            self._check_status(certificate, side)
            self._check_authorities(used[1:])
        except SrpkiError as error:
            self._count(passed=False)
            self._bus.publish(
                self._clock.now(),
                PEER_CERTIFICATE_REFUSED,
                _APPLICATION,
                certificate=named(certificate),
                application=_APPLICATION,
                reason=error.sentence,
            )
            raise
        self._count(passed=True)

    def _count(self, *, passed: bool) -> None:
        with self._lock:
            self._statistics.attempted += 1
            self._statistics.passed += passed
            self._statistics.failed += not passed

    # --- the chain -------------------------------------------------------------------------------

    def _check_chain(self, chain: Sequence[bytes], side: TlsProfile) -> tuple[bytes, ...]:
        """Return the path up to a trust anchor of *side* that *chain* holds; raise `TlsError`.

        The TLS library counts no certificates, and in the lab it has no clock.
        """
        lookups = self._lookups()
        try:
            return check_chain(
                chain[0],
                chain[1:],
                lookups.trust_anchors(side),
                self._clock.now(),
                depth=lookups.view.maximum_cert_chain_depth,
            )
        except RefusedChainError as error:
            raise TlsError(f"{_peer(side)} is refused: {error.sentence}", hint=error.hint) from None

    def _check_authorities(self, path: Sequence[bytes]) -> None:
        """Raise `TlsError` when a CA of *path* or above it is listed in a CRL of its issuer."""
        for revoked in self._revocations.revoked_authorities(path):
            raise TlsError(f"the CA {named(revoked)} is revoked")

    # --- status ----------------------------------------------------------------------------------

    def _check_status(self, certificate: bytes, side: TlsProfile) -> None:
        found = self._status(certificate, self._revocations.issuers_of(certificate), side)
        if found.status == "revoked":
            raise TlsError(f"{_peer(side)} is revoked")
        if found.status == "unknown" and side.default_result != "good":
            raise TlsError(
                f"the status of {_peer(side)} is not known: {found.reason}",
                hint=f'see status-verify of {kind_of(side)} "{side.name}"',
            )

    def _status(self, certificate: bytes, issuers: list[Issuer], side: TlsProfile) -> Finding:
        """Ask by the primary method, then by the secondary one if that cannot tell."""
        if not issuers:
            return Finding("unknown", "no ca-profile that is up has issued it")
        found = Finding("unknown")
        for method in (side.primary, side.secondary):
            if found.status == "unknown" and method != "none":
                by = self._revocations.by_crl if method == "crl" else self._by_ocsp
                found = by(certificate, issuers)
        return found

    # --- OCSP ------------------------------------------------------------------------------------

    def _by_ocsp(self, certificate: bytes, issuers: list[Issuer]) -> Finding:
        reason = "no OCSP responder is configured"
        for issuer in issuers:
            try:
                found = self._asked(certificate, issuer)
            except SrpkiError as error:
                reason = error.sentence
                continue
            if found is not None:
                return found
        return Finding("unknown", reason)

    def _asked(self, certificate: bytes, issuer: Issuer) -> Finding | None:
        """Return what a responder says or has said; None when there is none to ask."""
        serial = certificates.facts(certificate).serial
        ca = certificates.facts(issuer.der)
        known = self._cache.find(ca.fingerprint, serial)
        if known is not None:
            return Finding(known.status)
        lookups = self._lookups()
        url = next(self._responders(certificate, issuer, lookups), "")
        if not url:
            return None
        machine = responder.ask(
            url,
            certificate,
            issuer.der,
            at=self._clock.now(),
            nonce=self._entropy.octets(NONCE_OCTETS),
        )
        limits = lookups.ocsp_limits(issuer.profile, url)
        with closing(self._exchanges(tls=None, limits=limits)) as exchange:
            said = drive.drive(machine, exchange, self._clock, threading.Event())
        if said.status == "unknown":
            raise RefusedError("the OCSP responder does not know it")
        if said.until is not None:
            self._cache.keep(
                ca.fingerprint,
                serial,
                issuer=ca.subject,
                status=said.status,
                this_update=said.this_update,
                expires=said.until,
            )
        return Finding(said.status)

    @staticmethod
    def _responders(certificate: bytes, issuer: Issuer, lookups: Lookups) -> Iterator[str]:
        """Yield where to ask: the certificate says, else the ca-profile."""
        yield from certificates.ocsp_urls(certificate)
        yield from filter(None, (lookups.ocsp_url(issuer.profile),))


def kind_of(side: TlsProfile) -> str:
    """Return how the configuration calls the list that *side* is of."""
    return "client-tls-profile" if _is_client(side) else "server-tls-profile"


def _peer(side: TlsProfile) -> str:
    return "the server's certificate" if _is_client(side) else "the client's certificate"


def _is_client(side: TlsProfile) -> bool:
    from srpki.config.views import ClientTlsProfile  # noqa: PLC0415 - start-up time

    return isinstance(side, ClientTlsProfile)
