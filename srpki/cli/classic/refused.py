"""A sub-context that was refused in a pasted block: its lines and its ``exit`` belong to it.

Without this its ``exit`` would leave the context around it, and what follows would go astray. The
indentation of the block tells what is inside; lines without one are taken as they come.
"""

from __future__ import annotations

from typing import Final

INSIDE: Final = "MINOR: CLI Not read: inside of a context that was refused - {}."
_SHOWN: Final = 40
"""Most characters that are shown of what was refused."""
CLOSED: Final = "INFO: CLI This exit closes the context that was refused - {}."


class Refused:
    """The line that was refused last, while the lines after it may be inside of it."""

    def __init__(self) -> None:
        """Begin with nothing refused."""
        self._depth = 0
        self._word = ""
        self._entered = False

    def note(self, line: str) -> None:
        """Remember that *line* was refused, unless it may have been the inside of another."""
        first = line.split()[:1]  # no more of it: what follows may be a secret
        self._word = first[0][:_SHOWN] if first else ""
        self._depth, self._entered = _depth(line), False

    def inside(self, line: str) -> str:
        """Return the refusal of *line* where it is inside of what was refused, else nothing."""
        if not self._word or not line.strip():
            return ""
        if _depth(line) > self._depth:
            self._entered = True
            return INSIDE.format(self._word)
        return ""

    def closed(self, line: str) -> str:
        """Return what is told of *line* where it closes what was refused; forget that in any case.

        Where nothing is indented an ``exit`` closes it only after lines that were inside.
        """
        word, depth, entered = self._word, self._depth, self._entered
        if line.strip():
            self._word = ""
        closes = line.strip() == "exit" and _depth(line) == depth and (entered or depth)
        return CLOSED.format(word) if word and closes else ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
