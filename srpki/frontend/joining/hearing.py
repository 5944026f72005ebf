"""What a terminal in another process needs here: its keys and its window, over the wire."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import Input

from srpki.core.errors import ProtocolError
from srpki.frontend.joining.frames import packed_raw
from srpki.frontend.parsing import TextParser

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPress

    from srpki.frontend.joining.frames import Message, Wire

LARGEST = 10_000
"""Most columns and rows of a window that are believed."""


def size_of(message: Message) -> Size:
    """Return the size of a window as *message* tells it, that of a plain terminal else."""
    match message:
        case {"size": [int(columns), int(rows)]} if columns > 0 and rows > 0:
            return Size(rows=min(rows, LARGEST), columns=min(columns, LARGEST))
        case _:
            return Size(rows=24, columns=80)


class WireInput(Input):
    """The keys that come over a `Wire`, and the size of the window there."""

    def __init__(self, wire: Wire, size: Size) -> None:
        """Read from *wire*; the window has *size* at first."""
        self._wire = wire
        self.size = size
        self.resized: Callable[[], None] = lambda: None
        self._keys: list[KeyPress] = []
        self._parser = TextParser(self._keys.append)  # type: ignore[arg-type]
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._closed = False

    def read_keys(self) -> list[KeyPress]:
        """Return the keys that have come; a new size of the window is told by `resized`."""
        try:
            frames = self._wire.take()
        except ProtocolError:
            frames = None
        if frames is None:
            self._closed = True
            return []
        for frame in frames:
            if frame.message is None:
                self._parser.feed(self._decode(frame.raw))
            elif "size" in frame.message:
                self.size = size_of(frame.message)
                self.resized()
        return self._taken()

    def flush_keys(self) -> list[KeyPress]:
        """Return the keys that nothing follows."""
        self._parser.flush()
        return self._taken()

    def _taken(self) -> list[KeyPress]:
        taken = self._keys.copy()
        self._keys.clear()
        return taken

    @property
    def closed(self) -> bool:
        """Whether the other end has gone."""
        return self._closed

    def fileno(self) -> int:
        """Return the descriptor of the wire."""
        return self._wire.fileno()

    def typeahead_hash(self) -> str:
        """Return a name for keys that nobody has read."""
        return f"wire-{self.fileno()}"

    def raw_mode(self) -> AbstractContextManager[None]:
        """Do nothing: the other end sees to its terminal."""
        return nullcontext()

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Do nothing: the other end sees to its terminal."""
        return nullcontext()

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
