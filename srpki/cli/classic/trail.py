"""The way back: which contexts ``exit`` returns to [cli.md 3.1]."""

from __future__ import annotations

from typing import Final

from srpki.cli.classic.dialect import ClassicDialect
from srpki.schema.paths import Path

LONGEST: Final = 64
"""Contexts that are remembered; the eldest are forgotten first."""


class Trail:
    """The contexts that were left for the present one, in order."""

    def __init__(self, dialect: ClassicDialect) -> None:
        self._dialect = dialect
        self._left: list[Path] = []

    def leave(self, context: Path) -> None:
        """Remember *context*, from which another one is entered."""
        self._left.append(context)
        del self._left[:-LONGEST]

    def up(self, context: Path) -> Path:
        """Return the context above *context*; what was left in it or below it is done with."""
        above = self._dialect.above(context)
        while self._left and self._left[-1][: len(above)] == above:
            self._left.pop()
        return above

    def back(self, context: Path) -> Path:
        """Return where ``exit`` leads from *context*: where it was entered from, or one up."""
        return self._left.pop() if self._left else self._dialect.above(context)

    def clear(self) -> None:
        """Forget all."""
        self._left.clear()
