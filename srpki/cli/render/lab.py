"""Lays out what the ``lab`` commands find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from srpki.cli.render.layout import Fields, Layout, Table, counted, said
from srpki.core.durations import spell_duration as duration
from srpki.device.records.lab import (
    LabCaCertificate,
    LabCaCertificates,
    LabCaCreated,
    LabCas,
    LabCaService,
    LabCaState,
    LabClockClosed,
    LabClockMove,
    LabClockPace,
    LabClockSkew,
    LabClockState,
    LabDecision,
    LabFaults,
    LabLockState,
    LabPolicy,
    LabRequests,
    LabRevocation,
    LabVendors,
)
from srpki.device.system import pace, rfc3339

_STOPPED: Final = "The lab CA answers nothing until lab ca start."


def _clock(data: LabClockState) -> Fields:
    behind = data.offset < timedelta()
    return Fields(
        title="Lab Clock (emulator only)",
        pairs=(
            ("Lab time", rfc3339(data.lab_time)),
            ("Behind real time" if behind else "Ahead of real time", str(abs(data.offset))),
            ("Runs", pace(data.factor)),
            *((("Moved by", data.moved_by),) if data.moved_by else ()),
            ("Skew allowed", f"{data.skew.total_seconds():.0f} seconds"),
            ("While closed", "passes" if data.passes_while_closed else "stands"),
        ),
    )


def _moved(data: LabClockMove) -> Layout:
    line = f"Lab time is {rfc3339(data.lab_time)}."
    if data.interrupted:
        line = f"Interrupted. {line}"
    if data.updates:
        line += f" Updates on the way: {data.updates}, of which failed: {data.failed}."
    return said(line)


def _paced(data: LabClockPace) -> Layout:
    moves = f"runs {pace(data.factor)}" if data.factor else "stands"
    return said(f"Lab time is {rfc3339(data.lab_time)}; it {moves}.")


def authority(data: LabCaState) -> Fields:
    """Return how the lab CA is described."""
    return Fields(
        title="Lab CA (emulator only)",
        pairs=(
            *((("State", "stopped"),) if not data.listens else ()),
            ("CMPv2 URL", data.cmpv2_url),
            ("EST URL", data.est_url),
            ("CRL URL", data.crl_url),
            ("OCSP URL", data.ocsp_url),
            ("Reference", data.reference),
            ("Secret", data.secret),
            ("EST username", data.est_username),
            ("EST password", data.est_password),
            ("Certificate life", f"{data.certificate_life.days} days"),
        ),
    )


def _faults(data: LabFaults) -> Layout:
    lines = tuple(fault.line for fault in data.fault)
    return said(*(lines or ("No faults are scripted.",)))


def _policy(data: LabPolicy) -> Fields:
    rules = (
        *((f"{kind.upper()} keys", getattr(data, kind)) for kind in ("rsa", "dsa", "ecdsa")),
        ("Names", data.names),
        ("Certificate life", duration(data.life)),
        *(("Added extension", one) for one in data.extensions),
        ("Approval", "by hand" if data.approval else "not needed"),
        ("Check after", duration(data.check_after) if data.approval else None),
        ("Refusal text", data.text),
        ("Refusal reason", data.failinfo),
    )
    given = tuple((name, value) for name, value in rules if value is not None)
    return Fields(title=f"Policy of the Lab CA {data.authority} (emulator only)", pairs=given)


def _requests(data: LabRequests) -> Table:
    return counted(
        f"Requests at the Lab CA {data.authority} (emulator only)",
        ("Number", "State", "Asked by", "Client", "Subject", "Key", "Since"),
        (
            (one.number, one.state, one.operation, one.client, one.subject, one.key, one.since)
            for one in data.requests
        ),
    )


def _certificates(data: LabCaCertificates) -> Table:
    return counted(
        f"Certificates of the Lab CA {data.authority} (emulator only)",
        ("Role", "Subject", "Key", "Signs"),
        ((one.role, one.subject, one.key_identifier, _signs(one)) for one in data.certificates),
    )


def _signs(one: LabCaCertificate) -> str:
    if one.begins is not None:
        return f"{one.begins:%Y-%m-%dT%H:%MZ}"
    return "now" if one.signs else "no"


def _authorities(data: LabCas) -> Table:
    return counted(
        "Lab CAs (emulator only)",
        ("Name", "State", "CMPv2 URL", "EST URL"),
        (
            (one.name, "answers" if one.listens else "stopped", one.cmp_url, one.est_url)
            for one in data.authorities
        ),
    )


def _created(data: LabCaCreated) -> Layout:
    files = " and ".join(data.certificates)
    return said(f"The lab CA {data.authority} is there; {files} are imported.")


def _service(data: LabCaService) -> Layout:
    line = "The lab CA answers." if data.listens else _STOPPED
    return said(line, *data.moved)


def _decision(data: LabDecision) -> Layout:
    return said(f"{'Approved' if data.approved else 'Refused'}: {data.requests}.")


def _vendors(data: LabVendors) -> Layout:
    return said(*(data.subjects or ("No vendor is known.",)))


def _lock(data: LabLockState) -> Layout:
    if not data.locked:
        return said("The lab is unlocked.")
    return said("The lab is open to this session." if data.open_here else "The lab is locked.")


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    LabCaCertificates: _certificates,
    LabCaCreated: _created,
    LabCaService: _service,
    LabCaState: authority,
    LabCas: _authorities,
    LabClockClosed: lambda _data: said(),
    LabClockMove: _moved,
    LabClockPace: _paced,
    LabClockSkew: lambda _data: said(),
    LabClockState: _clock,
    LabDecision: _decision,
    LabFaults: _faults,
    LabLockState: _lock,
    LabPolicy: _policy,
    LabRequests: _requests,
    LabVendors: _vendors,
    LabRevocation: lambda data: said(f'The lab CA has revoked "{data.certificate}".'),
}
