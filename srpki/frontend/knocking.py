"""Lets a loop hear of what happens in other threads; a loop that is held up is owed little."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

LINES: Final = 2000
"""Most lines that wait until the loop can show them."""


class Knock:
    """Calls *hear* in *loop* after it was knocked, from any thread; one call waits at most."""

    def __init__(self, loop: AbstractEventLoop, hear: Callable[[], None]) -> None:
        """Wait for the first knock."""
        self._loop = loop
        self._hear = hear
        self._lock = threading.Lock()
        self._knocked = False

    def __call__(self) -> None:
        """Knock; a loop that has ended hears nothing."""
        with self._lock:
            if self._knocked:
                return
            self._knocked = True
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._heard)

    def _heard(self) -> None:
        with self._lock:
            self._knocked = False
        self._hear()


class Passing:
    """Lines for *show*, which runs in *loop*; of too many the oldest are lost, and counted."""

    def __init__(self, loop: AbstractEventLoop, show: Callable[[str], None]) -> None:
        """Wait for the first line."""
        self._show = show
        self._knock = Knock(loop, self._pass)
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=LINES)
        self._lost = 0

    def __call__(self, line: str) -> None:
        """Let *line* be shown, from any thread."""
        with self._lock:
            self._lost += len(self._lines) == LINES
            self._lines.append(line)
        self._knock()

    def _pass(self) -> None:
        with self._lock:
            lines, lost = list(self._lines), self._lost
            self._lines.clear()
            self._lost = 0
        if lost:
            self._show(f"({lost} lines that passed were lost)")
        for line in lines:
            self._show(line)
