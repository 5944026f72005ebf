"""A call: one operation that somebody runs on a node, with all that belongs to it alone.

An operation is a function of its `Call`. Nothing of a call rests on the node: two callers at once
neither see nor stop each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srpki.core.errors import RefusedError
from srpki.core.record import Record
from srpki.device.sessions import Caller, Login
from srpki.schema.paths import Value

if TYPE_CHECKING:
    from srpki.device.node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What *caller* asks of *node*, with *inputs* as the operation's action has them.

    Default values are filled in. *cancel* is set when the caller no longer wants to wait (Ctrl-C,
    the end of his session); no other call has it.
    """

    node: Node
    caller: Caller
    inputs: Mapping[str, Value]
    cancel: threading.Event

    @property
    def session(self) -> Login:
        """The session that calls; raises `RefusedError` for a caller who has none."""
        if self.caller.session is None:
            raise RefusedError("there is no session")
        return self.caller.session

    @property
    def who(self) -> str:
        """The caller, as other callers are told of him, at other nodes too."""
        user, session = self.caller.user or "a program", self.caller.session
        name = self.node.system_name()
        return f"{user} at {name}" + (f", session {session.session_id}" if session else "")

    def text(self, name: str, default: str = "") -> str:
        """Return the string input *name*, or *default* when it was not given."""
        value = self.inputs.get(name)
        return value if isinstance(value, str) else default

    def number(self, name: str, default: int = 0) -> int:
        """Return the integer input *name*, or *default* when it was not given."""
        value = self.inputs.get(name)
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        """Return whether the empty input *name* was given."""
        return bool(self.inputs.get(name, False))

    def tell(self, line: str) -> None:
        """Show *line* to the caller before the operation ends, if he has a session to see it in."""
        if self.caller.session is not None:
            self.caller.session.listener.tell_now(line)

    def watching(self) -> AbstractContextManager[None]:
        """Show the caller each event inside the block as it passes, if he has a session."""
        session = self.caller.session
        return nullcontext() if session is None else session.listener.watching()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an operation has found or done; not *ok* when *data* tells what went wrong."""

    ok: bool = True
    data: Record | None = None


Operation = Callable[[Call], Outcome]
"""Raises `SrpkiError` for what does not work."""
