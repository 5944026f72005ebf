"""What ``show system``, ``time``, ``uptime`` and ``version`` find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from srpki.device.records.words import AdminState


class Version(Record):
    """The *release* of SR OS whose commands are emulated, and the version of the *emulator*."""

    release: str
    emulator: str


class CurrentTime(Record):
    """The time of the node."""

    current_time: datetime


class Uptime(Record):
    """How long the node has been up."""

    up_time: timedelta


class SystemInformation(Record):
    """The node as a whole; its *up_time* is since the last start.

    *ssh_admin_state* and *ssh_oper_up* are those of its own sessions over SSH.
    """

    system_name: str
    system_type: str
    release: str
    up_time: timedelta
    configuration_mode: str
    configuration_mode_changed: datetime | None
    ssh_admin_state: AdminState
    ssh_oper_up: bool


class ConfigurationSession(Record):
    """A candidate that is open: whose, and whether it is *locked* or has *uncommitted_changes*."""

    user: str
    region: str
    mode: str
    locked: bool
    uncommitted_changes: bool


class ConfigurationSessions(Record):
    """All candidates that are open."""

    session: tuple[ConfigurationSession, ...]
