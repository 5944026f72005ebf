"""Runs a file of commands in a session of its own that nobody sees: a script that an event runs.

It runs in the CLI that sessions begin in [7750 SR system management guide], and commits as routers
say that it does. A command that asks something fails: nobody is there to answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.cli.session import Session
from srpki.device.scripting.runs import Ran
from srpki.device.sessions import Caller

if TYPE_CHECKING:
    from srpki.management.port import Device

_ERRORS: Final = ("MINOR: ", "MAJOR: ", "CRITICAL: ", "Error: ")
ORIGIN: Final = "Cron/EHS"
"""Who edits, and from where, in the words of routers' logs."""


class _Here(NamedTuple):
    """The node that a script began on; it does not go on where that one was rebooted."""

    node: Device


class Unattended(Session):
    """A session without a terminal, until *cancel* is set or it is *over*."""

    unattended = True

    def __init__(self, device: Device, cancel: threading.Event, over: Callable[[], bool]) -> None:
        super().__init__(_Here(device), user="", kind="script", address=ORIGIN)
        self._interruption = cancel
        self._over = over

    def execute(self, url: str) -> Ran:
        """Run the file at *url*; raises `SrpkiError` when it cannot be read."""
        answer = self.run_file(url, self._shell)
        return Ran(answer.text, "" if answer.ok else _cause(answer.text))

    @property
    def interrupted(self) -> bool:
        """Whether it is to end before its next line."""
        return super().interrupted or self._over()

    def caller(self, origin: str) -> Caller:
        """Return what commits: no user, and not by one of the CLIs."""
        return super().caller(origin if not self._login.address else ORIGIN)


def _cause(text: str) -> str:
    """Return the last error but one of *text*, after which the last says where it was."""
    errors = [line for line in text.splitlines() if line.startswith(_ERRORS)]
    return errors[-2] if len(errors) > 1 else text.rpartition("\n")[2]


def run_unattended(
    device: Device, url: str, cancel: threading.Event, over: Callable[[], bool]
) -> Ran:
    """Run the file at *url* on *device*; raises `SrpkiError` when it cannot be read."""
    session = Unattended(device, cancel, over)
    try:
        return session.execute(url)
    finally:
        session.close()
