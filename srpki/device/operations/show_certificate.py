"""``show certificate``: CA profiles, CRLs, EST servers and automatic renewal [pki.md section 6]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from srpki.core.errors import NotFoundError, SrpkiError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.imported_files import days_left, end_of, imported_files
from srpki.device.results import Beside, Cell, Fields, Table

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, EstProfile, UpdateProfile
    from srpki.device.node import Node
    from srpki.engine.state import EntryState
    from srpki.x509.crl import CrlContents

NOT_SPECIFIED = "(Not Specified)"
_Entry = TypeVar("_Entry")


def entries_found(title: str, columns: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Outcome:
    """Return a table with the number of its rows below it."""
    footer = f"Entries found: {len(rows)}"
    return Outcome(data=Table(title=title, columns=columns, rows=tuple(rows), footer=footer))


def chosen(entries: Mapping[str, _Entry], name: str, what: str) -> _Entry:
    """Return the entry called *name*; raises `NotFoundError`."""
    if name not in entries:
        raise NotFoundError(f'{what} "{name}" does not exist', hint="configure it first")
    return entries[name]


def enabled(value: bool) -> str:
    """Return the word for a switch."""
    return "enabled" if value else "disabled"


def admin(value: bool) -> str:
    """Return the word for an administrative state."""
    return "up" if value else "down"


# --- CA profiles ----------------------------------------------------------------------------------


def ca_profile(call: Call) -> Outcome:
    """Show one CA profile, or list them all [pki.md 6.1]."""
    name = call.text("ca-profile-name")
    profiles = call.node.engine.view.ca_profiles
    if name:
        return Outcome(data=_ca_profile_fields(call.node, chosen(profiles, name, "CA profile")))
    rows: list[tuple[Cell, ...]] = []
    for profile in profiles.values():
        oper = call.node.engine.authorities.state(profile.name)
        flags = " ".join(oper.oper_flags) or "<none>"
        row = (profile.name, admin(profile.enabled), oper.oper_state, flags, profile.cert_file)
        rows.append(row)
    columns = ("CA Profile", "Admin", "Oper", "Oper Flags", "Cert File")
    return entries_found("PKI CA-Profile Information", columns, rows)


def _ca_profile_fields(node: Node, profile: CaProfile) -> Fields:
    oper = node.engine.authorities.state(profile.name)
    cmp = profile.cmpv2
    cmp_pairs = (
        ("HTTP Timeout", f"{cmp.http.response_timeout} secs"),
        Beside("Router", "Base"),
        ("CA URL", cmp.url.url_string or NOT_SPECIFIED),
        ("Sign Cert URL", cmp.response_signing_cert or NOT_SPECIFIED),
        ("Unprot Err Msg", enabled(cmp.accept_unprotected_error_message)),
        Beside("Unprot Pki Conf", enabled(cmp.accept_unprotected_pkiconf_message)),
        ("Same RecipNonce\nfor Poll-reqs", enabled(cmp.same_recipient_nonce_for_poll_request)),
        ("Set Sndr for IR", str(cmp.always_set_sender_for_ir)),
        ("HTTP version", cmp.http.version),
    )
    return Fields(
        title="PKI CA-Profile Information",
        pairs=(
            ("CA Profile", profile.name),
            Beside("Admin State", admin(profile.enabled)),
            ("Description", profile.description or NOT_SPECIFIED),
            ("CRL File", profile.crl_file or NOT_SPECIFIED),
            ("Cert File", profile.cert_file or NOT_SPECIFIED),
            ("Oper State", oper.oper_state),
            ("Oper Flags", " ".join(oper.oper_flags) or "<none>"),
            ("Revoke Chk", profile.revocation_check),
        ),
        sections=(Fields(title="CMPv2", pairs=cmp_pairs),),
    )


# --- CRLs -----------------------------------------------------------------------------------------


def crl(call: Call) -> Outcome:
    """Show the CRL of one CA profile, or list those of all profiles that have one."""
    name = call.text("ca-profile-name")
    profiles = call.node.engine.view.ca_profiles
    if name:
        return Outcome(data=_crl_fields(call.node, chosen(profiles, name, "CA profile")))
    rows = [_crl_row(call.node, profile) for profile in profiles.values() if profile.crl_file]
    columns = ("CA Profile", "CRL File", "This Update", "Next Update", "Entries")
    return entries_found("PKI CRL Information", columns, rows)


def _crl_fields(node: Node, profile: CaProfile) -> Fields:
    if not profile.crl_file:
        raise NotFoundError(
            f'CA profile "{profile.name}" has no CRL', hint="configure its crl-file"
        )
    found = _stored_crl(node, profile)
    return Fields(
        title="PKI CRL Information",
        pairs=(
            ("CA Profile", profile.name),
            ("CRL File", profile.crl_file),
            ("Issuer", found.issuer),
            ("This Update", found.dates.this_update),
            ("Next Update", found.dates.next_update),
            ("Entries", str(found.entries)),
        ),
    )


def _crl_row(node: Node, profile: CaProfile) -> tuple[Cell, ...]:
    """Return what is known of a CRL; a file that cannot be read has neither dates nor entries."""
    try:
        found = _stored_crl(node, profile)
    except SrpkiError:
        return profile.name, profile.crl_file, None, None, None
    dates = found.dates
    entries = str(found.entries)
    return profile.name, profile.crl_file, dates.this_update, dates.next_update, entries


def _stored_crl(node: Node, profile: CaProfile) -> CrlContents:
    from srpki.x509 import crl as crls  # noqa: PLC0415 - start-up time

    return crls.contents(node.keystore.read_crl(profile.crl_file))


def ocsp_cache(call: Call) -> Outcome:
    """Show the answers of OCSP responders that hold now; the fields are the MIB's [pki.md 6.5]."""
    rows: list[tuple[Cell, ...]] = [
        (str(entry.entry_id), f"{entry.serial:x}", entry.issuer, entry.expires, entry.status)
        for entry in call.node.engine.ocsp_cache.entries()
    ]
    columns = ("Entry", "Serial Number", "Issuer", "Expires", "Status")
    return entries_found("OCSP Cache Information", columns, rows)


