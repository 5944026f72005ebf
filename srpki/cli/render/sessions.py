"""Lays out who is logged in and what was committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.times import duration, log_in
from srpki.config.text import quote
from srpki.device.records.sessions import User, Users
from srpki.device.results import Lines

if TYPE_CHECKING:
    from srpki.device.configuration.history import Commit
    from srpki.device.results import CommitHistory

_HEADING = f"{'User':<15} {'Session':<7} {'Type':<8} {'From':<15} {'Login time':<18}  {'Idle time'}"
_KINDS = {"console": "Console", "ssh": "SSHv2"}


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


def commit_history(data: CommitHistory, moment: Callable[[datetime], str]) -> Iterator[str]:
    """Yield a block a commit [cli.md 1.4]."""
    yield from title("Commit History")
    yield f"Total Commits : {len(data.commits)}"
    for commit in data.commits:
        yield ""
        yield str(commit.commit_id)
        yield from about(commit, moment)
    yield DOUBLE


def about(commit: Commit, moment: Callable[[datetime], str]) -> Iterator[str]:
    """Yield what there is to tell of a commit: who and when, why, and where it is saved."""
    author = commit.author
    origin = f" from {author.address}" if author.address else ""
    yield f"  Committed {moment(commit.time)} by {author.user} ({author.interface}){origin}"
    if commit.comment:
        yield f"  Comment   {quote(commit.comment)}"
    if commit.location:
        yield f'  Location  "{commit.location}"'


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {
    Users: lambda data: Lines(lines=tuple(_users(data)))
}
