"""``load`` and ``rollback``: a configuration from a file into the candidate [cli.md 1.4].

A file holds what ``info`` prints, in braces, flat or with full context; it is read line by line
with the grammar that is typed with, commands left out. The first line that is wrong ends the
reading, and what stands before it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.grammar import Alt, State
from srpki.cli.lexer import LINE_LIMIT, Token, lex_md
from srpki.cli.md.dialect import CLOSES, MdDialect
from srpki.cli.md.navigation import CONFIGURE
from srpki.cli.md.trace import Trace
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.port import Answer, RefusalError, text_at
from srpki.cli.walker import Failure, parse
from srpki.config.comments import PREFIX, accepted, place_of
from srpki.config.edit import Edit
from srpki.config.management import configuration_mode
from srpki.config.tree import EMPTY, Branch, get
from srpki.keystore.names import display
from srpki.schema.nodes import Container
from srpki.schema.paths import Path

if TYPE_CHECKING:
    from srpki.cli.md.cli import MdCli
    from srpki.config.datastore import Datastore

_INDICES: Final = "persistent-indices"
"""The block after the configuration [cli.md 1.4]; it holds nothing for this program."""


class Loading:
    """The ways of one MD-CLI session to take a configuration from elsewhere."""

    def __init__(self, shell: MdCli) -> None:
        """Work for *shell*, which knows the candidate."""
        self._shell = shell
        self.commands = {"load": self._load, "rollback": self._rollback}

    def _load(self, said: Meaning) -> Answer:
        shell, url = self._shell, str(said.inputs["url"])
        self._check_top(f"load {said.inputs['way']}")
        candidate = shell.flow.candidate
        began = shell.device.clock.monotonic()
        text = _text(shell, url)
        whole = said.inputs["way"] == "full-replace"
        reader = Reader(shell.device.datastore, EMPTY if whole else candidate.tree)
        try:
            reader.read(text)
        finally:
            candidate.replace(reader.tree)
            shell.navigation.settle()
        return self._loaded(len(text.splitlines()), began, display(url))

    def _rollback(self, said: Meaning) -> Answer:
        shell = self._shell
        self._check_top("rollback")
        mode = configuration_mode(shell.device.datastore.running)
        if mode != "model-driven":
            reason = f"'{mode}' management interface configuration mode active"
            raise RefusalError(wording.not_allowed(reason))
        began = shell.device.clock.monotonic()
        commits = shell.device.commits
        if "commit-id" in said.inputs:
            found = commits.checkpoint_of(int(str(said.inputs["commit-id"])))
        else:
            which = said.inputs.get("checkpoint", 0)
            found = commits.checkpoint(which if isinstance(which, int) else str(which))
        shell.flow.candidate.replace(found.tree)
        return self._loaded(found.lines, began, found.url)

    def _check_top(self, command: str) -> None:
        """Raise `RefusalError` unless the session may write, and stands at the top to do it."""
        self._shell.changing.check()
        context = self._shell.context
        if context != CONFIGURE:
            place = context[-1].name if context else "root"
            raise RefusalError(wording.not_in(command, place))

    def _loaded(self, lines: int, began: float, url: str) -> Answer:
        seconds = self._shell.device.clock.monotonic() - began
        return Answer(f'Loaded {lines:,} lines in {seconds:.1f} seconds from file "{url}"')


def _text(shell: MdCli, url: str) -> str:
    return text_at(shell.device.files, url, hint="load a configuration")


def read(shell: MdCli, url: str) -> Branch:
    """Return the configuration in the file at *url*; raises as ``load`` does."""
    reader = Reader(shell.device.datastore, EMPTY)
    reader.read(_text(shell, url))
    return reader.tree


class Reader:
    """Reads configuration text into a *tree*, which begins as the one given."""

    def __init__(self, datastore: Datastore, tree: Branch) -> None:
        """Read for *datastore*, which knows the schema and seals secrets."""
        self.tree = tree
        self._datastore = datastore
        root = Container(name="", help="The top of a file", children=(datastore.schema,))
        self._dialect = MdDialect(root)
        self._trace = Trace(CONFIGURE)
        self._states: dict[Path, State] = {}
        self._comment = ""
        self._skipping = 0

    def read(self, text: str) -> None:
        """Read *text*; raises `RefusalError` at the first line that is wrong.

        A brace that is not closed is missed after the last line: the file was cut off.
        """
        number = 0
        for number, line in enumerate(text.splitlines(), 1):
            self._stop(self._line(line), number)
        if self._trace.nested or self._skipping:
            self._stop(Failure("missing", 0, names=("}",)), number)

    @staticmethod
    def _stop(failure: Failure | None, number: int) -> None:
        if failure is not None:
            stopped = wording.stopped_at(number)
            raise RefusalError(f"{wording.md_message(failure)}\n{stopped}")

    def _line(self, line: str) -> Failure | None:
        if len(line) > LINE_LIMIT:
            return Failure("value", 0, f"line longer than {LINE_LIMIT} characters")
        tokens = lex_md(line)
        if not tokens:
            self._note(line.strip())
            return None
        if self._skipped(tokens):
            return None
        tokens, start = self._start(tokens)
        found = parse(self._state(start), tokens)
        if found.failure is not None:
            return found.failure
        said = meaning(found.matches, self._trace.context, start)
        if said.command:
            return Failure("unknown", 0, said.command)
        if said.closed > self._trace.nested:
            return Failure("unknown", 0, "}")
        for edit in said.edits:
            self._edit(Edit(edit.kind, edit.path[1:], edit.value))
        self._annotate(said)
        self._follow(said)
        return None

    def _note(self, line: str) -> None:
        """Remember the comment that *line* may hold, for the element on the next one."""
        if line.startswith(PREFIX) and accepted(line.removeprefix(PREFIX)):
            self._comment = line.removeprefix(PREFIX)

    def _annotate(self, said: Meaning) -> None:
        values = [edit.path for edit in said.edits if edit.kind == "set"]
        found = values or said.entered
        if self._comment and found:
            place = place_of(self._dialect.at(found[-1]), found[-1][1:])
            self._edit(Edit("set", place, self._comment))
        self._comment = ""

    def _skipped(self, tokens: list[Token]) -> bool:
        """Return whether the line belongs to what a whole file has after the configuration."""
        skipped = bool(self._skipping) or (self._at_top and tokens[0].text == _INDICES)
        if skipped:
            marks = [token.text for token in tokens if token.mark]
            self._skipping += marks.count("{") - marks.count("}")
        return skipped

    @property
    def _at_top(self) -> bool:
        return not self._trace.nested and self._trace.context == CONFIGURE

    def _start(self, tokens: list[Token]) -> tuple[list[Token], Path]:
        """Return where the line is read from, and what is left without its slash."""
        first = tokens[0]
        if not first.quoted and first.text.startswith("/") and len(first.text) > 1:
            return [first.without_slash(), *tokens[1:]], ()
        whole = self._at_top and first.text == CONFIGURE[0].name
        return tokens, () if whole else self._trace.context

    def _state(self, start: Path) -> State:
        if start not in self._states:
            # Files walk down one branch after the other: the last context is what comes again.
            content = self._dialect.content(self._dialect.node(start), edits=bool(start))
            self._states = {start: (Alt((content, CLOSES)),)}
        return self._states[start]

    def _edit(self, edit: Edit) -> None:
        if edit.kind == "create" and get(self.tree, edit.path) is not None:
            return
        self.tree = self._datastore.sealed(edit).apply(self._datastore.schema, self.tree)

    def _follow(self, said: Meaning) -> None:
        self._trace.follow(said)
        if not self._trace.context:
            self._trace.settle(CONFIGURE)
