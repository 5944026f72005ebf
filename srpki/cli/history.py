"""The commands that were typed in a session, and how an earlier one is called back.

Numbers go up for as long as the session lasts, as those of SR OS do. Secrets are masked before
anything is kept: what was typed in clear is nowhere afterwards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from srpki.cli.grammar import Slot, Terminal
from srpki.cli.walker import Walk
from srpki.config.lexer import Token
from srpki.config.secrets import is_sealed
from srpki.core.values import NamedTuple
from srpki.schema.types import Text

LIMIT = 1000
"""Most commands remembered [cli.md 1.7: history size]."""

MASK = "********"
"""What stands in place of a secret."""


class Entry(NamedTuple):
    """A command as it is shown; one that held a secret is not *whole* and cannot run again."""

    number: int
    line: str
    whole: bool = True


class History:
    """The last commands of one session."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LIMIT)
        self._count = 0

    def add(self, line: str, *, whole: bool = True) -> None:
        """Remember *line*, in which secrets are masked already."""
        self._count += 1
        self._entries.append(Entry(self._count, line, whole))

    def recent(self, count: int) -> Sequence[Entry]:
        """Return the last *count* entries, the eldest first."""
        return list(self._entries)[-count:] if count else []

    def find(self, text: str, count: int) -> Entry | None:
        """Return the entry that ``!`` and *text* mean, among the last *count*, if any.

        ``!`` is the last one, a number is that entry, anything else begins the one looked for.
        """
        entries = self.recent(count)[::-1]
        if text == "!":
            return entries[0] if entries else None
        if text.isascii() and text.isdigit():
            return next((entry for entry in entries if str(entry.number) == text), None)
        fits = (entry for entry in entries if entry.line.startswith(text))
        return next(fits, None) if text else None


def masked(found: Walk, tokens: Sequence[Token], line: str) -> str:
    """Return *line*, cut into *tokens* that have led to what was *found*, without its secrets.

    A sealed secret stays: it tells nothing. A line that goes wrong is masked as far as it is
    understood, where a secret was expected, and after every word that looks like ``password``.
    """
    secret = [
        match.token
        for match in found.matches
        if isinstance(match.terminal, Slot)
        and _is_secret(match.terminal)
        and not is_sealed(match.token.text)
    ]
    if found.failure is not None:
        rest = tokens[found.failure.at :]
        secret += rest[:1] if any(map(_is_secret, found.expected())) else ()
        secret += [token for word, token in pairwise(rest) if _names_secret(word)]
    for token in sorted(set(secret), reverse=True, key=lambda token: token.start):
        line = f"{line[: token.start]}{MASK}{line[token.end :]}"
    return line


def _is_secret(terminal: Terminal) -> bool:
    kind = terminal.type if isinstance(terminal, Slot) else None
    return isinstance(kind, Text) and kind.confidential


def _names_secret(word: Token) -> bool:
    return len(word.text) >= len("pass") and "password".startswith(word.text)
