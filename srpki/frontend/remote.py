"""A terminal that is elsewhere: its keys and its window come over some connection, text goes back.

What the connections have in common is here; each adds how octets come and go.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import Input
from prompt_toolkit.output.vt100 import Vt100_Output

from srpki.frontend.parsing import TextParser
from srpki.frontend.terminal import Terminal

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPress

    from srpki.cli.session import Session

LARGEST: Final = 10_000
"""Most columns and rows of a window that are believed."""


def believed(columns: int, rows: int) -> Size:
    """Return the size of a window of *columns* and *rows*, that of a plain terminal without."""
    if columns > 0 and rows > 0:
        return Size(rows=min(rows, LARGEST), columns=min(columns, LARGEST))
    return Size(rows=24, columns=80)


class Paper(Protocol):
    """What is written for the other end."""

    def write(self, text: str, /) -> int:
        """Send *text*; whoever does not take it is hung up on."""
        ...

    def flush(self) -> None:
        """Do nothing: all has been sent."""
        ...


class RemoteInput(Input):
    """The keys of a terminal that is elsewhere, and the size of its window."""

    def __init__(self, size: Size) -> None:
        """Begin with a window of *size*."""
        self.size = size
        self.resized: Callable[[], None] = lambda: None
        self._keys: list[KeyPress] = []
        self.parser = TextParser(self._keys.append)  # type: ignore[arg-type]
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._closed = False

    def hear(self, octets: bytes) -> None:
        """Make keys of *octets*, which have come."""
        self.parser.feed(self._decode(octets))

    def resize(self, size: Size) -> None:
        """Note that the window has another *size* now."""
        self.size = size
        self.resized()

    def end(self) -> None:
        """Note that the other end has gone."""
        self._closed = True

    def taken(self) -> list[KeyPress]:
        """Return the keys that were made and not taken."""
        taken = self._keys.copy()
        self._keys.clear()
        return taken

    def flush_keys(self) -> list[KeyPress]:
        """Return the keys that nothing follows."""
        self.parser.flush()
        return self.taken()

    @property
    def closed(self) -> bool:
        """Whether the other end has gone."""
        return self._closed

    def typeahead_hash(self) -> str:
        """Return a name for keys that nobody has read."""
        return f"remote-{id(self)}"

    def raw_mode(self) -> AbstractContextManager[None]:
        """Do nothing: the other end sees to its terminal."""
        return nullcontext()

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Do nothing: the other end sees to its terminal."""
        return nullcontext()


def remote_terminal(
    session: Session, source: RemoteInput, paper: Paper, *, term: str, moves: bool, greeting: str
) -> Terminal:
    """Return the terminal of *session* at *source* and *paper*, a *term* as terminfo names it."""
    screen = Vt100_Output(
        paper,  # type: ignore[arg-type]
        lambda: source.size,
        term=term,
        enable_cpr=False,
    )
    terminal = Terminal(
        session,
        greeting=greeting,
        moves=moves,
        source=source,
        parser=source.parser,
        screen=screen,
        alone=False,
    )
    source.resized = terminal.resize
    return terminal
