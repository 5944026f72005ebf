"""What was typed, or asked, and what became of it."""

from __future__ import annotations

from srpki.core.record import Record


class Typed(Record):
    """A *command*, without secrets, in the session with this number, and its *output*.

    Who typed it is the *user* at an *address*, over a connection of a *kind*, in the *mode* ``md``,
    ``classic`` or ``netconf`` and behind a *prompt*. It went well when it is *ok*, and took so many
    *seconds*.
    """

    session: int
    user: str
    kind: str
    address: str
    mode: str
    prompt: str
    command: str
    output: str
    ok: bool
    seconds: float
