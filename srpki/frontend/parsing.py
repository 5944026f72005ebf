"""Keys out of what a terminal sends, with the text between them in one piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from srpki.core.patterns import regex

_MARKS: Final = len("\x1b[200~\x1b[201~")
_TEXT: Final = regex(r"[^\x00-\x1f\x7f-\x9f]+")


class TextParser(Vt100Parser):
    """prompt_toolkit's parser, spared the characters that cannot be part of a key's code.

    It takes longer for a pasted line than all that is done with the line afterwards.
    """

    def __init__(self, out: Callable[[KeyPress | str], None]) -> None:
        """Hand keys and text over to *out*."""
        super().__init__(self._pressed)
        self._out = out
        self._held = 0  # characters that have begun a code
        self._parsing = False

    @property
    def holding(self) -> bool:
        """Whether something has come of which it depends on what follows what it is."""
        return self._held > 0

    def _pressed(self, press: KeyPress) -> None:
        self._held -= len(press.data) + (_MARKS if press.key == Keys.BracketedPaste else 0)
        self._out(press)

    def feed(self, data: str) -> None:
        """Take *data*, which may begin and end within the code of a key or a paste."""
        if self._parsing:  # prompt_toolkit calls itself around a paste
            super().feed(data)
            return
        at = 0
        while at < len(data):
            text = None if self._held else _TEXT.match(data, at)
            if text is not None:
                self._out(text[0])
                at = text.end()
            else:
                # One character, but everything behind what may have begun a code.
                end = len(data) if self._held else at + 1
                self._parse(data[at:end])
                at = end

    def _parse(self, data: str) -> None:
        self._held += len(data)
        self._parsing = True
        try:
            super().feed(data)
        finally:
            self._parsing = False
