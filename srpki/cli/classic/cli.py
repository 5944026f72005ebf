"""The classic CLI: edits take effect at once [cli.md section 3]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.classic.commands import classic_line
from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.classic.normal import is_default, normal
from srpki.cli.grammar import State
from srpki.cli.lexer import Token, lex_classic
from srpki.cli.meaning import Meaning
from srpki.cli.pipes import PIPES
from srpki.cli.port import Answer, Device, RefusalError, Screen
from srpki.cli.render.classic import classic_file, classic_info
from srpki.cli.shell import Host, Reading, Saved, Shell
from srpki.cli.walker import Failure
from srpki.config.defaults import effective
from srpki.config.edit import Edit
from srpki.config.text import INDENT, spell_entry
from srpki.config.tree import EMPTY, Branch, get
from srpki.core.errors import SrpkiError
from srpki.schema.nodes import Container, Inline, Leaf, ListNode, child_of
from srpki.schema.paths import Path
from srpki.schema.types import ValueTypeError

if TYPE_CHECKING:
    from srpki.device.results import Data


_STOP = "Press any key to continue (Q to quit)"
_REMEMBERED = 30


class ClassicCli(Shell):
    """One session's classic CLI."""

    def __init__(self, device: Device, saved: Saved, host: Host) -> None:
        """Begin at the root."""
        super().__init__(device, saved, host)
        schema = device.schema
        children = (schema.configure, *schema.operations_classic.children)
        self.dialect = ClassicDialect(
            Container(name="", help="The root of all commands", children=children)
        )
        self._trail: list[Path] = []
        self._created = False
        self._settings = {"create": True, "more": True, "saved-ind-prompt": True}
        self._depth = 0
        self._grammars: dict[Path, State] = {}

    def shown(self, data: Data) -> str:
        """Return what an operation found; a configuration in the form of a classic file."""
        from srpki.device.results import Configuration  # noqa: PLC0415 - start-up time

        if isinstance(data, Configuration):
            return classic_file(self.device.schema.configure, data.tree, data.generated)
        return super().shown(data)

    # --- prompt ---

    @property
    def prompt(self) -> str:
        """One line: unsaved or not, name of the node, context, new or not."""
        unsaved = self._settings["saved-ind-prompt"] and self.saved.differs(self.device)
        names = self.dialect.names(self.context)
        if self._depth:
            names = names[-self._depth :]
        place = "".join(f">{name}" for name in names)
        sign = "$" if self._created else "#"
        return f"{'*' if unsaved else ''}A:{self.device.system_name()}{place}{sign} "

    @property
    def screen(self) -> Screen:
        """Pages as long as the window [cli.md 3.1]; no sign of life."""
        return Screen(length=None, more=self._settings["more"], stop=_STOP)

    @property
    def remembered(self) -> int:
        """The number of commands that ``history`` shows."""
        return _REMEMBERED

    # --- reading ---

    def read(self, line: str) -> Reading:
        """Cut *line*; a leading slash or backslash makes it absolute."""
        tokens = lex_classic(line)
        start = self.context
        if tokens and not tokens[0].quoted and tokens[0].text[:1] in ("/", "\\"):
            first = tokens[0]
            rest = Token(first.text[1:], first.start + 1, first.end)
            tokens = [rest, *tokens[1:]] if rest.text else tokens[1:]
            start = ()
        return Reading(tokens, (*self._grammar(start), PIPES), start)

    def _grammar(self, start: Path) -> State:
        if start not in self._grammars:
            self._grammars = {start: classic_line(self.dialect, start)}
        return self._grammars[start]

    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return the caret and the message; what misses arguments gets its syntax instead."""
        if failure.kind == "missing":
            from srpki.cli.classic.help import syntax_of  # noqa: PLC0415 - start-up time

            return syntax_of(reading)
        return wording.classic_failure(failure, reading.tokens, line, self.margin)

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

    def operation_failed(self, sentence: str) -> str:
        """Return the message of an operation that failed."""
        return f"MINOR: CLI {sentence}"

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""
        from srpki.cli.classic.help import classic_help  # noqa: PLC0415 - start-up time

        reading = self.read(text)
        shown = classic_help(reading, text)
        return shown if isinstance(shown, str) else self.wrong(shown, reading, text)

    def data(self, root: str) -> Branch:
        """Return the running configuration, or the state."""
        if root == "state":
            return self.device.state()
        return self.device.datastore.running if root == "configure" else EMPTY

    # --- doing ---

    def perform(self, said: Meaning) -> Answer:
        """Run an operation or a command, or edit and go where the words lead."""
        if said.operation:
            return self.run(said)
        if said.command:
            return self._command(said)
        created = self._missing(said)
        edits = [Edit("create", path[1:]) for path in created]
        edits += [self._normal(edit) for edit in said.edits]
        self.device.datastore.edit(edits)
        if said.context != self.context:
            self._trail.append(self.context)
            self.context = said.context
            self._created = bool(created)
        self._settle()
        return Answer()

    def _missing(self, said: Meaning) -> list[Path]:
        """Return the entries that are entered and not there; raises where they may not be made."""
        tree = self.device.datastore.running
        found = [
            path
            for path in said.entered
            if path[0].name == "configure" and path[-1].keys and get(tree, path[1:]) is None
        ]
        if found and not said.create and self._settings["create"]:
            entry = self._entry(found[0])
            raise RefusalError(f'MINOR: CLI Cannot create {entry} - missing "create" keyword.')
        return found

    def _entry(self, path: Path) -> str:
        node = self.dialect.node(path)
        assert isinstance(node, ListNode)
        return spell_entry(node, path[-1].keys)

    def _normal(self, edit: Edit) -> Edit:
        """Return *edit* below configure; a default value is the absence of one."""
        path = edit.path[1:]
        if edit.kind == "delete" and path[-1].keys and get(self.data("configure"), path) is None:
            parent = self.dialect.node(edit.path[:-1])
            if isinstance(child_of(parent, path[-1].name), ListNode):
                raise RefusalError(f"MINOR: CLI Entry does not exist - {self._entry(edit.path)}.")
        if edit.kind != "set":
            return Edit(edit.kind, path, edit.value)
        parent = self.dialect.node(edit.path[:-1])
        leaf = child_of(parent, path[-1].name)
        if not isinstance(leaf, Leaf):
            return Edit("set", path, edit.value)
        if leaf.units == "seconds":
            _check_range(leaf, edit)
        if is_default(parent, leaf, edit.value):
            return Edit("delete", path)
        return Edit("set", path, edit.value)

    def _settle(self) -> None:
        tree = self.device.datastore.running
        while any(
            step.keys and get(tree, self.context[1:depth]) is None
            for depth, step in enumerate(self.context, start=1)
        ):
            self.context = self.context[:-1]
            self._created = False

    # --- commands ---

    def _command(self, said: Meaning) -> Answer:
        handlers: dict[str, Callable[[Meaning], Answer]] = {
            "back": self._back,
            "environment": self._environment,
            "exit": self._exit,
            "info": self._info,
            "logout": lambda _: Answer(closed=True),
            "pwc": self._pwc,
        }
        return handlers[said.command](said)

    def _go(self, context: Path) -> Answer:
        self.context = context
        self._created = False
        self._settle()
        return Answer()

    def _back(self, said: Meaning) -> Answer:
        del said
        return self._go(self._shown(self.context[:-1]))

    def _shown(self, context: Path) -> Path:
        """Return *context* without steps at its end that have no context of their own."""
        while context and isinstance(self.dialect.node(context).classic, Inline):
            context = context[:-1]
        return context

    def _exit(self, said: Meaning) -> Answer:
        if said.inputs.get("all"):
            self._trail.clear()
            return self._go(())
        return self._go(self._trail.pop() if self._trail else self._shown(self.context[:-1]))

    def control_z(self) -> Answer:
        """Return to the root."""
        self._trail.clear()
        return self._go(())

    def _info(self, said: Meaning) -> Answer:
        if self.context[:1] == () or self.context[0].name != "configure":
            raise RefusalError("Error: Bad command.")
        found = get(self.device.datastore.running, self.context[1:])
        node = self.dialect.node(self.context)
        branch = found if isinstance(found, Branch) else EMPTY
        detail = bool(said.inputs.get("detail"))
        shown = effective(node, branch) if detail else normal(node, branch)
        indent = INDENT * len(self.dialect.names(self.context))
        return Answer(classic_info(node, shown, indent, detail=detail))

    def _pwc(self, said: Meaning) -> Answer:
        del said
        rule = "-" * 79
        steps = list(self._steps()) or ["<root>"]
        return Answer("\n".join((rule, "Present Working Context :", rule, *steps, rule)))

    def _steps(self) -> Iterator[str]:
        for depth, step in enumerate(self.context, start=1):
            node = self.dialect.node(self.context[:depth])
            if not isinstance(node.classic, Inline):
                entry = isinstance(node, ListNode) and bool(step.keys)
                yield " " * depth + (self._entry(self.context[:depth]) if entry else step.name)

    def _environment(self, said: Meaning) -> Answer:
        for name, value in said.inputs.items():
            if name == "reduced-prompt":
                self._depth = int(str(value))
            elif name in self._settings:
                self._settings[name] = bool(value)
        return Answer()


def _check_range(leaf: Leaf, edit: Edit) -> None:
    try:
        leaf.type.parse(str(edit.value))
    except ValueTypeError as error:
        raise RefusalError(f"Error: Invalid parameter. {error}") from None
