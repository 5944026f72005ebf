"""How a user changes his own password, whatever his profile lets him configure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.config import passwords as rules
from srpki.config.defaults import effective
from srpki.config.edit import Edit
from srpki.config.management import configuration_mode
from srpki.config.tree import EMPTY, Branch, get
from srpki.core import passwords
from srpki.core.errors import RefusedError
from srpki.core.text import printable
from srpki.management.access import users
from srpki.schema.configure.passwords import ATTEMPTS
from srpki.schema.paths import Step, path

if TYPE_CHECKING:
    from srpki.device.configuration.history import Author
    from srpki.management.access.users import User
    from srpki.management.port import Device

_ATTEMPTS: Final = path("system", "security", "user-params", "attempts")
_LOCAL: Final = path("system", "security", "user-params", "local-user")


def locks_out(node: Device, user: str) -> bool:
    """Count a wrong password of *user* at *node*; return whether that locks him out."""
    held = get(node.datastore.running, _ATTEMPTS)
    said = effective(ATTEMPTS, held if isinstance(held, Branch) else EMPTY)
    count, time, lockout = (int(str(said[name])) for name in ("count", "time", "lockout"))
    minutes = timedelta(minutes=1)
    return node.attempts.locks_out(user, count, time * minutes, lockout * minutes)


def must_change(node: Device, user: User) -> bool:
    """Return whether *user* may not log in before he has changed his password."""
    if user.new_password_at_login:
        return True
    record = node.passwords.of(user.name)
    running, now = node.datastore.running, node.clock.now()
    return record is not None and rules.is_too_old(running, now - record.since)


class OwnPassword:
    """The change of one user's password by himself, step by step.

    The methods raise `RefusedError` for what does not go on; nothing has changed then.
    """

    def __init__(self, node: Device, author: Author, kind: str, current: str = "") -> None:
        """Change that of *author* at *node*, over a connection of *kind*.

        Who has come in with his *current* password is asked for it no more.
        """
        self._node = node
        self._author = author
        self._kind = kind
        self._old = current

    @property
    def _name(self) -> str:
        return self._author.user

    def check_user(self) -> User:
        """Return the user; raises `RefusedError` where he has no password to change."""
        found = users.user(self._node.datastore.running, self._name)
        if found is None or not found.password:
            raise RefusedError(
                f"{printable(self._name)} has no password in the configuration",
                hint="only users of configure system security user-params have one",
            )
        if found.cannot_change_password:
            raise RefusedError(
                f"{printable(self._name)} must not change his password",
                hint="an administrator changes it",
            )
        return found

    def check_current(self, password: str) -> None:
        """Raise `RefusedError` unless *password* is the user's.

        A wrong one counts as at a log-in: who is locked out by it cannot go on, either.
        """
        found, node = self.check_user(), self._node
        if node.attempts.is_locked(self._name):
            raise RefusedError("too many wrong passwords: you are locked out", hint="wait")
        if not passwords.verified(password, found.password):
            if locks_out(node, self._name):
                name = printable(self._name)
                node.announcer.locked_out(name, self._kind, self._author.address)
            raise RefusedError("the current password is wrong", hint="nothing has changed")
        node.attempts.proved(self._name)
        self._old = password

    def check_new(self, new: str, *, forced: bool = False) -> None:
        """Raise `RefusedError` where *new* will not do after the current password.

        One who is *forced* to change it need not wait for its least age.
        """
        running, record = self._node.datastore.running, self._node.passwords.of(self._name)
        if record is not None and not forced:
            rules.check_age(running, self._node.clock.now() - record.since)
        if passwords.is_hash(new):
            raise RefusedError("Password must not look like a hash", hint="choose another one")
        rules.check(running, self._name, new)
        if new == self._old:
            raise RefusedError("Password must differ from the old one", hint="choose another one")
        rules.check_change(running, self._old, new)
        size = rules.history_size(running)
        for earlier in record.earlier[:size] if record is not None else ():
            if passwords.verified(new, earlier):
                raise RefusedError(
                    f"Password must differ from the last {size}", hint="see password history-size"
                )

    def change(self, new: str) -> None:
        """Make *new* the password, and want no other at the next log-in.

        It is a commit of its own, saved as others are. Raises what a commit raises: `LockedError`
        while a session has exclusive access, `NotSavedError`, and `RefusedError`.
        """
        datastore, user = self._node.datastore, (*_LOCAL, Step("user", (self._name,)))
        edits = [Edit("set", (*user, Step("password")), new)]
        wanted = (*user, *path("console", "new-password-at-login"))
        if get(datastore.running, wanted) is not None:
            edits.append(Edit("delete", wanted))
        if configuration_mode(datastore.running) == "classic":
            datastore.edit(edits)
            return
        with datastore.lock:
            datastore.check_access(None)
            candidate = datastore.open("private", self._name, entered=False)
            try:
                for edit in edits:
                    candidate.edit(edit)
                self._node.commits.commit(candidate, self._author)
            finally:
                candidate.close()
