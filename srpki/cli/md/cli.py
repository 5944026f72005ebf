"""The MD-CLI: reads a line and hands it to the part that it concerns [cli.md section 1]."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.grammar import Alt, State
from srpki.cli.md import aliases
from srpki.cli.md.changing import Changing, entries_exist
from srpki.cli.md.commands import line as line_grammar
from srpki.cli.md.committing import Committing
from srpki.cli.md.dialect import EDITABLE, SHOW_CONFIGURATION, MdDialect
from srpki.cli.md.environment import Environment
from srpki.cli.md.loading import Loading
from srpki.cli.md.looking import Looking
from srpki.cli.md.modes import Modes
from srpki.cli.md.navigation import Navigation
from srpki.cli.md.passing import Passing
from srpki.cli.md.prompt import prompt
from srpki.cli.md.workflow import Workflow
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.pipes import PIPES
from srpki.cli.port import Answer, Device, Offer, Screen
from srpki.cli.shell import Host, Note, Reading, Shell
from srpki.cli.walker import Failure, Walk, parse
from srpki.config.lexer import Token, lex_md
from srpki.config.tree import EMPTY, Branch
from srpki.core.errors import SrpkiError
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container
from srpki.schema.paths import Path, path

if TYPE_CHECKING:
    from datetime import datetime


FILES: Final = path("file")
"""The context of the commands on files."""
_STOP: Final = "Press Q to quit, Enter to print next line or any other key to print next page."
"""The pager's message [cli.md 1.7]."""
_INFO: Final = "INFO: "
"""What messages begin with that ``environment message-severity-level`` can hide."""


