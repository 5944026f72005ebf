"""Tells the log what operators do: who comes and goes, what is typed, committed and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from srpki.config.comments import element_of, is_comment
from srpki.config.diff import diff
from srpki.config.passwords import passwords_of, same_users
from srpki.config.text import spell_path
from srpki.core import operator_events as events
from srpki.core.values import NamedTuple
from srpki.schema.tree import SCHEMA

if TYPE_CHECKING:
    from srpki.config.diff import Change
    from srpki.config.management import ConfigurationMode
    from srpki.config.tree import Branch
    from srpki.core.events import EventType, Field
    from srpki.device.configuration.history import Author
    from srpki.schema.nodes import Container

CHANGES: Final = 20
"""Most elements that are named when the configuration changes; the others are counted."""


class Publish(Protocol):
    """Makes an event of a type about a subject."""

    def __call__(self, kind: EventType, subject: str, /, **fields: Field) -> object:
        """Publish it now."""
        ...


class Operator(Protocol):
    """Who a session belongs to, as it logged in."""

    @property
    def user(self) -> str:
        """The user."""
        ...

    @property
    def kind(self) -> str:
        """How the session reached the node."""
        ...

    @property
    def address(self) -> str:
        """From where; empty for the console."""
        ...


def _unheard(kind: EventType, subject: str, /, **fields: Field) -> None:
    del kind, subject, fields


_TYPED: Final = {"md": events.MD_COMMAND, "netconf": events.NETCONF_OPERATION}
"""What tells of commands by interfaces that do not tell edits from other ones."""
_REFUSED: Final = {"md": events.MD_COMMAND_REFUSED, "netconf": events.NETCONF_REFUSED}
"""What tells of a refusal by interfaces that do not tell edits from other commands."""


class _Sessions(NamedTuple):
    """The events of sessions of one kind: begun, ended, not let begin, and no more let begin."""

    began: EventType
    ended: EventType
    failed: EventType
    locked: EventType


def _of(kind: str) -> _Sessions:
    return _KINDS.get(kind, _CONSOLE)


_CONSOLE: Final = _Sessions(
    events.CLI_LOGIN, events.CLI_LOGOUT, events.CLI_LOGIN_FAILED, events.CLI_LOCKED_OUT
)
_KINDS: Final = {
    "ssh": _Sessions(
        events.SSH_LOGIN, events.SSH_LOGOUT, events.SSH_LOGIN_FAILED, events.SSH_LOCKED_OUT
    ),
    "netconf": _Sessions(
        events.NETCONF_LOGIN,
        events.NETCONF_LOGOUT,
        events.NETCONF_LOGIN_FAILED,
        events.NETCONF_LOCKED_OUT,
    ),
}


class Announcer:
    """Events of the operators of one node."""

    def __init__(self, publish: Publish = _unheard, root: Container = SCHEMA.configure) -> None:
        """Make events by *publish*; the configuration stands below the schema *root*."""
        self._publish = publish
        self._root = root

    # --- sessions ---

    def logged_in(self, login: Operator) -> None:
        """Tell that the session of *login* has begun."""
        self._of_session(login, _of(login.kind).began)

    def logged_out(self, login: Operator) -> None:
        """Tell that the session of *login* has ended."""
        self._of_session(login, _of(login.kind).ended)

    def _of_session(self, login: Operator, kind: EventType) -> None:
        self._publish(kind, login.user, user=login.user, address=login.address or None)

    def turned_away(self, user: str, kind: str, address: str, reason: str) -> None:
        """Tell that *user* could not log in, and why."""
        failed = _of(kind).failed
        self._publish(failed, user, user=user, address=address or None, reason=reason)

    def locked_out(self, user: str, kind: str, address: str) -> None:
        """Tell that *user* has failed so often that he is kept out for a while."""
        self._publish(_of(kind).locked, user, user=user, address=address or None)

    def passwords_set(self, old: Branch, new: Branch, by: str) -> None:
        """Tell of whose passwords differ in *new*, which was made of *old* *by* somebody else."""
        if same_users(old, new):
            return
        before, after = passwords_of(old), passwords_of(new)
        for user, password in after.items():
            if password != before.get(user) and user != by:
                self._publish(events.PASSWORD_SET, user, user=user, by=by or "a program")

    def typed(self, login: Operator, engine: str, command: str, *, edits: bool) -> None:
        """Tell of a *command*, without secrets, that is typed at the CLI *engine*.

        In the classic CLI those that may edit the configuration are told apart.
        """
        kind = events.CLASSIC_EDIT if edits else events.CLASSIC_COMMAND
        kind = _TYPED.get(engine, kind)
        address = login.address or None
        self._publish(kind, login.user, user=login.user, address=address, command=command)

    def not_permitted(self, login: Operator, engine: str, command: str, *, edits: bool) -> None:
        """Tell of a *command*, without secrets, that the user may not give, as `typed` does."""
        kind = events.CLASSIC_EDIT_REFUSED if edits else events.CLASSIC_COMMAND_REFUSED
        kind = _REFUSED.get(engine, kind)
        address = login.address or None
        self._publish(kind, login.user, user=login.user, address=address, command=command)

    def exec_started(self, file: str) -> None:
        """Tell that the commands in *file* begin to run."""
        self._publish(events.EXEC_STARTED, "CLI 'exec'", file=file)

    def exec_finished(self, file: str, *, ok: bool) -> None:
        """Tell how the commands in *file* have ended."""
        result = "success" if ok else "failure"
        self._publish(events.EXEC_FINISHED, "CLI 'exec'", file=file, result=result)

    # --- the configuration ---

    def committed(self, author: Author) -> None:
        """Tell that *author* has committed."""
        self._publish(
            events.COMMITTED,
            "Commit",
            user=author.user,
            interface=author.interface,
            address=author.address or None,
        )

    def saved(self, url: str) -> None:
        """Tell that the configuration has been saved to *url*."""
        self._publish(events.SAVED, "Configuration Save Succeeds", url=url)

    def not_saved(self, url: str, reason: str) -> None:
        """Tell that the configuration could not be saved to *url*."""
        self._publish(events.SAVE_FAILED, "Configuration Save Failed", url=url, reason=reason)

    def changed(self, old: Branch, new: Branch) -> None:
        """Tell what makes the configuration *new* out of *old*, element by element."""
        changes = list(diff(self._root, old, new))
        for change in changes[:CHANGES]:
            commented = is_comment(change.path[-1].name)
            place = element_of(change.path) if commented else change.path
            self._changed(spell_path(self._root, place), _operation(change))
        if len(changes) > CHANGES:
            self._changed(None, "changed", len(changes) - CHANGES)

    def mode_changed(self, old: ConfigurationMode, new: ConfigurationMode) -> None:
        """Tell that the configuration mode was *old* and is *new*."""
        for kind in (events.MODE_CHANGE_STARTED, events.MODE_CHANGED):
            self._publish(kind, "management-interface", old=old, new=new)

    def _changed(self, element: str | None, operation: str, more: int = 0) -> None:
        self._publish(
            events.CONFIGURATION_CHANGED,
            "configure",
            element=element,
            operation=operation,
            more=more,
        )


def _operation(change: Change) -> str:
    if change.old is None:
        return "created"
    return "deleted" if change.new is None else "modified"
