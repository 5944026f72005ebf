"""The configuration as the engine reads it: immutable records, defaults filled in.

Fields have the names of the YANG leafs; what is not configured is an empty string, an empty tuple
or, where a number is meant, None. Profiles are found by name and know their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from srpki.config.secrets import token_of
from srpki.core.record import Record


class Secret:
    """A sealed value; it is opened only where it is used and never shown."""

    __slots__ = ("_open", "_sealed")

    def __init__(self, sealed: str, open_secret: Callable[[str], str]) -> None:
        """Keep the value as *sealed*, to be opened by *open_secret*."""
        self._sealed = sealed
        self._open = open_secret

    def open(self) -> str:
        """Return the plain value; raises `CorruptError` when it was sealed on another chassis."""
        return self._open(token_of(self._sealed))

    def __repr__(self) -> str:
        """Return a form that tells nothing."""
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        """Secrets are equal when they were sealed as one."""
        return isinstance(other, Secret) and self._sealed == other._sealed

    def __hash__(self) -> int:
        """Secrets are hashed as they are compared."""
        return hash(self._sealed)


class CmpHttp(Record):
    """``cmpv2 http``: *response_timeout* in seconds."""

    response_timeout: int
    version: str


class CmpUrl(Record):
    """``cmpv2 url``."""

    url_string: str
    service_name: str
    transmission_profile: str


class Cmpv2(Record):
    """``ca-profile cmpv2``; *key_list* holds the passwords by their reference number."""

    always_set_sender_for_ir: bool
    same_recipient_nonce_for_poll_request: bool
    signing_cert_subject: str
    response_signing_use_extracert: bool
    response_signing_cert: str
    recipient_subject: str
    accept_unprotected_error_message: bool
    accept_unprotected_pkiconf_message: bool
    http: CmpHttp
    url: CmpUrl
    key_list: Mapping[str, Secret]


class Ocsp(Record):
    """``ca-profile ocsp``."""

    responder_url: str
    service_name: str
    transmission_profile: str


class CrlUrl(Record):
    """One ``url-entry`` of ``auto-crl-update``."""

    entry_id: int
    url: str
    transmission_profile: str


class AutoCrlUpdate(Record):
    """``ca-profile auto-crl-update``: times in seconds, *crl_urls* in the order of their ids."""

    enabled: bool
    periodic_update_interval: int
    pre_update_time: int
    retry_interval: int
    schedule_type: Literal["next-update-based", "periodic"]
    crl_urls: tuple[CrlUrl, ...]


class CaProfile(Record):
    """``ca-profile``; *auto_crl_update* is None when that container does not exist."""

    name: str
    enabled: bool
    description: str
    cert_file: str
    crl_file: str
    revocation_check: Literal["crl", "crl-optional"]
    ocsp: Ocsp
    cmpv2: Cmpv2
    auto_crl_update: AutoCrlUpdate | None


class EstServer(Record):
    """``est-profile server``: *address* is the IPv4 or IPv6 address or the domain name.

    A path is empty where that of RFC 7030 is meant.
    """

    address: str
    port: int
    cacerts: str
    simpleenroll: str
    simplereenroll: str


class EstProfile(Record):
    """``est-profile``; *username* and *password* are those of HTTP authentication."""

    name: str
    transmission_profile: str
    client_tls_profile: str
    check_id_kp_cmcra_only: bool
    server: EstServer
    username: str
    password: Secret | None


class UpdateProfile(Record):
    """``certificate-update-profile``: what each choice has come to.

    *server* is the name of the profile that says where *protocol* goes: a ca-profile for cmpv2, an
    est-profile for est. *key_size* belongs to rsa and dsa and *curve* to ecdsa. *retry_interval*
    and *seconds*, of the schedule, are in seconds.
    """

    name: str
    hash_algorithm: str
    retry_interval: int
    protocol: str
    server: str
    key_generation: Literal["same-as-existing-key", "rsa", "dsa", "ecdsa"]
    key_size: int
    curve: str
    schedule: Literal["before-expiry", "after-issue"]
    seconds: int


class AutoUpdate(Record):
    """``certificate-auto-update``."""

    certificate_file_name: str
    key_file_name: str
    profile: str


class TlsCertEntry(Record):
    """One ``entry`` of a TLS ``cert-profile``; *send_chain* names CA profiles."""

    entry_id: int
    certificate_file: str
    key_file: str
    send_chain: tuple[str, ...]


class TlsCertProfile(Record):
    """``tls cert-profile``, entries in the order of their ids."""

    name: str
    enabled: bool
    entries: tuple[TlsCertEntry, ...]


class CipherList(Record):
    """``client-`` or ``server-cipher-list``: names in the order of preference."""

    name: str
    cipher: tuple[str, ...]
    tls12_cipher: tuple[str, ...]
    tls13_cipher: tuple[str, ...]


class ClientTlsProfile(Record):
    """``client-tls-profile``; references are names of other profiles and lists."""

    name: str
    enabled: bool
    cert_profile: str
    cipher_list: str
    trust_anchor_profile: str
    group_list: str
    signature_list: str
    protocol_version: Literal["tls-version-all", "tls-version-12", "tls-version-13"]
    default_result: Literal["revoked", "good"]
    primary: Literal["crl", "ocsp"]
    secondary: Literal["none", "crl", "ocsp"]


class ServerTlsProfile(Record):
    """``server-tls-profile``; *trust_anchor_profile* and *common_name_list* are about clients."""

    name: str
    enabled: bool
    cert_profile: str
    cipher_list: str
    trust_anchor_profile: str
    common_name_list: str
    group_list: str
    protocol_version: Literal["tls-version-all", "tls-version-12", "tls-version-13"]
    default_result: Literal["revoked", "good"]
    primary: Literal["crl", "ocsp"]
    secondary: Literal["none", "crl", "ocsp"]


class TrustAnchorProfile(Record):
    """``trust-anchor-profile`` of TLS or IPsec: the names of CA profiles."""

    name: str
    trust_anchors: tuple[str, ...]


class IpsecCertEntry(Record):
    """One ``entry`` of an IPsec ``cert-profile``; *send_chain* names CA profiles."""

    id: int
    cert: str
    key: str
    rsa_signature: Literal["pkcs1", "pss"]
    compare_chain_include: str
    send_chain: tuple[str, ...]


class IpsecCertProfile(Record):
    """``ipsec cert-profile``, entries in the order of their ids."""

    name: str
    enabled: bool
    entries: tuple[IpsecCertEntry, ...]


class TransmissionProfile(Record):
    """``transmission-profile``: *timeout* in seconds; None where the node's own rule holds."""

    name: str
    ipv4_source_address: str
    ipv6_source_address: str
    redirection: int | None
    retry: int | None
    router_instance: str
    timeout: int
    http_version: str


