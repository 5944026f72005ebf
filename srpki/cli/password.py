"""``password``: a user changes his own, which is asked for and never shown [decided]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.cli.port import Answer
from srpki.core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.management.access.own_password import OwnPassword

_CURRENT: Final = "Enter current password: "
_NEW: Final = "Enter new password: "
_AGAIN: Final = "Re-enter new password: "


class ChangingPassword:
    """One change: the current password is asked for, the new one, and that again.

    The methods raise `SrpkiError`, which ends it; nothing has changed then.
    """

    def __init__(
        self, own: OwnPassword, ask: Callable[[str, Callable[[str], Answer]], Answer]
    ) -> None:
        """Change a user's *own*; *ask* puts a question whose answer nobody sees."""
        self._own = own
        self._ask = ask
        self._new = ""

    def begin(self) -> Answer:
        """Ask for the current password, where the user has one to change."""
        self._own.check_user()
        return self._ask(_CURRENT, self._current)

    def _current(self, typed: str) -> Answer:
        self._own.check_current(typed)
        return self._ask(_NEW, self._first)

    def _first(self, typed: str) -> Answer:
        self._own.check_new(typed)
        self._new = typed
        return self._ask(_AGAIN, self._second)

    def _second(self, typed: str) -> Answer:
        if typed != self._new:
            raise RefusedError("Passwords do not match", hint="nothing has changed")
        self._own.change(typed)
        return Answer()
