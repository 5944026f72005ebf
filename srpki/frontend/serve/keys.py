"""What a terminal needs of a channel: its keys and its window, and where text is written."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from srpki.frontend.remote import RemoteInput, believed

if TYPE_CHECKING:
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.key_binding import KeyPress

    from srpki.frontend.serve.conduit import Conduit

WAITING: Final = 1 << 16
"""Octets that wait for their reader at most, before the peer has to wait."""


class ChannelInput(RemoteInput):
    """The keys that come over a `Conduit`, and the size of the window there."""

    def __init__(self, conduit: Conduit, columns: int, rows: int) -> None:
        """Read from *conduit*; the window has *columns* and *rows* at first."""
        super().__init__(believed(columns, rows))
        self._conduit = conduit
        self._lock = threading.Lock()
        self._octets = bytearray()
        self._size: Size | None = None
        self._over = False
        self._ready: Callable[[], None] | None = None
        conduit.hear = self._arrived
        conduit.resize = lambda columns, rows: self._resized(believed(columns, rows))
        conduit.go_on()

    # --- told by the network's loop ---

    def _arrived(self, octets: bytes) -> None:
        with self._lock:
            self._octets += octets
            if len(self._octets) >= WAITING:
                self._conduit.keep_back()
        self._tell()

    def _resized(self, size: Size) -> None:
        with self._lock:
            self._size = size
        self._tell()

    def close(self) -> None:
        """Note that the channel is closed."""
        with self._lock:
            self._over = True
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            ready = self._ready
        if ready is not None:
            ready()

    # --- asked by the terminal's ---

    def read_keys(self) -> list[KeyPress]:
        """Return the keys that have come; a new size of the window is told by `resized`."""
        with self._lock:
            octets, self._octets = bytes(self._octets), bytearray()
            size, self._size = self._size, None
            over = self._over
        self._conduit.go_on()
        if over:
            self.end()
        if size is not None:
            self.resize(size)
        self.hear(octets)
        return self.taken()

    def fileno(self) -> int:
        """Return no descriptor: a channel has none."""
        return -1

    @contextmanager
    def attach(self, input_ready_callback: Callable[[], None]) -> Iterator[None]:
        """Call *input_ready_callback* in the running loop inside the block when keys come."""
        loop = asyncio.get_running_loop()

        def ready() -> None:
            with suppress(RuntimeError):  # the loop has ended just now
                loop.call_soon_threadsafe(input_ready_callback)

        with self._lock:
            self._ready = ready
        ready()  # for what has come before
        try:
            yield
        finally:
            with self._lock:
                self._ready = None

    @contextmanager
    def detach(self) -> Iterator[None]:
        """Hear nothing inside the block."""
        with self._lock:
            ready, self._ready = self._ready, None
        try:
            yield
        finally:
            with self._lock:
                self._ready = ready


class ChannelPaper:
    """What is written for the other end of a `Conduit`."""

    def __init__(self, conduit: Conduit, *, raw: bool = True) -> None:
        """Write to *conduit*, where lines end as they are written if it is *raw*."""
        self._conduit = conduit
        self._raw = raw

    def write(self, text: str) -> int:
        """Send *text*."""
        shown = text if self._raw else text.replace("\n", "\r\n")
        self._conduit.send(shown.encode(errors="replace"))
        return len(text)

    def flush(self) -> None:
        """Do nothing: all has been sent."""
