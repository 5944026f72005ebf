"""Reads a configuration of the MD-CLI: in braces, flat, or with its full context [cli.md 1.3, 1.4].

Lines are read as they are typed, by the words of the schema alone; that a session would read them
the same way is held by a test. It is the one reader of this form, for all ways in; what they pass
over says `srpki.config.strictness`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from srpki.config.comments import PREFIX, accepted, place_of
from srpki.config.draft import Draft
from srpki.config.edit import Edit, always_there
from srpki.config.elements import Context, Vocabulary, Words, WrongElementError
from srpki.config.lexer import LINE_LIMIT, Token, lex_md
from srpki.config.strictness import (
    LOAD,
    Found,
    Mistake,
    Omissions,
    Strictness,
    UnreadableError,
    check_size,
)
from srpki.config.tree import EMPTY, Branch
from srpki.core.values import NamedTuple
from srpki.schema.foreign import is_foreign
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode
from srpki.schema.paths import Path, Step

INDICES: Final = "persistent-indices"
"""The block after the configuration [cli.md 1.4]; it holds nothing for this program."""
_TOO_LONG: Final = Mistake("value", f"line longer than {LINE_LIMIT} characters")


class _Place(NamedTuple):
    """A context: its *path* below the root, and its *node*."""

    path: Path
    node: Context

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(step.name for step in self.path)


class BraceReader:
    """Reads text into a tree below *root*, which begins as *tree*."""

    def __init__(
        self, root: Container, tree: Branch = EMPTY, strictness: Strictness = LOAD
    ) -> None:
        """Pass over what *strictness* says."""
        self._draft = Draft(root, tree)
        self._strictness = strictness
        self._vocabulary = Vocabulary()
        self._omissions = Omissions()
        self._root = root
        self._top = _Place((), root)
        self._home = self._top
        self._braces: list[_Place] = []
        self._passing = 0
        self._indices = False
        self._comment = ""
        self._number = 0
        self._blocks = False
        self._is_new = not tree

    @property
    def tree(self) -> Branch:
        """What was read so far; secrets stand as they are written."""
        return self._draft.tree

    def read(self, text: str) -> Found:
        """Read *text*; raises `UnreadableError` at the first line that is wrong.

        What stands before that line has been read. A brace that is not closed is missed after the
        last line: the file was cut off.
        """
        from srpki.config import quick_reader  # noqa: PLC0415 - start-up time

        check_size(text)
        if self._is_new and (tree := quick_reader.read(self._root, text)) is not None:
            self._draft = Draft(self._root, tree)
            self._is_new = False
            return Found("braces", text.removesuffix("\n").count("\n") + 1, ())
        self._is_new = False
        for self._number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            self._line(line)
        if self._braces or self._passing:
            self._stop(Mistake("missing", names=("}",)))
        return Found("braces" if self._blocks else "flat", self._number, self._omissions.all)

    def _stop(self, mistake: Mistake) -> None:
        raise UnreadableError(self._number, mistake)

    # --- a line ---

    def _line(self, line: str) -> None:
        tokens: Sequence[Token] = lex_md(line)
        if self._passing:
            tokens = self._passed(tokens)
        if not tokens:
            self._note(line.strip())
            return
        if len(line) > LINE_LIMIT:
            self._stop(_TOO_LONG)
        if self._at_top and tokens[0].text == INDICES and not tokens[0].quoted:
            self._indices = True
            self._passing = max(0, rises(tokens))
            return
        self._read(tokens)

    def _read(self, tokens: Sequence[Token]) -> None:
        closing = next((at for at, token in enumerate(tokens) if not _closes(token)), len(tokens))
        if closing:
            self._close(closing)
            if closing < len(tokens) and not _is_comment(tokens[closing]):
                self._stop(Mistake("unknown", tokens[closing].text))
            return
        words, start = self._start(tokens)
        line = _Line(self, words, start)
        try:
            line.read()
        except WrongElementError as error:
            self._stop(error.mistake)
        self._draft.apply(line.edits)
        self._annotate(line)
        resting = [self._home, *line.bases[1:]]
        self._home = line.at if line.landed else resting[-1]
        self._braces += resting[:-1]
        self._passing = line.passing
        self._blocks = self._blocks or bool(self._braces)

    def _start(self, tokens: Sequence[Token]) -> tuple[Words, _Place | None]:
        """Return the words of a line and where they are read from, None for above the root."""
        first = tokens[0]
        if not first.quoted and first.text.startswith("/") and len(first.text) > 1:
            return Words([first.without_slash(), *tokens[1:]]), None
        whole = self._at_top and first.text == self._top.node.name and not first.quoted
        return Words(tokens), None if whole else self._home

    @property
    def _at_top(self) -> bool:
        return not self._braces and not self._home.path

    def _close(self, times: int) -> None:
        if times > len(self._braces):
            self._stop(Mistake("unknown", "}"))
        for _ in range(times):
            self._home = self._braces.pop()

    # --- what is passed over ---

    def _passed(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Pass over the tokens up to the brace that closes what is passed over; return the rest."""
        if not self._indices:
            self._omissions.more()
        end = element_end(tokens, 0, self._passing)
        self._passing = max(0, self._passing + rises(tokens[:end]))
        self._indices = self._indices and bool(self._passing)
        return tokens[end:]

    def omit(self, words: Words, begun: int, at: _Place, error: Mistake) -> int:
        """Pass over the element that begins at the token *begun*, if that is allowed.

        Return how many of its braces are open at the end of the line. It belongs to a block when
        a brace is open before the line or after it.
        """
        end = element_end(words.tokens, begun, 0)
        opened = rises(words.tokens[begun:end])
        block = bool(self._braces) or rises(words.tokens) > 0
        if not self._passes(error, at, block=block):
            raise WrongElementError(error)
        self._omissions.begin(error, (self._top.node.name, *at.names), self._number)
        words.place = end
        return max(0, opened)

    def _passes(self, mistake: Mistake, at: _Place, *, block: bool) -> bool:
        match mistake.kind:
            case "foreign":
                return block or self._strictness.foreign
            case "unknown" if mistake.text not in ("{", "}", "[", "]", ""):
                outside = not block and not at.path
                return self._strictness.outside if outside else self._strictness.unknown
            case "ambiguous" | "value" | "missing":
                return self._strictness.values
        return False

    def named(self, at: _Place, token: Token) -> Container | ListNode | Leaf | LeafList:
        """Return what *token* names in *at*; raises `WrongElementError`."""
        try:
            return self._vocabulary.named(at.node, token)
        except WrongElementError as error:
            word = token.text if error.mistake.kind == "unknown" else ""
            if token.quoted or token.mark or not is_foreign("md", at.names, word):
                raise
            raise WrongElementError(Mistake("foreign", word)) from None

    @property
    def top(self) -> _Place:
        """The root of the configuration."""
        return self._top

    # --- comments ---

    def _note(self, line: str) -> None:
        """Remember the comment that *line* may hold, for the element on the next one."""
        if line.startswith(PREFIX) and accepted(line.removeprefix(PREFIX)):
            self._comment = line.removeprefix(PREFIX)

    def _annotate(self, line: _Line) -> None:
        found = line.values or line.entered
        if self._comment and found:
            place = place_of(found[-1].node, found[-1].path)
            self._draft.apply((Edit("set", place, self._comment),))
        self._comment = ""


