"""A branch of SR OS that this program has not, in a pasted block: it is passed over, and told.

What is passed over begins in a block, or opens one: a single typed line is refused instead. Its
lines are not read, so they are not remembered either: they may hold secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from srpki.cli import wording
from srpki.cli.md.standing import CONFIGURE
from srpki.cli.meaning import meaning
from srpki.cli.port import Answer, Fault
from srpki.config.braces import INDICES, element_end, rises
from srpki.config.lexer import lex_md
from srpki.schema.foreign import is_foreign

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing
    from srpki.cli.meaning import Meaning
    from srpki.cli.shell import Note, Reading
    from srpki.cli.walker import Failure, Walk
    from srpki.schema.paths import Path

_OPENED: Final = "INFO: CLI '{}' is not emulated - passed over up to its closing brace"


class Reader(Protocol):
    """The CLI, as far as what is passed over needs it."""

    def feed(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line*."""
        ...

    def execute(self, said: Meaning) -> Answer:
        """Do what a line says, where the user may."""
        ...


class Passing:
    """What one MD-CLI session passes over."""

    def __init__(self, standing: Standing, cli: Reader) -> None:
        """Work on *standing*; *cli* answers what remains of a line."""
        self._standing = standing
        self._cli = cli
        self._open = self._lines = 0
        self._branch = ""

    @property
    def on(self) -> bool:
        """Whether the next line belongs to what is passed over."""
        return self._open > 0

    def stop(self) -> None:
        """Read lines again, though a brace is missing."""
        self._open = 0

    def more(self, line: str, note: Note | None) -> Answer:
        """Pass over *line*, up to the brace that closes the branch; what follows it is read."""
        tokens = lex_md(line)
        end = element_end(tokens, 0, self._open)
        self._open = max(0, self._open + rises(tokens[:end]))
        self._lines += 1
        if self._open:
            return Answer()
        told = self._told()
        if end == len(tokens):
            return told
        return _after(told, self._cli.feed(_without(line, 0, tokens[end - 1].end), note))

    def word(self, failure: Failure, reading: Reading, place: Path) -> bool:
        """Return whether *failure* is about a word that SR OS has at *place*, below ``configure``.

        The block of indices after a configuration counts as such [cli.md 1.4].
        """
        if failure.kind != "unknown" or failure.at >= len(reading.tokens):
            return False
        token = reading.tokens[failure.at]
        if token.quoted or token.mark or place[:1] != CONFIGURE:
            return token.text == INDICES and not (token.quoted or place)
        if token.text == INDICES:
            return place == CONFIGURE and not failure.at
        return is_foreign("md", tuple(step.name for step in place[1:]), failure.text)

    def begin(self, found: Walk, reading: Reading, line: str) -> Answer | None:
        """Pass over what *line* has that is foreign, or return None where it must be refused.

        Raises `RefusalError` where the session may not write.
        """
        failure, tokens, standing = found.failure, reading.tokens, self._standing
        assert failure is not None
        said = meaning(found.matches, standing.context, reading.start, stays=True)
        if said.command or said.operation or not self.word(failure, reading, said.target):
            return None
        indices = failure.text == INDICES
        if not (standing.trace.nested or rises(tokens) > 0 or indices):
            return None
        if not indices:
            standing.editing.check_edits()
        end = element_end(tokens, failure.at, 0)
        self._open = max(0, rises(tokens[failure.at : end]))
        names = [step.name for step in said.target]
        self._branch = "" if indices else " ".join((*names, failure.text))
        self._lines = 1
        told = self._told() if not self._open else self._begun()
        if end < len(tokens):
            rest = _without(line, tokens[failure.at].start, tokens[end - 1].end)
            return _after(told, self._cli.feed(rest))
        return _after(told, self._cli.execute(said)) if failure.at else told

    def _begun(self) -> Answer:
        return Answer(self._standing.say([_OPENED.format(self._branch)] if self._branch else []))

    def _told(self) -> Answer:
        if not self._branch:
            return Answer()
        return Answer(wording.not_read(self._branch, self._lines), fault=Fault("warning"))


def _without(line: str, start: int, end: int) -> str:
    """Return *line* with blanks in the place of what stands between *start* and *end*."""
    return line[:start] + " " * (end - start) + line[end:]


def _after(told: Answer, answer: Answer) -> Answer:
    """Return *answer* with what was *told* before it."""
    text = "\n".join(filter(None, (told.text, answer.text)))
    return answer._replace(text=text, fault=answer.fault or told.fault)
