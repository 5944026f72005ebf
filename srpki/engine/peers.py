"""From profiles to peers: servers, TLS and limits as the protocol and transport rooms want them.

Each function takes what it needs from the configuration and raises `RefusedError` or
`NotFoundError` when a profile is missing, down, or lacks something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from srpki.core.clock import Clock, LabClock
from srpki.core.errors import RefusedError
from srpki.engine.applications import Applications, Loaded, client_pair
from srpki.engine.authorities import Authorities
from srpki.engine.settings import DEFAULT, Settings
from srpki.engine.verifier import kind_of
from srpki.protocol import crl
from srpki.transport.base import Limits, TlsClient
from srpki.x509 import ocsp

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile, CrlUrl, PkiView
    from srpki.engine.verifier import TlsProfile, Verifier


@dataclass(frozen=True, slots=True)
class Peers:
    """Resolves profiles against one *view*."""

    view: PkiView
    authorities: Authorities
    applications: Applications
    clock: Clock
    verifier: Verifier
    settings: Settings = DEFAULT

    def crl_limits(self, entry: CrlUrl) -> Limits:
        """Return the limits of a download of a CRL."""
        host = urlsplit(entry.url).hostname or ""
        return replace(self.limits(entry.transmission_profile, host), max_body=crl.MAX_OCTETS)

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
        return replace(self.limits(way, host), max_body=ocsp.MAX_OCTETS)

    # --- TLS -------------------------------------------------------------------------------------

    def tls_client(self, client: ClientTlsProfile, check: Callable[[bytes], None]) -> TlsClient:
        """Return how *client*, which is up, speaks TLS; its own certificate as it is loaded.

        *check* raises what the protocol finds in the server's certificate (DER), which the TLS
        library does not look for.
        """
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
            check_time=not self.in_lab,
            judge=lambda chain: self.verifier.judge(chain, client, check),
        )

    def trust_anchors(self, side: TlsProfile) -> tuple[bytes, ...]:
        """Return the CA certificates that *side* trusts: those of CA profiles that are up."""
        profile = self.view.trust_anchor_profiles.get(side.trust_anchor_profile)
        names = profile.trust_anchors if profile is not None else ()
        found = tuple(
            self.authorities.certificate(name) for name in names if self.authorities.state(name).up
        )
        if not found:
            raise RefusedError(
                f'{kind_of(side)} "{side.name}" has no trust anchor that is up',
                hint="see the oper-flags of its ca-profiles",
            )
        return found

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

    @property
    def in_lab(self) -> bool:
        """Whether the clock is one of a lab."""
        # The TLS library reads a clock of its own, which the lab's need not agree with.
        return isinstance(self.clock, LabClock)

    # --- transmission ----------------------------------------------------------------------------

    def limits(
        self, name: str, host: str, *, timeout: int | None = None, http_version: str = ""
    ) -> Limits:
        """Return the limits of the transmission-profile *name* for *host*; without one, our own.

        *timeout* (seconds) and *http_version* are those of a profile that has its own.
        """
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
