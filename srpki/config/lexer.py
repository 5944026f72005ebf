"""Cuts a line into words, quoted strings and the marks that carry structure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from srpki.core.patterns import regex
from srpki.core.values import NamedTuple

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


_ESCAPED = regex(r'\\(["\\])')


def _pattern(marks: str, ends: str) -> re.Pattern[str]:
    """Return what finds one token behind blanks: a string, one of *marks*, or a word.

    A string has its text in group 1 and its closing quote in group 2; a mark is group 3, a word,
    before one of the characters in *ends*, group 4.
    """
    string = r'"((?:[^"\\]+|\\["\\]|\\)*)("?)'
    return regex(rf"[{_BLANKS}]*(?:{string}|([{marks}])|([^{_BLANKS}{ends}]+))", re.DOTALL)


_PLAIN = _pattern("|>", "|")
_STRUCTURED = _pattern(r"|>\[\]{}", "|")
_LISTED = _pattern(r"|>\[\]{}", r"|\]")
_MARK, _WORD = 3, 4


def _tokens(line: str, *, structure: bool, comments: bool) -> list[Token]:
    """Return the tokens of *line*; brackets and braces mean something only with *structure*."""
    found: list[Token] = []
    brackets = 0
    next_one = (_STRUCTURED if structure else _PLAIN).match
    at = 0
    while (match := next_one(line, at)) is not None:
        at = match.end()
        kind = match.lastindex
        if kind == _WORD:
            word = match[_WORD]
            if word[0] == "#" and (comments or not found):
                break
            found.append(Token(word, at - len(word), at))
        elif kind == _MARK:
            found.append(Token(match[_MARK], at - 1, at, mark=True))
            brackets += {"[": 1, "]": -1}.get(match[_MARK], 0)
            if structure:
                next_one = (_LISTED if brackets > 0 else _STRUCTURED).match
        else:
            text, quote = match[1], match[2]
            start = at - len(text) - len(quote) - 1
            if "\\" in text:
                text = _ESCAPED.sub(r"\1", text)
            found.append(Token(text, start, at, quoted=True, closed=bool(quote)))
    return found


def lex_md(line: str) -> list[Token]:
    """Return the tokens of an MD-CLI line; one that begins with ``#`` is a comment."""
    return _tokens(line, structure=True, comments=False)


def lex_classic(line: str) -> list[Token]:
    """Return the tokens of a classic line; ``#`` before a word starts a comment [cli.md 3.1]."""
    return _tokens(line, structure=False, comments=True)


def in_comment(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether *text*, which was cut into *tokens*, ends in a comment."""
    return "#" in text[tokens[-1].end if tokens else 0 :]


def is_plain(text: str) -> bool:
    """Return whether *text* may stand without quotes in both dialects."""
    return bool(text) and not any(
        character in _BLANKS or character in '"|>[]{}#' for character in text
    )
