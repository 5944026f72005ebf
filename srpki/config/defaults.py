"""What holds when nothing is configured: default values, and which case of a choice."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.schema.nodes import (
    Action,
    Case,
    Choice,
    Container,
    Leaf,
    ListNode,
    Node,
    data_children,
)
from srpki.schema.once import once_a_node


def effective(
    node: Container | ListNode,
    branch: Branch,
    *,
    lists: bool = True,
    last: tuple[Branch, Branch] | None = None,
) -> Branch:
    """Return *branch*, the content of *node*, with every default value in its place.

    Defaults appear in containers that always exist and in entries that are there; of a choice,
    in the case that holds, which is its default case when none is configured. Where *lists* are
    not wanted they are left out. Give the *last* content of *node* with what came of it then, that
    only what has changed need be filled; what has not changed is the same object.
    """
    return _plan(node).effective(branch, lists=lists, last=last)


def held_case(choice: Choice, branch: Branch) -> Case | None:
    """Return the case of *choice* that *branch* has data of, else the default case or None."""
    for case in choice.cases:
        if any(child.name in branch for child in data_children(case)):
            return case
    return next((case for case in choice.cases if case.name == choice.default), None)


class _Plan:
    """How the content of one node of the schema is filled, found out once."""

    def __init__(self, node: Container | ListNode) -> None:
        self._node = node
        self._below = {
            child.name: _plan(child)
            for child in data_children(node)
            if isinstance(child, Container | ListNode)
        }
        self._case_of = dict(_case_names(node.children))
        self._bases: dict[frozenset[str], dict[str, Element | None]] = {}
        """What there is beside what is configured, of each name that may be there, or None: by the
        cases that hold, of which there are few."""
        self._alone = self._base(frozenset())
        self._empty = self.effective(EMPTY, lists=False)

    def effective(
        self, branch: Branch, *, lists: bool, last: tuple[Branch, Branch] | None = None
    ) -> Branch:
        """Return *branch* with the default values, in schema order."""
        if last is not None and last[0] is branch:
            return last[1]
        configured, base = branch._items, self._alone
        if self._case_of and not self._case_of.keys().isdisjoint(configured):
            cases = self._case_of.keys() & configured.keys()
            base = self._base(frozenset(map(self._case_of.__getitem__, cases)))
        found = base | configured
        before, filled = last if last is not None else (EMPTY, EMPTY)
        for name, plan in self._below.items():
            if name in configured:
                held, then, known = configured[name], before.get(name), filled.get(name)
                if isinstance(held, Branch):
                    again = None
                    if isinstance(then, Branch) and isinstance(known, Branch):
                        again = then, known
                    found[name] = plan.effective(held, lists=lists, last=again)
                elif isinstance(held, Entries):
                    found[name] = plan._entries(held, then, known) if lists else None
        return Branch({name: element for name, element in found.items() if element is not None})

    def _entries(self, entries: Entries, before: Element | None, filled: Element | None) -> Entries:
        if not isinstance(before, Entries) or not isinstance(filled, Entries):
            return Entries({keys: self.effective(one, lists=True) for keys, one in entries.items()})
        if entries is before:
            return filled
        held, known = before._items, filled._items
        return Entries(
            {
                keys: known[keys]
                if keys in held and held[keys] is one
                else self.effective(
                    one, lists=True, last=(held[keys], known[keys]) if keys in held else None
                )
                for keys, one in entries.items()
            }
        )

    def _base(self, held: frozenset[str]) -> dict[str, Element | None]:
        """Return what there is when cases are *held*."""
        base = self._bases.get(held)
        if base is None:
            base = self._bases[held] = dict(self._defaults(self._node.children, held, ""))
        return base

    def _defaults(
        self, children: tuple[Node, ...], held: frozenset[str], above: str
    ) -> Iterator[tuple[str, Element | None]]:
        for child in children:
            if isinstance(child, Choice):
                case = _of_held(child, held, above)
                if case is not None:
                    yield from self._defaults(case.children, held, _spelled(above, child, case))
            elif isinstance(child, Container):
                yield child.name, None if child.presence else self._below[child.name]._empty
            elif isinstance(child, Leaf) and child.default is not None:
                yield child.name, child.type.parse(child.default)
            elif not isinstance(child, Case | Action):
                yield child.name, None


@once_a_node
def _plan(node: Container | ListNode) -> _Plan:
    return _Plan(node)


def _case_names(children: tuple[Node, ...], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each child that stands in a case, with the way to that case."""
    for choice in children:
        if not isinstance(choice, Choice):
            continue
        for case in choice.cases:
            way = _spelled(above, choice, case)
            yield from ((inner.name, way) for inner in data_children(case))
            yield from _case_names(case.children, way)


def _of_held(choice: Choice, held: frozenset[str], above: str) -> Case | None:
    """Return the case of *choice* that one of the *held* is or stands in, else the default one."""
    for case in choice.cases:
        way = _spelled(above, choice, case)
        if any(one.startswith(way) for one in held):
            return case
    return next((case for case in choice.cases if case.name == choice.default), None)


def _spelled(above: str, choice: Choice, case: Case) -> str:
    return f"{above}{choice.name}/{case.name}/"
