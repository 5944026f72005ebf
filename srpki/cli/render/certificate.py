"""Lays out what ``show certificate`` and ``show-request`` find [pki.md section 6]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Beside, Cell, Fields, Heading, Table, counted
from srpki.cli.render.words import NOT_SPECIFIED, admin, enabled, several
from srpki.device.records.certificate import (
    AutoUpdates,
    AutoUpdateState,
    CaProfiles,
    CaProfileState,
    CmpRequest,
    CmpServer,
    Crls,
    CrlState,
    EstProfiles,
    EstProfileState,
    ImportedFiles,
    OcspCache,
    UpdateProfiles,
    UpdateProfileState,
)

_CA_PROFILE: Final = "PKI CA-Profile Information"
_CRL: Final = "PKI CRL Information"
_EST_PROFILE: Final = "PKI EST-Profile Information"
_UPDATE_PROFILE: Final = "Certificate Update Profile Information"
_AUTO_UPDATE: Final = "Certificate Auto Update Information"


def _ca_profiles(data: CaProfiles) -> Table:
    columns = ("CA Profile", "Admin", "Oper", "Oper Flags", "Cert File")
    rows = (
        (
            one.ca_profile_name,
            admin(one.admin_state),
            one.oper_state,
            several(one.oper_flags),
            one.cert_file or "",
        )
        for one in data.ca_profile
    )
    return counted(_CA_PROFILE, columns, rows)


def _ca_profile(data: CaProfileState) -> Fields:
    return Fields(
        title=_CA_PROFILE,
        pairs=(
            ("CA Profile", data.ca_profile_name),
            Beside("Admin State", admin(data.admin_state)),
            ("Description", data.description or NOT_SPECIFIED),
            ("CRL File", data.crl_file or NOT_SPECIFIED),
            ("Cert File", data.cert_file or NOT_SPECIFIED),
            ("Oper State", data.oper_state),
            ("Oper Flags", several(data.oper_flags)),
            ("Revoke Chk", data.revocation_check),
        ),
        sections=(_cmp_server(data.cmpv2),),
    )


def _cmp_server(data: CmpServer) -> Fields:
    same_nonce = enabled(data.same_recipient_nonce_for_poll_request)
    return Fields(
        title="CMPv2",
        pairs=(
            ("HTTP Timeout", f"{data.response_timeout} secs"),
            Beside("Router", "Base"),
            ("CA URL", data.url_string or NOT_SPECIFIED),
            ("Sign Cert URL", data.response_signing_cert or NOT_SPECIFIED),
            ("Unprot Err Msg", enabled(data.accept_unprotected_error_message)),
            Beside("Unprot Pki Conf", enabled(data.accept_unprotected_pkiconf_message)),
            ("Same RecipNonce\nfor Poll-reqs", same_nonce),
            ("Set Sndr for IR", str(data.always_set_sender_for_ir)),
            ("HTTP version", data.version),
        ),
    )


def _crls(data: Crls) -> Table:
    columns = ("CA Profile", "CRL File", "This Update", "Next Update", "Entries")
    rows = (
        (one.ca_profile_name, one.crl_file, one.this_update, one.next_update, one.entries)
        for one in data.crl
    )
    return counted(_CRL, columns, rows)


def _crl(data: CrlState) -> Fields:
    return Fields(
        title=_CRL,
        pairs=(
            ("CA Profile", data.ca_profile_name),
            ("CRL File", data.crl_file),
            ("Issuer", data.issuer),
            ("This Update", data.this_update),
            ("Next Update", data.next_update),
            ("Entries", data.entries),
        ),
    )


def _ocsp_cache(data: OcspCache) -> Table:
    columns = ("Entry", "Serial Number", "Issuer", "Expires", "Status")
    rows = (
        (one.entry_id, f"{one.serial_number:x}", one.issuer, one.expires, one.status)
        for one in data.entry
    )
    return counted("OCSP Cache Information", columns, rows)


def _est_profiles(data: EstProfiles) -> Table:
    columns = ("EST Profile", "Server", "Port", "Client TLS Profile")
    rows = (
        (
            one.name,
            one.server or NOT_SPECIFIED,
            one.port,
            one.client_tls_profile or NOT_SPECIFIED,
        )
        for one in data.est_profile
    )
    return counted(_EST_PROFILE, columns, rows)


def _est_profile(data: EstProfileState) -> Fields:
    return Fields(
        title=_EST_PROFILE,
        pairs=(
            ("EST Profile", data.name),
            ("Server", data.server or NOT_SPECIFIED),
            ("Port", data.port),
            ("Client TLS Profile", data.client_tls_profile or NOT_SPECIFIED),
            ("Transmission Profile", data.transmission_profile or NOT_SPECIFIED),
            ("HTTP User Name", data.username or NOT_SPECIFIED),
            ("HTTP Password", "configured" if data.password else NOT_SPECIFIED),
            ("Check cmcRA", enabled(data.check_id_kp_cmcra_only)),
        ),
    )


def _update_profiles(data: UpdateProfiles) -> Table:
    columns = ("Profile", "Protocol", "Server", "Key", "Schedule")
    rows = (
        (one.name, one.protocol, one.server or NOT_SPECIFIED, _key(one), _schedule(one))
        for one in data.certificate_update_profile
    )
    return counted(_UPDATE_PROFILE, columns, rows)


def _update_profile(data: UpdateProfileState) -> Fields:
    return Fields(
        title=_UPDATE_PROFILE,
        pairs=(
            ("Profile", data.name),
            ("Protocol", data.protocol),
            ("Server", data.server or NOT_SPECIFIED),
            ("Hash Algorithm", data.hash_algorithm),
            ("Key", _key(data)),
            ("Schedule", _schedule(data)),
            ("Retry Interval", f"{data.retry_interval} secs"),
            ("Used By", several(data.used_by, ", ", NOT_SPECIFIED)),
        ),
    )


def _key(profile: UpdateProfileState) -> str:
    size = profile.curve if profile.key_size is None else profile.key_size
    return profile.key_generation if size is None else f"{profile.key_generation} {size}"


def _schedule(profile: UpdateProfileState) -> str:
    return f"{profile.schedule} {profile.seconds} secs"


def _auto_updates(data: AutoUpdates) -> Table:
    columns = ("Certificate File", "State", "Next Update Time", "Not After", "Days")
    rows = (
        (
            one.certificate_file_name,
            one.update_state,
            one.next_update_time,
            one.not_after,
            one.days_left,
        )
        for one in data.certificate_auto_update
    )
    return counted(_AUTO_UPDATE, columns, rows)


def _auto_update(data: AutoUpdateState) -> Fields:
    return Fields(
        title=_AUTO_UPDATE,
        pairs=(
            ("Certificate File", data.certificate_file_name),
            ("Key File", data.key_file_name or NOT_SPECIFIED),
            ("Profile", data.profile or NOT_SPECIFIED),
            ("State", data.update_state),
            ("Reason", data.reason or NOT_SPECIFIED),
            ("Last Start Time", data.last_update_start_time),
            ("Last End Time", data.last_update_end_time),
            ("Next Update Time", data.next_update_time),
            ("Not After", data.not_after),
            ("Days Left", data.days_left),
            ("Used By", several(data.used_by, ", ", NOT_SPECIFIED)),
        ),
    )


def _files(data: ImportedFiles) -> Table:
    columns = ("File", "Kind", "Subject", "Not After", "Days Left", "Used By")
    rows = (
        (
            one.file_name,
            one.kind,
            one.subject,
            one.not_after,
            one.days_left,
            several(one.used_by, ", "),
        )
        for one in data.file
    )
    return counted("Imported Files (emulator only)", columns, rows)


# --- requests by hand -----------------------------------------------------------------------------

_LABELS: Final = 20
"""The width of the labels of a request: the colons stand in column 21."""
_KINDS: Final = {
    "initial-registration": "initialRegistration",
    "certificate-request": "certRequest",
    "key-update": "keyUpdate",
}


def _request(data: CmpRequest) -> Fields:
    return Fields(
        title="CMPv2 Request",
        pairs=(
            ("CA Profile", data.ca_profile),
            ("Original Request", _KINDS[data.request_type]),
            ("Request Start Time", data.request_start_time),
            *_protection(data),
            ("Subject DN", data.subject_dn or NOT_SPECIFIED),
            Heading("Subject Alt. Name"),
            ("    Domain Name", data.domain_name or NOT_SPECIFIED),
            ("    IP Address", data.ip_address or NOT_SPECIFIED),
            *_keys(data),
            ("Save-as file path", data.save_as or NOT_SPECIFIED),
            ("Request Status", data.transaction_status),
            ("CA Response", data.transaction_status_code),
            ("CA Reply Time", data.last_ca_response_time),
            ("Additional Info", data.transaction_status_string or NOT_SPECIFIED),
        ),
        width=_LABELS,
    )


def _protection(data: CmpRequest) -> Iterator[tuple[str, Cell]]:
    if data.password_based:
        yield "Message Protection", "password-based"
        yield "Reference number", data.reference or NOT_SPECIFIED
    else:
        yield "Message Protection", "signature-based"
        yield "Current Certificate", data.certificate or NOT_SPECIFIED
        yield "Hash Algorithm", data.hash_algorithm


def _keys(data: CmpRequest) -> Iterator[tuple[str, Cell]]:
    if data.request_type == "initial-registration":
        yield "Key to Certify", data.key_filename or NOT_SPECIFIED
    else:
        yield "Current Key", data.key_filename or NOT_SPECIFIED
        yield "New Key", data.new_key_filename or NOT_SPECIFIED


LAYOUTS: Final[dict[type, Callable[[Any], Fields | Table]]] = {
    AutoUpdateState: _auto_update,
    AutoUpdates: _auto_updates,
    CaProfileState: _ca_profile,
    CaProfiles: _ca_profiles,
    CmpRequest: _request,
    CrlState: _crl,
    Crls: _crls,
    EstProfileState: _est_profile,
    EstProfiles: _est_profiles,
    ImportedFiles: _files,
    OcspCache: _ocsp_cache,
    UpdateProfileState: _update_profile,
    UpdateProfiles: _update_profiles,
}
