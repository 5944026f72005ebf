"""From profiles to peers: servers, TLS and limits as the protocol and transport rooms want them.

Each function takes what it needs from the configuration and raises `RefusedError` or
`NotFoundError` when a profile is missing, down, or lacks something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from srpki.core.clock import Clock, LabClock
from srpki.core.errors import NotFoundError, RefusedError, TlsError
from srpki.engine import chains
from srpki.engine.applications import Applications, Loaded, client_pair
from srpki.engine.authorities import Authorities
from srpki.engine.gather import cmp_url
from srpki.engine.settings import DEFAULT, Settings
from srpki.protocol import crl
from srpki.protocol.cmp.client import CmpPeer
from srpki.protocol.est import messages
from srpki.protocol.est.client import EstServer
from srpki.transport.base import Limits, TlsClient
from srpki.x509 import certificates, ocsp

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, ClientTlsProfile, CrlUrl, EstProfile, PkiView
    from srpki.engine.verifier import Verifier

CMC_RA: Final = "1.3.6.1.5.5.7.3.28"
"""id-kp-cmcRA, the mark of a registration authority [RFC 7030, 3.6.1]."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Resolves profiles against one *view*."""

    view: PkiView
    authorities: Authorities
    applications: Applications
    clock: Clock
    verifier: Verifier
    settings: Settings = DEFAULT

    # --- CMPv2 -----------------------------------------------------------------------------------

    def ca_profile(self, name: str) -> CaProfile:
        """Return the ca-profile *name*, which must have a CMPv2 URL."""
        profile = self.view.ca_profiles.get(name)
        if profile is None:
            raise NotFoundError(f'ca-profile "{name}" does not exist')
        if not profile.cmpv2.url.url_string:
            raise RefusedError(f'ca-profile "{name}" has no cmpv2 url', hint="configure it")
        return profile

    def cmp_peer(self, name: str) -> CmpPeer:
        """Return what the ca-profile *name*, which must be up, says of its CMPv2 server."""
        profile = self.ca_profile(name)
        settings = profile.cmpv2
        anchor = self.authorities.certificate(name)
        signer = self.authorities.signing_certificate(name)
        recipient = settings.recipient_subject
        return CmpPeer(
            url=cmp_url(profile),
            ca_certificates=(anchor,),
            response_signing_certificates=(signer,) if signer else (),
            response_signing_use_extracert=settings.response_signing_use_extracert,
            signing_cert_subject=settings.signing_cert_subject,
            recipient=certificates.parse_dn(recipient).public_bytes() if recipient else None,
            always_set_sender_for_ir=settings.always_set_sender_for_ir,
            same_recipient_nonce_for_poll_request=settings.same_recipient_nonce_for_poll_request,
            accept_unprotected_error=settings.accept_unprotected_error_message,
            accept_unprotected_pkiconf=settings.accept_unprotected_pkiconf_message,
            maximum_cert_chain_depth=self.view.maximum_cert_chain_depth,
        )

    def signer_chain(self, certificate: bytes) -> tuple[bytes, ...]:
        """Return the CA certificates (DER) that go along with *certificate*, which signs.

        The issuer comes first; what is not known, and a root, is left out [RFC 9483, 3.3].
        """
        if not self.settings.cmpv2_send_chain:
            return ()
        depth = self.view.maximum_cert_chain_depth
        return chains.issuers(certificate, self.authorities.usable(), depth)

    def cmp_limits(self, name: str) -> Limits:
        """Return the limits of the ca-profile *name*: its own ``http``, and how it transmits."""
        profile = self.ca_profile(name)
        url = profile.cmpv2.url
        return self._limits(
            url.transmission_profile,
            urlsplit(cmp_url(profile)).hostname or "",
            timeout=profile.cmpv2.http.response_timeout,
            http_version=profile.cmpv2.http.version,
        )

    def crl_limits(self, entry: CrlUrl) -> Limits:
        """Return the limits of a download of a CRL."""
        host = urlsplit(entry.url).hostname or ""
        return replace(self._limits(entry.transmission_profile, host), max_body=crl.MAX_OCTETS)

    def ocsp_url(self, name: str) -> str:
        """Return the URL of the OCSP responder of the ca-profile *name*, empty without one."""
        profile = self.view.ca_profiles.get(name)
        url = profile.ocsp.responder_url if profile is not None else ""
        return f"http://{url}" if url and "://" not in url else url

    def ocsp_limits(self, name: str, url: str) -> Limits:
        """Return the limits of an exchange with the responder at *url* for ca-profile *name*."""
        profile = self.view.ca_profiles.get(name)
        way = profile.ocsp.transmission_profile if profile is not None else ""
        host = urlsplit(url).hostname or ""
        return replace(self._limits(way, host), max_body=ocsp.MAX_OCTETS)

    # --- EST -------------------------------------------------------------------------------------

    def est_profile(self, name: str) -> EstProfile:
        """Return the est-profile *name*, which must name a server."""
        profile = self.view.est_profiles.get(name)
        if profile is None:
            raise NotFoundError(f'est-profile "{name}" does not exist')
        if not profile.server.address:
            raise RefusedError(f'est-profile "{name}" has no server', hint="configure it")
        return profile

    def est_server(self, name: str) -> EstServer:
        """Return what the est-profile *name* says of its server."""
        profile = self.est_profile(name)
        server = profile.server
        host = f"[{server.address}]" if ":" in server.address else server.address
        return EstServer(
            base_url=f"https://{host}:{server.port}",
            cacerts_path=_url_path(server.cacerts or messages.CACERTS_PATH),
            simpleenroll_path=_url_path(server.simpleenroll or messages.SIMPLEENROLL_PATH),
            simplereenroll_path=_url_path(server.simplereenroll or messages.SIMPLEREENROLL_PATH),
            username=profile.username if profile.password else "",
            password=profile.password.open() if profile.username and profile.password else "",
        )

    def est_limits(self, name: str) -> Limits:
        """Return the limits of the est-profile *name*: those of its transmission-profile."""
        profile = self.est_profile(name)
        return self._limits(profile.transmission_profile, profile.server.address)

    def tls_client(self, name: str) -> TlsClient:
        """Return how the est-profile *name* speaks TLS; its client certificate as it is loaded."""
        profile = self.est_profile(name)
        client = self._client_tls_profile(profile)
        ciphers = self.view.cipher_lists.get(client.cipher_list)
        own = self._client_certificate(client)
        return TlsClient(
            trust_anchors=self.trust_anchors(client),
            certificate_chain=(own.certificate, *self._sent_chain(client)) if own else (),
            private_key=own.key if own else None,
            protocol_version=client.protocol_version,
            ciphers=(ciphers.tls12_cipher or ciphers.cipher) if ciphers else (),
            ciphers13=ciphers.tls13_cipher if ciphers else (),
            groups=self.view.group_lists.get(client.group_list, ()),
            signatures=self.view.signature_lists.get(client.signature_list, ()),
            check_time=not self._in_lab,
            judge=self._judge(profile, client),
        )

    def est_anchors(self, name: str) -> tuple[bytes, ...]:
        """Return the trust anchors (DER) of the client-tls-profile of the est-profile *name*."""
        return self.trust_anchors(self._client_tls_profile(self.est_profile(name)))

    def trust_anchors(self, client: ClientTlsProfile) -> tuple[bytes, ...]:
        """Return the CA certificates that *client* trusts: those of CA profiles that are up."""
        profile = self.view.trust_anchor_profiles.get(client.trust_anchor_profile)
        names = profile.trust_anchors if profile is not None else ()
        found = tuple(
            self.authorities.certificate(name) for name in names if self.authorities.state(name).up
        )
        if not found:
            raise RefusedError(
                f'client-tls-profile "{client.name}" has no trust anchor that is up',
                hint="see the oper-flags of its ca-profiles",
            )
        return found

    def _client_tls_profile(self, profile: EstProfile) -> ClientTlsProfile:
        client = self.view.client_tls_profiles.get(profile.client_tls_profile)
        if client is None:
            raise RefusedError(f'est-profile "{profile.name}" has no client-tls-profile')
        if not client.enabled:
            raise RefusedError(f'client-tls-profile "{client.name}" is shut down')
        return client

    def _client_certificate(self, client: ClientTlsProfile) -> Loaded | None:
        if not client.cert_profile:
            return None
        profile = self.view.cert_profiles.get(client.cert_profile)
        if profile is None or not profile.enabled:
            raise RefusedError(f'cert-profile "{client.cert_profile}" is shut down')
        pair = client_pair(profile)
        return self.applications.held(*pair) if pair is not None else None

    def _sent_chain(self, client: ClientTlsProfile) -> tuple[bytes, ...]:
        profile = self.view.cert_profiles[client.cert_profile]
        entry = next(one for one in profile.entries if one.certificate_file and one.key_file)
        return tuple(self.authorities.certificate(name) for name in entry.send_chain)

    def _judge(
        self, profile: EstProfile, client: ClientTlsProfile
    ) -> Callable[[Sequence[bytes]], None]:
        """Return the checks of a server certificate that the TLS library does not make."""

        def check(certificate: bytes) -> None:
            facts = certificates.facts(certificate)
            if profile.check_id_kp_cmcra_only and CMC_RA not in facts.extended_key_usage:
                raise TlsError(
                    "the server's certificate is not that of a registration authority",
                    hint="see check-id-kp-cmcra-only",
                )

        return lambda chain: self.verifier.judge(chain, client, check)

    @property
    def _in_lab(self) -> bool:
        # The TLS library reads a clock of its own, which the lab's need not agree with.
        return isinstance(self.clock, LabClock)

    # --- transmission ----------------------------------------------------------------------------

    def _limits(
        self, name: str, host: str, *, timeout: int | None = None, http_version: str = ""
    ) -> Limits:
        profile = self.view.transmission_profiles.get(name)
        if profile is None:
            if name:
                raise RefusedError(f'transmission-profile "{name}" does not exist')
            return Limits(
                response_timeout=float(timeout or Limits().response_timeout),
                http_version=http_version or Limits().http_version,
            )
        six = ":" in host
        return Limits(
            response_timeout=float(timeout or profile.timeout),
            retries=profile.retry or 0,
            redirects=profile.redirection or 0,
            http_version=http_version or profile.http_version or Limits().http_version,
            source_address=profile.ipv6_source_address if six else profile.ipv4_source_address,
        )


def _url_path(path: str) -> str:
    """Return *path* as it stands in a request: the schema lets blanks and the like be typed.

    Digest authentication covers the path as it is sent, so it is spelled here and not on the way.
    """
    return quote(path, safe="/%:@!$&'()*+,;=?~")
