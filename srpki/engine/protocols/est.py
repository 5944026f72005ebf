"""EST [RFC 7030]: certificates are renewed by ``/simplereenroll`` at the server of an est-profile.

The TLS client authenticates with what its client-tls-profile has loaded, which may be the
certificate that is being renewed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from srpki.core.errors import NotFoundError, PeerError, RefusedError, TlsError
from srpki.engine.applications import client_pair
from srpki.engine.jobs import Lane
from srpki.engine.peers import Peers
from srpki.engine.protocols.base import Enrolment, Renewal, Services, objection
from srpki.protocol.est import client as est
from srpki.protocol.est import messages
from srpki.protocol.est.application import Application
from srpki.protocol.steps import Machine
from srpki.transport.base import Limits, TlsClient
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile, EstProfile, PkiView, UpdateProfile

CMC_RA: Final = "1.3.6.1.5.5.7.3.28"
"""id-kp-cmcRA, the mark of a registration authority [RFC 7030, 3.6.1]."""
LANE: Final = Lane("est", 4)
"""Updates by EST run side by side, a few at a time, whatever their servers."""
MAX_POLLED: Final = 86400.0
"""Seconds that an EST server may answer 202 to one renewal; CMPv2 has its own in `CmpPeer`."""


class Est:
    """Renews by EST ``/simplereenroll`` [RFC 7030, 4.2.2]."""

    name: Final = "est"

    def servers(self, view: PkiView) -> Mapping[str, str]:
        """Return the base URL of each est-profile."""
        return {name: _base_url(profile) for name, profile in view.est_profiles.items()}

    def gap(self, profile: UpdateProfile, view: PkiView) -> str:
        """Say what an update by EST lacks; empty when it lacks nothing."""
        if not profile.server:
            return f'certificate-update-profile "{profile.name}" has no est-profile'
        found = view.est_profiles.get(profile.server)
        if found is None:
            return f'est-profile "{profile.server}" does not exist'
        if not found.server.address:
            return f'est-profile "{found.name}" has no server'
        if not found.client_tls_profile:
            return f'est-profile "{found.name}" has no client-tls-profile'
        client = view.client_tls_profiles.get(found.client_tls_profile)
        if client is None:
            return f'client-tls-profile "{found.client_tls_profile}" does not exist'
        anchors = view.trust_anchor_profiles.get(client.trust_anchor_profile)
        if anchors is None or not anchors.trust_anchors:
            return f'client-tls-profile "{client.name}" has no trust anchor'
        return ""

    def lane(self, profile: UpdateProfile, view: PkiView) -> Lane:
        """Return the one lane of all EST servers."""
        del profile, view
        return LANE

    def once_expired(
        self, profile: UpdateProfile, view: PkiView, same: Callable[[str], bool]
    ) -> str:
        """Refuse where nothing but the expired certificate authenticates the client.

        Another client certificate does, and HTTP authentication without a client certificate
        [auto-update.md, section 4].
        """
        found = view.est_profiles[profile.server]
        client = view.client_tls_profiles[found.client_tls_profile]
        pair = client_pair(view.cert_profiles.get(client.cert_profile))
        if pair is not None:
            authenticates = "the certificate has expired and is the one that authenticates TLS"
            return authenticates if same(pair[0]) else ""
        if found.username and found.password:
            return ""
        return (
            "the certificate has expired and neither another client certificate"
            " nor http-authentication is configured"
        )

    def enrolment(self, renewal: Renewal, services: Services) -> Enrolment:
        """Renew over TLS as it is loaded now."""
        name, peers = renewal.profile.server, renewal.peers
        asked, anchors = server(peers, name), trust_anchors(peers, name)
        application = Application(
            key=renewal.new_key,
            subject=certificates.parse(renewal.certificate).subject,
            san=certificates.san_of(renewal.certificate),
            hash_name=renewal.profile.hash_algorithm,
            renewed=renewal.certificate,
        )

        def machine() -> Machine[bytes]:
            found = yield from est.simple_reenroll(
                asked,
                application.request,
                entropy=services.entropy,
                clock=services.clock,
                max_wait=MAX_POLLED,
            )
            reason = objection(renewal, found[0], found[1:], anchors, services)
            if reason is not None:
                raise PeerError(f"the certificate from the EST server is rejected: {reason}")
            return found[0]

        exchange = services.exchanges(tls=tls_client(peers, name), limits=limits(peers, name))
        return Enrolment(machine(), closing(exchange))


def est_profile(peers: Peers, name: str) -> EstProfile:
    """Return the est-profile *name*, which must name a server."""
    profile = peers.view.est_profiles.get(name)
    if profile is None:
        raise NotFoundError(f'est-profile "{name}" does not exist')
    if not profile.server.address:
        raise RefusedError(f'est-profile "{name}" has no server', hint="configure it")
    return profile


def server(peers: Peers, name: str) -> est.EstServer:
    """Return what the est-profile *name* says of its server."""
    profile = est_profile(peers, name)
    paths = profile.server
    return est.EstServer(
        base_url=_base_url(profile),
        cacerts_path=_url_path(paths.cacerts or messages.CACERTS_PATH),
        simpleenroll_path=_url_path(paths.simpleenroll or messages.SIMPLEENROLL_PATH),
        simplereenroll_path=_url_path(paths.simplereenroll or messages.SIMPLEREENROLL_PATH),
        username=profile.username if profile.password else "",
        password=profile.password.open() if profile.username and profile.password else "",
    )


def limits(peers: Peers, name: str) -> Limits:
    """Return the limits of the est-profile *name*: those of its transmission-profile."""
    profile = est_profile(peers, name)
    return peers.limits(profile.transmission_profile, profile.server.address)


def tls_client(peers: Peers, name: str) -> TlsClient:
    """Return how the est-profile *name* speaks TLS; its client certificate as it is loaded."""
    profile = est_profile(peers, name)

    def check(certificate: bytes) -> None:
        facts = certificates.facts(certificate)
        if profile.check_id_kp_cmcra_only and CMC_RA not in facts.extended_key_usage:
            raise TlsError(
                "the server's certificate is not that of a registration authority",
                hint="see check-id-kp-cmcra-only",
            )

    return peers.tls_client(_client_tls_profile(peers, profile), check)


def trust_anchors(peers: Peers, name: str) -> tuple[bytes, ...]:
    """Return the trust anchors (DER) of the client-tls-profile of the est-profile *name*."""
    return peers.trust_anchors(_client_tls_profile(peers, est_profile(peers, name)))


def _client_tls_profile(peers: Peers, profile: EstProfile) -> ClientTlsProfile:
    client = peers.view.client_tls_profiles.get(profile.client_tls_profile)
    if client is None:
        raise RefusedError(f'est-profile "{profile.name}" has no client-tls-profile')
    if not client.enabled:
        raise RefusedError(f'client-tls-profile "{client.name}" is shut down')
    return client


def _base_url(profile: EstProfile) -> str:
    address = profile.server.address
    host = f"[{address}]" if ":" in address else address
    return f"https://{host}:{profile.server.port}" if address else ""


def _url_path(path: str) -> str:
    """Return *path* as it stands in a request: the schema lets blanks and the like be typed.

    Digest authentication covers the path as it is sent, so it is spelled here and not on the way.
    """
    return quote(path, safe="/%:@!$&'()*+,;=?~")
