"""Servers that answer TLS, as server-tls-profiles have them; see `srpki.engine.peers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import RefusedError, TlsError
from srpki.engine.peers import Peers
from srpki.transport.base import TlsIdentity, TlsServer
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import ServerTlsProfile


def tls_server(peers: Peers, server: ServerTlsProfile) -> TlsServer:
    """Return how *server* answers TLS; its certificates as they are loaded.

    Raises `RefusedError` where it is down.
    """
    if not server.enabled:
        raise RefusedError(f'server-tls-profile "{server.name}" is shut down')
    view = peers.view
    ciphers = view.server_cipher_lists.get(server.cipher_list)
    anchors = peers.trust_anchors(server) if server.trust_anchor_profile else ()
    if server.common_name_list and not anchors:
        raise RefusedError(
            f'server-tls-profile "{server.name}" knows names of clients, but no trust anchor',
            hint="give authenticate-client a trust-anchor-profile",
        )
    return TlsServer(
        identities=_identities(peers, server),
        client_anchors=anchors,
        protocol_version=server.protocol_version,
        ciphers=(ciphers.tls12_cipher or ciphers.cipher) if ciphers else (),
        ciphers13=ciphers.tls13_cipher if ciphers else (),
        groups=view.server_group_lists.get(server.group_list, ()),
        check_time=not peers.in_lab,
        judge=lambda chain: peers.verifier.judge(
            chain, server, lambda certificate: _check_name(peers, certificate, server)
        ),
    )


def _identities(peers: Peers, server: ServerTlsProfile) -> tuple[TlsIdentity, ...]:
    """Return what is loaded of the cert-profile of *server*, in the order of its entries."""
    profile = peers.view.cert_profiles.get(server.cert_profile)
    if profile is None or not profile.enabled or not profile.entries:
        raise RefusedError(
            f'server-tls-profile "{server.name}" has no certificate',
            hint="give it a cert-profile that is enabled and has an entry",
        )
    found = []
    for entry in profile.entries:
        held = peers.applications.held(entry.certificate_file, entry.key_file)
        above = tuple(map(peers.authorities.certificate, entry.send_chain))
        found.append(TlsIdentity(chain=(held.certificate, *above), key=held.key))
    return tuple(found)


def _check_name(peers: Peers, certificate: bytes, server: ServerTlsProfile) -> None:
    """Raise `TlsError` unless *certificate* (DER) has a name that *server* knows clients by."""
    wanted = peers.view.common_name_lists.get(server.common_name_list)
    if wanted is None:
        return
    facts = certificates.facts(certificate)
    names = (*(name for _, name in facts.san), *certificates.common_names(certificate))
    if not {one.lower() for one in wanted} & {one.lower() for one in names}:
        raise TlsError(f'the client has no name of common-name-list "{server.common_name_list}"')
