"""A configuration while it is read from a file: edits cost the same however much there is.

Each edit of `srpki.config.edit` makes a new tree, which for a list of many entries means a copy of
the list. A draft changes in place and is frozen once, at the end. What comes out is what the edits
would have made one after another.
"""

from __future__ import annotations

from collections.abc import Iterable

from srpki.config.comments import MARK, is_comment
from srpki.config.edit import Edit, nodes_along, rivals, stands_alone
from srpki.config.tree import Branch, Element, Entries
from srpki.core.errors import InvalidNameError
from srpki.schema.nodes import Container, DataNode, Leaf, LeafList, ListNode, child_of
from srpki.schema.paths import Key, Path, Step, Value


class _Items(dict[str, "_Open"]):
    """The content of a container or an entry, open for changes."""


class _Rows(dict[tuple[Key, ...], "_Open"]):
    """The entries of a list, open for changes."""


_Open = Element | _Items | _Rows


class Draft:
    """The tree below *root* that edits are made to, which begins as *tree*."""

    def __init__(self, root: Container, tree: Branch) -> None:
        self._root = root
        self._items = _Items(tree)
        self._last: tuple[Path, _Items, Container | ListNode] = ((), self._items, root)

    @property
    def tree(self) -> Branch:
        """What the edits have made so far."""
        return _frozen_items(self._items)

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make *edits*; raises `InvalidNameError` for what the schema does not have."""
        for edit in edits:
            if edit.kind == "delete":
                self._delete(edit.path)
            elif edit.kind == "create":
                self._create(edit.path)
            else:
                self._set(edit.path, edit.value)

    def values(self, path: Path) -> tuple[Key, ...]:
        """Return the values of the leaf-list at *path*, none where it has none."""
        found = self._look(path)
        return found if isinstance(found, tuple) else ()

    def holds(self, path: Path) -> bool:
        """Return whether there is something at *path*."""
        return self._look(path) is not None

    def _look(self, path: Path) -> _Open | None:
        found: _Open = self._items
        for step in path:
            if not isinstance(found, _Items | Branch) or step.name not in found:
                return None
            found = found[step.name]
            if step.keys:
                if not isinstance(found, _Rows | Entries) or step.keys not in found:
                    return None
                found = found[step.keys]
        return found

    # --- edits ---

    def _set(self, path: Path, value: Value) -> None:
        parent, node = self._at(path[:-1])
        name = path[-1].name
        child = None if is_comment(name) else child_of(node, name)
        if isinstance(child, LeafList):
            held = parent.get(name)
            known = held if isinstance(held, tuple) else ()
            given = value if isinstance(value, tuple) else (value,)
            value = known + tuple(item for item in dict.fromkeys(given) if item not in known)
        elif not is_comment(name) and (not isinstance(child, Leaf) or _is_key(node, name)):
            raise InvalidNameError(f"'{name}' cannot be set")
        _make_room(parent, node, name)
        parent[name] = value

    def _create(self, path: Path) -> None:
        parent: Container | ListNode = self._root
        for depth, node in enumerate(nodes_along(self._root, path), start=1):
            here = path[:depth]
            entry = isinstance(node, ListNode) and bool(here[-1].keys)
            if entry or stands_alone(parent, node):
                self._at(here)
            if isinstance(node, Container | ListNode):
                parent = node

    def _delete(self, path: Path) -> None:
        if not path:
            self._items.clear()
            self._last = ((), self._items, self._root)
            return
        if self._look(path[:-1]) is None and path[:-1]:
            return
        nodes = nodes_along(self._root, path)
        parent, _ = self._at(path[:-1])
        step = path[-1]
        if isinstance(nodes[-1], LeafList) and step.keys:
            held = parent.get(step.name)
            left = tuple(i for i in (held if isinstance(held, tuple) else ()) if i not in step.keys)
            if left:
                parent[step.name] = left
                return
            step = Step(step.name)
        parent.pop(MARK + step.name, None)
        _drop(parent, step)
        self._prune(path[:-1], nodes[:-1])
        self._last = ((), self._items, self._root)  # what was opened last may be gone

    def _prune(self, path: Path, nodes: tuple[DataNode, ...]) -> None:
        """Drop the containers on *path* that are left empty and mean nothing then."""
        while path and not self._at(path)[0]:
            above = nodes[-2] if len(nodes) > 1 else self._root
            assert isinstance(above, Container | ListNode)
            if not isinstance(nodes[-1], Container) or stands_alone(above, nodes[-1]):
                break
            parent, _ = self._at(path[:-1])
            parent.pop(path[-1].name, None)
            path, nodes = path[:-1], nodes[:-1]

    # --- places ---

    def _at(self, path: Path) -> tuple[_Items, Container | ListNode]:
        """Return the open content at *path*, made if need be, and its node.

        Other cases of the choices on the way go. What was opened last is known without a search:
        lines of a file go one after another into the same context.
        """
        last, items, node = self._last
        if path == last:
            return items, node
        items, node = self._items, self._root
        for step in path:
            child = child_of(node, step.name)
            if not isinstance(child, Container | ListNode):
                raise InvalidNameError(f"'{step.name}' is not an element of {node.name}")
            _make_room(items, node, step.name)
            items = _entry(items, step) if step.keys else _opened(items, step.name)
            node = child
        self._last = (path, items, node)
        return items, node


def _is_key(node: Container | ListNode, name: str) -> bool:
    return isinstance(node, ListNode) and name in node.keys


def _make_room(items: _Items, node: Container | ListNode, name: str) -> None:
    """Drop from *items* what cannot be there together with *name*."""
    for rival in rivals(node, name):
        items.pop(rival, None)
        items.pop(MARK + rival, None)


def _opened(items: _Items, name: str) -> _Items:
    held = items.get(name)
    if not isinstance(held, _Items):
        held = items[name] = _Items(held if isinstance(held, Branch) else {})
    return held


def _entry(items: _Items, step: Step) -> _Items:
    rows = items.get(step.name)
    if not isinstance(rows, _Rows):
        rows = items[step.name] = _Rows(rows if isinstance(rows, Entries) else {})
    held = rows.get(step.keys)
    if not isinstance(held, _Items):
        held = rows[step.keys] = _Items(held if isinstance(held, Branch) else {})
    return held


def _drop(items: _Items, step: Step) -> None:
    """Drop what is at *step* of *items*; a list goes with its last entry."""
    held = items.get(step.name)
    if step.keys and isinstance(held, _Rows | Entries):
        rows = held if isinstance(held, _Rows) else _Rows(held)
        rows.pop(step.keys, None)
        if rows:
            items[step.name] = rows
            return
    items.pop(step.name, None)


def _frozen(held: _Open) -> Element:
    if isinstance(held, _Items):
        return _frozen_items(held)
    if isinstance(held, _Rows):
        return Entries({keys: _branch(_frozen(row)) for keys, row in held.items()})
    return held


def _frozen_items(items: _Items) -> Branch:
    return Branch({name: _frozen(held) for name, held in items.items()})


def _branch(element: Element) -> Branch:
    assert isinstance(element, Branch)
    return element