# --- EST servers and renewal ----------------------------------------------------------------------


def est_profile(call: Call) -> Outcome:
    """Show one EST profile, or list them all."""
    name = call.text("name")
    profiles = call.node.engine.view.est_profiles
    if name:
        return Outcome(data=_est_profile_fields(chosen(profiles, name, "EST profile")))
    rows: list[tuple[Cell, ...]] = [
        (
            profile.name,
            profile.server.address or NOT_SPECIFIED,
            str(profile.server.port),
            profile.client_tls_profile or NOT_SPECIFIED,
        )
        for profile in profiles.values()
    ]
    columns = ("EST Profile", "Server", "Port", "Client TLS Profile")
    return entries_found("PKI EST-Profile Information", columns, rows)


def _est_profile_fields(profile: EstProfile) -> Fields:
    return Fields(
        title="PKI EST-Profile Information",
        pairs=(
            ("EST Profile", profile.name),
            ("Server", profile.server.address or NOT_SPECIFIED),
            ("Port", str(profile.server.port)),
            ("Client TLS Profile", profile.client_tls_profile or NOT_SPECIFIED),
            ("Transmission Profile", profile.transmission_profile or NOT_SPECIFIED),
            ("HTTP User Name", profile.username or NOT_SPECIFIED),
            ("HTTP Password", "configured" if profile.password else NOT_SPECIFIED),
            ("Check cmcRA", enabled(profile.check_id_kp_cmcra_only)),
        ),
    )


def update_profile(call: Call) -> Outcome:
    """Show one certificate-update-profile, or list them all."""
    name = call.text("name")
    profiles = call.node.engine.view.update_profiles
    if name:
        found = chosen(profiles, name, "certificate-update-profile")
        users = [
            entry.certificate_file_name
            for entry in call.node.engine.view.auto_updates.values()
            if entry.profile == name
        ]
        return Outcome(data=_update_profile_fields(found, users))
    rows: list[tuple[Cell, ...]] = [
        (profile.name, profile.protocol, _server(profile), _key(profile), _schedule(profile))
        for profile in profiles.values()
    ]
    columns = ("Profile", "Protocol", "Server", "Key", "Schedule")
    return entries_found("Certificate Update Profile Information", columns, rows)


