"""Lays out what ``show system``, ``time``, ``uptime`` and ``version`` find [cli.md 1.9]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Cell, Fields, Lines, Table
from srpki.cli.render.times import up_time, weekday_time
from srpki.cli.render.words import yes
from srpki.device.records.system import (
    ConfigurationSessions,
    CurrentTime,
    SystemInformation,
    Uptime,
    Version,
)
from srpki.device.system import version_lines

_GAP: Final = ("", "")
_BOOT: Final[tuple[tuple[str, Cell], ...]] = (
    ("BOF Source", None),
    ("Image Source", None),
    ("Config Source", "primary"),
    ("Last Booted Config File", "cf3:\\config.cfg"),
    ("Last Boot Cfg Version", None),
    ("Last Boot Config Header", None),
)
_SNMP: Final[tuple[tuple[str, Cell], ...]] = (
    ("SNMP Port", None),
    ("SNMP Engine ID", None),
    ("SNMP Engine Boots", None),
    ("SNMP Max Message Size", None),
    ("SNMP Max Bulk Duration", None),
    ("SNMP Admin State", "Disabled"),
    ("SNMP Oper State", "Disabled"),
    ("SNMP Index Boot Status", "Not Persistent"),
    ("SNMP Sync State", None),
)
"""A node has no SNMP."""


def _version(data: Version) -> Lines:
    del data  # it is that of this program
    return Lines(lines=version_lines())


def _time(data: CurrentTime) -> Lines:
    return Lines(lines=(weekday_time(data.current_time),))


def _uptime(data: Uptime) -> Lines:
    return Lines(lines=(f"System Up Time : {up_time(data.up_time)}",))


def _information(data: SystemInformation) -> Fields:
    pairs = (*_identity(data), _GAP, *_modes(data), _GAP, *_management(data), _GAP, *_BOOT)
    return Fields(title="System Information", pairs=pairs)


def _identity(data: SystemInformation) -> tuple[tuple[str, Cell], ...]:
    up = up_time(data.up_time)
    return (
        ("System Name", data.system_name),
        ("System Type", data.system_type),
        ("Chassis Topology", "Standalone"),
        ("System Version", data.release),
        ("System Contact", ""),
        ("System Location", ""),
        ("System Coordinates", ""),
        ("System Active Slot", "A"),
        ("System Up Time", up),
        ("System Up Time (64-bit)", up),
    )


def _modes(data: SystemInformation) -> tuple[tuple[str, Cell], ...]:
    return (
        ("Configuration Mode Cfg", data.configuration_mode),
        ("Configuration Mode Oper", data.configuration_mode),
        ("Last Mode Changed", data.configuration_mode_changed),
    )


def _management(data: SystemInformation) -> tuple[tuple[str, Cell], ...]:
    admin = "Enabled" if data.ssh_admin_state == "enable" else "Disabled"
    oper = "Up" if data.ssh_oper_up else "Down"
    return (
        *_SNMP,
        _GAP,
        ("Tel/Tel6/SSH/FTP Admin", f"Disabled/Disabled/{admin}/Disabled"),
        ("Tel/Tel6/SSH/FTP Oper", f"Down/Down/{oper}/Down"),
    )


def _sessions(data: ConfigurationSessions) -> Table:
    rows = tuple(
        (
            one.user,
            one.region,
            one.mode,
            "locked" if one.locked else "unlocked",
            yes(one.uncommitted_changes),
        )
        for one in data.session
    )
    return Table(
        title="Configuration Sessions",
        columns=("User", "Region", "Mode", "Lock State", "Uncommitted Changes"),
        rows=rows,
        footer=f"Number of sessions: {len(rows)}",
    )


LAYOUTS: Final[dict[type, Callable[[Any], Fields | Lines | Table]]] = {
    ConfigurationSessions: _sessions,
    CurrentTime: _time,
    SystemInformation: _information,
    Uptime: _uptime,
    Version: _version,
}
