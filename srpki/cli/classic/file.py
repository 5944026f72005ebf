"""Reads a classic configuration file without a device [cli.md 3.3]."""

from __future__ import annotations

from srpki.cli import wording
from srpki.cli.classic.commands import file_line
from srpki.cli.classic.dialect import ClassicDialect, wants_command
from srpki.cli.classic.editing import edits, made
from srpki.cli.classic.lines import absolute
from srpki.cli.classic.trail import Trail
from srpki.cli.grammar import State
from srpki.cli.lexer import LINE_LIMIT, lex_classic
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.port import RefusalError
from srpki.cli.walker import parse
from srpki.config.edit import Edit
from srpki.config.persist import check_size, refuse
from srpki.config.tree import EMPTY, Branch
from srpki.core.errors import SrpkiError
from srpki.schema.nodes import Container
from srpki.schema.paths import Path


def read(root: Container, text: str) -> Branch:
    """Return the tree below *root* that the lines of *text* make of an empty one.

    References, mandatory elements and maximum numbers are not looked at, as in
    `srpki.config.persist.load`. Raises `InvalidInputError` that names the line.
    """
    check_size(text)
    reader = _Reader(root)
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            reader.take(line)
        except RefusalError as refusal:
            refuse(number, refusal.text)
        except SrpkiError as error:
            refuse(number, str(error))
    return reader.tree


class _Reader:
    """A session that knows only how to edit and to move about."""

    def __init__(self, root: Container) -> None:
        self._root = root
        self._dialect = ClassicDialect(
            Container(name="", help="What may stand in a file", children=(root,))
        )
        self._trail = Trail(self._dialect)
        self._context: Path = ()
        self._grammars: dict[tuple[str, ...], State] = {}
        self.tree = EMPTY

    def take(self, line: str) -> None:
        """Read one *line*; raises `RefusalError` and `SrpkiError`."""
        if len(line) > LINE_LIMIT:
            raise RefusalError(f"longer than {LINE_LIMIT} characters")
        tokens, start = absolute(lex_classic(line), self._context)
        found = parse(self._grammar(start), tokens)
        if found.failure is not None:
            command = wants_command(self._grammar(start), tokens[: found.failure.at])
            raise RefusalError(wording.classic_message(found.failure, command=command))
        said = meaning(found.matches, self._context, start)
        if said.command:
            self._move(said)
            return
        entries = made(self._dialect, said, self.tree, create_needed=True)
        wanted = [Edit("create", path) for path in entries]
        for edit in (*wanted, *edits(self._dialect, said, self.tree)):
            self.tree = edit.apply(self._root, self.tree)
        if said.context != self._context:
            self._trail.leave(self._context)
            self._context = said.context

    def _grammar(self, start: Path) -> State:
        names = tuple(step.name for step in start)
        if names not in self._grammars:
            self._grammars[names] = file_line(self._dialect, start)
        return self._grammars[names]

    def _move(self, said: Meaning) -> None:
        if said.command == "back":
            self._context = self._dialect.above(self._context)
        elif said.command == "exit" and said.inputs.get("all"):
            self._trail.clear()
            self._context = ()
        elif said.command == "exit":
            self._context = self._trail.back(self._context)
