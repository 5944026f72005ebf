"""Lays out what ``show ipsec`` finds [decided]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Beside, Fields, Lines, Table, counted, said
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.words import NOT_SPECIFIED, admin, several, yes
from srpki.device.records.ipsec import (
    IpsecCertProfiles,
    IpsecCertProfileState,
    IpsecEntryState,
    IpsecTrustAnchorProfiles,
    IpsecTrustAnchorProfileState,
    IpsecTunnel,
    IpsecTunnels,
)

_CERT_PROFILE: Final = "IPsec Cert-Profile Information"
_EMULATED: Final = "Emulated: no peer and no packet; up as the certificate of the entry permits."


def _cert_profiles(data: IpsecCertProfiles) -> Table:
    columns = ("Cert Profile", "Admin", "Oper", "Oper Flags", "Entries")
    rows = (
        (
            one.name,
            admin(one.admin_state),
            one.oper_state,
            several(one.oper_flags),
            len(one.entry),
        )
        for one in data.cert_profile
    )
    return counted(_CERT_PROFILE, columns, rows)


def _cert_profile(data: IpsecCertProfileState) -> Fields:
    return Fields(
        title=_CERT_PROFILE,
        pairs=(
            ("Cert Profile", data.name),
            Beside("Admin State", admin(data.admin_state)),
            ("Oper State", data.oper_state),
            ("Oper Flags", several(data.oper_flags)),
        ),
        sections=tuple(map(_entry, data.entry)),
    )


def _entry(data: IpsecEntryState) -> Fields:
    return Fields(
        title=f"Entry {data.entry_id}",
        pairs=(
            ("Cert File", data.cert or NOT_SPECIFIED),
            ("Key File", data.key or NOT_SPECIFIED),
            ("Loaded", yes(data.loaded)),
            ("RSA Signature", data.rsa_signature),
            ("Oper Flags", several(data.oper_flags)),
            ("Comp Chain", data.chain_state),
            ("Chain CA Profiles", several(data.chain_ca_profile)),
            ("Send Chain", several(data.send_chain)),
        ),
    )


def _anchor_profiles(data: IpsecTrustAnchorProfiles) -> Table:
    rows = ((one.name, len(one.trust_anchor), one.down) for one in data.trust_anchor_profile)
    columns = ("Trust Anchor Profile", "Trust Anchors", "Down")
    return counted("IPsec Trust-Anchor-Profile Information", columns, rows)


def _anchor_profile(data: IpsecTrustAnchorProfileState) -> Table:
    rows = (
        (one.ca_profile_name, one.oper_state, several(one.oper_flags)) for one in data.trust_anchor
    )
    title = f"IPsec Trust-Anchor-Profile {data.name}"
    return counted(title, ("CA Profile", "Oper", "Oper Flags"), rows)


def _tunnels(data: IpsecTunnels) -> Lines:
    return said(*_tunnel_lines(data))


def _tunnel_lines(data: IpsecTunnels) -> Iterator[str]:
    """Yield the table with the heads that were seen [observed-2.md 18]; our own is in its rows."""
    yield ""
    yield from title("IPsec Tunnels")
    yield _row("TunnelName", "LocalAddress", "SvcId", "Admn", "Keying")
    yield _row("  SapId", "  RemoteAddress", "DlvrySvcId", "Oper", "Sec")
    yield _row("", "", "", "", "Plcy")
    yield SINGLE
    for one in data.tunnel:
        yield _row(one.name, "none", "none", admin(one.admin_state), "dynamic")
        yield _row("  emulated", "  none", "none", one.oper_state.capitalize(), "none")
        if one.reason is not None:
            yield f"  {' '.join(one.oper_flags)}: {one.reason}"
    yield SINGLE
    yield f"IPsec Tunnels: {len(data.tunnel)}"
    yield _EMULATED
    yield DOUBLE


def _row(*cells: str) -> str:
    widths = (31, 17, 11, 6, 0)
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _tunnel(data: IpsecTunnel) -> Fields:
    profiles = several(data.chain_ca_profile)
    return Fields(
        title=f"IPsec Tunnel {data.name} (emulated)",
        pairs=(
            ("Tunnel Name", data.name),
            Beside("Emulated", yes(data.emulated)),
            ("Admin State", admin(data.admin_state)),
            Beside("Oper State", data.oper_state.capitalize()),
            ("Oper Flags", several(data.oper_flags)),
            ("Reason", data.reason or "none"),
            ("Since", data.since),
            ("Cert Profile", data.cert_profile),
            Beside("Entry", data.entry_id),
            ("Cert File", data.cert or NOT_SPECIFIED),
            ("Key File", data.key or NOT_SPECIFIED),
            ("Serial Number", "none" if data.serial_number is None else f"{data.serial_number:x}"),
            ("Valid To", data.not_after),
            ("Comp Chain", data.chain_state),
            ("Chain CA Profiles", profiles),
        ),
    )


LAYOUTS: Final[dict[type, Callable[[Any], Fields | Table | Lines]]] = {
    IpsecCertProfileState: _cert_profile,
    IpsecCertProfiles: _cert_profiles,
    IpsecTrustAnchorProfileState: _anchor_profile,
    IpsecTrustAnchorProfiles: _anchor_profiles,
    IpsecTunnel: _tunnel,
    IpsecTunnels: _tunnels,
}
