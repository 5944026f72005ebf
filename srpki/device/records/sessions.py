"""What ``show users`` and ``admin disconnect`` find [fact sheet ``state-users.json``]."""

from __future__ import annotations

from datetime import datetime, timedelta

from srpki.core.record import Record


class User(Record):
    """A session; *current_active_session* is the one that asks."""

    session_id: int
    user: str
    connection_type: str
    connection_ip: str | None
    login_time: datetime
    idle_time: timedelta
    current_active_session: bool


class Users(Record):
    """Who is logged in, the eldest session first."""

    session: tuple[User, ...]


class EndedSessions(Record):
    """The sessions that were ended."""

    session_id: tuple[int, ...]
