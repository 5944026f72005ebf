"""``show system security tls``: what TLS connections use, and whether it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.show_certificate import NOT_SPECIFIED, admin, chosen, entries_found
from srpki.device.results import Cell, Fields, Table

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile, TlsCertEntry
    from srpki.device.node import Node


def cert_profile(call: Call) -> Outcome:
    """Show the entries of one cert-profile, or list the profiles."""
    name = call.text("cert-profile-name")
    profiles = call.node.engine.view.cert_profiles
    if name:
        profile = chosen(profiles, name, "cert-profile")
        rows = tuple(_cert_row(call.node, entry) for entry in profile.entries)
        table = Table(
            title=f"TLS Cert-Profile {name} ({admin(profile.enabled)})",
            columns=("Entry", "Certificate File", "Key File", "Loaded", "Send Chain"),
            rows=rows,
            footer=f"Entries found: {len(rows)}",
        )
        return Outcome(data=table)
    listed: list[tuple[Cell, ...]] = [
        (profile.name, admin(profile.enabled), str(len(profile.entries)))
        for profile in profiles.values()
    ]
    columns = ("Cert Profile", "Admin", "Entries")
    return entries_found("TLS Cert-Profile Information", columns, listed)


def _cert_row(node: Node, entry: TlsCertEntry) -> tuple[Cell, ...]:
    return (
        str(entry.entry_id),
        entry.certificate_file or NOT_SPECIFIED,
        entry.key_file or NOT_SPECIFIED,
        "yes" if node.engine.applications.holds(entry.certificate_file, entry.key_file) else "no",
        " ".join(entry.send_chain) or "<none>",
    )


def client_tls_profile(call: Call) -> Outcome:
    """Show one client-tls-profile, or list them all."""
    name = call.text("client-profile-name")
    profiles = call.node.engine.view.client_tls_profiles
    if name:
        profile = chosen(profiles, name, "client-tls-profile")
        users = [
            est.name
            for est in call.node.engine.view.est_profiles.values()
            if est.client_tls_profile == name
        ]
        return Outcome(data=_client_fields(profile, users))
    rows: list[tuple[Cell, ...]] = [
        (
            profile.name,
            admin(profile.enabled),
            profile.cert_profile or NOT_SPECIFIED,
            profile.trust_anchor_profile or NOT_SPECIFIED,
        )
        for profile in profiles.values()
    ]
    columns = ("Client TLS Profile", "Admin", "Cert Profile", "Trust Anchor Profile")
    return entries_found("TLS Client-TLS-Profile Information", columns, rows)


def _client_fields(profile: ClientTlsProfile, users: list[str]) -> Fields:
    return Fields(
        title="TLS Client-TLS-Profile Information",
        pairs=(
            ("Client TLS Profile", profile.name),
            ("Admin State", admin(profile.enabled)),
            ("Cert Profile", profile.cert_profile or NOT_SPECIFIED),
            ("Trust Anchor Profile", profile.trust_anchor_profile or NOT_SPECIFIED),
            ("Cipher List", profile.cipher_list or NOT_SPECIFIED),
            ("Group List", profile.group_list or NOT_SPECIFIED),
            ("Signature List", profile.signature_list or NOT_SPECIFIED),
            ("Protocol Version", profile.protocol_version),
            ("Used By", ", ".join(f'est-profile "{user}"' for user in users) or NOT_SPECIFIED),
        ),
    )


def trust_anchor_profile(call: Call) -> Outcome:
    """Show the CA profiles of one trust-anchor-profile with their state, or list the profiles."""
    name = call.text("trust-anchor-profile-name")
    profiles = call.node.engine.view.trust_anchor_profiles
    if name:
        anchors = chosen(profiles, name, "trust-anchor-profile").trust_anchors
        authorities = call.node.engine.authorities
        rows: list[tuple[Cell, ...]] = [
            (anchor, authorities.state(anchor).oper_state) for anchor in anchors
        ]
        return entries_found(f"TLS Trust-Anchor-Profile {name}", ("CA Profile", "Oper"), rows)
    rows = [(profile.name, str(len(profile.trust_anchors))) for profile in profiles.values()]
    columns = ("Trust Anchor Profile", "Trust Anchors")
    return entries_found("TLS Trust-Anchor-Profile Information", columns, rows)


OPERATIONS: dict[str, Operation] = {
    "show.tls.cert-profile": cert_profile,
    "show.tls.client-tls-profile": client_tls_profile,
    "show.tls.trust-anchor-profile": trust_anchor_profile,
}
