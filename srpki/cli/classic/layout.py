"""What stands in which context of the classic CLI, and in which order a file must tell it.

A file is run line by line, so what is referred to must come before what refers to it. The order is
computed from the references that the schema declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from srpki.cli.reading import Context
from srpki.schema.classic import Names, Place, places
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    Leaf,
    LeafList,
    ListNode,
    Node,
    Numbered,
    Ordered,
    Section,
    data_children,
)
from srpki.schema.types import Reference

_Item = TypeVar("_Item")

_CLOSING: Final = ("admin-state", "configuration-mode")
"""Leafs that come after all others: they may end what can be done in a context."""


def required(node: ListNode) -> tuple[Leaf, ...]:
    """Return the leafs that stand on the line of an entry of *node*, for it needs one of them."""
    return tuple(leaf for leaf in _mandatory(node.children) if leaf.name not in node.keys)


def _mandatory(children: tuple[Node, ...]) -> Iterator[Leaf]:
    for child in children:
        if isinstance(child, Leaf) and child.mandatory:
            yield child
        elif isinstance(child, Choice) and child.mandatory:
            inside = (inner for case in child.cases for inner in case.children)
            yield from (inner for inner in inside if isinstance(inner, Leaf))


class SectionPlace(NamedTuple):
    """A section of the file: the steps that lead to it below the root, its node and its banner.

    What a *part* of it has, it has not.
    """

    steps: Names
    node: Container
    section: Section

    def holds(self, place: Place) -> bool:
        """Return whether *place*, in its node, stands under its banner."""
        name = (*place.prefix, place.node.name)[0]
        if self.section.names:
            return name in self.section.names
        return self.section.part is None or name not in self.section.part.names


class Order:
    """In which order the content of the *root* is written."""

    def __init__(self, root: Container) -> None:
        self._root = root
        self._needs: dict[int, frozenset[str]] = {}
        self._children: dict[int, tuple[Place, ...]] = {}

    def sections(self) -> list[SectionPlace]:
        """Return the sections, each after those that it refers to."""
        found = sorted(_sections(self._root, ()), key=lambda one: one.section.rank)
        return _arranged(found, self._section_paths, self._section_needs)

    def children(self, node: Context, steps: Names) -> tuple[Place, ...]:
        """Return what stands in *node*, which *steps* lead to below the root, in order."""
        if id(node) not in self._children:
            found = [place for place in places(node) if not isinstance(place.node, Action)]
            found.sort(key=lambda place: (place.node.name in _CLOSING, _rank(node, place)))
            self._children[id(node)] = tuple(
                _arranged(
                    found,
                    lambda place: [self._path((*steps, *place.prefix, place.node.name))],
                    lambda place: self._targets(place.node),
                )
            )
        return self._children[id(node)]

    def _path(self, steps: Names) -> str:
        return "".join(f"/{step}" for step in (self._root.name, *steps))

    def _section_content(self, place: SectionPlace) -> list[Place]:
        content = (one for one in places(place.node) if place.holds(one))
        return [one for one in content if not isinstance(one.node.classic, Section)]

    def _section_paths(self, place: SectionPlace) -> list[str]:
        return [
            self._path((*place.steps, *one.prefix, one.node.name))
            for one in self._section_content(place)
        ]

    def _section_needs(self, place: SectionPlace) -> frozenset[str]:
        needs = (self._targets(one.node) for one in self._section_content(place))
        return frozenset[str]().union(*needs)

    def _targets(self, node: Node) -> frozenset[str]:
        """Return what *node* and all below it refer to."""
        if id(node) not in self._needs:
            self._needs[id(node)] = frozenset(_targets(node))
        return self._needs[id(node)]


def _rank(node: Context, place: Place) -> int:
    """Return where the overlay of *node* wants *place*, after all that it names if it does not."""
    names: Names = ()
    if isinstance(node.classic, Ordered):
        names = node.classic.names
    elif isinstance(node.classic, Numbered | Section):
        names = node.classic.order
    name = (*place.prefix, place.node.name)[0]
    return names.index(name) if name in names else len(names)


def _sections(node: Container, steps: Names) -> Iterator[SectionPlace]:
    for child in data_children(node):
        if isinstance(child, Container) and isinstance(child.classic, Section):
            below = (*steps, child.name)
            if child.classic.part is not None:
                yield SectionPlace(below, child, child.classic.part)
            yield SectionPlace(below, child, child.classic)
            yield from _sections(child, below)


def _targets(node: Node) -> Iterator[str]:
    if isinstance(node, Leaf | LeafList):
        if isinstance(node.type, Reference):
            yield node.type.target
    elif not isinstance(node, Action):
        for child in node.cases if isinstance(node, Choice) else node.children:
            yield from _targets(child)


def _arranged(
    items: Sequence[_Item],
    paths: Callable[[_Item], Sequence[str]],
    needs: Callable[[_Item], frozenset[str]],
) -> list[_Item]:
    """Return *items*, each behind those whose *paths* hold what it *needs*, else as they came."""
    left = [(item, [f"{path}/" for path in paths(item)], needs(item)) for item in items]
    found: list[_Item] = []
    while left:
        ready = next(
            (
                one
                for one in left
                if not any(
                    target.startswith(path)
                    for other in left
                    if other is not one
                    for path in other[1]
                    for target in one[2]
                )
            ),
            left[0],
        )
        left = [one for one in left if one is not ready]
        found.append(ready[0])
    return found
