"""Values and keys as clients send them, read by the types of the schema [RFC 7950 section 9]."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from srpki.netconf.errors import at
from srpki.schema.types import Empty, Integer, ValueTypeError

if TYPE_CHECKING:
    from srpki.netconf.documents import Given
    from srpki.schema.nodes import Container, Leaf, LeafList, ListNode
    from srpki.schema.paths import Key, Path, Value


def read_value(node: Leaf | LeafList, given: Given, path: Path, root: Container) -> Value:
    """Return the value that *given* has for *node*, which is at *path* below *root*.

    White space around a value is taken for part of it only where it can be. Raises `RpcError`.
    """
    if given.children:
        name = given.children[0].name
        raise at("unknown-element", f"'{name}'", path, root, element=name)
    if isinstance(node.type, Empty):
        if given.value:
            raise at("invalid-value", "no value is expected", path, root)
        return True
    for text in (given.text, given.value):
        with suppress(ValueTypeError):
            return node.type.parse(_plain_number(text) if isinstance(node.type, Integer) else text)
    try:
        return node.type.parse(given.value)
    except ValueTypeError as error:
        raise at("invalid-value", str(error), path, root) from None


def _plain_number(text: str) -> str:
    """Return *text* without the sign that YANG lets stand before a number [section 9.2.1]."""
    return text[1:] if text[:1] == "+" and text[1:2].isdigit() else text


def read_keys(node: ListNode, given: Given, path: Path, root: Container) -> tuple[Key, ...]:
    """Return the keys of the entry *given* of the list *node*, which stands below *path*.

    Raises `RpcError`.
    """
    found: list[Key] = []
    for leaf in node.key_leafs:
        key = given.child(leaf.name)
        if key is None:
            raise at("missing-element", leaf.name, path, root, element=leaf.name)
        value = read_value(leaf, key, path, root)
        assert isinstance(value, str | int)
        found.append(value)
    return tuple(found)