class ExpirationWarning(Record):
    """``...-expiration-warning``; *hours* is None when no warning is wanted."""

    hours: int | None
    repeat_hours: int


class PkiView(Record):
    """Everything that the engine reads of one running configuration."""

    system_name: str
    certificate_display_format: Literal["ascii", "utf8"]
    dynamic_ca: bool
    imported_format: Literal["any", "secure"]
    maximum_cert_chain_depth: int
    certificate_expiration_warning: ExpirationWarning
    crl_expiration_warning: ExpirationWarning
    ca_profiles: Mapping[str, CaProfile]
    est_profiles: Mapping[str, EstProfile]
    update_profiles: Mapping[str, UpdateProfile]
    auto_updates: Mapping[str, AutoUpdate]
    cert_profiles: Mapping[str, TlsCertProfile]
    cipher_lists: Mapping[str, CipherList]
    group_lists: Mapping[str, tuple[str, ...]]
    signature_lists: Mapping[str, tuple[str, ...]]
    client_tls_profiles: Mapping[str, ClientTlsProfile]
    common_name_lists: Mapping[str, tuple[str, ...]]
    server_cipher_lists: Mapping[str, CipherList]
    server_group_lists: Mapping[str, tuple[str, ...]]
    server_tls_profiles: Mapping[str, ServerTlsProfile]
    trust_anchor_profiles: Mapping[str, TrustAnchorProfile]
    ipsec_cert_profiles: Mapping[str, IpsecCertProfile]
    ipsec_trust_anchor_profiles: Mapping[str, TrustAnchorProfile]
    transmission_profiles: Mapping[str, TransmissionProfile]
