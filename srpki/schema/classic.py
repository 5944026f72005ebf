"""What stands in which context of the classic CLI, and what it is called there.

The overlay that the nodes carry (`srpki.schema.nodes`), read; everything else about the classic CLI
builds on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from srpki.schema.common import ADMIN_STATE
from srpki.schema.nodes import (
    Absent,
    Action,
    Case,
    Choice,
    Container,
    DataNode,
    Inline,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Moved,
    Node,
    Numbered,
    Rename,
    data_children,
)

Names = tuple[str, ...]
Placed = Leaf | LeafList | Container | ListNode | Choice | Action


class Place(NamedTuple):
    """A *node* of a context, and the steps from there to its parent in the schema."""

    prefix: Names
    node: Placed


def places(context: Container | ListNode) -> Iterator[Place]:
    """Yield what the classic CLI has in *context*, in schema order, keys left out.

    Choices appear where they are a command of their own, otherwise what is in their cases.
    """
    keys = context.keys if isinstance(context, ListNode) else ()
    yield from _own(tuple(child for child in context.children if child.name not in keys), ())
    yield from _guests(context, ())


def _own(children: tuple[Node, ...], prefix: Names) -> Iterator[Place]:
    for child in children:
        if isinstance(child, Case):
            yield from _own(child.children, prefix)
        elif isinstance(child, Choice) and not isinstance(child.classic, Line):
            yield from _own(child.cases, prefix)
        elif isinstance(child.classic, Absent | Moved):
            continue
        elif isinstance(child, Container) and isinstance(child.classic, Inline):
            yield from _own(child.children, (*prefix, child.name))
        else:
            yield Place(prefix, child)


def _guests(node: Container | ListNode, prefix: Names) -> Iterator[Place]:
    """Yield the containers below *node* that have moved up to where *prefix* begins."""
    for child in data_children(node):
        if not isinstance(child, Container):
            continue
        if isinstance(child.classic, Moved) and child.classic.up == len(prefix):
            yield Place(prefix, child)
        else:
            yield from _guests(child, (*prefix, child.name))


def keyword_of(node: Action | DataNode) -> str:
    """Return the word that the classic CLI has for *node*."""
    if isinstance(node.classic, Rename | Line | Moved | Numbered):
        return node.classic.keyword or node.name
    return node.name


def is_shutdown(node: Placed) -> bool:
    """Return whether *node* is typed as ``shutdown`` and ``no shutdown``."""
    return isinstance(node, Leaf) and node.name == "admin-state" and node.type is ADMIN_STATE
