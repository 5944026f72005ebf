"""The classic CLI: edits take effect at once [cli.md section 3]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from srpki.cli import permitted, wording
from srpki.cli.classic.commands import classic_line
from srpki.cli.classic.dialect import reading_of, wants_command
from srpki.cli.classic.editing import check_allowed, edits, entry_words, made, remark
from srpki.cli.classic.environment import Settings
from srpki.cli.classic.foreign import foreign_word
from srpki.cli.classic.lines import absolute, presumed
from srpki.cli.classic.refused import Passed, Refused
from srpki.cli.classic.trail import Trail
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.pipes import PIPES
from srpki.cli.port import Answer, RefusalError, Screen
from srpki.cli.render.rules import SINGLE
from srpki.cli.shell import Note, Reading, Shell, failed
from srpki.cli.walker import Failure, Walk
from srpki.config.edit import Edit
from srpki.config.lexer import lex_classic
from srpki.config.management import check_classic
from srpki.config.strictness import indentation
from srpki.config.tree import EMPTY, Branch, get
from srpki.core.errors import SrpkiError
from srpki.management.port import Device
from srpki.schema.nodes import Container, ListNode
from srpki.schema.paths import Path, path
from srpki.schema.tree import actions

if TYPE_CHECKING:
    from srpki.cli.host import Host
    from srpki.core.record import Record

FILES: Final = path("file")
"""The context of the commands on files."""
_STOP: Final = "Press any key to continue (Q to quit)"
"""The pager's message [cli.md 3.1]."""
_REMEMBERED: Final = 30
"""Commands that ``history`` shows."""
_ROLLBACK: Final = "rollback."
"""Begins the names of the operations on checkpoints, which belong to the classic CLI's edits."""
_SAVE: Final = "admin.save"


