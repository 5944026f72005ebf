"""Draws the line that is being typed, as plainly as it can be done.

What is typed at the end of the line is written as it is, and the terminal wraps it by itself. Every
other change writes the line anew from where it differs; the cursor goes back by backspaces, and by
an escape code only to a row above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from prompt_toolkit.utils import get_cwidth

from srpki.frontend.completing import common

FLAT: Final = 1 << 30
"""Columns of a terminal that cannot move its cursor up: no row is ever left for another one."""

_UP: Final = "\x1b[A"
_ERASE_BELOW: Final = "\x1b[J"


class _Place(NamedTuple):
    """A place on the screen, counted from the first of the line; one may be behind a full row."""

    row: int
    column: int


class Display:
    """One line on a terminal, its prompt included, and the cursor in it."""

    def __init__(self, write: Callable[[str], None], columns: Callable[[], int]) -> None:
        """Write by *write* into a window of so many *columns*."""
        self._write = write
        self._window = columns
        self._columns = FLAT
        self._shown = ""
        self._cursor = 0
        self._place: _Place | None = None  # where writing the line up to the cursor leads to

    def begin(self, text: str) -> None:
        """Begin a line with *text*; the cursor is in the first column."""
        self._columns = max(1, self._window())
        self._shown, self._cursor, self._place = "", 0, None
        self.show(text, len(text))

    def show(self, text: str, cursor: int) -> None:
        """Make the line *text*, with the cursor before the character number *cursor*."""
        if not text.isprintable():
            text = "".join(each if each.isprintable() else "?" for each in text)
        shown, before = self._shown, self._cursor
        if before == len(shown) and cursor == len(text) and text.startswith(shown):
            added = text[before:]
            if added.isascii():  # nothing that could be too wide for the last column
                self._write(added)
                self._shown, self._cursor = text, cursor
                self._place = None if added else self._place
                return
        if (text, cursor) != (shown, before):
            self._change(text, cursor)

    def end(self) -> None:
        """Leave the line as it is, for the one below."""
        self.show(self._shown, len(self._shown))
        self._write("\r\n")

    def resize(self) -> None:
        """Draw the line again if it wraps otherwise in the window as it is now.

        Some terminals have wrapped it anew by themselves and some have not; nobody can tell which.
        Where they differ a piece of the line may stay above it, but nothing else is ever erased.
        """
        old = _places(self._shown, self._columns)
        self._columns = max(1, self._window())
        new = _places(self._shown, self._columns)
        if old[-1].row or new[-1].row:
            place = self._place or old[self._cursor]
            self._write(_UP * min(place.row, new[self._cursor].row) + "\r" + _ERASE_BELOW)
            pen = _Pen(self._write, self._shown, new, self._columns)
            pen.write(len(self._shown))
            pen.go(self._cursor)
            self._place = pen.place

    def _change(self, text: str, cursor: int) -> None:
        old = _places(self._shown, self._columns)
        pen = _Pen(self._write, text, _places(text, self._columns), self._columns)
        pen.take(self._cursor, self._place or old[self._cursor])
        pen.go_behind(len(common((self._shown, text))))
        pen.write(len(text))
        pen.blank(old[-1])
        pen.go(cursor)
        self._shown, self._cursor, self._place = text, cursor, pen.place


class _Pen:
    """Writes one *text*, whose characters stand *at* their places, and knows where it is."""

    def __init__(
        self, write: Callable[[str], None], text: str, at: Sequence[_Place], columns: int
    ) -> None:
        self._write = write
        self._text = text
        self._at = at
        self._columns = columns
        self._index = 0
        self.place = _Place(0, 0)

    def take(self, index: int, place: _Place) -> None:
        """Begin at *place*, before the character number *index* if that is in the text."""
        self._index, self.place = index, place

    def go_behind(self, index: int) -> None:
        """Put the cursor behind the first *index* characters, over what is written already."""
        place = _Place(0, 0)
        if index:
            row, column = self._at[index - 1]
            place = _Place(row, column + get_cwidth(self._text[index - 1]))
        target = self._without_way_up(place)
        if target < self.place:
            self._go_back(index, target)
        elif target > self.place:
            self.write(index)
        self._index = index

    def go(self, index: int) -> None:
        """Put the cursor before the character number *index*, over what is written already."""
        self.go_behind(index)
        target = self._without_way_up(self._at[index])
        if target > self.place:  # behind a row that is full, and the next is not begun yet
            self.write(index + 1)
            self._write("\r")
            self.place, self._index = target, index

    def _without_way_up(self, place: _Place) -> _Place:
        """Return *place*, or what is the same for what is typed next: before the next row."""
        begun = _Place(place.row + 1, 0)
        return begun if place.column >= self._columns and self.place >= begun else place

    def _go_back(self, index: int, target: _Place) -> None:
        if self.place.row == target.row and self.place.column < self._columns:
            self._write("\b" * (self.place.column - target.column))
            self.place = target
            return
        self._write(_UP * (self.place.row - target.row) + "\r")
        there = (number for number, at in enumerate(self._at) if at.row == target.row)
        first = next(there, index)
        self.take(first, _Place(target.row, 0))
        self.write(index)

    def write(self, until: int) -> None:
        """Write from the cursor on, as far as the character number *until*."""
        written: list[str] = []
        for at, character in zip(
            self._at[self._index : until], self._text[self._index : until], strict=True
        ):
            if at.row > self.place.row and self.place.column < self._columns:
                written.append(" ")  # a wide character does not fit, and begins the next row
            written.append(character)
            self.place = _Place(at.row, at.column + get_cwidth(character))
        self._write("".join(written))
        self._index = until

    def blank(self, end: _Place) -> None:
        """Write blanks as far as the place *end*."""
        here = self.place.row * self._columns + self.place.column
        if (count := end.row * self._columns + end.column - here) > 0:
            self._write(" " * count)
            self.place = end


def _places(text: str, columns: int) -> list[_Place]:
    """Return where each character of *text* stands, and where the next one would."""
    found: list[_Place] = []
    row = column = 0
    for character in text:
        width = get_cwidth(character)
        if column + width > columns:
            row, column = row + 1, 0
        found.append(_Place(row, column))
        column += width
    found.append(_Place(row, column))
    return found
