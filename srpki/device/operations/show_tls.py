"""``show system security tls``: what TLS connections use, and whether it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.show_certificate import chosen
from srpki.device.records.tls import (
    ClientTlsProfiles,
    ClientTlsProfileState,
    TlsCertProfiles,
    TlsCertProfileState,
    TlsEntryState,
    TlsTrustAnchor,
    TlsTrustAnchorProfiles,
    TlsTrustAnchorProfileState,
)
from srpki.device.records.words import admin_state

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile, TlsCertProfile, TrustAnchorProfile
    from srpki.device.node import Node


def cert_profile(call: Call) -> Outcome:
    """Show the entries of one cert-profile, or list the profiles."""
    name = call.text("cert-profile-name")
    profiles = call.node.engine.view.cert_profiles
    if name:
        return Outcome(data=_cert_profile(call.node, chosen(profiles, name, "cert-profile")))
    found = tuple(_cert_profile(call.node, profile) for profile in profiles.values())
    return Outcome(data=TlsCertProfiles(cert_profile=found))


def _cert_profile(node: Node, profile: TlsCertProfile) -> TlsCertProfileState:
    holds = node.engine.applications.holds
    entries = tuple(
        TlsEntryState(
            entry_id=entry.entry_id,
            certificate_file=entry.certificate_file or None,
            key_file=entry.key_file or None,
            loaded=holds(entry.certificate_file, entry.key_file),
            send_chain=tuple(entry.send_chain),
        )
        for entry in profile.entries
    )
    return TlsCertProfileState(
        cert_profile_name=profile.name, admin_state=admin_state(profile.enabled), entry=entries
    )


def client_tls_profile(call: Call) -> Outcome:
    """Show one client-tls-profile, or list them all."""
    name = call.text("client-profile-name")
    profiles = call.node.engine.view.client_tls_profiles
    if name:
        return Outcome(data=_client(call.node, chosen(profiles, name, "client-tls-profile")))
    found = tuple(_client(call.node, profile) for profile in profiles.values())
    return Outcome(data=ClientTlsProfiles(client_tls_profile=found))


def _client(node: Node, profile: ClientTlsProfile) -> ClientTlsProfileState:
    return ClientTlsProfileState(
        client_profile_name=profile.name,
        admin_state=admin_state(profile.enabled),
        cert_profile=profile.cert_profile or None,
        trust_anchor_profile=profile.trust_anchor_profile or None,
        cipher_list=profile.cipher_list or None,
        group_list=profile.group_list or None,
        signature_list=profile.signature_list or None,
        protocol_version=profile.protocol_version,
        est_profile=tuple(
            est.name
            for est in node.engine.view.est_profiles.values()
            if est.client_tls_profile == profile.name
        ),
    )


def trust_anchor_profile(call: Call) -> Outcome:
    """Show the CA profiles of one trust-anchor-profile with their state, or list the profiles."""
    name = call.text("trust-anchor-profile-name")
    profiles = call.node.engine.view.trust_anchor_profiles
    if name:
        return Outcome(data=_anchors(call.node, chosen(profiles, name, "trust-anchor-profile")))
    found = tuple(_anchors(call.node, profile) for profile in profiles.values())
    return Outcome(data=TlsTrustAnchorProfiles(trust_anchor_profile=found))


def _anchors(node: Node, profile: TrustAnchorProfile) -> TlsTrustAnchorProfileState:
    state = node.engine.authorities.state
    anchors = tuple(TlsTrustAnchor(name, state(name).oper_state) for name in profile.trust_anchors)
    return TlsTrustAnchorProfileState(trust_anchor_profile_name=profile.name, trust_anchor=anchors)


OPERATIONS: dict[str, Operation] = {
    "show.tls.cert-profile": cert_profile,
    "show.tls.client-tls-profile": client_tls_profile,
    "show.tls.trust-anchor-profile": trust_anchor_profile,
}
