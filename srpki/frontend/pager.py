"""Long output, a page at a time, as the two CLIs of SR OS show it [cli.md 1.7 and 3.1]."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

from prompt_toolkit.keys import Keys
from prompt_toolkit.utils import get_cwidth

from srpki.frontend.ahead import ENTER

if TYPE_CHECKING:
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.key_binding import KeyPress

    from srpki.cli.port import Screen

Step = Literal["page", "line", "rest", "quit"]
_QUIT = ("q", "Q", Keys.ControlC)


class Pages:
    """A text that is taken from the front, as many whole lines as fit."""

    def __init__(self, text: str) -> None:
        """Begin in front of *text*."""
        self._lines = deque(text.split("\n"))

    @property
    def left(self) -> bool:
        """Whether something is left to be taken."""
        return bool(self._lines)

    def take(self, rows: int, columns: int) -> str:
        """Return the lines that fit into *rows* of *columns*, at least one, each with its end.

        A line that is wider than the screen needs several rows.
        """
        taken: list[str] = []
        while self._lines:
            rows -= max(1, -(-get_cwidth(self._lines[0]) // max(1, columns)))
            if rows < 0 and taken:
                break
            taken.append(self._lines.popleft())
        return "".join(f"{line}\n" for line in taken)

    def rest(self) -> str:
        """Return everything that is left."""
        taken, self._lines = self._lines, deque()
        return "".join(f"{line}\n" for line in taken)


def step_of(press: KeyPress | None) -> Step:
    """Return what *press* asks for; the end of input (None) is the end of the output too.

    A paste asks for nothing: it is to come after the output, which must not stop for its letters.
    """
    if press is None or press.key in _QUIT:
        return "quit"
    if press.key == Keys.BracketedPaste:
        return "rest"
    return "line" if press.key in ENTER else "page"


class Pager:
    """Shows one text page by page on a terminal, and waits for a key after each."""

    def __init__(
        self,
        write: Callable[[str], None],
        key: Callable[[], Awaitable[KeyPress | None]],
        size: Callable[[], Size],
    ) -> None:
        """Print by *write*, wait for a *key*, and ask for the *size* of the window each time."""
        self._write = write
        self._key = key
        self._size = size

    async def show(self, text: str, screen: Screen) -> None:
        """Show *text* as *screen* wants it."""
        pages = Pages(text)
        self._write(self._next(pages, "page", screen))
        while pages.left:
            message = screen.stop[: max(1, self._size().columns - 1)]
            self._write(message)
            step = step_of(await self._key())
            self._write(f"\r{' ' * len(message)}\r")
            if step == "quit":
                return
            self._write(self._next(pages, step, screen))

    def _next(self, pages: Pages, step: Step, screen: Screen) -> str:
        size = self._size()
        if step == "rest":
            return pages.rest()
        # The last row of a page is for the message.
        rows = (screen.length or size.rows) - 1
        return pages.take(1 if step == "line" else max(1, rows), size.columns)
