"""What the quick ways through a whole configuration know of each context: one table a schema node.

The reader, the writer and the check of a configuration that hold for every text and every tree are
`srpki.config.braces`, `srpki.config.text` and `srpki.config.validate`. Those by tables do the same
for what is usual, line by line, and leave all else to them: messages are theirs alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from srpki.config.edit import stands_alone
from srpki.core.values import NamedTuple
from srpki.schema.nodes import (
    Action,
    Case,
    Choice,
    Container,
    Leaf,
    LeafList,
    ListNode,
    Node,
    data_children,
)
from srpki.schema.once import once_a_node
from srpki.schema.types import Reference, Text


class Below(NamedTuple):
    """The context *table* in another one; *alone*, if it means something even when empty."""

    table: Table
    alone: bool


class Table:
    """A context of the schema: what stands in it, by name and in order."""

    def __init__(self, node: Container | ListNode) -> None:
        self.node = node
        hidden = node.keys if isinstance(node, ListNode) else ()
        children = [
            child
            for child in data_children(node)
            if not isinstance(child, Action) and child.name not in hidden
        ]
        self.names = tuple(child.name for child in children)
        self.leafs = {one.name: one for one in children if isinstance(one, Leaf | LeafList)}
        self.contexts = {one.name: one for one in children if isinstance(one, Container | ListNode)}
        self.lists = frozenset(
            name for name, one in self.contexts.items() if isinstance(one, ListNode)
        )
        self.key_leafs = node.key_leafs if isinstance(node, ListNode) else ()
        self.key_types = tuple(leaf.type for leaf in self.key_leafs)
        self.key_words = tuple(_key_words(node))
        """What stands before each key of an entry, after the name of the list."""
        self.plain = frozenset(
            name for name, one in self.leafs.items() if isinstance(one, Leaf) and _is_text(one)
        )
        """Leafs of which each value is a string that is written between quotes."""
        self.plain_key = _is_plain(node)
        """Whether an entry is named by one string between quotes."""
        self.choices = tuple(_choices(node.children))
        """Of each choice the names in each of its cases."""

    @cached_property
    def below(self) -> dict[str, Below]:
        """The contexts in this one."""
        return {
            name: Below(table(node), stands_alone(self.node, node))
            for name, node in self.contexts.items()
        }

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """What is kept sealed or hashed, and the contexts that hold such below."""
        return (
            *(name for name, leaf in self.leafs.items() if _is_guarded(leaf)),
            *(name for name, below in self.below.items() if below.table.secrets),
        )

    def is_torn(self, names: dict[str, object]) -> bool:
        """Return whether *names* belong to more than one case of a choice."""
        return any(sum(not case.isdisjoint(names) for case in cases) > 1 for cases in self.choices)


@once_a_node
def table(node: Container | ListNode) -> Table:
    """Return the table of *node*."""
    return Table(node)


def _is_guarded(leaf: Leaf | LeafList) -> bool:
    return isinstance(leaf.type, Text) and (leaf.type.secret or leaf.type.hashed)


def _key_words(node: Container | ListNode) -> Iterator[str]:
    for place, leaf in enumerate(node.key_leafs if isinstance(node, ListNode) else ()):
        yield f" {leaf.name} " if place or (isinstance(node, ListNode) and node.named) else " "


def _is_plain(node: Container | ListNode) -> bool:
    if not isinstance(node, ListNode) or len(node.keys) != 1 or node.named:
        return False
    return _is_text(node.key_leafs[0])


def _is_text(leaf: Leaf) -> bool:
    kind = leaf.type.type if isinstance(leaf.type, Reference) else leaf.type
    return isinstance(kind, Text) and kind.quoted


def _choices(children: tuple[Node, ...]) -> list[tuple[frozenset[str], ...]]:
    found: list[tuple[frozenset[str], ...]] = []
    for child in children:
        if isinstance(child, Choice):
            found.append(
                tuple(frozenset(one.name for one in data_children(case)) for case in child.cases)
            )
            for case in child.cases:
                found += _choices(case.children)
        elif isinstance(child, Case):
            found += _choices(child.children)
    return found
