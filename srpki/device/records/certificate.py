"""What ``show certificate`` and ``show-request`` find [facts: pki.md section 6]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.device.records.words import AdminState
    from srpki.engine.protocols.cmpv2_record import RequestType


class CmpServer(Record):
    """``cmpv2`` of a CA profile; *response_timeout* in seconds."""

    url_string: str | None
    response_timeout: int
    version: str
    response_signing_cert: str | None
    accept_unprotected_error_message: bool
    accept_unprotected_pkiconf_message: bool
    same_recipient_nonce_for_poll_request: bool
    always_set_sender_for_ir: bool


class CaProfileState(Record):
    """A CA profile and its state; *oper_flags* say why it is down."""

    ca_profile_name: str
    admin_state: AdminState
    oper_state: str
    oper_flags: tuple[str, ...]
    description: str | None
    cert_file: str | None
    crl_file: str | None
    revocation_check: str
    cmpv2: CmpServer


class CaProfiles(Record):
    """All CA profiles."""

    ca_profile: tuple[CaProfileState, ...]


class CrlState(Record):
    """The CRL of a CA profile; of a file that cannot be read nothing else is known."""

    ca_profile_name: str
    crl_file: str
    issuer: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    entries: int | None = None


class Crls(Record):
    """The CRLs of all profiles that have one."""

    crl: tuple[CrlState, ...]


class OcspAnswer(Record):
    """An answer of an OCSP responder that is kept."""

    entry_id: int
    serial_number: int
    issuer: str
    expires: datetime
    status: str


class OcspCache(Record):
    """The answers of OCSP responders that hold now."""

    entry: tuple[OcspAnswer, ...]


class EstProfileState(Record):
    """An EST profile; of its *password* whether there is one."""

    name: str
    server: str | None
    port: int
    client_tls_profile: str | None
    transmission_profile: str | None
    username: str | None
    password: bool
    check_id_kp_cmcra_only: bool


class EstProfiles(Record):
    """All EST profiles."""

    est_profile: tuple[EstProfileState, ...]


class UpdateProfileState(Record):
    """A certificate-update-profile, and the certificates *used_by* that have it.

    *server* is the profile that says where *protocol* goes. *key_size* belongs to rsa and dsa,
    *curve* to ecdsa. *seconds*, of the *schedule*, and *retry_interval* are in seconds.
    """

    name: str
    protocol: str
    server: str | None
    hash_algorithm: str
    key_generation: str
    key_size: int | None
    curve: str | None
    schedule: str
    seconds: int
    retry_interval: int
    used_by: tuple[str, ...]


class UpdateProfiles(Record):
    """All update profiles."""

    certificate_update_profile: tuple[UpdateProfileState, ...]


class AutoUpdateState(Record):
    """An entry of certificate-auto-update, and how its certificate stands.

    *key_file_name* and *profile* are None for an entry that is not configured any more. *days_left*
    are whole, negative when *not_after* has passed.
    """

    certificate_file_name: str
    key_file_name: str | None
    profile: str | None
    update_state: str
    reason: str | None
    last_update_start_time: datetime | None
    last_update_end_time: datetime | None
    next_update_time: datetime | None
    not_after: datetime | None
    days_left: int | None
    used_by: tuple[str, ...]


class AutoUpdates(Record):
    """All entries of certificate-auto-update."""

    certificate_auto_update: tuple[AutoUpdateState, ...]


class ImportedFile(Record):
    """An imported file: its *kind*, whose it is, when it ends and who uses it.

    The *subject* of a key is its type and size, of a CRL its issuer, and of a file that cannot be
    read the reason.
    """

    file_name: str
    kind: str
    subject: str
    not_after: datetime | None
    days_left: int | None
    used_by: tuple[str, ...]


class ImportedFiles(Record):
    """All imported files."""

    file: tuple[ImportedFile, ...]


class CmpRequest(Record):
    """A CMPv2 request by hand, and what came of it, in the words of ``cmpv2 request`` of state.

    One that is *password_based* has a *reference*, which names its password. *key_filename* is the
    key to be certified where there is no *new_key_filename*, else the one that vouches for it.
    """

    ca_profile: str
    request_type: RequestType
    request_start_time: datetime
    password_based: bool
    reference: str | None
    certificate: str | None
    hash_algorithm: str | None
    subject_dn: str | None
    domain_name: str | None
    ip_address: str | None
    key_filename: str | None
    new_key_filename: str | None
    save_as: str | None
    transaction_status: str
    transaction_status_code: str
    last_ca_response_time: datetime | None
    transaction_status_string: str | None
