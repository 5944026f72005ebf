"""A session: both CLIs over one device, and the way from one to the other [cli.md 1.8]."""

from __future__ import annotations

from typing import Final, Literal

from srpki.cli.port import Answer, Device, Offer
from srpki.cli.shell import Saved, Shell

__all__ = ["Answer", "Device", "Dialect", "Offer", "Session"]

Dialect = Literal["md", "classic"]

ARRIVAL: Final[dict[Dialect, str]] = {
    "classic": "INFO: CLI #2051: Switching to the classic CLI engine",
    "md": "INFO: CLI #2052: Switching to the MD-CLI engine",
}
HISTORY = 1000
"""Most commands remembered."""


class Session:
    """What a user types at: feed it lines, show its answers.

    Nothing that is typed raises; only bugs do.
    """

    def __init__(self, device: Device, dialect: Dialect = "md", user: str = "admin") -> None:
        """Open a session of *user* on *device* in *dialect*."""
        self._history: list[str] = []
        self._device = device
        self._user = user
        self._saved = Saved(device)
        self._shells: dict[Dialect, Shell] = {}
        self._active: Dialect = dialect
        self._asking: Shell | None = None
        self._traces = device.debug.listener()

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        return self._shell.prompt

    def feed(self, line: str) -> Answer:
        """Answer *line*, or the question that the last answer ended with.

        What the session debugs follows the output of the command that caused it.
        """
        with self._traces.listening():
            answer = self._answer(line)
        text = "\n".join(part for part in (answer.text, self._traces.take()) if part)
        return answer._replace(text=text)

    def _answer(self, line: str) -> Answer:
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
        return self._noted(self._shell, self._shell.feed(line))

    def control_z(self) -> Answer:
        """Answer Ctrl-Z: back to the operational root; a question is taken back."""
        shell = self._asking or self._shell
        return self._noted(shell, shell.control_z())

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*; nothing after ``//``."""
        return "" if self._elsewhere(text) else self._shell.help(text)

    def complete(self, text: str) -> list[Offer]:
        """Return the completions of *text*, which ends at the cursor; nothing after ``//``."""
        return [] if self._elsewhere(text) else self._shell.complete(text)

    def expand(self, text: str) -> str:
        """Return what Space adds to *text* where the last word can be only one keyword."""
        return "" if self._elsewhere(text) else self._shell.expand(text)

    def close(self) -> None:
        """End the session; what it holds is let go, edits of a private candidate are lost."""
        self._device.debug.forget(self._traces)
        for shell in self._shells.values():
            shell.close()

    @property
    def _shell(self) -> Shell:
        return self._of(self._active)

    def _of(self, dialect: Dialect) -> Shell:
        """Return the CLI of *dialect*, built when it is first needed (start-up time)."""
        if dialect not in self._shells:
            if dialect == "md":
                from srpki.cli.md.cli import MdCli  # noqa: PLC0415 - start-up time

                md = MdCli(self._device, self._saved, self._user, self._history)
                self._shells["md"] = md
            else:
                from srpki.cli.classic.cli import ClassicCli  # noqa: PLC0415 - start-up time

                classic = ClassicCli(self._device, self._saved, self._history)
                self._shells["classic"] = classic
        return self._shells[dialect]

    def _elsewhere(self, text: str) -> bool:
        return self._asking is not None or text.lstrip().startswith("//")

    def _noted(self, shell: Shell, answer: Answer) -> Answer:
        self._asking = shell if answer.question is not None else None
        return answer

    @property
    def _other(self) -> Dialect:
        return "classic" if self._active == "md" else "md"

    def _switch(self, command: str) -> Answer:
        wanted = {"/!classic-cli": "classic", "/!md-cli": "md"}.get(command)
        if wanted == self._active:
            return Answer()
        self._active = self._other
        return Answer(ARRIVAL[self._active])

    def _across(self, command: str) -> Answer:
        other = self._of(self._other)
        echoed = f"{other.prompt.lstrip()}{command}"
        said = other.feed(command)
        text = "\n".join(part for part in (ARRIVAL[self._other], echoed, said.text) if part)
        if said.question is not None:
            return self._noted(other, Answer(text, said.ok, said.question))
        return Answer(f"{text}\n{ARRIVAL[self._active]}", said.ok, closed=said.closed)
