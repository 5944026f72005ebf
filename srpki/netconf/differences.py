"""What differs between two configurations, as the content of an edit-config that makes it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from srpki.config.edit import always_there
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.config.tree import Element as Content
from srpki.config.xml import elements, key_elements
from srpki.core.xml import Element
from srpki.netconf.namespaces import BASE, CONFIGURE
from srpki.schema.nodes import Action, Container, Leaf, LeafList, ListNode, data_children

if TYPE_CHECKING:
    from srpki.schema.nodes import DataNode
    from srpki.schema.paths import Key

_DELETED: Final = (("nc:operation", "delete"),)
_PREFIX: Final = (("nc", BASE),)


def differences(node: Container, old: Branch, new: Branch) -> Iterator[Element]:
    """Yield the root *node* with what turns *old* into *new*, nothing where they are equal."""
    found = _ordered(_changed(node, old, new))
    if found:
        yield Element(node.name, CONFIGURE, prefixes=_PREFIX).holding(*found)


def _ordered(found: Iterator[Element]) -> tuple[Element, ...]:
    """Return what was *found*, what is deleted first: another case of a choice may follow it."""
    return tuple(sorted(found, key=lambda one: one.attributes != _DELETED))


def _changed(node: Container | ListNode, old: Branch, new: Branch) -> Iterator[Element]:
    for child in data_children(node):
        before, after = old.get(child.name), new.get(child.name)
        if isinstance(child, Action) or before is after or before == after:
            continue
        if isinstance(child, ListNode):
            yield from _entries(child, _rows(before), _rows(after))
        elif isinstance(child, LeafList):
            yield from _values(child, before, after)
        elif isinstance(child, Container):
            there = EMPTY if always_there(node, child) else None
            sides = (there if side is None else side for side in (before, after))
            yield from _inner(child, (), *sides)
        else:
            yield from _inner(child, (), before, after)


def _entries(node: ListNode, old: Entries, new: Entries) -> Iterator[Element]:
    for keys in dict.fromkeys((*old, *new)):
        if old.get(keys) != new.get(keys):
            yield from _inner(node, keys, old.get(keys), new.get(keys))


def _inner(
    node: Container | ListNode | Leaf,
    keys: tuple[Key, ...],
    old: Content | None,
    new: Content | None,
) -> Iterator[Element]:
    known = tuple(key_elements(node, keys, CONFIGURE))
    if new is None:
        yield _gone(node).holding(*known)
    elif isinstance(old, Branch) and isinstance(new, Branch):
        assert not isinstance(node, Leaf)
        inner = _ordered(_changed(node, old, new))
        if inner:
            yield Element(node.name, CONFIGURE, keys=len(keys)).holding(*known, *inner)
    else:
        yield from elements(node, keys, new, CONFIGURE)


def _values(node: LeafList, old: Content | None, new: Content | None) -> Iterator[Element]:
    if new is None:
        yield _gone(node)
        return
    before = old if isinstance(old, tuple) else ()
    after = new if isinstance(new, tuple) else ()
    for value in before:
        if value not in after:
            yield _gone(node)._replace(text=node.type.format(value))
    yield from elements(node, (), tuple(value for value in after if value not in before), CONFIGURE)


def _gone(node: DataNode) -> Element:
    return Element(node.name, CONFIGURE, attributes=_DELETED)


def _rows(content: Content | None) -> Entries:
    return content if isinstance(content, Entries) else Entries()
