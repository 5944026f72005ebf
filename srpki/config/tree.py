"""An immutable tree of values: what a datastore holds and what state is shown as.

A `Branch` maps names to a value, a `Branch` (container) or an `Entries` (list). Every edit returns
a new tree that shares what did not change, so a snapshot costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self

from srpki.schema.paths import Key, Path, Step, Value


class Branch(Mapping[str, "Element"]):
    """The content of a container or of a list entry."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Element] | None = None) -> None:
        """Hold a copy of *items*."""
        self._items = dict(items or {})

    def __getitem__(self, name: str) -> Element:
        """Return the element called *name*."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of elements."""
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        """Branches are compared by value; what both share is not looked into."""
        return isinstance(other, Branch) and self._items == other._items

    def __hash__(self) -> int:
        """Branches are compared by value."""
        return hash(frozenset(self._items))

    def __repr__(self) -> str:
        """Return a form for test failures."""
        return f"Branch({self._items!r})"

    def with_element(self, name: str, element: Element) -> Self:
        """Return a copy in which *name* is *element*."""
        made = type(self)(self._items)
        made._items[name] = element
        return made

    def without(self, name: str) -> Self:
        """Return a copy that lacks *name*."""
        made = type(self)(self._items)
        made._items.pop(name, None)
        return made


class Entries(Mapping[tuple[Key, ...], Branch]):
    """The entries of a list, by their keys, in order of creation."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[tuple[Key, ...], Branch] | None = None) -> None:
        """Hold a copy of *items*."""
        self._items = dict(items or {})

    def __getitem__(self, keys: tuple[Key, ...]) -> Branch:
        """Return the entry with *keys*."""
        return self._items[keys]

    def __iter__(self) -> Iterator[tuple[Key, ...]]:
        """Yield the keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        """Lists are compared by value; entries that both share are not looked into."""
        return isinstance(other, Entries) and self._items == other._items

    def __hash__(self) -> int:
        """Lists are compared by value."""
        return hash(frozenset(self._items))

    def __repr__(self) -> str:
        """Return a form for test failures."""
        return f"Entries({self._items!r})"

    def with_entry(self, keys: tuple[Key, ...], entry: Branch) -> Self:
        """Return a copy in which the entry with *keys* is *entry*."""
        made = type(self)(self._items)
        made._items[keys] = entry
        return made

    def without(self, keys: tuple[Key, ...]) -> Self:
        """Return a copy that lacks the entry with *keys*."""
        made = type(self)(self._items)
        made._items.pop(keys, None)
        return made


Element = Value | Branch | Entries
EMPTY = Branch()


def get(tree: Branch, path: Path) -> Element | None:
    """Return what is at *path* or None; a step without keys at a list gives the `Entries`."""
    element: Element = tree
    for step in path:
        if not isinstance(element, Branch) or step.name not in element:
            return None
        element = element[step.name]
        if step.keys:
            if not isinstance(element, Entries) or step.keys not in element:
                return None
            element = element[step.keys]
    return element


def put(tree: Branch, path: Path, element: Element) -> Branch:
    """Return *tree* with *element* at *path*, making containers and entries on the way."""
    step, rest = path[0], path[1:]
    if step.keys:
        entries = tree.get(step.name)
        known = entries if isinstance(entries, Entries) else Entries()
        child = put(known.get(step.keys, EMPTY), rest, element) if rest else element
        if not isinstance(child, Branch):
            message = "a list entry holds a branch"
            raise TypeError(message)
        return tree.with_element(step.name, known.with_entry(step.keys, child))
    if not rest:
        return tree.with_element(step.name, element)
    below = tree.get(step.name)
    inner = put(below if isinstance(below, Branch) else EMPTY, rest, element)
    return tree.with_element(step.name, inner)


def drop(tree: Branch, path: Path) -> Branch:
    """Return *tree* without what is at *path*; *tree* itself when nothing is there."""
    if get(tree, path) is None:
        return tree
    step, rest = path[0], path[1:]
    below = tree[step.name]
    if step.keys and isinstance(below, Entries):
        if rest:
            return tree.with_element(
                step.name, below.with_entry(step.keys, drop(below[step.keys], rest))
            )
        left = below.without(step.keys)
        return tree.with_element(step.name, left) if left else tree.without(step.name)
    if rest and isinstance(below, Branch):
        return tree.with_element(step.name, drop(below, rest))
    return tree.without(step.name)


def entry_path(path: Path, name: str, *keys: Key) -> Path:
    """Return *path* continued by the list entry *name* with *keys*."""
    return (*path, Step(name, keys))
