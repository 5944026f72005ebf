"""An immutable tree of values: what a datastore holds and what state is shown as.

A `Branch` maps names to a value, a `Branch` (container) or an `Entries` (list). Every edit returns
a new tree that shares what did not change, so a snapshot costs nothing.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Self, TypeVar, overload

from srpki.schema.paths import Key, Path, Value

_K = TypeVar("_K")
_V = TypeVar("_V")
_D = TypeVar("_D")


class _Held(Mapping[_K, _V]):
    """A mapping that never changes. What `Mapping` offers is taken from the dict, for speed.

    Comparing two that share most of their content costs little: what is the same object is equal.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[_K, _V] | None = None) -> None:
        """Hold *items*, which must not change afterwards."""
        self._items: dict[_K, _V] = items if items.__class__ is dict else dict(items or {})

    def __getitem__(self, key: _K) -> _V:
        """Return what is under *key*."""
        return self._items[key]

    def __iter__(self) -> Iterator[_K]:
        """Yield the keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return how much there is."""
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        """Return whether there is something under *key*."""
        return key in self._items

    @overload
    def get(self, key: _K, /) -> _V | None: ...
    @overload
    def get(self, key: _K, /, default: _D) -> _V | _D: ...
    def get(self, key: _K, /, default: _D | None = None) -> _V | _D | None:
        """Return what is under *key*, else *default*."""
        return self._items.get(key, default)

    def keys(self) -> KeysView[_K]:
        """Return the keys."""
        return self._items.keys()

    def values(self) -> ValuesView[_V]:
        """Return what is under the keys."""
        return self._items.values()

    def items(self) -> ItemsView[_K, _V]:
        """Return the keys, each with what is under it."""
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        if isinstance(other, _Held):
            return bool(self._items == other._items)
        return Mapping.__eq__(self, other)

    def __hash__(self) -> int:
        """Hash as compared."""
        return hash(frozenset(self._items))

    def but(self, key: _K, value: _V) -> Self:
        """Return the same with *value* under *key*."""
        items = self._items.copy()
        items[key] = value
        return type(self)(items)

    def without(self, key: _K) -> Self:
        """Return the same with nothing under *key*, which must be there."""
        items = self._items.copy()
        del items[key]
        return type(self)(items)

    def __repr__(self) -> str:
        """Return a form for test failures."""
        return f"{type(self).__name__}({self._items!r})"


class Branch(_Held[str, "Element"]):
    """The content of a container or of a list entry, by name.

    Who has *written* it as the entry of a list may keep here what was written, as it never
    changes: by which table of the schema, under which keys, with which indentation, piece by piece.
    """

    __slots__ = ("written",)

    def __init__(self, items: Mapping[str, Element] | None = None) -> None:
        """Hold *items*, which must not change afterwards."""
        self._items = items if items.__class__ is dict else dict(items or {})
        self.written: tuple[object, tuple[Key, ...], str, tuple[str, ...]] | None = None


class Entries(_Held[tuple[Key, ...], Branch]):
    """The entries of a list, by their keys, in order of creation."""

    __slots__ = ()

    def changed(self, before: Entries) -> list[tuple[tuple[Key, ...], Branch]]:
        """Return the entries that are not the same objects in *before*, with their keys."""
        held = before._items
        return [
            (keys, entry)
            for keys, entry in self._items.items()
            if keys not in held or held[keys] is not entry
        ]


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
    below = tree.get(step.name)
    if step.keys:
        known = below if isinstance(below, Entries) else Entries()
        child = put(known.get(step.keys, EMPTY), rest, element) if rest else element
        if not isinstance(child, Branch):
            message = "a list entry holds a branch"
            raise TypeError(message)
        return tree.but(step.name, known.but(step.keys, child))
    if rest:
        element = put(below if isinstance(below, Branch) else EMPTY, rest, element)
    return tree.but(step.name, element)


def drop(tree: Branch, path: Path) -> Branch:
    """Return *tree* without what is at *path*; *tree* itself when nothing is there."""
    if get(tree, path) is None:
        return tree
    step, rest = path[0], path[1:]
    below = tree[step.name]
    if step.keys and isinstance(below, Entries):
        if rest:
            return tree.but(step.name, below.but(step.keys, drop(below[step.keys], rest)))
        left = below.without(step.keys)
        return tree.but(step.name, left) if left else tree.without(step.name)
    if rest and isinstance(below, Branch):
        return tree.but(step.name, drop(below, rest))
    return tree.without(step.name)
