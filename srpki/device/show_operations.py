"""The ``show`` and ``file`` commands: data for the renderer, nothing laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device import system
from srpki.device.operations import Inputs, Operation, Outcome, text
from srpki.device.results import Fields, Lines, LogPage, Table

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.config.views import CaProfile
    from srpki.device.router import Router
    from srpki.engine.state import EntryState

NOT_SPECIFIED = "(Not Specified)"
DEFAULT_LOGS = {99: "Default System Log", 100: "Default Serious Errors Log"}
_SERIOUS = ("MAJOR", "CRITICAL")


def log(router: Router, inputs: Inputs) -> Outcome:
    """Show a log: 99 holds every event of this router, 100 the serious ones."""
    number = inputs.get("log-id", 99)
    page = router.logs.page(str(number))
    if page is None and isinstance(number, int) and number in DEFAULT_LOGS:
        events = router.log.events()
        if number == 100:
            events = tuple(one for one in events if one[1].type.severity in _SERIOUS)
        page = LogPage(log_id=number, name=DEFAULT_LOGS[number], events=events)
    if page is None:
        raise NotFoundError(
            f"log-id {number} does not exist, or keeps no events",
            hint="99 and 100 do, and those in memory",
        )
    return Outcome(data=page)


def version(router: Router, inputs: Inputs) -> Outcome:
    """Show what this software is."""
    del router, inputs
    return Outcome(data=Lines(lines=system.version_lines()))


def time(router: Router, inputs: Inputs) -> Outcome:
    """Show the router's time, in UTC."""
    del inputs
    return Outcome(data=Lines(lines=(system.time_text(router.clock.now()),)))


def information(router: Router, inputs: Inputs) -> Outcome:
    """Show the router's name, release and uptime [cli.md 1.9]."""
    del inputs
    pairs = (
        ("System Name", router.system_name()),
        ("System Type", "7750 SR (emulated)"),
        ("System Version", f"C-{system.RELEASE} (srpki, an emulator)"),
        ("System Up Time", system.uptime_text(router.uptime())),
        ("Configuration Mode Oper", "mixed"),
        ("Config Source", "cf3:\\config.cfg"),
    )
    return Outcome(data=Fields(title="System Information", pairs=pairs))


def ca_profile(router: Router, inputs: Inputs) -> Outcome:
    """Show one CA profile, or list them all [pki.md 6.1]."""
    name = text(inputs, "ca-profile-name")
    profiles = router.engine.view.ca_profiles
    if name:
        if name not in profiles:
            raise NotFoundError(f'CA profile "{name}" does not exist')
        return Outcome(data=_ca_profile_fields(router, profiles[name]))
    rows = []
    for profile in profiles.values():
        oper = router.engine.authorities.state(profile.name)
        flags = " ".join(oper.oper_flags) or "<none>"
        up = "up" if profile.enabled else "down"
        rows.append((profile.name, up, oper.oper_state, flags, profile.cert_file))
    table = Table(
        title="PKI CA-Profile Information",
        columns=("CA Profile", "Admin", "Oper", "Oper Flags", "Cert File"),
        rows=tuple(rows),
        footer=f"Entries found: {len(rows)}",
    )
    return Outcome(data=table)


def _ca_profile_fields(router: Router, profile: CaProfile) -> Fields:
    oper = router.engine.authorities.state(profile.name)
    cmp = profile.cmpv2
    cmp_pairs = (
        ("HTTP Timeout", f"{cmp.http.response_timeout} secs"),
        ("Router", "Base"),
        ("CA URL", cmp.url.url_string or NOT_SPECIFIED),
        ("Sign Cert URL", cmp.response_signing_cert or NOT_SPECIFIED),
        ("Unprot Err Msg", _enabled(cmp.accept_unprotected_error_message)),
        ("Unprot Pki Conf", _enabled(cmp.accept_unprotected_pkiconf_message)),
        ("Same RecipNonce", _enabled(cmp.same_recipient_nonce_for_poll_request)),
        ("Set Sndr for IR", str(cmp.always_set_sender_for_ir)),
        ("HTTP version", cmp.http.version),
    )
    return Fields(
        title="PKI CA-Profile Information",
        pairs=(
            ("CA Profile", profile.name),
            ("Admin State", "up" if profile.enabled else "down"),
            ("Description", profile.description or NOT_SPECIFIED),
            ("CRL File", profile.crl_file or NOT_SPECIFIED),
            ("Cert File", profile.cert_file or NOT_SPECIFIED),
            ("Oper State", oper.oper_state),
            ("Oper Flags", " ".join(oper.oper_flags) or "<none>"),
            ("Revoke Chk", profile.revocation_check),
        ),
        sections=(Fields(title="CMPv2", pairs=cmp_pairs),),
    )


def _enabled(value: bool) -> str:
    return "enabled" if value else "disabled"


def auto_update(router: Router, inputs: Inputs) -> Outcome:
    """Show the entries of certificate-auto-update, or one of them in full [decided]."""
    name = text(inputs, "certificate-file-name")
    states = router.engine.states()
    if not name:
        rows = tuple(
            (file, entry.update_state, _moment(entry.next_update_time))
            for file, entry in sorted(states.items())
        )
        table = Table(
            title="Certificate Auto Update Information",
            columns=("Certificate File", "State", "Next Update Time"),
            rows=rows,
            footer=f"Entries found: {len(rows)}",
        )
        return Outcome(data=table)
    if name not in states:
        raise NotFoundError(
            f'certificate-auto-update "{name}" does not exist', hint="configure it first"
        )
    return Outcome(data=_auto_update_fields(router, name, states[name]))


def _auto_update_fields(router: Router, name: str, entry: EntryState) -> Fields:
    configured = router.engine.view.auto_updates.get(name)
    users = router.engine.applications.users_of(name)
    pairs = (
        ("Certificate File", name),
        ("Key File", (configured and configured.key_file_name) or NOT_SPECIFIED),
        ("Profile", (configured and configured.profile) or NOT_SPECIFIED),
        ("State", entry.update_state),
        ("Reason", entry.reason or NOT_SPECIFIED),
        ("Last Start Time", _moment(entry.last_update_start_time)),
        ("Last End Time", _moment(entry.last_update_end_time)),
        ("Next Update Time", _moment(entry.next_update_time)),
        ("Used By", ", ".join(use.user for use in users) or NOT_SPECIFIED),
    )
    return Fields(title="Certificate Auto Update Information", pairs=pairs)


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y/%m/%d %H:%M:%S") if moment else "N/A"


def file_list(router: Router, inputs: Inputs) -> Outcome:
    """List a directory of the compact flash."""
    return Outcome(data=router.files.listing(text(inputs, "url", "cf3:")))


OPERATIONS: dict[str, Operation] = {
    "show.log": log,
    "show.version": version,
    "show.time": time,
    "show.system.information": information,
    "show.certificate.ca-profile": ca_profile,
    "show.certificate.auto-update": auto_update,
    "file.list": file_list,
}
