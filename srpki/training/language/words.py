"""The words of a check: plain ones, quoted ones, operators, brackets."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from srpki.core.errors import InvalidInputError

LONGEST: Final = 2000
_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<quoted>"(?:[^"\\]|\\.)*")
  | (?P<operator>==|!=|<=|>=|!~|<|>|~)
  | (?P<mark>[()\[\],])
  | (?P<word>[^\s"()\[\],<>~]+)
    )""",
    re.VERBOSE,
)


class Word(NamedTuple):
    """One word at the place *at*: its *kind* is ``word``, ``quoted``, ``operator`` or ``mark``."""

    kind: str
    text: str
    at: int


def split(line: str) -> list[Word]:
    """Return the words of *line*; raises `InvalidInputError`, which names the place."""
    if len(line) > LONGEST:
        raise InvalidInputError(f"longer than {LONGEST} characters")
    found = []
    at = 0
    end = len(line.rstrip())
    while at < end:
        token = _TOKEN.match(line, at)
        if token is None or token.lastgroup is None:
            raise InvalidInputError(f"column {at + 1}: a quotation mark without its other")
        text = token[token.lastgroup]
        if token.lastgroup == "quoted":
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        found.append(Word(token.lastgroup, text, token.start(token.lastgroup)))
        at = token.end()
    return found
