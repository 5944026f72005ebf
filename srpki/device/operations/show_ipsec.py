"""``show ipsec``: what IKE authenticates with, and whether it can be used [layout decided]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.show_certificate import NOT_SPECIFIED, admin, chosen, entries_found
from srpki.device.results import Beside, Cell, Fields

if TYPE_CHECKING:
    from srpki.device.live_ipsec import EntryFacts
    from srpki.device.node import Node


def cert_profile(call: Call) -> Outcome:
    """Show one cert-profile with its entries and their chains, or list the profiles."""
    from srpki.device import live_ipsec  # noqa: PLC0415 - start-up time

    name = call.text("name")
    profiles = call.node.engine.view.ipsec_cert_profiles
    if name:
        profile = chosen(profiles, name, "ipsec cert-profile")
        found = live_ipsec.facts(call.node.engine, profile)
        pairs = (
            ("Cert Profile", name),
            Beside("Admin State", admin(profile.enabled)),
            ("Oper State", found.oper_state),
            ("Oper Flags", _flags(found.flags)),
        )
        sections = tuple(_entry(call.node, one) for one in found.entries)
        return Outcome(
            data=Fields(title="IPsec Cert-Profile Information", pairs=pairs, sections=sections)
        )
    rows: list[tuple[Cell, ...]] = []
    for profile in profiles.values():
        found = live_ipsec.facts(call.node.engine, profile)
        count = str(len(profile.entries))
        state = admin(profile.enabled), found.oper_state, _flags(found.flags)
        rows.append((profile.name, *state, count))
    columns = ("Cert Profile", "Admin", "Oper", "Oper Flags", "Entries")
    return entries_found("IPsec Cert-Profile Information", columns, rows)


def _flags(flags: tuple[str, ...]) -> str:
    return " ".join(flags) or "<none>"


def _entry(node: Node, found: EntryFacts) -> Fields:
    entry = found.entry
    return Fields(
        title=f"Entry {entry.id}",
        pairs=(
            ("Cert File", entry.cert or NOT_SPECIFIED),
            ("Key File", entry.key or NOT_SPECIFIED),
            ("Loaded", "yes" if node.engine.applications.holds(entry.cert, entry.key) else "no"),
            ("RSA Signature", entry.rsa_signature),
            ("Oper Flags", _flags(found.flags)),
            ("Comp Chain", found.chain.state),
            ("Chain CA Profiles", " ".join(found.chain.ca_profiles) or "<none>"),
            ("Send Chain", " ".join(entry.send_chain) or "<none>"),
        ),
    )


def trust_anchor_profile(call: Call) -> Outcome:
    """Show the CA profiles of one trust-anchor-profile with their state, or list the profiles."""
    name = call.text("name")
    profiles = call.node.engine.view.ipsec_trust_anchor_profiles
    authorities = call.node.engine.authorities
    if name:
        anchors = chosen(profiles, name, "ipsec trust-anchor-profile").trust_anchors
        rows: list[tuple[Cell, ...]] = []
        for anchor in anchors:
            oper = authorities.state(anchor)
            rows.append((anchor, oper.oper_state, _flags(oper.oper_flags)))
        columns: tuple[str, ...] = ("CA Profile", "Oper", "Oper Flags")
        return entries_found(f"IPsec Trust-Anchor-Profile {name}", columns, rows)
    rows = [
        (
            profile.name,
            str(len(profile.trust_anchors)),
            str(call.node.engine.tls_states.anchors_down(profile)),
        )
        for profile in profiles.values()
    ]
    columns = ("Trust Anchor Profile", "Trust Anchors", "Down")
    return entries_found("IPsec Trust-Anchor-Profile Information", columns, rows)


OPERATIONS: dict[str, Operation] = {
    "show.ipsec.cert-profile": cert_profile,
    "show.ipsec.trust-anchor-profile": trust_anchor_profile,
}
