"""The MD-CLI: reads a line and hands it to the part that it concerns [cli.md section 1]."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.grammar import State
from srpki.cli.md import aliases
from srpki.cli.md.changing import Changing
from srpki.cli.md.commands import line as line_grammar
from srpki.cli.md.committing import Committing
from srpki.cli.md.dialect import SHOW_CONFIGURATION, MdDialect
from srpki.cli.md.environment import Environment
from srpki.cli.md.loading import Loading
from srpki.cli.md.looking import Looking
from srpki.cli.md.modes import Modes
from srpki.cli.md.navigation import Navigation
from srpki.cli.md.passing import Passing
from srpki.cli.md.prompt import prompt
from srpki.cli.md.standing import Standing
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.pipes import PIPES
from srpki.cli.port import Answer, Offer, Screen
from srpki.cli.shell import Note, Reading, Shell
from srpki.cli.walker import Failure, Walk, parse
from srpki.config.lexer import Token, lex_md
from srpki.config.tree import EMPTY, Branch
from srpki.core.errors import SrpkiError
from srpki.management.port import Device
from srpki.schema.paths import Path

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.cli.host import Host
    from srpki.core.record import Record


_STOP: Final = "Press Q to quit, Enter to print next line or any other key to print next page."
"""The pager's message [cli.md 1.7]."""


