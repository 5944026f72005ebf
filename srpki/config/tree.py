"""An immutable tree of values: what a datastore holds and what state is shown as.

A `Branch` maps names to a value, a `Branch` (container) or an `Entries` (list). Every edit returns
a new tree that shares what did not change, so a snapshot costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from srpki.schema.paths import Key, Path, Step, Value


class Branch(Mapping[str, "Element"]):
    """The content of a container or of a list entry."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Element] | None = None) -> None:
        """Hold *items*, which must not change afterwards."""
        self._items = MappingProxyType(dict(items or {}))

    def __getitem__(self, name: str) -> Element:
        """Return the element called *name*."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of elements."""
        return len(self._items)

    def __hash__(self) -> int:
        """Branches are compared by value."""
        return hash(frozenset(self._items))

    def __repr__(self) -> str:
        """Return a form for test failures."""
        return f"Branch({dict(self._items)!r})"


class Entries(Mapping[tuple[Key, ...], Branch]):
    """The entries of a list, by their keys, in order of creation."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[tuple[Key, ...], Branch] | None = None) -> None:
        """Hold *items*, which must not change afterwards."""
        self._items = MappingProxyType(dict(items or {}))

    def __getitem__(self, keys: tuple[Key, ...]) -> Branch:
        """Return the entry with *keys*."""
        return self._items[keys]

    def __iter__(self) -> Iterator[tuple[Key, ...]]:
        """Yield the keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._items)

    def __hash__(self) -> int:
        """Lists are compared by value."""
        return hash(frozenset(self._items))

    def __repr__(self) -> str:
        """Return a form for test failures."""
        return f"Entries({dict(self._items)!r})"


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
        return _with(tree, step.name, Entries({**known, step.keys: child}))
    if not rest:
        return _with(tree, step.name, element)
    below = tree.get(step.name)
    return _with(tree, step.name, put(below if isinstance(below, Branch) else EMPTY, rest, element))


def drop(tree: Branch, path: Path) -> Branch:
    """Return *tree* without what is at *path*; *tree* itself when nothing is there."""
    if get(tree, path) is None:
        return tree
    step, rest = path[0], path[1:]
    below = tree[step.name]
    if step.keys and isinstance(below, Entries):
        if rest:
            return _with(
                tree, step.name, Entries({**below, step.keys: drop(below[step.keys], rest)})
            )
        left = {keys: entry for keys, entry in below.items() if keys != step.keys}
        return _with(tree, step.name, Entries(left)) if left else _without(tree, step.name)
    if rest and isinstance(below, Branch):
        return _with(tree, step.name, drop(below, rest))
    return _without(tree, step.name)


def _with(tree: Branch, name: str, element: Element) -> Branch:
    return Branch({**tree, name: element})


def _without(tree: Branch, name: str) -> Branch:
    return Branch({key: element for key, element in tree.items() if key != name})


def entry_path(path: Path, name: str, *keys: Key) -> Path:
    """Return *path* continued by the list entry *name* with *keys*."""
    return (*path, Step(name, keys))
