"""Subtree filters [RFC 6241 section 6]: what of a tree of elements a client wants to see.

Elements are asked for their children only where the filter leads, so that a narrow filter of a
large configuration costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from srpki.core.xml import Element

if TYPE_CHECKING:
    from srpki.netconf.documents import Given


Depth = int | None
"""How many levels are told of what is selected, itself the first; None for all of them."""


def selected(
    elements: Iterable[Element], wanted: Sequence[Given], depth: Depth = None
) -> Iterator[Element]:
    """Yield what the nodes of a filter, *wanted*, select of *elements*, in their order."""
    for element in elements:
        fitting = [node for node in wanted if _names(node, element)]
        found = _selected(element, fitting, depth) if fitting else None
        if found is not None:
            yield found


def limited(element: Element, depth: Depth) -> Element:
    """Return *element* with so many levels, the keys of entries in any case [RFC 8526, 3.1.1]."""
    if depth is None:
        return element

    def children() -> Iterator[Element]:
        for place, child in enumerate(element.children()):
            if place < element.keys:
                yield child
            elif depth > 1:
                yield limited(child, depth - 1)

    return element._replace(children=children)


def _names(node: Given, element: Element) -> bool:
    """Return whether *node* names *element*; without a namespace it does in any [6.2.1, 6.2.2]."""
    if node.name != element.name or node.namespace not in ("", element.namespace):
        return False
    held = dict(element.attributes)
    return all(held.get(name) == value for (_, name), value in node.attributes.items())


def _selected(element: Element, nodes: Sequence[Given], depth: Depth) -> Element | None:
    """Return what *nodes*, which all name *element*, select of it."""
    inner: list[Given] = []
    for node in nodes:
        if node.children:
            held = _holding(element, node.children)
            if held is None:
                continue
            if not held:
                return limited(element, depth)
            inner += held
        elif not node.value or _matches(node, element):
            return limited(element, depth)  # a selection node, or a content match node that holds
    return _with(element, inner, depth) if inner else None


def _holding(element: Element, siblings: Sequence[Given]) -> list[Given] | None:
    """Return which of *siblings* select, none for all; None where a content match does not hold.

    [section 6.2.5]
    """
    matches = [node for node in siblings if node.value and not node.children]
    children = element.children() if matches else ()
    left = list(matches)
    for child in children:
        left = [node for node in left if not (_names(node, child) and _matches(node, child))]
        if not left:
            break
    if left:
        return None
    return [] if len(matches) == len(siblings) else list(siblings)


def _matches(node: Given, element: Element) -> bool:
    return element.text in (node.text, node.value)


def _with(element: Element, wanted: Sequence[Given], depth: Depth) -> Element | None:
    """Return *element* with those of its children that *wanted* select, None where none is.

    The keys of its entry are told with them [section 6.2.5].
    """
    kept: list[Element] = []
    some = False
    for place, child in enumerate(element.children()):
        fitting = [node for node in wanted if _names(node, child)]
        found = _selected(child, fitting, depth) if fitting else None
        some = some or found is not None
        if found is not None or place < element.keys:
            kept.append(found or child)
    return element.holding(*kept) if some else None
