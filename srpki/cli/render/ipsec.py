"""Lays out what ``show ipsec`` finds [decided]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Beside, Fields, Table, counted
from srpki.cli.render.words import NOT_SPECIFIED, admin, several, yes
from srpki.device.records.ipsec import (
    IpsecCertProfiles,
    IpsecCertProfileState,
    IpsecEntryState,
    IpsecTrustAnchorProfiles,
    IpsecTrustAnchorProfileState,
)

_CERT_PROFILE: Final = "IPsec Cert-Profile Information"


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


LAYOUTS: Final[dict[type, Callable[[Any], Fields | Table]]] = {
    IpsecCertProfileState: _cert_profile,
    IpsecCertProfiles: _cert_profiles,
    IpsecTrustAnchorProfileState: _anchor_profile,
    IpsecTrustAnchorProfiles: _anchor_profiles,
}
