"""What has been typed and not yet been obeyed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

MOST: Final = 1 << 22
"""Characters after which nothing more is read until some have been obeyed."""

ENTER: Final = (Keys.ControlM, Keys.ControlJ)


class Pasted(str):
    """Characters that a terminal has marked as pasted: nothing but text, whatever they are."""

    __slots__ = ()


Item = KeyPress | str
"""A key, or characters that were typed one after another."""


class Ahead:
    """The keys that wait, in order; characters are kept together, which takes a hundredth."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._length = 0
        self._interruptions = 0

    def __bool__(self) -> bool:
        return bool(self._items)

    @property
    def full(self) -> bool:
        """Whether so much waits that the rest has to wait where it comes from."""
        return self._length > MOST

    def add(self, items: Iterable[Item]) -> None:
        """Put *items* behind what waits; what is neither text nor a key is left out."""
        typed: list[str] = []
        for item in items:
            if isinstance(item, str) or len(item.key) == 1:
                typed.append(_visible(item if isinstance(item, str) else item.key))
                continue
            self._join(typed)
            if item.key == Keys.BracketedPaste:
                self._append(*_pasted(item.data))
            else:
                self._append(item)
        self._join(typed)

    def _join(self, typed: list[str]) -> None:
        if text := "".join(typed):
            self._append(text)
        typed.clear()

    def _append(self, *items: Item) -> None:
        self._items.extend(items)
        self._count(1, *items)

    def take(self) -> Item:
        """Take what comes first; there must be something."""
        item = self._items.popleft()
        self._count(-1, item)
        return item

    def take_key(self) -> KeyPress:
        """Take the first key alone; a paste is told, but stays where it is."""
        item = self.take()
        if isinstance(item, KeyPress):
            return item
        if isinstance(item, Pasted):
            self.put_back(item)
            return KeyPress(Keys.BracketedPaste, "")
        self.put_back(item[1:])
        return KeyPress(item[0])

    def put_back(self, item: Item) -> None:
        """Put *item* before all others, unless it is empty."""
        if isinstance(item, KeyPress) or item:
            self._items.appendleft(item)
            self._count(1, item)

    def cut(self) -> bool:
        """Forget everything up to the last Ctrl-C; return whether there was one."""
        found = self._interruptions > 0
        while self._interruptions:
            self.take()
        return found

    def drop(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._length = self._interruptions = 0

    def _count(self, sign: int, *items: Item) -> None:
        for item in items:
            if isinstance(item, str):
                self._length += sign * len(item)
            else:
                self._length += sign
                self._interruptions += sign * (item.key == Keys.ControlC)


def _visible(text: str) -> str:
    """Return *text*, with a blank for any kind of blank, without what has no shape."""
    if text.isprintable():
        return text
    blanks = (" " if each.isspace() else each for each in text)
    return "".join(each for each in blanks if each.isprintable())


def _pasted(text: str) -> Iterator[Item]:
    """Yield the lines of a paste, and Enter between them."""
    first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    yield Pasted(_visible(first))
    for line in others:
        yield KeyPress(Keys.ControlM)
        yield Pasted(_visible(line))
