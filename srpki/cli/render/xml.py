"""Lays out a piece of a tree as XML for ``info xml`` [RFC 7950 section 7]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.config.text import INDENT
from srpki.config.tree import Branch, Element, Entries
from srpki.schema.nodes import (
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    child_of,
    data_children,
)
from srpki.schema.paths import Key, Path
from srpki.schema.types import Bits, Empty

NAMESPACES: Final = {
    "configure": "urn:nokia.com:sros:ns:yang:sr:conf",
    "state": "urn:nokia.com:sros:ns:yang:sr:state",
}


def xml(root: Container, target: Path, element: Element) -> str:
    """Return *element*, which is at *target* below *root*, inside all that it is inside of."""
    if target:
        return "\n".join(_at(root, target, element, ""))
    assert isinstance(element, Branch)
    return "\n".join(_content(root, element, ""))


def _at(parent: DataNode, target: Path, element: Element, indent: str) -> Iterator[str]:
    """Yield *element* inside the elements that *target* leads through."""
    step, rest = target[0], target[1:]
    assert isinstance(parent, Container | ListNode)
    node = child_of(parent, step.name)
    assert isinstance(node, Container | ListNode | Leaf | LeafList)
    if not rest:
        yield from _element(node, step.keys, element, indent)
        return
    yield f"{indent}<{_opening(node.name)}>"
    yield from _keys(node, step.keys, indent + INDENT)
    yield from _at(node, rest, element, indent + INDENT)
    yield f"{indent}</{node.name}>"


def _element(node: DataNode, keys: tuple[Key, ...], element: Element, indent: str) -> Iterator[str]:
    if isinstance(element, Entries):
        for each, entry in element.items():
            yield from _element(node, each, entry, indent)
    elif isinstance(element, Branch):
        assert isinstance(node, Container | ListNode)
        inner = indent + INDENT
        lines = [*_keys(node, keys, inner), *_content(node, element, inner)]
        if lines:
            yield f"{indent}<{_opening(node.name)}>"
            yield from lines
            yield f"{indent}</{node.name}>"
        else:
            yield f"{indent}<{_opening(node.name)}/>"
    else:
        assert isinstance(node, Leaf | LeafList)
        many = isinstance(node, LeafList) and isinstance(element, tuple)
        for value in element if many and isinstance(element, tuple) else (element,):
            yield indent + _leaf(node, value)


def _content(node: Container | ListNode, branch: Branch, indent: str) -> Iterator[str]:
    for child in data_children(node):
        if child.name in branch and isinstance(child, Container | ListNode | Leaf | LeafList):
            yield from _element(child, (), branch[child.name], indent)


def _keys(node: DataNode, keys: tuple[Key, ...], indent: str) -> Iterator[str]:
    if isinstance(node, ListNode) and keys:
        for leaf, key in zip(node.key_leafs, keys, strict=True):
            yield indent + _leaf(leaf, key)


def _leaf(node: Leaf | LeafList, value: object) -> str:
    if isinstance(node.type, Empty):
        return f"<{node.name}/>"
    if isinstance(node.type, Bits) and isinstance(value, tuple):
        text = " ".join(map(str, value))
    else:
        assert isinstance(value, str | int)
        text = node.type.format(value)
    return f"<{node.name}>{_escaped(text)}</{node.name}>"


def _opening(name: str) -> str:
    return f'{name} xmlns="{NAMESPACES[name]}"' if name in NAMESPACES else name


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
