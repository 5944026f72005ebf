"""A session: both CLIs over one device, and the way from one to the other [cli.md 1.8]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.cli.engines import NOT_AUTHORIZED, Dialect, arrival, engines
from srpki.cli.history import History
from srpki.cli.port import Answer, Offer, Screen
from srpki.cli.shell import Note, Shell
from srpki.config.lexer import LINE_LIMIT
from srpki.core.errors import NotAuthorizedError, RefusedError
from srpki.core.text import screen
from srpki.management.access.rights import ADMINISTRATOR
from srpki.management.session import CallerSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.cli.scripts import Scripts, Words
    from srpki.device.sessions import Kind, Login
    from srpki.management.access.rights import Rights
    from srpki.management.port import Machine
    from srpki.schema.paths import Path

_PLAIN: Final = ("y", "n", "yes", "no")
_MASK: Final = "********"
ENDED: Final = "The session has been disconnected."
UNCOMMITTED: Final = "The session ends with uncommitted changes, which are lost."
RESTARTED: Final = "The node has been rebooted; a new session begins."


class Session(CallerSession):
    """What a user types at: feed it lines, show its answers.

    Nothing that is typed raises; only bugs do.
    """

    unattended = False

    def __init__(
        self,
        machine: Machine,
        dialect: Dialect | None = None,
        user: str = "admin",
        kind: Kind = "console",
        address: str = "",
        *,
        rights: Rights | Callable[[], Rights] = ADMINISTRATOR,
    ) -> None:
        """Log *user* in at *machine*, from *address*, with *rights*; `close` logs out again.

        The session begins in *dialect*, else as the configuration says. Raises `RefusedError`
        where the configuration does not allow that CLI.
        """
        if dialect and dialect not in engines(machine.node):
            machine.node.announcer.turned_away(user, kind, address, NOT_AUTHORIZED)
            raise RefusedError(NOT_AUTHORIZED)
        self._first = dialect
        super().__init__(machine, user, kind, address, rights)

    def _log_in(self) -> None:
        """Begin as after log-in: at the root, with nothing remembered."""
        self.history = History()
        self._shells: dict[Dialect, Shell] = {}
        allowed = engines(self._machine.node)
        self._active = self._first if self._first in allowed else allowed[0]
        self._scripts: Scripts | None = None
        super()._log_in()

    # --- what a frontend does ---

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        return self._shell.prompt

    @property
    def screen(self) -> Screen:
        """How a terminal is used."""
        return self._shell.screen

    def feed(self, line: str, shown: str | None = None) -> Answer:
        """Answer *line*, or the question that the last answer ended with.

        What the session debugs follows the output of the command that caused it. ``history`` has
        *shown*, where that is given, in the place of the line.
        """
        laboratory = self._machine.node.laboratory
        if laboratory is None:
            return self._traced(line, shown)
        login, mode, prompt = self.known_as, self._active, self.prompt
        command = self._remembered_as(line, shown)
        clock = self._machine.node.clock
        began = clock.monotonic()
        answer = self._traced(line, shown)
        laboratory.record(
            login.typed(
                mode=mode,
                prompt=prompt,
                command=command,
                output=answer.text,
                ok=answer.ok,
                seconds=clock.monotonic() - began,
            )
        )
        return answer

    @property
    def known_as(self) -> Login:
        """The session as others see it; that of who runs a command here."""
        return self._login

    def _remembered_as(self, line: str, shown: str | None) -> str:
        """Return what the journal of a lab has of *line*: no secret, no answer but yes and no."""
        if self.gone or not line.strip():
            return ""
        if self._asking:
            plain = line.strip().lower() in _PLAIN and not self._asking.hiding
            return line if plain else _MASK
        return shown if shown is not None else self.masked(line[:LINE_LIMIT])

    def _traced(self, line: str, shown: str | None) -> Answer:
        traces = self._traces
        answer = self._answered(line, shown)
        text = screen(_joined(answer.text, traces.take()))
        return answer if text == answer.text else answer._replace(text=text)

    def _answered(self, line: str, shown: str | None) -> Answer:
        if not self.begin():
            return Answer(ENDED, ok=False, closed=True)
        self._scripts = None
        answer = self._asking.feed(line) if self._asking else self._command(line, shown)
        match self.settle():
            case None:
                return answer
            case "rebooted":
                return Answer(_joined(answer.text, RESTARTED), answer.ok)
            case "disconnected" | "stopped":
                text = _joined(answer.text, ENDED)
                return answer._replace(text=text, question=None, hidden=False, closed=True)

    def control_z(self) -> Answer:
        """Answer Ctrl-Z: back to the operational root; a question is taken back."""
        if self.gone:
            return Answer(ENDED, ok=False, closed=True)
        if self._asking:
            self._asking.forget_question()
            return Answer()
        return self._shell.control_z()

    def masked(self, line: str) -> str:
        """Return the command *line* without the secrets in it, as it may be remembered."""
        across = line.lstrip().startswith("//")
        if not across:
            return self._shell.masked(line)
        before, slashes, command = line.partition("//")
        return f"{before}/{self._of(self._other).masked('/' + command)}" if slashes else line

    @property
    def uncommitted(self) -> bool:
        """Whether edits that nobody has committed would be lost if the session ended now."""
        return not self.gone and any(shell.uncommitted for shell in self._shells.values())

    @property
    def passing(self) -> bool:
        """Whether the next line belongs to a block that is passed over."""
        return not self.gone and any(shell.passing for shell in self._shells.values())

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
        super().close()
        for shell in self._shells.values():
            shell.close()

    # --- what a CLI and a file of lines see ---

    def mistake(self, sentence: str) -> str:
        """Return *sentence* as an error of the active CLI."""
        return self._shell.mistake(sentence)

    def run_file(self, url: str, words: Words) -> Answer:
        """Run the lines of the file at *url*; raises `SrpkiError` when it cannot be read."""
        from srpki.cli.scripts import Scripts  # noqa: PLC0415 - start-up time

        if self._scripts is None:
            self._scripts = Scripts(self)
        announcer = self.device.announcer
        announcer.exec_started(url)
        ok = False
        try:
            answer = self._scripts.run(url, words)
            ok = answer.ok
        finally:
            announcer.exec_finished(url, ok=ok)
        return answer

    def line(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line* of a file, or the question that the line before asked.

        A command is *noted* before it runs.
        """
        answer = self._asking.feed(line) if self._asking else self._read(line, note)
        if answer.fault is not None and answer.fault.error == NotAuthorizedError.code:
            edits = self._may_edit(line.strip())
            masked = self.masked(line).strip()
            self.device.announcer.not_permitted(self._login, self._active, masked, edits=edits)
        return answer

    def _read(self, line: str, note: Note | None) -> Answer:
        command = line.strip()
        if not command.startswith("//") and command not in ("/!classic-cli", "/!md-cli"):
            return self._shell.feed(line, note)
        if note is not None:
            note(self.masked(line))
        if command.startswith("//") and command != "//":
            return self._across(command[1:])
        return self._switch(command)

    # --- the two CLIs ---

    @property
    def _shell(self) -> Shell:
        return self._of(self._active)

    @property
    def _asking(self) -> Shell | None:
        return next((shell for shell in self._shells.values() if shell.asking), None)

    def _of(self, dialect: Dialect) -> Shell:
        """Return the CLI of *dialect*, built when it is first needed (start-up time)."""
        if dialect not in self._shells:
            if dialect == "md":
                from srpki.cli.md.cli import MdCli  # noqa: PLC0415 - start-up time

                self._shells["md"] = MdCli(self.device, self._user, self)
            else:
                from srpki.cli.classic.cli import ClassicCli  # noqa: PLC0415 - start-up time

                self._shells["classic"] = ClassicCli(self.device, self)
        return self._shells[dialect]

    def _elsewhere(self, text: str) -> bool:
        return self._asking is not None or text.lstrip().startswith("//")

    @property
    def _other(self) -> Dialect:
        return "classic" if self._active == "md" else "md"

    def _switch(self, command: str) -> Answer:
        wanted = {"/!classic-cli": "classic", "/!md-cli": "md"}.get(command)
        if wanted == self._active:
            return Answer()
        if self._other not in engines(self.device):
            return Answer(NOT_AUTHORIZED, ok=False)
        self._active = self._other
        return Answer(arrival(self.device, self._active))

    def _across(self, command: str) -> Answer:
        if self._other not in engines(self.device):
            return Answer(NOT_AUTHORIZED, ok=False)
        other = self._of(self._other)
        entered = arrival(self.device, self._other)
        typed = other.masked(command) if self.unattended else command
        echoed = f"{other.prompt.lstrip()}{typed}"
        said = other.feed(command)
        text = _joined(entered, echoed, said.text)
        if said.question is not None:
            return said._replace(text=text)
        return said._replace(text=f"{text}\n{arrival(self.device, self._active)}")

    # --- typed lines ---

    def _command(self, line: str, shown: str | None) -> Answer:
        command = line.strip()
        if command.startswith("!") and self._shell.recalls:
            return self._recall(command[1:])
        return self._remembered(line, command, shown)

    def _remembered(self, line: str, command: str, shown: str | None = None) -> Answer:
        def note(masked: str) -> None:
            kept = (masked if shown is None else shown).strip()
            self.history.add(kept, whole=kept == command)
            edits = self._may_edit(command)
            self.device.announcer.typed(self._login, self._active, kept, edits=edits)

        return self.line(line, note if command and len(line) <= LINE_LIMIT else None)

    def _may_edit(self, command: str) -> bool:
        """Return whether a classic *command* is typed in the configuration, or leads there."""
        if self._active == "md" or command.startswith("//"):
            return False
        shell = self._shell
        return _is_configuration(shell.context) or _is_configuration(shell.leads_to(command))

    def _recall(self, text: str) -> Answer:
        """Run an earlier command again, which is shown first as if it had been typed."""
        shell = self._shell
        entry = self.history.find(text, shell.remembered)
        if entry is None:
            return Answer(shell.mistake(f"no command '!{text}' in the history"), ok=False)
        if not entry.whole:
            sentence = "the command held a secret, which is not remembered: type it again"
            return Answer(shell.mistake(sentence), ok=False)
        echoed = shell.prompt.rpartition("\n")[2] + entry.line
        answer = self._remembered(entry.line, entry.line)
        return answer._replace(text=_joined(echoed, answer.text))


def _is_configuration(place: Path) -> bool:
    return bool(place) and place[0].name == "configure"


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
