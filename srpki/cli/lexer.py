"""Cuts a line into words, quoted strings and the marks that carry structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LINE_LIMIT = 2600
"""Longest accepted line [cli.md 1.9: input line of ``md-cli-raw-command``]."""

_BLANKS = " \t\r\n\f\v"


class Token(NamedTuple):
    """A piece of the line between columns *start* and *end*, counted from 0.

    *text* is what was meant, without quotes and escapes. *quoted* strings are never keywords; of
    them, those that are not *closed* end with the line. *mark* tells structure: ``[ ] { } | >``,
    the last of which is one only where a word would begin.
    """

    text: str
    start: int
    end: int
    quoted: bool = False
    closed: bool = True
    mark: bool = False

    def without_slash(self) -> Token:
        """Return what is behind the slash or backslash that this word begins with."""
        return Token(self.text[1:], self.start + 1, self.end)


class _Reader:
    """Reads tokens off one line; brackets and braces mean something only with *structure*."""

    def __init__(self, line: str, *, structure: bool, comments: bool) -> None:
        self._line = line
        self._at = 0
        self._brackets = 0
        self._structure = structure
        self._comments = comments

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        while True:
            self._skip_blanks()
            if self._at >= len(self._line):
                return found
            character = self._line[self._at]
            if character == "#" and (self._comments or not found):
                return found
            found.append(self._next(character))

    def _skip_blanks(self) -> None:
        while self._at < len(self._line) and self._line[self._at] in _BLANKS:
            self._at += 1

    def _next(self, character: str) -> Token:
        if character == '"':
            return self._string()
        if character in "|>" or (self._structure and character in "[]{}"):
            self._brackets += {"[": 1, "]": -1}.get(character, 0)
            self._at += 1
            return Token(character, self._at - 1, self._at, mark=True)
        return self._word()

    def _word(self) -> Token:
        start = self._at
        while self._at < len(self._line) and not self._ends_word(self._line[self._at]):
            self._at += 1
        return Token(self._line[start : self._at], start, self._at)

    def _ends_word(self, character: str) -> bool:
        if character in _BLANKS or character == "|":
            return True
        return self._structure and character == "]" and self._brackets > 0

    def _string(self) -> Token:
        start = self._at
        text: list[str] = []
        self._at += 1
        while self._at < len(self._line):
            character = self._line[self._at]
            self._at += 1
            if character == '"':
                return Token("".join(text), start, self._at, quoted=True)
            if character == "\\" and self._line[self._at : self._at + 1] in ('"', "\\"):
                character = self._line[self._at]
                self._at += 1
            text.append(character)
        return Token("".join(text), start, self._at, quoted=True, closed=False)


def lex_md(line: str) -> list[Token]:
    """Return the tokens of an MD-CLI line; one that begins with ``#`` is a comment."""
    return _Reader(line, structure=True, comments=False).tokens()


def lex_classic(line: str) -> list[Token]:
    """Return the tokens of a classic line; ``#`` before a word starts a comment [cli.md 3.1]."""
    return _Reader(line, structure=False, comments=True).tokens()


def in_comment(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether *text*, which was cut into *tokens*, ends in a comment."""
    return "#" in text[tokens[-1].end if tokens else 0 :]


def is_plain(text: str) -> bool:
    """Return whether *text* may stand without quotes in both dialects."""
    return bool(text) and not any(
        character in _BLANKS or character in '"|>[]{}#' for character in text
    )