class _Said(NamedTuple):
    """An element that a line speaks of."""

    path: Path
    node: Container | ListNode | Leaf | LeafList


class _Line:
    """What one line says: its *edits*, where it leads, and the braces that it leaves open."""

    def __init__(self, reader: BraceReader, words: Words, start: _Place | None) -> None:
        self._reader = reader
        self._words = words
        self._above = start is None
        self.at = start or reader.top
        self.bases = [self.at]
        self.landed = False
        self.edits: list[Edit] = []
        self.values: list[_Said] = []
        self.entered: list[_Said] = []
        self.passing = 0

    def read(self) -> None:
        """Read all; raises `WrongElementError`."""
        words = self._words
        if self._above:
            self._root(words.tokens[0])
        while words.place < len(words.tokens) and not self.passing:
            token = words.tokens[words.place]
            if _closes(token) and len(self.bases) > 1:
                words.place += 1
                self.bases.pop()
                self.at, self.landed = self.bases[-1], False
            elif _is_comment(token):
                return
            else:
                self._element(token)

    def _root(self, token: Token) -> None:
        top = self._reader.top
        if token.mark or token.quoted or not top.node.name.startswith(token.text):
            raise WrongElementError(Mistake("unknown", token.text))
        self._words.place = 1
        self.landed = True
        self._brace(makes=False)

    def _element(self, token: Token) -> None:
        """Read the element that begins with *token*, or pass it over."""
        words, begun, before = self._words, self._words.place, len(self.edits)
        try:
            node = self._reader.named(self.at, token)
            words.place += 1
            if isinstance(node, Leaf | LeafList):
                self._value(node)
            else:
                self._enter(node)
        except WrongElementError as error:
            mistake = error.mistake
            if mistake.kind not in ("foreign", "unknown") and not mistake.element:
                mistake = mistake._replace(element=token.text)
            del self.edits[before:]
            self.passing = self._reader.omit(words, begun, self.at, mistake)
            self.landed = False

    def _value(self, node: Leaf | LeafList) -> None:
        value = self._words.value(node)
        path = (*self.at.path, Step(node.name))
        self.edits.append(Edit("set", path, value))
        self.values.append(_Said(path, node))
        self.landed = False

    def _enter(self, node: Context) -> None:
        keys = self._words.keys(node) if isinstance(node, ListNode) else ()
        path = (*self.at.path, Step(node.name, keys))
        parent = self.at.node
        if isinstance(node, ListNode) or node.presence:
            self.edits.append(Edit("create", path))
        self.at, self.landed = _Place(path, node), True
        self.entered.append(_Said(path, node))
        chosen = isinstance(node, Container) and not always_there(parent, node)
        self._brace(makes=chosen)

    def _brace(self, *, makes: bool) -> None:
        if self._words.mark() == "{":
            self._words.place += 1
            if makes:
                self.edits.append(Edit("create", self.at.path))
            self.bases.append(self.at)
            self.landed = False


def _closes(token: Token) -> bool:
    return token.mark and token.text == "}"


def _is_comment(token: Token) -> bool:
    return token.text.startswith("#") and not token.quoted


def rises(tokens: Sequence[Token]) -> int:
    """Return how many braces more are opened than closed by *tokens*."""
    marks = [token.text for token in tokens if token.mark]
    return marks.count("{") - marks.count("}")


def element_end(tokens: Sequence[Token], begun: int, opened: int) -> int:
    """Return where the element ends that begins at *begun* with so many braces *opened*.

    It ends behind the brace that closes its own, before one that closes what is around it, or with
    the line.
    """
    for at in range(begun, len(tokens)):
        if not tokens[at].mark:
            continue
        if tokens[at].text == "{":
            opened += 1
        elif tokens[at].text == "}":
            opened -= 1
            if opened <= 0:
                return at if opened < 0 else at + 1
    return len(tokens)
