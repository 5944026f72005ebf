"""Lays out what can be configured below a context, for ``tree`` [cli.md 1.9]."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
from srpki.schema.types import Empty


def tree(
    root: Container, names: Sequence[str], node: DataNode, form: str, *, detail: bool
) -> Iterator[str]:
    """Yield one line for each element below *node*, which *names* lead to from *root*.

    *form* is nothing for an indented tree, ``flat`` for paths from *node* or ``gnmi-path`` for
    paths from *root*; with *detail* the kinds of values are told.
    """
    match form:
        case "gnmi-path":
            place = ""
            parent: DataNode | Action | None = root
            for name in names:
                assert isinstance(parent, Container | ListNode)
                parent = child_of(parent, name)
                assert parent is not None
                place += f"/{_gnmi(parent)}"
            yield from _paths(node, place + "/", "/", _gnmi)
        case "flat":
            yield from _paths(node, "", " ", _detailed if detail else _plain)
        case _:
            yield from _drawn(node, "", detail=detail)


def _below(node: DataNode | Action) -> Iterator[DataNode | Action]:
    """Yield what stands below *node*, by name, as ``?`` lists it; keys belong to their list."""
    if isinstance(node, Container | ListNode):
        hidden = node.keys if isinstance(node, ListNode) else ()
        for child in sorted(data_children(node), key=lambda child: child.name):
            if child.name not in hidden and (not isinstance(child, Action) or child.emulated):
                yield child


def _drawn(node: DataNode | Action, margin: str, *, detail: bool) -> Iterator[str]:
    for child in _below(node):
        yield f"{margin}+-- {_detailed(child) if detail else child.name}"
        yield from _drawn(child, f"{margin}|   ", detail=detail)


def _paths(
    node: DataNode | Action, place: str, joint: str, spell: Callable[[DataNode | Action], str]
) -> Iterator[str]:
    for child in _below(node):
        here = f"{place}{spell(child)}"
        yield here
        yield from _paths(child, here + joint, joint, spell)


def _plain(node: DataNode | Action) -> str:
    return node.name


def _detailed(node: DataNode | Action) -> str:
    if isinstance(node, ListNode):
        first, *others = (f"<{key}>" for key in node.keys)
        named = (f" {key} {spelled}" for key, spelled in zip(node.keys[1:], others, strict=True))
        return f"{node.name} {first}{''.join(named)}"
    if isinstance(node, Leaf | LeafList) and not isinstance(node.type, Empty):
        syntax = node.type.syntax()
        return f"{node.name} {f'[{syntax}...]' if isinstance(node, LeafList) else syntax}"
    return node.name


def _gnmi(node: DataNode | Action) -> str:
    keys = node.keys if isinstance(node, ListNode) else ()
    return node.name + "".join(f"[{key}=*]" for key in keys)
