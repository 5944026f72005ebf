"""What stands in which context of the classic CLI, and what it is called there.

The overlay that the nodes carry (`srpki.schema.nodes`), read; everything else about the classic CLI
builds on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from srpki.core.values import NamedTuple
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
        elif isinstance(child.classic, Absent) or raised(child):
            continue
        elif isinstance(child, Container) and isinstance(child.classic, Inline):
            yield from _own(child.children, (*prefix, child.name))
        else:
            yield Place(prefix, child)


def raised(node: Node) -> int:
    """Return how many contexts *node* stands higher than in the schema."""
    moved = None if isinstance(node, Case) else node.classic
    return moved.up if isinstance(moved, Moved | Numbered) else 0


def _guests(node: Container | ListNode, prefix: Names) -> Iterator[Place]:
    """Yield what stands below *node* and has moved up to where *prefix* begins."""
    for child in data_children(node):
        if not isinstance(child, Container | ListNode):
            continue
        if prefix and raised(child) == len(prefix):
            yield Place(prefix, child)
        elif isinstance(child, Container):
            yield from _guests(child, (*prefix, child.name))


def keyword_of(node: Action | DataNode) -> str:
    """Return the word that the classic CLI has for *node*."""
    if isinstance(node.classic, Rename | Line | Moved | Numbered):
        return node.classic.keyword or node.name
    return node.name


def further_words(node: Container | ListNode) -> Names:
    """Return the words that lead into *node* after its own."""
    return node.classic.words if isinstance(node.classic, Rename) else ()


def shutdown_word(node: Placed) -> str:
    """Return ``shutdown`` where *node* is typed as that and as ``no shutdown``, else nothing.

    The word is a longer one where the overlay says so.
    """
    if not isinstance(node, Leaf) or node.type is not ADMIN_STATE:
        return ""
    word = keyword_of(node)
    return "shutdown" if word == "admin-state" else word if word.endswith("shutdown") else ""
