"""``show certificate``: CA profiles, CRLs, EST servers and automatic renewal [pki.md section 6]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from srpki.core.errors import NotFoundError, SrpkiError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.imported_files import days_left, end_of, imported_files
from srpki.device.records.certificate import (
    AutoUpdates,
    AutoUpdateState,
    CaProfiles,
    CaProfileState,
    CmpServer,
    Crls,
    CrlState,
    EstProfiles,
    EstProfileState,
    ImportedFiles,
    OcspAnswer,
    OcspCache,
    UpdateProfiles,
    UpdateProfileState,
)
from srpki.device.records.words import admin_state

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, EstProfile, UpdateProfile
    from srpki.device.node import Node
    from srpki.engine.state import EntryState
    from srpki.x509.crl import CrlContents

_Entry = TypeVar("_Entry")


def chosen(entries: Mapping[str, _Entry], name: str, what: str) -> _Entry:
    """Return the entry called *name*; raises `NotFoundError`."""
    if name not in entries:
        raise NotFoundError(f'{what} "{name}" does not exist', hint="configure it first")
    return entries[name]


# --- CA profiles ----------------------------------------------------------------------------------


def ca_profile(call: Call) -> Outcome:
    """Show one CA profile, or list them all [pki.md 6.1]."""
    name = call.text("ca-profile-name")
    profiles = call.node.engine.view.ca_profiles
    if name:
        return Outcome(data=_ca_profile(call.node, chosen(profiles, name, "CA profile")))
    found = tuple(_ca_profile(call.node, profile) for profile in profiles.values())
    return Outcome(data=CaProfiles(ca_profile=found))


def _ca_profile(node: Node, profile: CaProfile) -> CaProfileState:
    oper = node.engine.authorities.state(profile.name)
    cmp = profile.cmpv2
    return CaProfileState(
        ca_profile_name=profile.name,
        admin_state=admin_state(profile.enabled),
        oper_state=oper.oper_state,
        oper_flags=oper.oper_flags,
        description=profile.description or None,
        cert_file=profile.cert_file or None,
        crl_file=profile.crl_file or None,
        revocation_check=profile.revocation_check,
        cmpv2=CmpServer(
            url_string=cmp.url.url_string or None,
            response_timeout=cmp.http.response_timeout,
            version=cmp.http.version,
            response_signing_cert=cmp.response_signing_cert or None,
            accept_unprotected_error_message=cmp.accept_unprotected_error_message,
            accept_unprotected_pkiconf_message=cmp.accept_unprotected_pkiconf_message,
            same_recipient_nonce_for_poll_request=cmp.same_recipient_nonce_for_poll_request,
            always_set_sender_for_ir=cmp.always_set_sender_for_ir,
        ),
    )


# --- CRLs -----------------------------------------------------------------------------------------


def crl(call: Call) -> Outcome:
    """Show the CRL of one CA profile, or list those of all profiles that have one."""
    name = call.text("ca-profile-name")
    profiles = call.node.engine.view.ca_profiles
    if not name:
        found = tuple(_listed(call.node, one) for one in profiles.values() if one.crl_file)
        return Outcome(data=Crls(crl=found))
    profile = chosen(profiles, name, "CA profile")
    if not profile.crl_file:
        raise NotFoundError(f'CA profile "{name}" has no CRL', hint="configure its crl-file")
    return Outcome(data=_crl(call.node, profile))


def _listed(node: Node, profile: CaProfile) -> CrlState:
    """Return what is known of a CRL; a file that cannot be read has neither dates nor entries."""
    try:
        return _crl(node, profile)
    except SrpkiError:
        return CrlState(ca_profile_name=profile.name, crl_file=profile.crl_file)


def _crl(node: Node, profile: CaProfile) -> CrlState:
    found = _stored_crl(node, profile)
    return CrlState(
        ca_profile_name=profile.name,
        crl_file=profile.crl_file,
        issuer=found.issuer,
        this_update=found.dates.this_update,
        next_update=found.dates.next_update,
        entries=found.entries,
    )


def _stored_crl(node: Node, profile: CaProfile) -> CrlContents:
    from srpki.x509 import crl as crls  # noqa: PLC0415 - start-up time

    return crls.contents(node.keystore.read_crl(profile.crl_file))


def ocsp_cache(call: Call) -> Outcome:
    """Show the answers of OCSP responders that hold now; the fields are the MIB's [pki.md 6.5]."""
    found = tuple(
        OcspAnswer(entry.entry_id, entry.serial, entry.issuer, entry.expires, entry.status)
        for entry in call.node.engine.ocsp_cache.entries()
    )
    return Outcome(data=OcspCache(entry=found))


