"""Dots while a command runs: the MD-CLI's progress indicator [cli.md 1.7]."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

EVERY: Final = 1.0
"""Seconds between two dots."""

MOST: Final = 60
"""Dots in the row, after which it is begun anew."""


class Dots:
    """The dots of one command; they are gone again when it has ended."""

    def __init__(self, write: Callable[[str], None], delay: float | None) -> None:
        """Print the first dot by *write* after *delay* seconds, or none at all (None)."""
        self._write = write
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        if delay is not None:
            self._timer = asyncio.get_running_loop().call_later(delay, self._dot)

    def stop(self) -> None:
        """Take the dots off the screen; there are no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._erase()

    def pause(self) -> None:
        """Take the dots off the screen for a line that is to be printed; the row is begun anew."""
        self._erase()

    def _dot(self) -> None:
        if self._count == MOST:
            self._erase()
        self._count += 1
        self._write(".")
        self._timer = asyncio.get_running_loop().call_later(EVERY, self._dot)

    def _erase(self) -> None:
        if self._count:
            self._write(f"\r{' ' * self._count}\r")
        self._count = 0
