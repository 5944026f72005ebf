"""A piece of a tree as JSON: what ``info json`` prints, what programs are given, and RFC 7951."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from srpki.config.tree import Branch, Element, Entries
from srpki.schema.nodes import Container, DataNode, Leaf, LeafList, ListNode, data_children
from srpki.schema.types import (
    Bits,
    Boolean,
    Empty,
    Integer,
    Reference,
    Text,
    Union,
    ValueType,
    ValueTypeError,
)

if TYPE_CHECKING:
    from srpki.schema.paths import Key, Value


class Configured(NamedTuple):
    """A piece of a tree with the *node* that declares it: a value of a record."""

    node: DataNode
    element: Element

    def plain(self) -> object:
        """Return it as JSON has it."""
        return _said(self.node, self.element, _plain_value)


def json_text(node: DataNode, element: Element) -> str:
    """Return *element*, which *node* declares."""
    import json  # noqa: PLC0415 - start-up time

    return json.dumps(_said(node, element, _plain_value), indent=4)


def ietf_json(node: DataNode, element: Element) -> object:
    """Return *element*, which *node* declares, as RFC 7951 has it, but for the names of modules."""
    return _said(node, element, _ietf_value)


_Say = Callable[["ValueType", "Value"], object]
"""Returns what a value is in JSON."""


def _said(node: DataNode, element: Element, say: _Say) -> object:
    if isinstance(node, ListNode) and isinstance(element, Entries):
        return [_said_of_entry(node, keys, entry, say) for keys, entry in element.items()]
    if isinstance(node, Container | ListNode) and isinstance(element, Branch):
        return _said_of_branch(node, element, say)
    assert isinstance(node, Leaf | LeafList)
    assert not isinstance(element, Branch | Entries)
    if isinstance(node, LeafList) and isinstance(element, tuple):
        return [say(node.type, value) for value in element]
    return say(node.type, element)


def _said_of_branch(node: Container | ListNode, branch: Branch, say: _Say) -> dict[str, object]:
    return {
        child.name: _said(child, branch[child.name], say)
        for child in data_children(node)
        if child.name in branch and isinstance(child, Container | ListNode | Leaf | LeafList)
    }


def _said_of_entry(
    node: ListNode, keys: tuple[Key, ...], entry: Branch, say: _Say
) -> dict[str, object]:
    named = zip(node.key_leafs, keys, strict=True)
    found = {leaf.name: _said(leaf, key, say) for leaf, key in named}
    return {**found, **_said_of_branch(node, entry, say)}


def _ietf_value(kind: ValueType, value: Value) -> object:
    """Return *value* of *kind* [RFC 7951 section 6]."""
    if isinstance(kind, Reference):
        return _ietf_value(kind.type, value)
    if isinstance(kind, Union):
        return _ietf_value(_member(kind, value), value)
    if isinstance(kind, Empty):
        return [None]
    if isinstance(kind, Bits) and isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(kind, Boolean) or (isinstance(kind, Integer) and not kind.base.endswith("64")):
        return value
    assert isinstance(value, str | int)
    return kind.format(value)


def _member(kind: Union, value: Value) -> ValueType:
    """Return the type of *kind* that *value* is of."""
    assert isinstance(value, str | int)
    text = kind.format(value)
    for member in kind.types:
        with suppress(ValueTypeError):
            if member.parse(text) == value:
                return member
    raise TypeError(kind)


def _plain_value(kind: ValueType, value: Value) -> object:
    if isinstance(value, tuple):
        return [_plain_value(kind, item) for item in value]
    if isinstance(kind, Integer | Text | Bits) or isinstance(value, bool):
        return value
    return kind.format(value)