class MdCli(Shell):
    """One session's MD-CLI."""

    origin = "MD-CLI"

    def __init__(self, device: Device, user: str, host: Host) -> None:
        """Begin at the operational root, outside every configuration mode."""
        self.standing = Standing(device, user, host.editing, host.files)
        super().__init__(device, host)
        self._blocks = Passing(self.standing, self)
        self._changing = Changing(self.standing)
        modes = Modes(self.standing, self.confirm)
        self._navigation = Navigation(self.standing, modes)
        self._aliases = aliases.Aliases(self)
        self._known_aliases = EMPTY
        self._commands: dict[str, Callable[[Meaning], Answer]] = {
            **self._navigation.commands,
            **modes.commands,
            **self._changing.commands,
            **self._aliases.commands,
            **Committing(self.standing).commands,
            **Loading(self.standing).commands,
            **Looking(self.standing).commands,
        }

    @property
    def prompt(self) -> str:
        """An empty line, the context, and the user at the node [cli.md 1.1]."""
        return prompt(self.standing)

    @property
    def context(self) -> Path:
        """Where the session stands."""
        return self.standing.context

    @context.setter
    def context(self, context: Path) -> None:
        self.standing.trace.settle(context)

    @property
    def directory(self) -> str:
        """The directory that commands on files work in."""
        return self.standing.directory

    @directory.setter
    def directory(self, directory: str) -> None:
        self.standing.directory = directory

    @property
    def environment(self) -> Environment:
        """The settings of the session."""
        return self.standing.environment

    # --- what the environment decides ---

    @property
    def screen(self) -> Screen:
        """Pages as long as ``environment console length``, where that was set; dots [1.7]."""
        environment = self.environment
        chosen = environment.is_set("console", "length")
        waits = environment.value("progress-indicator", "admin-state") == "enable"
        return Screen(
            length=environment.number("console", "length") if chosen else None,
            more=environment.flag("more"),
            stop=_STOP,
            progress=environment.number("progress-indicator", "delay") / 1000 if waits else None,
        )

    @property
    def remembered(self) -> int:
        """The number of commands that ``history`` shows."""
        return self.environment.number("history", "size")

    @property
    def recalls(self) -> bool:
        """Whether ``!`` calls an earlier command back."""
        return self.environment.flag("history", "recall")

    @property
    def match_styles(self) -> tuple[str, ...]:
        """The styles of ``environment match-highlight``; bold where it names none."""
        if self.environment.value("match-highlight", "admin-state") != "enable":
            return ()
        return self.environment.words("match-highlight", "style") or ("bold",)

    # --- reading ---

    def read(self, line: str) -> Reading:
        """Cut *line*; what follows a leading slash is read from the root."""
        tokens = lex_md(line)
        start = self.context
        if tokens and not tokens[0].quoted and tokens[0].text.startswith("/"):
            tokens = _without_slash(tokens)
            start = ()
        return Reading(tokens, (*self._grammar(start), PIPES), start)

    def _grammar(self, start: Path) -> State:
        known = self.environment.aliases
        if known is not self._known_aliases:
            self._known_aliases = known
            self.standing.dialect = MdDialect(self.standing.root, known)
        return line_grammar(self.standing.dialect, start)

    def feed(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line*, or pass over it as part of a block."""
        if self.asking or not self._blocks.on:
            return super().feed(line, note)
        return self._blocks.more(line, note)

    def passed_over(self, found: Walk, reading: Reading, line: str) -> Answer | None:
        """Return the answer to a *line* that begins a block of SR OS, or is part of one."""
        return self._blocks.begin(found, reading, line)

    @property
    def passing(self) -> bool:
        """Whether a brace of what is passed over is open."""
        return self._blocks.on

    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return the carets and the message; an alias' command was not typed, so no carets.

        A word that SR OS has and this program has not gets one line.
        """
        before = self._walker.walk(reading.state, reading.tokens[: failure.at])
        place = meaning(before.matches, self.context, reading.start).target
        if self._blocks.word(failure, reading, place):
            return wording.not_emulated(f"'{failure.text}'")
        if self._aliases.running:
            return wording.md_message(failure)
        text = wording.md_failure(failure, reading.tokens, line, self.margin)
        if failure.at == 0 and self._known_at_the_root(failure.text):
            text += f"\nINFO: CLI 'exit all' leaves [{self.standing.place(self.context)}]"
        return text

    def _known_at_the_root(self, word: str) -> bool:
        """Return whether *word*, unknown here in a branch of commands, is one at the root."""
        here = self.context[0].name if self.context else ""
        branches = {child.name for child in self.device.schema.operations_md.children}
        if here not in branches or not word:
            return False
        return parse(self._grammar(()), lex_md(word)).failure is None

    def refused(self, error: SrpkiError) -> str:
        """Return *error* with its application and number."""
        return wording.md_error(error)

    def mistake(self, sentence: str) -> str:
        """Return *sentence* with the number of a command that cannot be processed."""
        return wording.md_mistake(sentence)

    def operation_failed(self, sentence: str) -> str:
        """Return the message of an operation that failed."""
        return wording.operation_failed(sentence)

    def about_file(self, url: str) -> str:
        """Return the question before the file at *url* is removed, one of several."""
        return f"Delete file {url}? [y,n] "

    def not_emulated(self, command: str) -> str:
        """Return the message for a *command* that this program has not."""
        return wording.not_emulated(command)

    def moment(self, time: datetime) -> str:
        """Return *time* as the environment wants it."""
        return self.standing.moment(time)

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""
        from srpki.cli.md.help import md_help  # noqa: PLC0415 - start-up time

        reading = self._offering(self.read(text))
        width = self.environment.number("console", "width")
        configuring = self.standing.editing.mode is not None
        shown = md_help(reading, text, width, self._walker, configuring=configuring)
        return shown if isinstance(shown, str) else self.wrong(shown, reading, text)

    def complete(self, text: str) -> list[Offer]:
        """Return the completions of *text*, unless the environment switches them off."""
        wanted = self.environment.flag("command-completion", "tab")
        return super().complete(text) if wanted else []

    def expand(self, text: str) -> str:
        """Return what Space adds to *text*, unless the environment switches it off."""
        wanted = self.environment.flag("command-completion", "space")
        return super().expand(text) if wanted else ""

    @property
    def abbreviations(self) -> bool:
        """As the environment says [cli.md 1.6]."""
        return self.environment.flag("command-completion", "enter")

    def data(self, root: str) -> Branch:
        """Return the candidate, the running configuration, the state or the environment."""
        return self.standing.data(root)

    # --- doing ---

    def perform(self, said: Meaning) -> Answer:
        """Run an operation or a command, or edit and go where the words lead."""
        if said.operation == SHOW_CONFIGURATION:
            return self._show_configuration(said)
        if said.operation:
            return self.run(said)
        if said.command:
            return self._commands[said.command](said)
        self.standing.check_entered(said.context)
        told = self._changing.apply(said)
        answer = self._navigation.follow(said)
        if not told:
            return answer
        return answer._replace(text="\n".join(filter(None, (told, answer.text))))

    def _show_configuration(self, said: Meaning) -> Answer:
        from srpki.cli.commands import answered  # noqa: PLC0415 - start-up time
        from srpki.cli.md import showing  # noqa: PLC0415 - start-up time
        from srpki.device.records.configuration import Configuration  # noqa: PLC0415 - as above

        def shown(data: Record) -> str:
            if isinstance(data, Configuration):
                return showing.shown(self.standing, said, data)
            return self.shown(data)

        result = self.host.run(said.operation, said.inputs, self.origin)
        return answered(result, self.operation_failed, shown)

    @property
    def uncommitted(self) -> bool:
        """Whether the candidate holds edits, or the shared one where no other session is there."""
        alone = len(self.device.sessions.all()) < 2
        return self.standing.editing.dirty or (alone and self.device.datastore.edited)

    def control_z(self) -> Answer:
        """Return to the operational root, as ``exit all`` does."""
        self._blocks.stop()
        return self._navigation.leave_for(())


def _without_slash(tokens: list[Token]) -> list[Token]:
    first = tokens[0]
    if first.text == "/":
        return tokens[1:] and tokens
    return [first.without_slash(), *tokens[1:]]
