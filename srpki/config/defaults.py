"""What holds when nothing is configured: default values, and which case of a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from srpki.config.comments import is_comment
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.core.values import NamedTuple
from srpki.schema.nodes import (
    Case,
    Choice,
    Container,
    Leaf,
    LeafList,
    ListNode,
    Node,
    data_children,
)
from srpki.schema.paths import Value


def effective(node: Container | ListNode, branch: Branch, *, lists: bool = True) -> Branch:
    """Return *branch*, the content of *node*, with every default value in its place.

    Defaults appear in containers that always exist and in entries that are there; of a choice,
    in the case that holds, which is its default case when none is configured. Where *lists* are
    not wanted they are left out.
    """
    return _plan(node).effective(branch, lists=lists)


def held_case(choice: Choice, branch: Branch) -> Case | None:
    """Return the case of *choice* that *branch* has data of, else the default case or None."""
    for case in choice.cases:
        if any(child.name in branch for child in data_children(case)):
            return case
    return next((case for case in choice.cases if case.name == choice.default), None)


class _Plan:
    """How the content of one node of the schema is filled, found out once."""

    def __init__(self, node: Container | ListNode) -> None:
        self.node = node
        self._steps = tuple(_steps(node.children))
        self._empty = {lists: self._filled(EMPTY, lists=lists) for lists in (False, True)}

    def effective(self, branch: Branch, *, lists: bool) -> Branch:
        """Return *branch* with the default values."""
        return self._filled(branch, lists=lists) if branch else self._empty[lists]

    def _filled(self, branch: Branch, *, lists: bool) -> Branch:
        items = {name: element for name, element in branch.items() if is_comment(name)}
        for step in self._steps:
            step.fill(branch, items, lists=lists)
        return Branch(items)


_PLANS: Final[dict[int, _Plan]] = {}
"""By the identity of the node, which the plan keeps alive."""


def _plan(node: Container | ListNode) -> _Plan:
    found = _PLANS.get(id(node))
    if found is None:
        found = _PLANS[id(node)] = _Plan(node)
    return found


class _Step(Protocol):
    """Fills in one child."""

    def fill(self, branch: Branch, items: dict[str, Element], *, lists: bool) -> None:
        """Put into *items* what *branch* has of the child, or what holds without."""
        ...


class _Value(NamedTuple):
    name: str
    default: Value | None

    def fill(self, branch: Branch, items: dict[str, Element], *, lists: bool) -> None:
        del lists
        value = branch.get(self.name, self.default)
        if value is not None:
            items[self.name] = value


class _Context(NamedTuple):
    name: str
    plan: _Plan
    presence: bool

    def fill(self, branch: Branch, items: dict[str, Element], *, lists: bool) -> None:
        inner = branch.get(self.name)
        if isinstance(inner, Branch) or not self.presence:
            content = inner if isinstance(inner, Branch) else EMPTY
            items[self.name] = self.plan.effective(content, lists=lists)


class _List(NamedTuple):
    name: str
    plan: _Plan

    def fill(self, branch: Branch, items: dict[str, Element], *, lists: bool) -> None:
        entries = branch.get(self.name)
        if lists and isinstance(entries, Entries):
            filled = {key: self.plan.effective(one, lists=True) for key, one in entries.items()}
            items[self.name] = Entries(filled)


class _Cases(NamedTuple):
    cases: tuple[tuple[frozenset[str], tuple[_Step, ...]], ...]
    default: tuple[_Step, ...]

    def fill(self, branch: Branch, items: dict[str, Element], *, lists: bool) -> None:
        held = (steps for names, steps in self.cases if not names.isdisjoint(branch.keys()))
        for step in next(held, self.default):
            step.fill(branch, items, lists=lists)


def _steps(children: tuple[Node, ...]) -> Iterator[_Step]:
    for child in children:
        if isinstance(child, Choice):
            cases = {
                case.name: (
                    frozenset(inner.name for inner in data_children(case)),
                    tuple(_steps(case.children)),
                )
                for case in child.cases
            }
            default = cases[child.default][1] if child.default in cases else ()
            yield _Cases(tuple(cases.values()), default)
        elif isinstance(child, Container):
            yield _Context(child.name, _plan(child), child.presence)
        elif isinstance(child, ListNode):
            yield _List(child.name, _plan(child))
        elif isinstance(child, Leaf):
            default_value = None if child.default is None else child.type.parse(child.default)
            yield _Value(child.name, default_value)
        elif isinstance(child, LeafList):
            yield _Value(child.name, None)