# --- EST servers and renewal ----------------------------------------------------------------------


def est_profile(call: Call) -> Outcome:
    """Show one EST profile, or list them all."""
    name = call.text("name")
    profiles = call.node.engine.view.est_profiles
    if name:
        return Outcome(data=_est_profile(chosen(profiles, name, "EST profile")))
    return Outcome(data=EstProfiles(est_profile=tuple(map(_est_profile, profiles.values()))))


def _est_profile(profile: EstProfile) -> EstProfileState:
    return EstProfileState(
        name=profile.name,
        server=profile.server.address or None,
        port=profile.server.port,
        client_tls_profile=profile.client_tls_profile or None,
        transmission_profile=profile.transmission_profile or None,
        username=profile.username or None,
        password=bool(profile.password),
        check_id_kp_cmcra_only=profile.check_id_kp_cmcra_only,
    )


def update_profile(call: Call) -> Outcome:
    """Show one certificate-update-profile, or list them all."""
    name = call.text("name")
    profiles = call.node.engine.view.update_profiles
    if name:
        found = chosen(profiles, name, "certificate-update-profile")
        return Outcome(data=_update_profile(call.node, found))
    every = tuple(_update_profile(call.node, profile) for profile in profiles.values())
    return Outcome(data=UpdateProfiles(certificate_update_profile=every))


def _update_profile(node: Node, profile: UpdateProfile) -> UpdateProfileState:
    kind = profile.key_generation
    return UpdateProfileState(
        name=profile.name,
        protocol=profile.protocol,
        server=profile.server or None,
        hash_algorithm=profile.hash_algorithm,
        key_generation=kind,
        key_size=profile.key_size if kind in ("rsa", "dsa") else None,
        curve=profile.curve if kind == "ecdsa" else None,
        schedule=profile.schedule,
        seconds=profile.seconds,
        retry_interval=profile.retry_interval,
        used_by=tuple(
            entry.certificate_file_name
            for entry in node.engine.view.auto_updates.values()
            if entry.profile == profile.name
        ),
    )


def auto_update(call: Call) -> Outcome:
    """Show the entries of certificate-auto-update, or one of them in full [decided]."""
    name = call.text("certificate-file-name")
    states = call.node.engine.states()
    if name:
        entry = chosen(states, name, "certificate-auto-update")
        return Outcome(data=_auto_update(call.node, name, entry))
    found = tuple(_auto_update(call.node, file, entry) for file, entry in sorted(states.items()))
    return Outcome(data=AutoUpdates(certificate_auto_update=found))


def _auto_update(node: Node, name: str, entry: EntryState) -> AutoUpdateState:
    configured = node.engine.view.auto_updates.get(name)
    end = end_of(node, name)
    return AutoUpdateState(
        certificate_file_name=name,
        key_file_name=(configured and configured.key_file_name) or None,
        profile=(configured and configured.profile) or None,
        update_state=entry.update_state,
        reason=entry.reason or None,
        last_update_start_time=entry.last_update_start_time,
        last_update_end_time=entry.last_update_end_time,
        next_update_time=entry.next_update_time,
        not_after=end,
        days_left=days_left(end, node.clock.now()),
        used_by=tuple(use.user for use in node.engine.applications.users_of(name)),
    )


def files(call: Call) -> Outcome:
    """List the imported files with their subjects, ends and users; not a command of SR OS."""
    return Outcome(data=ImportedFiles(file=tuple(imported_files(call.node))))


OPERATIONS: dict[str, Operation] = {
    "show.certificate.auto-update": auto_update,
    "show.certificate.ca-profile": ca_profile,
    "show.certificate.crl": crl,
    "show.certificate.est-profile": est_profile,
    "show.certificate.files": files,
    "show.certificate.ocsp-cache": ocsp_cache,
    "show.certificate.update-profile": update_profile,
}
