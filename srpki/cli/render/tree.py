"""Lays out a piece of a tree for ``info``: braces, flat, with full context, or JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from srpki.config import quick_writer
from srpki.config.defaults import effective
from srpki.config.json import json_text
from srpki.config.text import (
    INDENT,
    brace_lines,
    flat_lines,
    spell_entry,
    spell_leaf,
)
from srpki.config.tree import Branch, Element, Entries
from srpki.schema.nodes import Action, Container, DataNode, Leaf, LeafList, ListNode, data_children
from srpki.schema.paths import Key
from srpki.schema.types import Text

Form = Literal["braces", "flat", "full-context", "json"]
"""The forms of `info`; that of XML, which needs the whole way, is in `srpki.cli.render.xml`."""

_INSTANT: Final = "date-and-time"
"""The YANG type of instants, which are kept as text."""


def info(node: DataNode, element: Element, form: Form, place: str) -> str:
    """Return *element*, which *node* declares, without its own name; *place* is its full path.

    The lines of braces, flat and full context begin with four blanks [cli.md 1.3].
    """
    if form == "json":
        return json_text(node, element)
    prefix = place.rstrip("/") + (" " if place != "/" else "/") if form == "full-context" else ""
    if isinstance(node, ListNode) and isinstance(element, Entries):
        parts = [
            _lines(node, entry, form, prefix.removesuffix(node.name + " "), keys)
            for keys, entry in element.items()
        ]
        return "\n".join(line for lines in parts for line in lines)
    if isinstance(node, Container | ListNode) and isinstance(element, Branch):
        if form == "braces":
            return "\n".join(quick_writer.lines(node, element, INDENT))
        return "\n".join(flat_lines(node, element, INDENT + prefix))
    assert isinstance(node, Leaf | LeafList)
    assert not isinstance(element, Branch | Entries)
    return INDENT + prefix.removesuffix(node.name + " ") + spell_leaf(node, element)


def _lines(
    node: ListNode, entry: Branch, form: Form, prefix: str, keys: tuple[Key, ...]
) -> list[str]:
    head = spell_entry(node, keys)
    if form == "braces":
        return [f"{INDENT}{head} {{", *brace_lines(node, entry, INDENT * 2), f"{INDENT}}}"]
    below = list(flat_lines(node, entry, f"{INDENT}{prefix}{head} "))
    return below or [f"{INDENT}{prefix}{head} {{ }}"]


def with_defaults(node: DataNode, element: Element) -> Element:
    """Return *element* with the default values that hold in it."""
    if isinstance(node, Container | ListNode) and isinstance(element, Branch):
        return effective(node, element)
    if isinstance(node, ListNode) and isinstance(element, Entries):
        return Entries({keys: effective(node, entry) for keys, entry in element.items()})
    return element


def with_admin_states(node: DataNode, element: Element) -> Element:
    """Return *element* with every admin-state in what is there, be it the default one."""
    if isinstance(element, Entries):
        filled = {keys: _stated(node, entry) for keys, entry in element.items()}
        return Entries(filled)
    return _stated(node, element) if isinstance(element, Branch) else element


def _stated(node: DataNode, branch: Branch) -> Branch:
    assert isinstance(node, Container | ListNode)
    items: dict[str, Element] = {}
    for child in data_children(node):
        if isinstance(child, Container | ListNode) and child.name in branch:
            items[child.name] = with_admin_states(child, branch[child.name])
        elif isinstance(child, Leaf) and child.name == "admin-state" and child.default is not None:
            items[child.name] = branch.get(child.name, child.type.parse(child.default))
    return Branch({**branch, **items})


def with_times(node: DataNode, element: Element, moment: Callable[[datetime], str]) -> Element:
    """Return *element* with every instant as *moment* spells it."""
    if isinstance(element, Entries):
        filled = {keys: _timed(node, entry, moment) for keys, entry in element.items()}
        return Entries(filled)
    if isinstance(element, Branch):
        return _timed(node, element, moment)
    if isinstance(node, Leaf) and isinstance(node.type, Text) and node.type.named == _INSTANT:
        return moment(datetime.fromisoformat(str(element)))
    return element


def _timed(node: DataNode, branch: Branch, moment: Callable[[datetime], str]) -> Branch:
    assert isinstance(node, Container | ListNode)
    items = {
        child.name: with_times(child, branch[child.name], moment)
        for child in data_children(node)
        if child.name in branch and not isinstance(child, Action)
    }
    return Branch({**branch, **items})
