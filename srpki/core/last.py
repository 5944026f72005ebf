"""The last of what came, so many at most."""

from __future__ import annotations

from typing import TypeVar

Thing = TypeVar("Thing")


class Last(list[Thing]):
    """A list of at most so many things, of which the eldest goes when one too many is appended.

    Unlike a deque it takes no room while it is empty, and of a thousand nodes most are.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        """Hold *most* things, none yet."""
        super().__init__()
        self.most = most

    def append(self, thing: Thing) -> None:
        """Hold *thing* behind the others."""
        super().append(thing)
        if len(self) > self.most:
            del self[0]
