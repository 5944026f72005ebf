r"""Configuration as text: the brace form that is saved and shown, and its one-line form.

Strings stand between double quotes in which ``\"`` and ``\\`` are escapes; leaf-lists between
brackets; a leaf of type empty is its name alone [cli.md 1.2, 1.3].
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from srpki.config import comments
from srpki.config.tree import Branch, Element, Entries
from srpki.core.patterns import regex
from srpki.schema.nodes import (
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    child_of,
    data_children,
)
from srpki.schema.paths import Key, Path, Value
from srpki.schema.types import Empty, Union, ValueType, ValueTypeError

INDENT = "    "
_ESCAPED: Final = regex(r'"|\\(?=[\\"]|\Z)')
_BACKSLASH: Final = r"\\\g<0>"


def quote(text: str) -> str:
    r"""Return *text* between double quotes, with quotes escaped.

    A backslash is escaped only where it would escape what follows: ``"cf3:\config.cfg"`` stands as
    SR OS prints it [cli.md 1.1, 1.4].
    """
    return f'"{_ESCAPED.sub(_BACKSLASH, text)}"'


def spell_value(kind: ValueType, value: Value) -> str:
    """Return *value* as it is typed: quoted when its type asks for it."""
    text = kind.format(value)
    return quote(text) if _read_by(kind, text).quoted else text


def _read_by(kind: ValueType, text: str) -> ValueType:
    """Return the member of a union that *text* is a value of; *kind* itself otherwise."""
    if isinstance(kind, Union):
        for member in kind.types:
            with suppress(ValueTypeError):
                member.parse(text)
                return member
    return kind


def spell_leaf(node: Leaf | LeafList, value: Value) -> str:
    """Return the name of *node* with its *value*, as it is typed."""
    if isinstance(node, LeafList):
        values = value if isinstance(value, tuple) else (value,)
        return f"{node.name} [{' '.join(spell_value(node.type, item) for item in values)}]"
    if isinstance(node.type, Empty):
        return node.name
    return f"{node.name} {spell_value(node.type, value)}"


def spell_entry(node: ListNode, keys: tuple[Key, ...]) -> str:
    """Return the name of the list *node* with *keys*, all but the first with their names."""
    words = [node.name]
    for place, (leaf, key) in enumerate(zip(node.key_leafs, keys, strict=True)):
        words += [leaf.name] if place or node.named else []
        words.append(spell_value(leaf.type, key))
    return " ".join(words)


def spell_path(root: Container, path: Path) -> str:
    """Return *path* below *root* in words, as ``configure system security pki``."""
    words = [root.name]
    node: DataNode | None = root
    for step in path:
        found = child_of(node, step.name) if isinstance(node, Container | ListNode) else None
        node = found if isinstance(found, Container | ListNode | Leaf | LeafList) else None
        words.append(
            spell_entry(node, step.keys) if isinstance(node, ListNode) and step.keys else step.name
        )
    return " ".join(words)


def elements(
    node: Container | ListNode, branch: Branch
) -> Iterator[tuple[DataNode, tuple[Key, ...], Element]]:
    """Yield what *branch*, the content of *node*, holds: node, keys of the entry, content.

    In schema order, list entries in order of creation; the keys of an entry are not repeated.
    """
    hidden = node.keys if isinstance(node, ListNode) else ()
    for child in data_children(node):
        content = branch.get(child.name)
        if content is None or child.name in hidden:
            continue
        if isinstance(child, ListNode):
            assert isinstance(content, Entries)
            for keys, entry in content.items():
                yield child, keys, entry
        elif isinstance(child, Container | Leaf | LeafList):
            yield child, (), content


def brace_lines(node: Container | ListNode, branch: Branch, indent: str = "") -> Iterator[str]:
    """Yield the content of *node* in brace form, each line begun by *indent*."""
    for child, keys, content in elements(node, branch):
        if isinstance(content, Branch):
            assert isinstance(child, Container | ListNode)
            head = spell_entry(child, keys) if isinstance(child, ListNode) else child.name
            yield from comments.lines(content.get(comments.MARK), indent)
            yield f"{indent}{head} {{"
            yield from brace_lines(child, content, indent + INDENT)
            yield f"{indent}}}"
        else:
            assert isinstance(child, Leaf | LeafList)
            assert not isinstance(content, Entries)
            yield from comments.lines(branch.get(comments.MARK + child.name), indent)
            yield indent + spell_leaf(child, content)


def flat_lines(node: Container | ListNode, branch: Branch, prefix: str = "") -> Iterator[str]:
    """Yield the content of *node* with its whole context on each line, after *prefix*.

    An empty container or entry ends in ``{ }`` [cli.md 1.3].
    """
    for child, keys, content in elements(node, branch):
        if isinstance(content, Branch):
            assert isinstance(child, Container | ListNode)
            head = spell_entry(child, keys) if isinstance(child, ListNode) else child.name
            below = list(flat_lines(child, content, f"{prefix}{head} "))
            yield from below or [f"{prefix}{head} {{ }}"]
        else:
            assert isinstance(child, Leaf | LeafList)
            assert not isinstance(content, Entries)
            yield prefix + spell_leaf(child, content)
