"""What is first of many things that wait, found without a look at the others."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterator
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=tuple[Any, ...])
Thing = TypeVar("Thing", bound=Hashable)


class Agenda(Generic[Key, Thing]):
    """Things in the order of their keys, of which no two are the same.

    Kept is a sorted list: to move the references behind a place is quicker than what a heap needs
    to be rid of a thing that is dropped.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._keys: dict[Thing, Key] = {}
        self._order: list[tuple[Key, Thing]] = []

    def __iter__(self) -> Iterator[Thing]:
        """Yield the things as they are now, the first one first."""
        return iter([thing for _, thing in self._order])

    def __contains__(self, thing: object) -> bool:
        """Return whether *thing* is there."""
        return thing in self._keys

    def __len__(self) -> int:
        """Return how many things there are."""
        return len(self._keys)

    def put(self, thing: Thing, key: Key) -> None:
        """Let *thing* have *key*, whether it is there already or not."""
        self.drop(thing)
        self._keys[thing] = key
        insort(self._order, (key, thing))

    def drop(self, thing: Thing) -> None:
        """Take *thing* out, if it is there."""
        key = self._keys.pop(thing, None)
        if key is not None:
            del self._order[bisect_left(self._order, (key,))]

    def key(self, thing: Thing) -> Key:
        """Return the key of *thing*, which is there."""
        return self._keys[thing]

    def until(self, key: Key) -> Iterator[Thing]:
        """Yield the things as they are now whose keys are less than *key*, the first one first."""
        return iter([thing for _, thing in self._order[: bisect_left(self._order, (key,))]])

    def first(self) -> tuple[Key, Thing] | None:
        """Return what comes first, with its key."""
        return self._order[0] if self._order else None
