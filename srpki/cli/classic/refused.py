"""A sub-context that was not read in a pasted block: its lines and its ``exit`` belong to it.

It was refused, or it is one that SR OS has and this program has not, which is passed over.

Without this its ``exit`` would leave the context around it, and what follows would go astray. The
indentation of the block tells what is inside; lines without one are taken as they come.
"""

from __future__ import annotations

from typing import Final

from srpki.cli import wording
from srpki.cli.port import Answer, Fault
from srpki.config.strictness import indentation

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
        self._depth, self._entered = indentation(line), False

    def inside(self, line: str) -> str:
        """Return the refusal of *line* where it is inside of what was refused, else nothing."""
        if not self._word or not line.strip():
            return ""
        if indentation(line) > self._depth:
            self._entered = True
            return INSIDE.format(self._word)
        return ""

    def closed(self, line: str) -> str:
        """Return what is told of *line* where it closes what was refused; forget that in any case.

        Where nothing is indented an ``exit`` closes it only after lines that were inside.
        """
        word, known, entered = self._word, self._depth, self._entered
        if line.strip():
            self._word = ""
        closes = line.strip() == "exit" and indentation(line) == known and (entered or known)
        return CLOSED.format(word) if word and closes else ""


class Passed:
    """The foreign context that was passed over last, while lines after it may be inside of it."""

    def __init__(self) -> None:
        """Begin with nothing passed over."""
        self._branch = ""
        self._depth = self._lines = 0

    def begin(self, branch: str, line: str) -> Answer:
        """Pass over *line*, with which *branch* begins."""
        self._branch, self._depth, self._lines = branch, indentation(line), 1
        return self._told()

    def take(self, line: str) -> Answer | None:
        """Return the answer to *line* where it belongs to what is passed over, else nothing."""
        if not self._branch or not line.strip():
            return None
        self._lines += 1
        if indentation(line) > self._depth:
            return Answer()
        told = self._told()
        self._branch = ""
        return told if line.strip() == "exit" and indentation(line) == self._depth else None

    def _told(self) -> Answer:
        return Answer(wording.not_read(self._branch, self._lines), fault=Fault("warning"))
