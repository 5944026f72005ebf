"""Lays out what the ``lab`` commands find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from srpki.device.records.lab import LabClockState
from srpki.device.results import Fields
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


LAYOUTS: Final[dict[type, Callable[[Any], Fields]]] = {LabClockState: _clock}
