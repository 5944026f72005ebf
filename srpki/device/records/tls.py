"""What ``show system security tls`` finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.device.records.words import AdminState


class TlsEntryState(Record):
    """An entry of a cert-profile, and whether an application has it *loaded*."""

    entry_id: int
    certificate_file: str | None
    key_file: str | None
    loaded: bool
    send_chain: tuple[str, ...]


class TlsCertProfileState(Record):
    """A cert-profile with its entries."""

    cert_profile_name: str
    admin_state: AdminState
    entry: tuple[TlsEntryState, ...]


class TlsCertProfiles(Record):
    """All cert-profiles."""

    cert_profile: tuple[TlsCertProfileState, ...]


class ClientTlsProfileState(Record):
    """A client-tls-profile, and the EST profiles that use it."""

    client_profile_name: str
    admin_state: AdminState
    cert_profile: str | None
    trust_anchor_profile: str | None
    cipher_list: str | None
    group_list: str | None
    signature_list: str | None
    protocol_version: str
    est_profile: tuple[str, ...]


class ClientTlsProfiles(Record):
    """All client-tls-profiles."""

    client_tls_profile: tuple[ClientTlsProfileState, ...]


class TlsTrustAnchor(Record):
    """A CA profile that is trusted, and its state."""

    ca_profile_name: str
    oper_state: str


class TlsTrustAnchorProfileState(Record):
    """A trust-anchor-profile with its CA profiles."""

    trust_anchor_profile_name: str
    trust_anchor: tuple[TlsTrustAnchor, ...]


class TlsTrustAnchorProfiles(Record):
    """All trust-anchor-profiles."""

    trust_anchor_profile: tuple[TlsTrustAnchorProfileState, ...]
