"""Reads a configuration of the classic CLI without a device [cli.md 3.3].

It is the one reader of this form, for all ways in; the grammar is that of typed lines. What they
pass over says `srpki.config.strictness`: the indentation tells where a foreign context ends, since
its words are not known.
"""

from __future__ import annotations

from typing import Final

from srpki.cli import wording
from srpki.cli.classic.commands import file_line
from srpki.cli.classic.dialect import ClassicDialect, wants_command
from srpki.cli.classic.editing import edits, made
from srpki.cli.classic.foreign import foreign_word
from srpki.cli.classic.lines import absolute
from srpki.cli.classic.trail import Trail
from srpki.cli.grammar import State
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.port import RefusalError
from srpki.cli.walker import Walk, parse
from srpki.config.draft import Draft
from srpki.config.edit import Edit
from srpki.config.lexer import LINE_LIMIT, Token, lex_classic
from srpki.config.strictness import (
    LOAD,
    Found,
    Mistake,
    Omissions,
    Strictness,
    UnreadableError,
    check_size,
    indentation,
)
from srpki.config.tree import EMPTY, Branch
from srpki.core.errors import SrpkiError
from srpki.schema.nodes import Container
from srpki.schema.paths import Path

_NOT_INDENTED: Final = "the lines are not indented: where '{}' ends cannot be told"


def read(root: Container, text: str) -> Branch:
    """Return the tree below *root* that the lines of *text* make of an empty one.

    References, mandatory elements and maximum numbers are not looked at, as in
    `srpki.config.persist.load`. Raises `InvalidInputError` that names the line.
    """
    reader = ClassicReader(root)
    reader.read(text)
    return reader.tree


class _WrongLineError(Exception):
    """A line that cannot be read, because of a *mistake* in *context*."""

    def __init__(self, mistake: Mistake, context: Path) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake
        self.context = context


class ClassicReader:
    """A session that knows only how to edit and to move about, in a tree below *root*."""

    def __init__(
        self, root: Container, tree: Branch = EMPTY, strictness: Strictness = LOAD
    ) -> None:
        """Begin with *tree*; pass over what *strictness* says."""
        self._dialect = ClassicDialect(
            Container(name="", help="What may stand in a file", children=(root,))
        )
        self._strictness = strictness
        self._trail = Trail(self._dialect)
        self._context: Path = ()
        self._grammars: dict[tuple[str, ...], State] = {}
        self._draft = Draft(root, tree)
        self._omissions = Omissions()
        self._passing: int | None = None

    @property
    def tree(self) -> Branch:
        """What was read so far; secrets stand as they are written."""
        return self._draft.tree

    def read(self, text: str) -> Found:
        """Read *text*; raises `UnreadableError` at the first line that is wrong."""
        check_size(text)
        lines = text.removesuffix("\n").split("\n")
        for number, line in enumerate(lines, start=1):
            if self._inside(line):
                self._omissions.more()
                continue
            try:
                self._take(line)
            except _WrongLineError as wrong:
                self._omit(wrong, line, number)
        return Found("classic", len(lines), self._omissions.all)

    # --- what is passed over ---

    def _inside(self, line: str) -> bool:
        """Return whether *line* belongs to the context that is passed over."""
        word = line.strip()
        if self._passing is None or not word:
            return False
        if indentation(line) > self._passing:
            return True
        own = word == "exit" and indentation(line) == self._passing and self._passing > 0
        self._passing = None
        return own

    def _omit(self, wrong: _WrongLineError, line: str, number: int) -> None:
        mistake, context = wrong.mistake, wrong.context
        if not self._passes(mistake, line):
            raise UnreadableError(number, mistake) from None
        relative = bool(self._context) and bool(absolute(lex_classic(line), self._context)[1])
        if mistake.kind in ("foreign", "unknown") and relative and not indentation(line):
            said = _NOT_INDENTED.format(mistake.text)
            raise UnreadableError(number, Mistake("value", said)) from None
        names = ["configure" if name == "config" else name for name in self._dialect.names(context)]
        self._omissions.begin(mistake, tuple(names), number)
        self._passing = indentation(line)

    def _passes(self, mistake: Mistake, line: str) -> bool:
        if mistake.kind == "foreign":
            return self._strictness.foreign or indentation(line) > 0
        if mistake.kind == "unknown":
            outside = not self._context and not line.lstrip().lstrip("/\\").startswith("configure")
            return self._strictness.outside if outside else self._strictness.unknown
        return self._strictness.values

    # --- a line ---

    def _take(self, line: str) -> None:
        """Read one *line*; raises `_WrongLineError`."""
        if len(line) > LINE_LIMIT:
            raise _WrongLineError(
                Mistake("value", f"longer than {LINE_LIMIT} characters"), self._context
            )
        tokens, start = absolute(lex_classic(line), self._context)
        found = parse(self._grammar(start), tokens)
        if found.failure is not None:
            raise self._wrong(found, tokens, start)
        said = meaning(found.matches, self._context, start)
        if said.command:
            self._move(said)
            return
        try:
            self._edit(said)
        except RefusalError as refusal:
            raise _WrongLineError(_refused(refusal.text, tokens), self._context) from None
        except SrpkiError as error:
            raise _WrongLineError(_refused(str(error), tokens), self._context) from None
        if said.context != self._context:
            self._trail.leave(self._context)
            self._context = said.context
        if said.nested:
            self._trail.leave(self._context)

    def _wrong(self, found: Walk, tokens: list[Token], start: Path) -> _WrongLineError:
        failure = found.failure
        assert failure is not None
        command = wants_command(self._grammar(start), tokens[: failure.at])
        said = wording.classic_message(failure, command=command)
        context = meaning(found.matches, self._context, start).target
        foreign = foreign_word(context, failure, tokens)
        if foreign is not None and (command or failure.kind == "value"):
            return _WrongLineError(Mistake("foreign", foreign[-1].name), foreign[:-1])
        if failure.kind == "unknown" and command:
            return _WrongLineError(Mistake("unknown", failure.text, said=said), context)
        return _WrongLineError(_refused(said, tokens), self._context)

    def _edit(self, said: Meaning) -> None:
        entries = made(self._dialect, said, self._draft.holds, create_needed=True)
        wanted = [Edit("create", path) for path in entries]
        self._draft.apply((*wanted, *edits(self._dialect, said, self._draft.holds)))

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


def _refused(said: str, tokens: list[Token]) -> Mistake:
    """Return the mistake of a line whose value, or whose edit, is refused by what is *said*."""
    words = [token.text for token in tokens if not token.quoted]
    return Mistake("value", said, element=words[0] if words else "", said=said)
