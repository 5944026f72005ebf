"""A piece of a tree as JSON: what ``info json`` prints, and what programs are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from srpki.config.tree import Branch, Element, Entries
from srpki.schema.nodes import Container, DataNode, Leaf, LeafList, ListNode, data_children
from srpki.schema.types import Bits, Integer, Text, ValueType

if TYPE_CHECKING:
    from srpki.schema.paths import Key, Value


class Configured(NamedTuple):
    """A piece of a tree with the *node* that declares it: a value of a record."""

    node: DataNode
    element: Element

    def plain(self) -> object:
        """Return it as JSON has it."""
        return _plain(self.node, self.element)


def json_text(node: DataNode, element: Element, *, wrapped: bool = False) -> str:
    """Return *element*, which *node* declares, in an object of its own name where *wrapped*."""
    import json  # noqa: PLC0415 - start-up time

    said = _plain(node, element)
    return json.dumps({node.name: said} if wrapped else said, indent=4)


def _plain(node: DataNode, element: Element) -> object:
    if isinstance(node, ListNode) and isinstance(element, Entries):
        return [_plain_entry(node, keys, entry) for keys, entry in element.items()]
    if isinstance(node, Container | ListNode) and isinstance(element, Branch):
        return _plain_branch(node, element)
    assert isinstance(node, Leaf | LeafList)
    assert not isinstance(element, Branch | Entries)
    return _plain_value(node.type, element)


def _plain_branch(node: Container | ListNode, branch: Branch) -> dict[str, object]:
    return {
        child.name: _plain(child, branch[child.name])
        for child in data_children(node)
        if child.name in branch and isinstance(child, Container | ListNode | Leaf | LeafList)
    }


def _plain_entry(node: ListNode, keys: tuple[Key, ...], entry: Branch) -> dict[str, object]:
    named = {leaf.name: _plain(leaf, key) for leaf, key in zip(node.key_leafs, keys, strict=True)}
    return {**named, **_plain_branch(node, entry)}


def _plain_value(kind: ValueType, value: Value) -> object:
    if isinstance(value, tuple):
        return [_plain_value(kind, item) for item in value]
    if isinstance(kind, Integer | Text | Bits) or isinstance(value, bool):
        return value
    return kind.format(value)
