"""What ``show system security user`` finds."""

from __future__ import annotations

from datetime import timedelta

from srpki.core.record import Record


class LocalUser(Record):
    """A user of the configuration; *access* are the flags that are set.

    *attempted_logins* and *failed_logins* are those since the node has started.
    """

    user: str
    new_password_at_login: bool
    access: tuple[str, ...]
    attempted_logins: int
    failed_logins: int


class LocalUsers(Record):
    """The users of the configuration, in order."""

    user: tuple[LocalUser, ...]


class LockedOutUser(Record):
    """Somebody who is kept out, and for how long still; the configuration may not have him."""

    user: str
    remaining: timedelta


class LockedOutUsers(Record):
    """Who is kept out, the longest known first."""

    user: tuple[LockedOutUser, ...]
