"""Where a session or a file stands: its context, and what its open braces return to."""

from __future__ import annotations

from srpki.cli.meaning import Meaning
from srpki.schema.paths import Path


class Trace:
    """A *context*, the one *previous* to it, and the way back to those before."""

    def __init__(self, context: Path = ()) -> None:
        self.context = context
        self.previous: Path = ()
        self._trail: list[Path] = []
        self._braces: list[Path] = []

    @property
    def nested(self) -> int:
        """The number of braces that are open."""
        return len(self._braces)

    def landing(self, said: Meaning) -> Path:
        """Return where the words of a line lead."""
        if not said.closed:
            return said.context
        context, braces = self.context, list(self._braces)
        for _ in range(said.closed):
            context = braces.pop() if braces else context[:-1]
        return context

    def follow(self, said: Meaning) -> None:
        """Go where the words of a line lead, through its braces."""
        for _ in range(said.closed):
            self._return(self._braces.pop() if self._braces else self.context[:-1])
        self._braces.extend(said.opened)
        if not said.closed:
            self.move(said.context)

    def move(self, context: Path) -> None:
        """Go to *context*, remembering where it was left for it."""
        if context != self.context:
            self._trail.append(self.context)
            self._set(context)

    def settle(self, context: Path) -> None:
        """Stand at *context* because the one before has gone."""
        self.context = context

    @property
    def back(self) -> Path:
        """The context that ``exit`` returns to [cli.md 1.2]."""
        return self._trail[-1] if self._trail else self.context[:-1]

    def arrive(self, target: Path) -> None:
        """Return to *target*; what lies beyond it is forgotten, and so is every brace."""
        self._braces.clear()
        self._return(target)

    def _return(self, target: Path) -> None:
        if self._trail and self._trail[-1] == target:
            self._trail.pop()
        self._trail = [past for past in self._trail if len(past) < len(target)]
        self._set(target)

    def _set(self, context: Path) -> None:
        if context != self.context:
            self.previous = self.context
        self.context = context
