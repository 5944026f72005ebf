"""Lays out what ``show system security tls`` finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Fields, Table, counted
from srpki.cli.render.words import NOT_SPECIFIED, admin, several, yes
from srpki.device.records.tls import (
    ClientTlsProfiles,
    ClientTlsProfileState,
    TlsCertProfiles,
    TlsCertProfileState,
    TlsTrustAnchorProfiles,
    TlsTrustAnchorProfileState,
)

_CLIENT: Final = "TLS Client-TLS-Profile Information"


def _cert_profiles(data: TlsCertProfiles) -> Table:
    rows = (
        (one.cert_profile_name, admin(one.admin_state), len(one.entry)) for one in data.cert_profile
    )
    return counted("TLS Cert-Profile Information", ("Cert Profile", "Admin", "Entries"), rows)


def _cert_profile(data: TlsCertProfileState) -> Table:
    columns = ("Entry", "Certificate File", "Key File", "Loaded", "Send Chain")
    rows = (
        (
            one.entry_id,
            one.certificate_file or NOT_SPECIFIED,
            one.key_file or NOT_SPECIFIED,
            yes(one.loaded),
            several(one.send_chain),
        )
        for one in data.entry
    )
    title = f"TLS Cert-Profile {data.cert_profile_name} ({admin(data.admin_state)})"
    return counted(title, columns, rows)


def _client_profiles(data: ClientTlsProfiles) -> Table:
    columns = ("Client TLS Profile", "Admin", "Cert Profile", "Trust Anchor Profile")
    rows = (
        (
            one.client_profile_name,
            admin(one.admin_state),
            one.cert_profile or NOT_SPECIFIED,
            one.trust_anchor_profile or NOT_SPECIFIED,
        )
        for one in data.client_tls_profile
    )
    return counted(_CLIENT, columns, rows)


def _client_profile(data: ClientTlsProfileState) -> Fields:
    users = [f'est-profile "{name}"' for name in data.est_profile]
    return Fields(
        title=_CLIENT,
        pairs=(
            ("Client TLS Profile", data.client_profile_name),
            ("Admin State", admin(data.admin_state)),
            ("Cert Profile", data.cert_profile or NOT_SPECIFIED),
            ("Trust Anchor Profile", data.trust_anchor_profile or NOT_SPECIFIED),
            ("Cipher List", data.cipher_list or NOT_SPECIFIED),
            ("Group List", data.group_list or NOT_SPECIFIED),
            ("Signature List", data.signature_list or NOT_SPECIFIED),
            ("Protocol Version", data.protocol_version),
            ("Used By", several(users, ", ", NOT_SPECIFIED)),
        ),
    )


def _anchor_profiles(data: TlsTrustAnchorProfiles) -> Table:
    rows = (
        (one.trust_anchor_profile_name, len(one.trust_anchor)) for one in data.trust_anchor_profile
    )
    columns = ("Trust Anchor Profile", "Trust Anchors")
    return counted("TLS Trust-Anchor-Profile Information", columns, rows)


def _anchor_profile(data: TlsTrustAnchorProfileState) -> Table:
    rows = ((one.ca_profile_name, one.oper_state) for one in data.trust_anchor)
    title = f"TLS Trust-Anchor-Profile {data.trust_anchor_profile_name}"
    return counted(title, ("CA Profile", "Oper"), rows)


LAYOUTS: Final[dict[type, Callable[[Any], Fields | Table]]] = {
    ClientTlsProfileState: _client_profile,
    ClientTlsProfiles: _client_profiles,
    TlsCertProfileState: _cert_profile,
    TlsCertProfiles: _cert_profiles,
    TlsTrustAnchorProfileState: _anchor_profile,
    TlsTrustAnchorProfiles: _anchor_profiles,
}
