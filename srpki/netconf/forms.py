"""Data in the forms that are not XML, for the argument ``format``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from srpki.config.json import ietf_json
from srpki.config.text import INDENT, brace_lines
from srpki.config.tree import Branch, Entries
from srpki.config.xml import elements, key_elements
from srpki.netconf.data import all_of, filtered
from srpki.netconf.yang.types import PREFIXES
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode, child_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from srpki.config.tree import Element as Content
    from srpki.core.xml import Element
    from srpki.netconf.data import Whole
    from srpki.netconf.documents import Given
    from srpki.netconf.filters import Depth
    from srpki.schema.nodes import DataNode


def as_text(wholes: Iterable[Whole], wanted: Given | None, depth: Depth, layout: str) -> str:
    """Return of *wholes* what the filter *wanted* selects, all where there is none.

    Of what is selected so many levels are told, down to *depth*. The *layout* is ``json``
    [RFC 7951], or ``md-cli``.
    """
    some = wanted is not None or depth is not None
    kept = list(_selected(wholes, wanted, depth) if some else wholes)
    if layout == "json":
        names = (f"nokia-{PREFIXES[root.name]}:{root.name}" for root, _ in kept)
        said = (ietf_json(root, tree) for root, tree in kept)
        return json.dumps(dict(zip(names, said, strict=True)), indent=4)
    return "\n".join(
        line
        for root, tree in kept
        for line in (f"{root.name} {{", *brace_lines(root, tree, INDENT), "}")
    )


def _selected(wholes: Iterable[Whole], wanted: Given | None, depth: Depth) -> Iterator[Whole]:
    for root, tree in wholes:
        for element in filtered(all_of((root, tree)), wanted, depth):
            yield root, _kept_of_branch(root, tree, element)


def _kept_of_branch(node: Container | ListNode, branch: Branch, element: Element) -> Branch:
    """Return what of *branch*, the content of *node*, stands in *element*, with its comments."""
    chosen: dict[str, list[Element]] = {}
    for place, one in enumerate(element.children()):
        if place >= element.keys:
            chosen.setdefault(one.name, []).append(one)
    items: dict[str, Content] = {}
    for name, content in branch.items():
        child = child_of(node, name)
        if isinstance(child, Container | ListNode | Leaf | LeafList) and name in chosen:
            items[name] = _kept(child, content, chosen[name])
        elif child is None:
            items[name] = content
    return Branch(items)


def _kept(node: DataNode, content: Content, chosen: Sequence[Element]) -> Content:
    if isinstance(content, Branch):
        assert isinstance(node, Container | ListNode)
        return _kept_of_branch(node, content, chosen[0])
    if isinstance(content, Entries):
        assert isinstance(node, ListNode)
        named = {_named(one): one for one in chosen}
        entries = {
            keys: _kept_of_branch(node, entry, named[name])
            for keys, entry in content.items()
            if (name := tuple(one.text for one in key_elements(node, keys, ""))) in named
        }
        return Entries(entries)
    if isinstance(node, LeafList) and isinstance(content, tuple):
        texts = {one.text for one in chosen}
        return tuple(
            value
            for value in content
            if {one.text for one in elements(node, (), (value,), "")} <= texts
        )
    return content


def _named(entry: Element) -> tuple[str, ...]:
    found = zip(range(entry.keys), entry.children(), strict=False)
    return tuple(key.text for _, key in found)
