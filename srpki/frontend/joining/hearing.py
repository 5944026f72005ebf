"""What a terminal in another process needs here: its keys and its window, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from srpki.core.errors import ProtocolError
from srpki.frontend.joining.frames import packed_raw
from srpki.frontend.remote import RemoteInput, believed

if TYPE_CHECKING:
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.key_binding import KeyPress

    from srpki.frontend.joining.frames import Message, Wire


def size_of(message: Message) -> Size:
    """Return the size of a window as *message* tells it, that of a plain terminal else."""
    match message:
        case {"size": [int(columns), int(rows)]}:
            return believed(columns, rows)
        case _:
            return believed(0, 0)


class WireInput(RemoteInput):
    """The keys that come over a `Wire`, and the size of the window there."""

    def __init__(self, wire: Wire, size: Size) -> None:
        """Read from *wire*; the window has *size* at first."""
        super().__init__(size)
        self._wire = wire

    def read_keys(self) -> list[KeyPress]:
        """Return the keys that have come; a new size of the window is told by `resized`."""
        try:
            frames = self._wire.take()
        except ProtocolError:
            frames = None
        if frames is None:
            self.end()
            return []
        for frame in frames:
            if frame.message is None:
                self.hear(frame.raw)
            elif "size" in frame.message:
                self.resize(size_of(frame.message))
        return self.taken()

    def fileno(self) -> int:
        """Return the descriptor of the wire."""
        return self._wire.fileno()

    @contextmanager
    def attach(self, input_ready_callback: Callable[[], None]) -> Iterator[None]:
        """Call *input_ready_callback* in the running loop inside the block when keys come."""
        loop, descriptor = asyncio.get_running_loop(), self.fileno()
        loop.add_reader(descriptor, input_ready_callback)
        try:
            yield
        finally:
            loop.remove_reader(descriptor)

    @contextmanager
    def detach(self) -> Iterator[None]:
        """Hear nothing inside the block."""
        asyncio.get_running_loop().remove_reader(self.fileno())
        yield


class Paper:
    """What is written for the other end. One that does not take it is hung up on."""

    def __init__(self, wire: Wire) -> None:
        """Write to *wire*."""
        self._wire = wire

    def write(self, text: str) -> int:
        """Send *text*."""
        try:
            self._wire.send(packed_raw(text.encode(errors="replace")))
        except OSError:
            self._wire.hang_up()  # which the reading side hears
        return len(text)

    def flush(self) -> None:
        """Do nothing: all has been sent."""
