"""What ``show ipsec`` finds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.device.records.words import AdminState


class IpsecEntryState(Record):
    """An entry of a cert-profile: whether it is *loaded*, why not, and what its chain is."""

    entry_id: int
    cert: str | None
    key: str | None
    loaded: bool
    rsa_signature: str
    oper_flags: tuple[str, ...]
    chain_state: str
    chain_ca_profile: tuple[str, ...]
    send_chain: tuple[str, ...]


class IpsecCertProfileState(Record):
    """A cert-profile with its entries; *oper_flags* say why it is down."""

    name: str
    admin_state: AdminState
    oper_state: str
    oper_flags: tuple[str, ...]
    entry: tuple[IpsecEntryState, ...]


class IpsecCertProfiles(Record):
    """All cert-profiles."""

    cert_profile: tuple[IpsecCertProfileState, ...]


class IpsecTrustAnchor(Record):
    """A CA profile that is trusted, and its state."""

    ca_profile_name: str
    oper_state: str
    oper_flags: tuple[str, ...]


class IpsecTrustAnchorProfileState(Record):
    """A trust-anchor-profile with its CA profiles, so many of which are *down*."""

    name: str
    trust_anchor: tuple[IpsecTrustAnchor, ...]
    down: int


class IpsecTrustAnchorProfiles(Record):
    """All trust-anchor-profiles."""

    trust_anchor_profile: tuple[IpsecTrustAnchorProfileState, ...]


class IpsecTunnel(Record):
    """An emulated tunnel: *oper_flags* and *reason* say why it is down, *since* is when it began.

    It belongs to an entry of a cert-profile. There is no peer: *emulated* is true for all.
    """

    name: str
    emulated: bool
    admin_state: AdminState
    oper_state: str
    oper_flags: tuple[str, ...]
    reason: str | None
    since: datetime
    cert_profile: str
    entry_id: int
    cert: str | None
    key: str | None
    serial_number: int | None
    not_after: datetime | None
    chain_state: str
    chain_ca_profile: tuple[str, ...]


class IpsecTunnels(Record):
    """All emulated tunnels."""

    tunnel: tuple[IpsecTunnel, ...]
