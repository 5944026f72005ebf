"""A session: both CLIs over one device, and the way from one to the other [cli.md 1.8]."""

from __future__ import annotations

from typing import Literal

from srpki.cli.classic import ClassicCli
from srpki.cli.mdcli import MdCli
from srpki.cli.port import Answer, Device, Offer
from srpki.cli.shell import Saved, Shell

__all__ = ["Answer", "Device", "Dialect", "Offer", "Session"]

Dialect = Literal["md", "classic"]

TO_CLASSIC = "INFO: CLI #2051: Switching to the classic CLI engine"
TO_MD = "INFO: CLI #2052: Switching to the MD-CLI engine"
HISTORY = 1000
"""Most commands remembered."""


class Session:
    """What a user types at: feed it lines, show its answers.

    Nothing that is typed raises; only bugs do.
    """

    def __init__(self, device: Device, dialect: Dialect = "md", user: str = "admin") -> None:
        """Open a session of *user* on *device* in *dialect*."""
        self._history: list[str] = []
        saved = Saved(device)
        self._md = MdCli(device, saved, user, self._history)
        self._classic = ClassicCli(device, saved, self._history)
        self._active: Shell = self._md if dialect == "md" else self._classic
        self._asking: Shell | None = None

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        return self._active.prompt

    def feed(self, line: str) -> Answer:
        """Answer *line*, or the question that the last answer ended with."""
        if self._asking is not None:
            return self._noted(self._asking, self._asking.feed(line))
        command = line.strip()
        if command:
            self._history.append(command)
            del self._history[:-HISTORY]
        if command in ("//", "/!classic-cli", "/!md-cli"):
            return self._switch(command)
        if command.startswith("//"):
            return self._across(command[1:])
        return self._noted(self._active, self._active.feed(line))

    def control_z(self) -> Answer:
        """Answer Ctrl-Z: back to the operational root; a question is taken back."""
        self._asking = None
        return self._noted(self._active, self._active.control_z())

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*; nothing after ``//``."""
        return "" if self._elsewhere(text) else self._active.help(text)

    def complete(self, text: str) -> list[Offer]:
        """Return the completions of *text*, which ends at the cursor; nothing after ``//``."""
        return [] if self._elsewhere(text) else self._active.complete(text)

    def expand(self, text: str) -> str:
        """Return what Space adds to *text* where the last word can be only one keyword."""
        return "" if self._elsewhere(text) else self._active.expand(text)

    def close(self) -> None:
        """End the session; what it holds is let go, edits of a private candidate are lost."""
        self._md.close()

    def _elsewhere(self, text: str) -> bool:
        return self._asking is not None or text.lstrip().startswith("//")

    def _noted(self, shell: Shell, answer: Answer) -> Answer:
        self._asking = shell if answer.question is not None else None
        return answer

    def _other(self) -> Shell:
        return self._classic if self._active is self._md else self._md

    def _switch(self, command: str) -> Answer:
        wanted = {"/!classic-cli": self._classic, "/!md-cli": self._md}.get(command)
        if wanted is self._active:
            return Answer()
        self._active = self._other()
        return Answer(_arrival(self._active))

    def _across(self, command: str) -> Answer:
        other, back = self._other(), self._active
        echoed = f"{other.prompt.lstrip()}{command}"
        said = other.feed(command)
        text = "\n".join(part for part in (_arrival(other), echoed, said.text) if part)
        if said.question is not None:
            return self._noted(other, Answer(text, said.ok, said.question))
        return Answer(f"{text}\n{_arrival(back)}", said.ok, closed=said.closed)


def _arrival(shell: Shell) -> str:
    return TO_MD if isinstance(shell, MdCli) else TO_CLASSIC
