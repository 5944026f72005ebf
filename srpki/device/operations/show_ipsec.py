"""``show ipsec``: what IKE authenticates with, and whether it can be used [layout decided]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import SrpkiError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.show_certificate import chosen
from srpki.device.records.ipsec import (
    IpsecCertProfiles,
    IpsecCertProfileState,
    IpsecEntryState,
    IpsecTrustAnchor,
    IpsecTrustAnchorProfiles,
    IpsecTrustAnchorProfileState,
    IpsecTunnel,
    IpsecTunnels,
)
from srpki.device.records.words import admin_state

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.config.views import IpsecCertEntry, IpsecCertProfile, TrustAnchorProfile
    from srpki.device.live_ipsec import EntryFacts
    from srpki.device.node import Node
    from srpki.engine.tunnels import Tunnel


def cert_profile(call: Call) -> Outcome:
    """Show one cert-profile with its entries and their chains, or list the profiles."""
    name = call.text("name")
    profiles = call.node.engine.view.ipsec_cert_profiles
    if name:
        return Outcome(data=_cert_profile(call.node, chosen(profiles, name, "ipsec cert-profile")))
    found = tuple(_cert_profile(call.node, profile) for profile in profiles.values())
    return Outcome(data=IpsecCertProfiles(cert_profile=found))


def _cert_profile(node: Node, profile: IpsecCertProfile) -> IpsecCertProfileState:
    from srpki.device import live_ipsec  # noqa: PLC0415 - start-up time

    found = live_ipsec.facts(node.engine, profile)
    return IpsecCertProfileState(
        name=profile.name,
        admin_state=admin_state(profile.enabled),
        oper_state=found.oper_state,
        oper_flags=found.flags,
        entry=tuple(_entry(node, one) for one in found.entries),
    )


def _entry(node: Node, found: EntryFacts) -> IpsecEntryState:
    entry = found.entry
    return IpsecEntryState(
        entry_id=entry.id,
        cert=entry.cert or None,
        key=entry.key or None,
        loaded=node.engine.applications.holds(entry.cert, entry.key),
        rsa_signature=entry.rsa_signature,
        oper_flags=found.flags,
        chain_state=found.chain.state,
        chain_ca_profile=tuple(found.chain.ca_profiles),
        send_chain=tuple(entry.send_chain),
    )


def trust_anchor_profile(call: Call) -> Outcome:
    """Show the CA profiles of one trust-anchor-profile with their state, or list the profiles."""
    name = call.text("name")
    profiles = call.node.engine.view.ipsec_trust_anchor_profiles
    if name:
        profile = chosen(profiles, name, "ipsec trust-anchor-profile")
        return Outcome(data=_anchors(call.node, profile))
    found = tuple(_anchors(call.node, profile) for profile in profiles.values())
    return Outcome(data=IpsecTrustAnchorProfiles(trust_anchor_profile=found))


def _anchors(node: Node, profile: TrustAnchorProfile) -> IpsecTrustAnchorProfileState:
    anchors = []
    for name in profile.trust_anchors:
        oper = node.engine.authorities.state(name)
        anchors.append(IpsecTrustAnchor(name, oper.oper_state, oper.oper_flags))
    return IpsecTrustAnchorProfileState(
        name=profile.name,
        trust_anchor=tuple(anchors),
        down=node.engine.tls_states.anchors_down(profile),
    )


def tunnels(node: Node) -> tuple[IpsecTunnel, ...]:
    """Return every emulated tunnel of *node* as it is now, in the order of the configuration."""
    if not node.engine.view.ipsec_cert_profiles:
        return ()
    return tuple(_tunnel(node, one) for one in node.engine.tunnels.all())


def tunnel(call: Call) -> Outcome:
    """Show one emulated tunnel in full, or list all."""
    name, found = call.text("name"), tunnels(call.node)
    if not name:
        return Outcome(data=IpsecTunnels(tunnel=found))
    return Outcome(data=chosen({one.name: one for one in found}, name, "ipsec tunnel"))


def _tunnel(node: Node, found: Tunnel) -> IpsecTunnel:
    entry, verdict = found.entry, found.verdict
    serial_number, not_after = _held(node, entry)
    return IpsecTunnel(
        name=found.name,
        emulated=True,
        admin_state="enable",
        oper_state="up" if verdict.up else "down",
        oper_flags=verdict.flags,
        reason=verdict.reason or None,
        since=found.since,
        cert_profile=found.cert_profile,
        entry_id=entry.id,
        cert=entry.cert or None,
        key=entry.key or None,
        serial_number=serial_number,
        not_after=not_after,
        chain_state=found.chain.state,
        chain_ca_profile=found.chain.ca_profiles,
    )


def _held(node: Node, entry: IpsecCertEntry) -> tuple[int | None, datetime | None]:
    """Return number and end of the certificate that is loaded for *entry*, if one is."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    try:
        held = node.engine.applications.held(entry.cert, entry.key)
    except SrpkiError:
        return None, None
    facts = certificates.facts(held.certificate)
    return facts.serial, facts.not_after


OPERATIONS: dict[str, Operation] = {
    "show.ipsec.cert-profile": cert_profile,
    "show.ipsec.trust-anchor-profile": trust_anchor_profile,
    "show.ipsec.tunnel": tunnel,
}