class ClassicCli(Shell):
    """One session's classic CLI."""

    origin = "CLI"

    def __init__(self, device: Device, host: Host) -> None:
        """Begin at the root."""
        super().__init__(device, host)
        self.dialect = reading_of(device.schema)
        self.settings = Settings()
        self._trail = Trail(self.dialect)
        self._created = False
        self._refused = Refused()
        self._passed = Passed()
        self._commands: dict[str, Callable[[Meaning], Answer]] = {
            "back": lambda _: self._go(self._trail.up(self.context)),
            "echo": self._echo,
            "environment": self._environment,
            "exit": self._exit,
            "help": self._help,
            "info": self._info,
            "logout": lambda _: Answer(closed=True),
            "pwc": self._pwc,
            "tree": self._tree,
        }

    def shown(self, data: Record) -> str:
        """Return what an operation found; configurations in the lines of classic files."""
        from srpki.device.records.configuration import (  # noqa: PLC0415 - start-up time
            Comparison,
            Configuration,
        )

        if isinstance(data, Configuration):
            from srpki.cli.classic.configuration import classic_file  # noqa: PLC0415 - start-up time
            from srpki.cli.render.configuration import branch  # noqa: PLC0415 - as above

            tree = branch(data.configure)
            return classic_file(
                self.device.schema.configure, tree, data.generated, detail=data.detail
            )
        if isinstance(data, Comparison):
            from srpki.cli.classic.comparison import classic_comparison  # noqa: PLC0415 - as above

            return classic_comparison(self.device.schema.configure, data)
        return super().shown(data)

    # --- prompt ---

    @property
    def prompt(self) -> str:
        """One line: unsaved or not, name of the node, context, new or not."""
        unsaved = self.settings.saved_ind_prompt and self.device.unsaved.changed
        names = self.dialect.names(self.context)
        if self.settings.reduced_prompt:
            names = names[-self.settings.reduced_prompt :]
        place = "".join(f">{name}" for name in names)
        if self.context == FILES:
            place += f" {self.directory} "  # as the guide for the 7705 SAR shows it
        sign = "$" if self._created else "#"
        return f"{'*' if unsaved else ''}A:{self.device.system_name()}{place}{sign} "

    @property
    def screen(self) -> Screen:
        """Pages as long as ``environment terminal`` says, else as the window; no sign of life."""
        return Screen(length=self.settings.length, more=self.settings.more, stop=_STOP)

    @property
    def remembered(self) -> int:
        """The number of commands that ``history`` shows."""
        return _REMEMBERED

    # --- reading ---

    def feed(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line*; a word of the operator's own at its beginning stands for a command.

        The lines of a block that belong to a sub-context that was refused go where it went.
        """
        if self._asked:
            return super().feed(line, note)
        if (passed := self._passed.take(line)) is not None:
            return passed
        if (inside := self._refused.inside(line)) or (closed := self._refused.closed(line)):
            if note is not None:
                note(self.masked(line))
            return failed(inside) if inside else Answer(closed)
        command = self.settings.unaliased(line)
        if command != line and note is not None:
            note(self.masked(line))
            note = None
        answer = super().feed(command, note)
        if not answer.ok:
            self._refused.note(line)
        return answer

    def leads_to(self, line: str) -> Path:
        """Return where *line* leads, or the command that its first word stands for."""
        return super().leads_to(self.settings.unaliased(line))

    def read(self, line: str) -> Reading:
        """Cut *line*; a leading slash or backslash makes it absolute."""
        tokens, start = absolute(lex_classic(line), self.context)
        return Reading(tokens, (*classic_line(self.dialect, start), PIPES), start)

    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return the caret and the message; a command that misses arguments gets its syntax."""
        foreign = foreign_word(self._place(failure, reading), failure, reading.tokens)
        if foreign is not None:
            return self.not_emulated(foreign[-1].name)
        modified = any(token.mark for token in reading.tokens)
        if failure.kind == "missing" and not modified:
            from srpki.cli.classic.help import syntax_of  # noqa: PLC0415 - start-up time

            return syntax_of(reading)
        command = wants_command(reading.state, reading.tokens[: failure.at])
        return wording.classic_failure(failure, reading.tokens, line, self.margin, command=command)

    def passed_over(self, found: Walk, reading: Reading, line: str) -> Answer | None:
        """Pass over an indented *line* that begins a context or sets a value of SR OS."""
        failure = found.failure
        assert failure is not None
        foreign = foreign_word(self._place(failure, reading), failure, reading.tokens)
        if not indentation(line) or foreign is None:
            return None
        check_classic(self.device.datastore.running)
        _, *names = self.dialect.names(foreign[:-1])
        return self._passed.begin(" ".join(("configure", *names, foreign[-1].name)), line)

    def _place(self, failure: Failure, reading: Reading) -> Path:
        """Return the context whose words *failure* has not found among them."""
        before = self._walker.walk(reading.state, reading.tokens[: failure.at])
        return meaning(before.matches, self.context, reading.start).target

    def refused(self, error: SrpkiError) -> str:
        """Return *error* in the words of the classic CLI."""
        return wording.classic_error(error)

    def mistake(self, sentence: str) -> str:
        """Return *sentence* as an error of the CLI."""
        return wording.classic_mistake(sentence)

    def script_begun(self, lines: int) -> str:
        """Return what SR OS says of a file that it reads before it runs it."""
        return (
            "Pre-processing configuration file (V0v0)...\n"
            f"Completed processing {lines:,} lines in 0.0 seconds"
        )

    def script_ended(self, lines: int, seconds: float, shown: str) -> str:
        """Return what is printed at the end of a file, whose name is not quoted here."""
        return f"Executed {lines:,} lines in {seconds:.1f} seconds from file {shown}"

    def about_file(self, url: str) -> str:
        """Return the question before the file at *url* is removed, one of several."""
        return f"Delete file {url} (y/n)? "

    def not_emulated(self, command: str) -> str:
        """Return the message for a *command* that this program has not."""
        return f"MINOR: CLI {command} is not emulated."

    def operation_failed(self, sentence: str) -> str:
        """Return the message of an operation that failed."""
        return wording.classic_failed(sentence)

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""
        from srpki.cli.classic.help import classic_help  # noqa: PLC0415 - start-up time

        reading = self._offering(self.read(text))
        shown = classic_help(reading, text)
        return shown if isinstance(shown, str) else self.wrong(shown, reading, text)

    def data(self, root: str) -> Branch:
        """Return the running configuration, or the state, as far as the user may see it."""
        if root == "state":
            return self.host.rights.visible(root, self.device.state())
        return self.host.editing.running if root == "configure" else EMPTY

    # --- doing ---

    def perform(self, said: Meaning) -> Answer:
        """Run an operation or a command, or edit and go where the words lead."""
        if said.operation:
            return self._operate(said)
        if said.command:
            return self._commands[said.command](said)
        created, told = self._edit(said)
        if said.context != self.context:
            self._trail.leave(self.context)
            self.context = said.context
            self._created = created
        if said.nested:
            self._trail.leave(self.context)
        self._settle()
        return Answer(told)

    def _operate(self, said: Meaning) -> Answer:
        if said.operation.startswith(_ROLLBACK):
            check_classic(self.device.datastore.running)
        if said.operation == _SAVE and "url" in said.inputs:
            self.host.check(_SAVE, said.inputs)
            return self._save(str(said.inputs["url"]))
        action = actions().get(said.operation)
        return self.run(said._replace(inputs=presumed(action, said.inputs)) if action else said)

    def _save(self, url: str) -> Answer:
        """Write the configuration to *url* in the form that this CLI reads."""
        from srpki.cli.classic.configuration import classic_file  # noqa: PLC0415 - start-up time

        root, running = self.device.schema.configure, self.device.datastore.running
        text = classic_file(root, running, self.device.clock.now())
        self.device.write(url, f"{text}\n")
        return Answer(f"Writing configuration to {url}\nSaving configuration OK\nCompleted.")

    def _edit(self, said: Meaning) -> tuple[bool, str]:
        """Make the edits of a line; return whether it made an entry, and what is told of them."""
        running = self.host.editing.running

        def holds(path: Path) -> bool:
            return get(running, path) is not None

        entries = made(self.dialect, said, holds, create_needed=self.settings.create)
        wanted = [Edit("create", path) for path in entries]
        wanted += edits(self.dialect, said, holds)
        check_allowed(self.device.datastore.running, wanted)
        self.host.editing.change_at_once(wanted)
        return bool(entries), remark(self.device.schema.configure, self.device.files, wanted)

    def _settle(self) -> None:
        """Climb out of entries that are no longer there."""
        tree = self.host.editing.running
        while any(
            step.keys and get(tree, self.context[1:depth]) is None
            for depth, step in enumerate(self.context, start=1)
        ):
            self.context = self.context[:-1]
            self._created = False

    # --- commands ---

    def _go(self, context: Path) -> Answer:
        self.context = context
        self._created = False
        self._settle()
        return Answer()

    def _exit(self, said: Meaning) -> Answer:
        if said.inputs.get("all"):
            self._trail.clear()
            return self._go(())
        return self._go(self._trail.back(self.context))

    def control_z(self) -> Answer:
        """Return to the root."""
        self._trail.clear()
        return self._go(())

    def _info(self, said: Meaning) -> Answer:
        from srpki.cli.classic.configuration import classic_info  # noqa: PLC0415 - start-up time

        if self.context[:1] == () or self.context[0].name != "configure":
            raise RefusalError(f"{' ' * self.margin}^\nError: Bad command.")
        return Answer(
            classic_info(
                self.device.schema.configure,
                self.host.editing.running,
                self.context[1:],
                len(self.dialect.names(self.context)),
                detail=bool(said.inputs.get("detail")),
            )
        )

    def _tree(self, said: Meaning) -> Answer:
        from srpki.cli.classic.listing import flat, tree  # noqa: PLC0415 - start-up time

        names = self.dialect.names(self.context)
        node = permitted.part(self.host.rights, self.dialect.node(self.context), self.context)
        assert isinstance(node, Container | ListNode)
        if said.inputs.get("flat"):
            return Answer("\n".join(flat(node)))
        detail = bool(said.inputs.get("detail"))
        return Answer("\n".join((names[-1] if names else "root", *tree(node, detail=detail))))

    def _echo(self, said: Meaning) -> Answer:
        words = said.inputs.get("text", ())
        return Answer(" ".join(map(str, words)) if isinstance(words, tuple) else "")

    def _help(self, said: Meaning) -> Answer:
        from srpki.cli.classic import manual  # noqa: PLC0415 - start-up time

        if said.inputs.get("edit"):
            return Answer(manual.EDIT)
        return Answer(manual.globals_page() if said.inputs.get("globals") else manual.HELP)

    def _pwc(self, said: Meaning) -> Answer:
        del said
        steps = list(self._steps()) or ["<root>"]
        return Answer("\n".join((SINGLE, "Present Working Context :", SINGLE, *steps, SINGLE)))

    def _steps(self) -> Iterator[str]:
        """Yield the contexts that lead here as the prompt names them, entries with their keys."""
        contexts = [self.context]
        while contexts[-1]:
            contexts.append(self.dialect.above(contexts[-1]))
        for depth, context in enumerate(reversed(contexts[:-1]), start=1):
            entry = isinstance(self.dialect.node(context), ListNode) and bool(context[-1].keys)
            name = self.dialect.names(context)[-1]
            word = "configure" if name == "config" else name
            yield " " * depth + (entry_words(self.dialect, context) if entry else word)

    def _environment(self, said: Meaning) -> Answer:
        self.settings.apply(said.inputs)
        return Answer()
