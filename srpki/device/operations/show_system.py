"""``show system``, ``time``, ``uptime``, ``users``, ``version``: the node, and who is at it."""

from __future__ import annotations

from srpki import __version__
from srpki.config.management import configuration_mode
from srpki.device import system
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.configuration import CommitHistory, committed
from srpki.device.records.sessions import User, Users
from srpki.device.records.system import (
    ConfigurationSession,
    ConfigurationSessions,
    CurrentTime,
    SystemInformation,
    Uptime,
    Version,
)
from srpki.device.records.words import admin_state


def version(call: Call) -> Outcome:
    """Show what this software is."""
    del call
    return Outcome(data=Version(release=system.RELEASE, emulator=__version__))


def time(call: Call) -> Outcome:
    """Show the router's time, in UTC."""
    return Outcome(data=CurrentTime(current_time=call.node.clock.now()))


def uptime(call: Call) -> Outcome:
    """Show how long the router has been up."""
    return Outcome(data=Uptime(up_time=call.node.uptime()))


def information(call: Call) -> Outcome:
    """Show the router as a whole; nothing manages it but its own sessions, over SSH or not."""
    node = call.node
    over_ssh = any(login.kind == "ssh" for login in node.sessions.all())
    found = SystemInformation(
        system_name=node.system_name(),
        system_type=system.TYPE,
        release=system.version(),
        up_time=node.uptime(),
        configuration_mode=configuration_mode(node.datastore.running),
        configuration_mode_changed=node.modes.changed,
        ssh_admin_state=admin_state(over_ssh),
        ssh_oper_up=over_ssh,
    )
    return Outcome(data=found)


def users(call: Call) -> Outcome:
    """Show who is logged in, and which of them asks."""
    now = call.node.clock.now()
    found = tuple(
        User(
            session_id=login.session_id,
            user=login.user,
            connection_type=login.kind,
            connection_ip=login.address or None,
            login_time=login.since,
            idle_time=now - login.active,
            current_active_session=login is call.caller.session,
        )
        for login in call.node.sessions.all()
    )
    return Outcome(data=Users(session=found))


def commit_history(call: Call) -> Outcome:
    """Show the commits that are remembered, the newest first [cli.md 1.4]."""
    return Outcome(data=CommitHistory(commit=tuple(map(committed, call.node.commits.history()))))


def configuration_sessions(call: Call) -> Outcome:
    """Show who has which candidate open."""
    found = tuple(
        ConfigurationSession(
            user=candidate.owner,
            region="configure",
            mode=candidate.mode,
            locked=candidate.mode == "exclusive",
            uncommitted_changes=candidate.dirty and candidate.mode != "read-only",
        )
        for candidate in call.node.datastore.candidates
    )
    return Outcome(data=ConfigurationSessions(session=found))


OPERATIONS: dict[str, Operation] = {
    "show.version": version,
    "show.time": time,
    "show.uptime": uptime,
    "show.users": users,
    "show.system.information": information,
    "show.system.commit-history": commit_history,
    "show.system.configuration-sessions": configuration_sessions,
}
