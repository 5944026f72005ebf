"""Lays out what the ``lab`` commands find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from srpki.cli.render.layout import Fields, Layout, said
from srpki.device.records.lab import (
    LabCaState,
    LabClockMove,
    LabClockPace,
    LabClockSkew,
    LabClockState,
    LabFaults,
    LabRevocation,
)
from srpki.device.system import pace, rfc3339


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


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    LabCaState: authority,
    LabClockMove: _moved,
    LabClockPace: _paced,
    LabClockSkew: lambda _data: said(),
    LabClockState: _clock,
    LabFaults: _faults,
    LabRevocation: lambda data: said(f'The lab CA has revoked "{data.certificate}".'),
}
