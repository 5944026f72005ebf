"""Lays out what ``lab tls`` tells [the emulator's own]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Lines, Table, counted, said
from srpki.device.records.lab_tls import (
    LabTlsListener,
    LabTlsListeners,
    LabTlsStarted,
    LabTlsStopped,
)


def _listeners(data: LabTlsListeners) -> Table:
    columns = ("Profile", "Address", "Port", "Serial Number", "Valid To", "Taken", "Refused")
    return counted("TLS Listeners", columns, map(_row, data.listener))


def _row(one: LabTlsListener) -> tuple[Any, ...]:
    number = "down" if one.serial_number is None else f"{one.serial_number:x}"
    last = f"{one.refused}: {one.last_refusal}" if one.last_refusal else one.refused
    return (one.profile, one.address, one.port, number, one.not_after, one.handshakes, last)


def _started(data: LabTlsStarted) -> Lines:
    return said(f"{data.profile} answers TLS on {data.address} port {data.port}.")


LAYOUTS: Final[dict[type, Callable[[Any], Lines | Table]]] = {
    LabTlsListeners: _listeners,
    LabTlsStarted: _started,
    LabTlsStopped: lambda data: said(f"Stopped: {data.stopped}."),
}
