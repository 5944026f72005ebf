"""Edits of a value tree by path: set, create, delete; the rules that YANG lays on them.

Setting a node of one case of a choice removes the other cases. A container without presence
exists by what it holds, except directly in a case, which it chooses even when empty. The paths
start below the root of the schema; what does not exist in the schema is `InvalidNameError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

from srpki.config.comments import COMMENT, MARK, is_comment, place_of
from srpki.config.tree import EMPTY, Branch, Element, drop, get, put
from srpki.core.errors import InvalidNameError
from srpki.core.values import NamedTuple
from srpki.schema.nodes import (
    Action,
    Case,
    Choice,
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    data_children,
)
from srpki.schema.once import once_a_node
from srpki.schema.paths import Path, Step, Value

_CONTEXTS: Final = (Container, ListNode)


class Edit(NamedTuple):
    """One edit: *value* belongs to ``set`` alone."""

    kind: Literal["set", "create", "delete"]
    path: Path
    value: Value = ""

    def apply(self, root: Container, tree: Branch) -> Branch:
        """Return *tree* with this edit made."""
        if self.kind == "set":
            return set_value(root, tree, self.path, self.value)
        return (create if self.kind == "create" else delete)(root, tree, self.path)


def nodes_along(root: Container, path: Path) -> tuple[DataNode, ...]:
    """Return the schema node of every step of *path*; raises `InvalidNameError`."""
    found: list[DataNode] = []
    node: DataNode = root
    for step in path:
        child = _named(node).get(step.name) if isinstance(node, _CONTEXTS) else None
        if child is None and is_comment(step.name):
            found.append(COMMENT)
            break
        if child is None:
            raise InvalidNameError(f"'{step.name}' is not an element of {node.name}")
        if step.keys and isinstance(child, ListNode) and len(step.keys) != len(child.keys):
            raise InvalidNameError(f"'{step.name}' takes {len(child.keys)} keys")
        found.append(child)
        node = child
    return tuple(found)


@once_a_node
def _named(node: Container | ListNode) -> Mapping[str, DataNode]:
    """Return what *node* may hold by name, choices looked through."""
    return {child.name: child for child in data_children(node) if not isinstance(child, Action)}


def stands_alone(parent: Container | ListNode, child: DataNode) -> bool:
    """Return whether the empty container *child* of *parent* means something."""
    return isinstance(child, Container) and (child.presence or not always_there(parent, child))


def always_there(parent: Container | ListNode, child: DataNode) -> bool:
    """Return whether *child* is a container of *parent* that needs no creating."""
    return (
        isinstance(child, Container)
        and not child.presence
        and any(sibling is child for sibling in parent.children)
    )


def rivals(node: Container | ListNode | Case, name: str) -> frozenset[str]:
    """Return the children of *node* that cannot be there together with its child *name*."""
    for choice in node.children:
        if not isinstance(choice, Choice):
            continue
        names = {
            case.name: frozenset(child.name for child in data_children(case))
            for case in choice.cases
        }
        for case in choice.cases:
            if name in names[case.name]:
                others = frozenset[str]().union(*names.values()) - names[case.name]
                return others | rivals(case, name)
    return frozenset()


@once_a_node
def _rivals(node: Container | ListNode) -> Mapping[str, frozenset[str]]:
    """Return the `rivals` of each child of *node* that has some."""
    return {name: found for name in _named(node) if (found := rivals(node, name))}


def set_value(root: Container, tree: Branch, path: Path, value: Value) -> Branch:
    """Return *tree* with the leaf at *path* set; a leaf-list gains the values it lacks."""
    nodes = (root, *nodes_along(root, path))
    parent, node = nodes[-2:]
    if isinstance(node, LeafList):
        held = _values(tree, path)
        given = value if isinstance(value, tuple) else (value,)
        value = held + tuple(item for item in dict.fromkeys(given) if item not in held)
    elif not isinstance(node, Leaf) or (isinstance(parent, ListNode) and node.name in parent.keys):
        raise InvalidNameError(f"'{node.name}' cannot be set")
    return _grafted(nodes, tree, path, value)


def create(root: Container, tree: Branch, path: Path) -> Branch:
    """Return *tree* with the entry or container at *path*, if its mere existence means something.

    Containers and entries on the way are made too; what exists stays as it is.
    """
    parent: DataNode = root
    for depth, node in enumerate(nodes_along(root, path), start=1):
        here = path[:depth]
        assert isinstance(parent, Container | ListNode)
        entry = isinstance(node, ListNode) and bool(here[-1].keys)
        if (entry or stands_alone(parent, node)) and get(tree, here) is None:
            tree = graft(root, tree, here, EMPTY)
        parent = node
    return tree


def delete(root: Container, tree: Branch, path: Path) -> Branch:
    """Return *tree* without what is at *path*, nor containers that are left empty by it.

    A list without keys is all its entries; the keys of a leaf-list are the values to remove.
    """
    if not path:
        return EMPTY
    if isinstance(nodes_along(root, path)[-1], LeafList) and path[-1].keys:
        plain = (*path[:-1], Step(path[-1].name))
        left = tuple(item for item in _values(tree, plain) if item not in path[-1].keys)
        if left:
            return put(tree, plain, left)
        path = plain
    tree = drop(tree, (*path[:-1], Step(MARK + path[-1].name)))
    return _pruned(root, drop(tree, path), path[:-1])


def restore(root: Container, tree: Branch, source: Branch, path: Path) -> Branch:
    """Return *tree* with what *source* has at *path*, be it nothing."""
    if not path:
        return source
    for place in (path, place_of(nodes_along(root, path)[-1], path)):
        element = get(source, place)
        edited = delete(root, tree, place)
        tree = edited if element is None else graft(root, tree, place, element)
    return tree


def graft(root: Container, tree: Branch, path: Path, element: Element) -> Branch:
    """Return *tree* with *element* at *path*, the other cases of every choice passed removed."""
    return _grafted((root, *nodes_along(root, path)), tree, path, element)


def _grafted(nodes: Sequence[DataNode], tree: Branch, path: Path, element: Element) -> Branch:
    """Graft as `graft` does along *nodes*: the root, and the node of each step of *path*."""
    for depth, (parent, node) in enumerate(pairwise(nodes)):
        assert isinstance(parent, Container | ListNode)
        for name in _rivals(parent).get(node.name, ()):
            for gone in (name, MARK + name):
                tree = drop(tree, (*path[:depth], Step(gone)))
    return put(tree, path, element)


def _values(tree: Branch, path: Path) -> tuple[str | int, ...]:
    held = get(tree, path)
    return held if isinstance(held, tuple) else ()


def _pruned(root: Container, tree: Branch, path: Path) -> Branch:
    while path and get(tree, path) == EMPTY:
        parent, node = (root, *nodes_along(root, path))[-2:]
        assert isinstance(parent, Container | ListNode)
        if not isinstance(node, Container) or stands_alone(parent, node):
            break
        tree = drop(tree, path)
        path = path[:-1]
    return tree