class MdCli(Shell):
    """One session's MD-CLI."""

    origin = "MD-CLI"

    def __init__(self, device: Device, user: str, host: Host) -> None:
        """Begin at the operational root, outside every configuration mode."""
        self.navigation = Navigation(self)
        super().__init__(device, host)
        schema = device.schema
        self.root = Container(
            name="",
            help="The operational root",
            children=(
                schema.configure,
                ENVIRONMENT,
                schema.state,
                *schema.operations_md.children,
            ),
        )
        self.dialect = MdDialect(self.root)
        self.environment = Environment.of(device.datastore.running)
        self.flow = Workflow(device, user)
        self.blocks = Passing(self)
        self.changing = Changing(self)
        self.modes = Modes(self)
        self._user = user
        self._aliases = aliases.Aliases(self)
        self._known_aliases = EMPTY
        self._grammars: dict[Path, State] = {}
        self._commands: dict[str, Callable[[Meaning], Answer]] = {
            **self.navigation.commands,
            **self.modes.commands,
            **self.changing.commands,
            **self._aliases.commands,
            **Committing(self).commands,
            **Loading(self).commands,
            **Looking(self).commands,
        }

    @property
    def prompt(self) -> str:
        """An empty line, the context, and the user at the node [cli.md 1.1]."""
        return prompt(self, self._user)

    @property
    def context(self) -> Path:
        """Where the session stands."""
        return self.navigation.trace.context

    @context.setter
    def context(self, context: Path) -> None:
        self.navigation.trace.settle(context)

    def place(self, context: Path) -> str:
        """Return *context* as the prompt shows it; that of files with the working directory."""
        directory = f' "{self.directory}"' if context == FILES else ""
        return f"/{self.dialect.words(context)}{directory}"

    def exists(self, context: Path) -> bool:
        """Return whether every list entry on the way to *context* is there."""
        root = context[0].name
        return entries_exist(Branch({root: self.data(root)}), context)

    def missing(self, target: Path) -> str:
        """Return the refusal of what needs the entry at *target*."""
        place = self.dialect.words(target)
        return f"MINOR: MGMT_CORE #224: {place} - Entry does not exist"

    def say(self, messages: Iterable[str]) -> str:
        """Return *messages* as text, without those that the environment hides."""
        quiet = self.environment.value("message-severity-level", "cli") == "warning"
        return "\n".join(text for text in messages if not (quiet and text.startswith(_INFO)))

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
            self._grammars = {}
            self.dialect = MdDialect(self.root, known)
        if start not in self._grammars:
            edits = bool(start) and start[0].name in EDITABLE
            node = self.dialect.node(start)
            state = line_grammar(self.dialect, node, edits=edits)
            self._grammars = {start: (Alt((*state, *aliases.everywhere(known))),)}
        return self._grammars[start]

    def feed(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line*, or pass over it as part of a block."""
        if self.asking or not self.blocks.on:
            return super().feed(line, note)
        return self.blocks.more(line, note)

    def passed_over(self, found: Walk, reading: Reading, line: str) -> Answer | None:
        """Return the answer to a *line* that begins a block of SR OS, or is part of one."""
        return self.blocks.begin(found, reading, line)

    @property
    def passing(self) -> bool:
        """Whether a brace of what is passed over is open."""
        return self.blocks.on

    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return the carets and the message; an alias' command was not typed, so no carets.

        A word that SR OS has and this program has not gets one line.
        """
        before = self._walker.walk(reading.state, reading.tokens[: failure.at])
        place = meaning(before.matches, self.context, reading.start).target
        if self.blocks.word(failure, reading, place):
            return wording.not_emulated(f"'{failure.text}'")
        if self._aliases.running:
            return wording.md_message(failure)
        text = wording.md_failure(failure, reading.tokens, line, self.margin)
        if failure.at == 0 and self._known_at_the_root(failure.text):
            text += f"\nINFO: CLI 'exit all' leaves [{self.place(self.context)}]"
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

    def moment(self, time: datetime, digits: int = 1) -> str:
        """Return *time* as the environment wants it, with *digits* of the second."""
        from srpki.cli.render.times import spell_time  # noqa: PLC0415 - start-up time

        utc = self.environment.value("time-display") == "utc"
        form = str(self.environment.value("time-format"))
        return spell_time(time, form, utc=utc, digits=digits)

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""
        from srpki.cli.md.help import md_help  # noqa: PLC0415 - start-up time

        reading = self.read(text)
        width = self.environment.number("console", "width")
        configuring = self.flow.mode is not None
        shown = md_help(reading, text, width, configuring=configuring)
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
        if root == "state":
            return self.device.state()
        if root == "environment":
            return self.environment.tree
        if root == "configure" and self.flow.mode is not None:
            return self.flow.candidate.tree
        return self.device.datastore.running if root == "configure" else Branch()

    # --- doing ---

    def perform(self, said: Meaning) -> Answer:
        """Run an operation or a command, or edit and go where the words lead."""
        if said.operation == SHOW_CONFIGURATION:
            from srpki.cli.md.showing import show_configuration  # noqa: PLC0415 - start-up time

            return show_configuration(self, said)
        if said.operation:
            return self.run(said)
        if said.command:
            return self._commands[said.command](said)
        self.navigation.check(said.context)
        told = self.changing.apply(said)
        answer = self.navigation.follow(said)
        return answer._replace(text="\n".join(filter(None, (told, answer.text))))

    @property
    def uncommitted(self) -> bool:
        """Whether the candidate, or the one that all sessions share, holds edits."""
        return self.flow.dirty or self.device.datastore.edited

    def let_go(self) -> None:
        """Close the candidate, and with it the lock on the configuration."""
        self.flow.let_go()

    def close(self) -> None:
        """Leave whatever mode the session is in, without a question."""
        if self.flow.mode is not None:
            self.flow.leave()

    def control_z(self) -> Answer:
        """Return to the operational root, as ``exit all`` does."""
        self.blocks.stop()
        return self.navigation.leave_for(())


def _without_slash(tokens: list[Token]) -> list[Token]:
    first = tokens[0]
    if first.text == "/":
        return tokens[1:] and tokens
    return [first.without_slash(), *tokens[1:]]
