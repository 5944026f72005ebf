"""CMPv2 [RFC 4210]: certificates are renewed by a key update request to the CA of a ca-profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from srpki.core.errors import NotFoundError, PeerError, RefusedError
from srpki.engine import chains
from srpki.engine.jobs import Lane
from srpki.engine.peers import Peers
from srpki.engine.protocols.base import Enrolment, Renewal, Services, objection
from srpki.protocol.cmp import client as cmp
from srpki.protocol.steps import Machine
from srpki.transport.base import Limits
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, PkiView, UpdateProfile

_EXPIRED: Final = "the certificate has expired and CMPv2 cannot sign with it: use EST"


class Cmpv2:
    """Renews by CMPv2, signed with the old key [RFC 4210, 5.3.5]."""

    name: Final = "cmpv2"

    def servers(self, view: PkiView) -> Mapping[str, str]:
        """Return the CMPv2 URL of each ca-profile."""
        return {name: server_url(profile) for name, profile in view.ca_profiles.items()}

    def gap(self, profile: UpdateProfile, view: PkiView) -> str:
        """Say what an update by CMPv2 lacks; empty when it lacks nothing."""
        if not profile.server:
            return f'certificate-update-profile "{profile.name}" has no ca-profile'
        authority = view.ca_profiles.get(profile.server)
        if authority is None:
            return f'ca-profile "{profile.server}" does not exist'
        if not authority.cmpv2.url.url_string:
            return f'ca-profile "{authority.name}" has no cmpv2 url'
        return "" if authority.cert_file else f'ca-profile "{authority.name}" has no cert-file'

    def lane(self, profile: UpdateProfile, view: PkiView) -> Lane | None:
        """Return the lane of the CMPv2 server, wherever it has one."""
        authority = view.ca_profiles.get(profile.server)
        return None if authority is None else server_lane(authority)

    def once_expired(
        self, profile: UpdateProfile, view: PkiView, same: Callable[[str], bool]
    ) -> str:
        """Refuse: nothing is signed with an expired certificate [auto-update.md, section 4]."""
        del profile, view, same
        return _EXPIRED

    def enrolment(self, renewal: Renewal, services: Services) -> Enrolment:
        """Update the key by CMPv2, signed with the old one [RFC 4210, 5.3.5]."""
        name, peers = renewal.profile.server, renewal.peers
        services.outstanding(name)
        ca = peer(peers, name)

        def accept(certificate: bytes, others: Sequence[bytes]) -> str | None:
            return objection(renewal, certificate, others, ca.ca_certificates, services)

        def machine() -> Machine[bytes]:
            result = yield from cmp.key_update(
                ca,
                cmp.SignatureCredentials(
                    renewal.key,
                    renewal.certificate,
                    signer_chain(peers, renewal.certificate),
                    hash_algorithm=renewal.profile.hash_algorithm,
                ),
                renewal.new_key,
                clock=services.clock,
                entropy=services.entropy,
                accept=accept,
                poll=True,
            )
            if result.certificate is None:
                raise PeerError(f"the CA answered {result.status} without a certificate")
            return result.certificate

        return Enrolment(machine(), services.connections.borrowed(ca.url, limits(peers, name)))


def server_url(authority: CaProfile) -> str:
    """Return the URL of a CMPv2 server; the scheme may be left out when it is configured."""
    url = authority.cmpv2.url.url_string
    return url if not url or "://" in url else f"http://{url}"


def server_lane(authority: CaProfile) -> Lane:
    """Return the lane of a CMPv2 server: one outstanding request at a time."""
    return Lane(f"cmpv2 {server_url(authority)}", 1, while_waiting=True)


def ca_profile(peers: Peers, name: str) -> CaProfile:
    """Return the ca-profile *name*, which must have a CMPv2 URL."""
    profile = peers.view.ca_profiles.get(name)
    if profile is None:
        raise NotFoundError(f'ca-profile "{name}" does not exist')
    if not profile.cmpv2.url.url_string:
        raise RefusedError(f'ca-profile "{name}" has no cmpv2 url', hint="configure it")
    return profile


def peer(peers: Peers, name: str) -> cmp.CmpPeer:
    """Return what the ca-profile *name*, which must be up, says of its CMPv2 server."""
    profile = ca_profile(peers, name)
    settings = profile.cmpv2
    anchor = peers.authorities.certificate(name)
    signer = peers.authorities.signing_certificate(name)
    recipient = settings.recipient_subject
    return cmp.CmpPeer(
        url=server_url(profile),
        ca_certificates=(anchor,),
        response_signing_certificates=(signer,) if signer else (),
        response_signing_use_extracert=settings.response_signing_use_extracert,
        signing_cert_subject=settings.signing_cert_subject,
        recipient=certificates.parse_dn(recipient).public_bytes() if recipient else None,
        always_set_sender_for_ir=settings.always_set_sender_for_ir,
        same_recipient_nonce_for_poll_request=settings.same_recipient_nonce_for_poll_request,
        accept_unprotected_error=settings.accept_unprotected_error_message,
        accept_unprotected_pkiconf=settings.accept_unprotected_pkiconf_message,
        maximum_cert_chain_depth=peers.view.maximum_cert_chain_depth,
    )


def limits(peers: Peers, name: str) -> Limits:
    """Return the limits of the ca-profile *name*: its own ``http``, and how it transmits."""
    profile = ca_profile(peers, name)
    return peers.limits(
        profile.cmpv2.url.transmission_profile,
        urlsplit(server_url(profile)).hostname or "",
        timeout=profile.cmpv2.http.response_timeout,
        http_version=profile.cmpv2.http.version,
    )


def signer_chain(peers: Peers, certificate: bytes) -> tuple[bytes, ...]:
    """Return the CA certificates (DER) that go along with *certificate*, which signs.

    The issuer comes first; what is not known, and a root, is left out [RFC 9483, 3.3].
    """
    if not peers.settings.cmpv2_send_chain:
        return ()
    depth = peers.view.maximum_cert_chain_depth
    return chains.issuers(certificate, peers.authorities.usable(), depth)
