"""``show system``, ``time``, ``uptime``, ``users``, ``version``: the node, and who is at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.management import configuration_mode
from srpki.device import system
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.results import Cell, CommitHistory, Fields, Lines, Table, User, Users

if TYPE_CHECKING:
    from srpki.device.node import Node


def version(call: Call) -> Outcome:
    """Show what this software is."""
    del call
    return Outcome(data=Lines(lines=system.version_lines()))


def time(call: Call) -> Outcome:
    """Show the router's time, in UTC."""
    return Outcome(data=Lines(lines=(system.time_text(call.node.clock.now()),)))


def uptime(call: Call) -> Outcome:
    """Show how long the router has been up."""
    return Outcome(
        data=Lines(lines=(f"System Up Time : {system.uptime_text(call.node.uptime())}",))
    )


def information(call: Call) -> Outcome:
    """Show the router as a whole, in the field order of SR OS [cli.md 1.9]."""
    pairs = (*_identity(call.node), ("", ""), *_modes(call.node), ("", ""), *_management(call.node))
    return Outcome(data=Fields(title="System Information", pairs=(*pairs, ("", ""), *_BOOT)))


def _identity(node: Node) -> tuple[tuple[str, Cell], ...]:
    up = system.uptime_text(node.uptime())
    return (
        ("System Name", node.system_name()),
        ("System Type", system.TYPE),
        ("Chassis Topology", "Standalone"),
        ("System Version", system.version()),
        ("System Contact", ""),
        ("System Location", ""),
        ("System Coordinates", ""),
        ("System Active Slot", "A"),
        ("System Up Time", up),
        ("System Up Time (64-bit)", up),
    )


def _modes(node: Node) -> tuple[tuple[str, Cell], ...]:
    mode = configuration_mode(node.datastore.running)
    return (
        ("Configuration Mode Cfg", mode),
        ("Configuration Mode Oper", mode),
        ("Last Mode Changed", node.modes.changed),
    )


def _management(node: Node) -> tuple[tuple[str, Cell], ...]:
    """Return what manages the node: nothing but its own sessions, over SSH or not."""
    over_ssh = any(login.kind == "ssh" for login in node.sessions.all())
    admin, oper = ("Enabled", "Up") if over_ssh else ("Disabled", "Down")
    return (
        ("SNMP Port", None),
        ("SNMP Engine ID", None),
        ("SNMP Engine Boots", None),
        ("SNMP Max Message Size", None),
        ("SNMP Max Bulk Duration", None),
        ("SNMP Admin State", "Disabled"),
        ("SNMP Oper State", "Disabled"),
        ("SNMP Index Boot Status", "Not Persistent"),
        ("SNMP Sync State", None),
        ("", ""),
        ("Tel/Tel6/SSH/FTP Admin", f"Disabled/Disabled/{admin}/Disabled"),
        ("Tel/Tel6/SSH/FTP Oper", f"Down/Down/{oper}/Down"),
    )


_BOOT: tuple[tuple[str, Cell], ...] = (
    ("BOF Source", None),
    ("Image Source", None),
    ("Config Source", "primary"),
    ("Last Booted Config File", "cf3:\\config.cfg"),
    ("Last Boot Cfg Version", None),
    ("Last Boot Config Header", None),
)


def users(call: Call) -> Outcome:
    """Show who is logged in, and which of them asks."""
    now = call.node.clock.now()
    found = tuple(
        User(
            session_id=login.session_id,
            name=login.user,
            kind=login.kind,
            address=login.address,
            since=login.since,
            idle=now - login.active,
            own=login is call.caller.session,
        )
        for login in call.node.sessions.all()
    )
    return Outcome(data=Users(users=found))


def commit_history(call: Call) -> Outcome:
    """Show the commits that are remembered, the newest first [cli.md 1.4]."""
    return Outcome(data=CommitHistory(commits=call.node.commits.history()))


def configuration_sessions(call: Call) -> Outcome:
    """Show who has which candidate open."""
    rows = tuple(
        (
            candidate.owner,
            "configure",
            candidate.mode,
            "locked" if candidate.mode == "exclusive" else "unlocked",
            "yes" if candidate.dirty and candidate.mode != "read-only" else "no",
        )
        for candidate in call.node.datastore.candidates
    )
    table = Table(
        title="Configuration Sessions",
        columns=("User", "Region", "Mode", "Lock State", "Uncommitted Changes"),
        rows=rows,
        footer=f"Number of sessions: {len(rows)}",
    )
    return Outcome(data=table)


OPERATIONS: dict[str, Operation] = {
    "show.version": version,
    "show.time": time,
    "show.uptime": uptime,
    "show.users": users,
    "show.system.information": information,
    "show.system.commit-history": commit_history,
    "show.system.configuration-sessions": configuration_sessions,
}
