"""Subtree filters [RFC 6241 section 6]: what of a tree of elements a client wants to see.

Elements are asked for their children only where the filter leads, so that a narrow filter of a
large configuration costs little. What a filter may cost is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from srpki.core.xml import Element

if TYPE_CHECKING:
    from srpki.netconf.documents import Given

Depth = int | None
"""How many levels are told of what is selected, itself the first; None for all of them."""

MOST_WORK: Final = 1_000_000
"""Comparisons of an element with a node of a filter, for one request: a few seconds."""
_COSTS: Final = 8
"""What it costs to make an element, in comparisons."""


class FilterError(Exception):
    """A filter that costs more than `MOST_WORK`; the message says so."""


def selected(
    elements: Iterable[Element], wanted: Sequence[Given], depth: Depth = None
) -> Iterator[Element]:
    """Yield what the nodes of a filter, *wanted*, select of *elements*, in their order.

    Raises `FilterError`.
    """
    selection, nodes = _Selection(depth), _Nodes(wanted)
    for element in elements:
        found = selection.of(element, nodes)
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


class _Nodes:
    """Nodes of a filter that stand side by side, found by what they name and by a key."""

    def __init__(self, nodes: Iterable[Given]) -> None:
        self._by_name: dict[str, list[Given]] = {}
        for node in nodes:
            self._by_name.setdefault(node.name, []).append(node)
        self._by_key: dict[str, dict[str | None, list[Given]]] = {}

    def for_(self, element: Element) -> Iterator[Given]:
        """Yield those that may name *element*; of an entry not those that want another key."""
        nodes = self._by_name.get(element.name, ())
        if nodes and element.keys:
            key = next(iter(element.children()))
            found = self._by_key.get(element.name)
            if found is None:
                found = self._by_key[element.name] = _by_value(nodes, key.name)
            yield from found.get(None, ())
            yield from found.get(key.text, ())
        else:
            yield from nodes


def _by_value(nodes: Iterable[Given], key: str) -> dict[str | None, list[Given]]:
    """Return *nodes* by the value that they want *key* to have, None where they want none."""
    found: dict[str | None, list[Given]] = {}
    for node in nodes:
        wanted = (one for one in node.children if one.name == key and one.value)
        match = next(wanted, None)
        for value in {None} if match is None else {match.text, match.value}:
            found.setdefault(value, []).append(node)
    return found


class _Selection:
    """What a filter selects, down to *depth*, and how much it may still be compared."""

    def __init__(self, depth: Depth) -> None:
        self._depth = depth
        self._left = MOST_WORK

    def of(self, element: Element, wanted: _Nodes) -> Element | None:
        """Return what those of *wanted* that name *element* select of it, None for nothing."""
        inner: list[Given] = []
        for node in wanted.for_(element):
            self._spend(1)
            if not _names(node, element):
                continue
            if node.children:
                held = self._holding(element, node.children)
                if held is None:
                    continue
                if not held:
                    return limited(element, self._depth)
                inner += held
            elif not node.value or _matches(node, element):
                # a selection node, or a content match node that holds
                return limited(element, self._depth)
        return self._with(element, inner) if inner else None

    def _holding(self, element: Element, siblings: Sequence[Given]) -> list[Given] | None:
        """Return which of *siblings* select, none for all; None where a content match fails.

        [section 6.2.5]
        """
        self._spend(len(siblings))
        matches = [node for node in siblings if node.value and not node.children]
        left = list(matches)
        for child in element.children() if matches else ():
            self._spend(_COSTS + len(left))
            left = [node for node in left if not (_names(node, child) and _matches(node, child))]
            if not left:
                break
        if left:
            return None
        return [] if len(matches) == len(siblings) else list(siblings)

    def _with(self, element: Element, wanted: Sequence[Given]) -> Element | None:
        """Return *element* with those of its children that *wanted* select, None where none is.

        The keys of its entry are told with them [section 6.2.5].
        """
        self._spend(len(wanted))
        nodes = _Nodes(wanted)
        kept: list[Element] = []
        some = False
        for place, child in enumerate(element.children()):
            found = self.of(child, nodes)
            some = some or found is not None
            if found is not None or place < element.keys:
                kept.append(found or child)
        return element.holding(*kept) if some else None

    def _spend(self, comparisons: int) -> None:
        self._left -= comparisons
        if self._left < 0:
            raise FilterError(f"the filter needs more than {MOST_WORK} comparisons")


def _names(node: Given, element: Element) -> bool:
    """Return whether *node* names *element*; without a namespace it does in any [6.2.1, 6.2.2]."""
    if node.name != element.name or node.namespace not in ("", element.namespace):
        return False
    held = dict(element.attributes)
    return all(held.get(name) == value for (_, name), value in node.attributes.items())


def _matches(node: Given, element: Element) -> bool:
    return element.text in (node.text, node.value)