def _update_profile_fields(profile: UpdateProfile, users: list[str]) -> Fields:
    return Fields(
        title="Certificate Update Profile Information",
        pairs=(
            ("Profile", profile.name),
            ("Protocol", profile.protocol),
            ("Server", _server(profile)),
            ("Hash Algorithm", profile.hash_algorithm),
            ("Key", _key(profile)),
            ("Schedule", _schedule(profile)),
            ("Retry Interval", f"{profile.retry_interval} secs"),
            ("Used By", ", ".join(users) or NOT_SPECIFIED),
        ),
    )


def _server(profile: UpdateProfile) -> str:
    return profile.server or NOT_SPECIFIED


def _key(profile: UpdateProfile) -> str:
    match profile.key_generation:
        case "ecdsa":
            return f"ecdsa {profile.curve}"
        case "rsa" | "dsa":
            return f"{profile.key_generation} {profile.key_size}"
        case _:
            return profile.key_generation


def _schedule(profile: UpdateProfile) -> str:
    return f"{profile.schedule} {profile.seconds} secs"


def auto_update(call: Call) -> Outcome:
    """Show the entries of certificate-auto-update, or one of them in full [decided]."""
    name = call.text("certificate-file-name")
    states = call.node.engine.states()
    if name:
        entry = chosen(states, name, "certificate-auto-update")
        pairs = tuple(_auto_update_pairs(call.node, name, entry))
        return Outcome(data=Fields(title="Certificate Auto Update Information", pairs=pairs))
    rows: list[tuple[Cell, ...]] = []
    for file, entry in sorted(states.items()):
        end = end_of(call.node, file)
        left = days_left(end, call.node.clock.now())
        rows.append((file, entry.update_state, entry.next_update_time, end, left))
    columns = ("Certificate File", "State", "Next Update Time", "Not After", "Days Left")
    return entries_found("Certificate Auto Update Information", columns, rows)


def files(call: Call) -> Outcome:
    """List the imported files with their subjects, ends and users; not a command of SR OS."""
    now = call.node.clock.now()
    rows: list[tuple[Cell, ...]] = [
        (
            file.name,
            file.kind,
            file.subject,
            file.not_after,
            days_left(file.not_after, now),
            ", ".join(file.users) or "<none>",
        )
        for file in imported_files(call.node)
    ]
    columns = ("File", "Kind", "Subject", "Not After", "Days Left", "Used By")
    return entries_found("Imported Files (emulator only)", columns, rows)


def _auto_update_pairs(node: Node, name: str, entry: EntryState) -> Iterator[tuple[str, Cell]]:
    configured = node.engine.view.auto_updates.get(name)
    users = node.engine.applications.users_of(name)
    yield "Certificate File", name
    yield "Key File", (configured and configured.key_file_name) or NOT_SPECIFIED
    yield "Profile", (configured and configured.profile) or NOT_SPECIFIED
    yield "State", entry.update_state
    yield "Reason", entry.reason or NOT_SPECIFIED
    yield "Last Start Time", entry.last_update_start_time
    yield "Last End Time", entry.last_update_end_time
    yield "Next Update Time", entry.next_update_time
    end = end_of(node, name)
    yield "Not After", end
    yield "Days Left", days_left(end, node.clock.now())
    yield "Used By", ", ".join(use.user for use in users) or NOT_SPECIFIED


OPERATIONS: dict[str, Operation] = {
    "show.certificate.auto-update": auto_update,
    "show.certificate.ca-profile": ca_profile,
    "show.certificate.crl": crl,
    "show.certificate.est-profile": est_profile,
    "show.certificate.files": files,
    "show.certificate.ocsp-cache": ocsp_cache,
    "show.certificate.update-profile": update_profile,
}
