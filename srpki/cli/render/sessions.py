"""Lays out who is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Lines, said
from srpki.cli.render.rules import DOUBLE, SINGLE
from srpki.cli.render.times import duration, log_in
from srpki.device.records.sessions import EndedSessions, User, Users

_HEADING = f"{'User':<15} {'Session':<7} {'Type':<8} {'From':<15} {'Login time':<18}  {'Idle time'}"
_KINDS = {"console": "Console", "ssh": "SSHv2", "netconf": "NETCONF"}


def _users(data: Users) -> Iterator[str]:
    """Yield the sessions, the columns as in the classic CLI; a name too long has its own line."""
    yield ""
    yield DOUBLE
    yield _HEADING
    yield DOUBLE
    for user in data.session:
        yield from _session(user)
    yield SINGLE
    yield f"Number of users : {len(data.session)}"
    yield "'#' indicates the current active session"
    yield DOUBLE


def _session(user: User) -> Iterator[str]:
    name = user.user
    if len(name) > 15:
        yield name
        name = ""
    session = f"{'#' if user.current_active_session else ''}{user.session_id}"
    kind = _KINDS.get(user.connection_type, user.connection_type)
    place = f"{name:<15} {session:<7} {kind:<8} {user.connection_ip or '--':<15}"
    yield f"{place} {log_in(user.login_time)}  {duration(user.idle_time)}"


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {
    EndedSessions: lambda _data: said(),  # each of them is told itself
    Users: lambda data: said(*_users(data)),
}
