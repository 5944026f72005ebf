"""A piece of a tree as XML: what ``info xml`` prints and NETCONF returns [RFC 7950 section 7].

Comments are not among it, as they are not in ``info xml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from srpki.config.tree import Branch, Entries
from srpki.config.tree import Element as Content
from srpki.core.xml import Element
from srpki.schema.nodes import (
    Action,
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
"""The namespaces of the roots of data."""
_ONE: Final = (str, int)
"""What a value that is not several is made of."""


def located(
    root: Container | ListNode, target: Path, content: Content, namespace: str = ""
) -> Iterator[Element]:
    """Yield *content*, which is at *target* below *root*, inside all that it is inside of.

    The first step has its own *namespace*, unless one is given. At the root itself all that it
    holds is yielded.
    """
    if not target:
        assert isinstance(content, Branch)
        yield from _within(root, (), content, namespace)
        return
    step, rest = target[0], target[1:]
    node = child_of(root, step.name)
    assert isinstance(node, Container | ListNode | Leaf | LeafList)
    namespace = namespace or NAMESPACES.get(step.name, "")
    if not rest:
        yield from elements(node, step.keys, content, namespace)
        return
    assert isinstance(node, Container | ListNode)
    inner = located(node, rest, content, namespace)
    yield Element(node.name, namespace).holding(*key_elements(node, step.keys, namespace), *inner)


def elements(
    node: DataNode, keys: tuple[Key, ...], content: Content, namespace: str
) -> Iterator[Element]:
    """Yield the elements for *content* of *node*: one, or one for each entry or value.

    *keys* are those of the entry where *content* is one.
    """
    if isinstance(node, Leaf):
        yield Element(node.name, namespace, _text(node, content))
    elif isinstance(node, LeafList):
        for value in content if isinstance(content, tuple) else (content,):
            yield Element(node.name, namespace, _text(node, value))
    elif isinstance(content, Entries):
        for each, entry in content.items():
            yield from elements(node, each, entry, namespace)
    else:
        assert isinstance(content, Branch)
        within = partial(_within, node, keys, content, namespace)
        yield Element(node.name, namespace, children=within, keys=len(keys))


def _within(
    node: Container | ListNode, keys: tuple[Key, ...], branch: Branch, namespace: str
) -> Iterator[Element]:
    yield from key_elements(node, keys, namespace)
    for child in data_children(node):
        content = branch.get(child.name)
        if content is not None and not isinstance(child, Action):
            yield from elements(child, (), content, namespace or NAMESPACES.get(child.name, ""))


def key_elements(node: DataNode, keys: tuple[Key, ...], namespace: str) -> Iterator[Element]:
    """Yield the elements of the *keys* of an entry of *node*, nothing for other nodes."""
    if isinstance(node, ListNode) and keys:
        for leaf, key in zip(node.key_leafs, keys, strict=True):
            yield Element(leaf.name, namespace, _text(leaf, key))


def _text(node: Leaf | LeafList, value: object) -> str:
    kind = node.type
    if isinstance(kind, Empty):
        return ""
    if isinstance(kind, Bits) and isinstance(value, tuple):
        return " ".join(map(str, value))
    assert isinstance(value, _ONE)
    return kind.format(value)
