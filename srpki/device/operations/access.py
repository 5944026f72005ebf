"""``show system security user`` and ``admin clear security``: who may log in, and who is kept out.

[nokia-oper-admin, ``admin clear security``; public transcripts of 24.7]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.config.tree import Branch, Entries, get
from srpki.core.errors import NotFoundError
from srpki.core.text import printable
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.access import LocalUser, LocalUsers, LockedOutUser, LockedOutUsers
from srpki.schema.paths import Value, path

_USERS: Final = path("system", "security", "user-params", "local-user", "user")


def users(call: Call) -> Outcome:
    """Show the users of the configuration, one by name, or who is locked out."""
    if call.flag("lockout"):
        return Outcome(data=_locked_out(call))
    found = tuple(_users(call))
    if (name := call.text("user-name")) and not found:
        raise NotFoundError(f'there is no user "{name}"', hint="see show system security user")
    return Outcome(data=LocalUsers(user=found))


def _users(call: Call) -> Iterator[LocalUser]:
    wanted = call.text("user-name")
    for name, entry in _configured(call):
        if wanted in ("", name):
            tally = call.node.attempts.tally(name)
            access = get(entry, path("access"))
            flags = access.items() if isinstance(access, Branch) else ()
            yield LocalUser(
                user=name,
                new_password_at_login=get(entry, path("console", "new-password-at-login")) is True,
                access=tuple(flag for flag, is_set in flags if is_set is True),
                attempted_logins=tally.attempted,
                failed_logins=tally.failed,
            )


def _configured(call: Call) -> Iterator[tuple[str, Branch]]:
    entries = get(call.node.datastore.running, _USERS)
    for keys, entry in sorted(entries.items(), key=_name) if isinstance(entries, Entries) else ():
        yield str(keys[0]), entry


def _name(item: tuple[tuple[Value, ...], Branch]) -> str:
    return str(item[0][0])


def _locked_out(call: Call) -> LockedOutUsers:
    now, wanted = call.node.clock.now(), call.text("user-name")
    found = tuple(
        LockedOutUser(user=printable(locked.user), remaining=locked.until - now)
        for locked in call.node.attempts.locked()
        if wanted in ("", locked.user)
    )
    return LockedOutUsers(user=found)


def clear_lockout(call: Call) -> Outcome:
    """Let a user, or everybody, try again."""
    if call.flag("all"):
        call.node.attempts.clear()
        return Outcome()
    name, attempts = call.text("user"), call.node.attempts
    locked = any(one.user == name for one in attempts.locked())
    if not locked and name not in dict(_configured(call)):
        hint = "see who is locked out with show system security user lockout"
        raise NotFoundError(f'there is no user "{name}"', hint=hint)
    attempts.clear(name)
    return Outcome()


def clear_password_history(call: Call) -> Outcome:
    """Forget the earlier passwords of a user, or of everybody."""
    name = None if call.flag("all") else call.text("user")
    if name is not None and name not in dict(_configured(call)):
        raise NotFoundError(f'there is no user "{name}"', hint="see show system security user")
    call.node.passwords.clear(name)
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "admin.clear-lockout": clear_lockout,
    "admin.clear-password-history": clear_password_history,
    "show.system.security.user": users,
}
