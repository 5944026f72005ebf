"""Whether a configuration is whole: references, mandatory elements, maximum numbers.

The texts have the form of cli.md sections 1.4 and 2:
``configure ... replace - Entry does not exist - configure ... as-path "x"``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from srpki.config.edit import always_there
from srpki.config.text import spell_path
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.core.values import NamedTuple
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    Node,
    data_children,
)
from srpki.schema.paths import Key, Path, Step, Value
from srpki.schema.tree import node_at
from srpki.schema.types import Reference

Kind = Literal["missing-reference", "missing-mandatory", "too-many"]

_TEXTS: dict[Kind, str] = {
    "missing-reference": "Entry does not exist",
    "missing-mandatory": "Missing mandatory fields",
    "too-many": "Maximum number of entries exceeded",
}


class Problem(NamedTuple):
    """What is wrong at *path*; *element* and *reference* are paths in words."""

    kind: Kind
    path: Path
    element: str
    reference: str = ""

    @property
    def text(self) -> str:
        """What is wrong, without where."""
        return _TEXTS[self.kind]

    def __str__(self) -> str:
        """Where, what, and what it refers to, as the CLI prints it after the number."""
        parts = (self.element, self.text, self.reference)
        return " - ".join(part for part in parts if part)


def validate(root: Container, tree: Branch) -> tuple[Problem, ...]:
    """Return everything that is wrong with *tree*, in schema order."""
    from srpki.config.quick_check import is_whole  # noqa: PLC0415 - start-up time

    return () if is_whole(root, tree) else carefully(root, tree)


def carefully(root: Container, tree: Branch) -> tuple[Problem, ...]:
    """Return the same, whole or not."""
    return tuple(_Validation(root, tree).check(root, tree, None, ()))


def caused(root: Container, old: Branch, new: Branch) -> tuple[Problem, ...]:
    """Return what is wrong with *new* but was not with *old*, in schema order.

    What both share is passed over, so that an edit costs as much in a large configuration as in a
    small one; only where entries have gone, references to them are looked for everywhere.
    """
    lost = frozenset(_lost(root, old, new, f"/{root.name}"))
    known = set(_Validation(root, old, lost).check(root, old, new, ()))
    found = _Validation(root, new, lost).check(root, new, old, ())
    return tuple(problem for problem in found if problem not in known)


def changed(root: Container, whole: Branch, new: Branch) -> tuple[Problem, ...]:
    """Return everything that is wrong with *new*, as `validate` does; nothing is with *whole*.

    What both share is passed over.
    """
    lost = frozenset(_lost(root, whole, new, f"/{root.name}"))
    return tuple(_Validation(root, new, lost).check(root, new, whole, ()))


class _Validation:
    """One validation of *tree*, below the schema *root*.

    *lost* are the lists, as ``/configure/system/x``, that may no longer have what is referred to.
    """

    def __init__(self, root: Container, tree: Branch, lost: frozenset[str] = frozenset()) -> None:
        self._root = root
        self._tree = tree
        self._lost = lost
        self._lists: dict[str, tuple[ListNode, tuple[Entries, ...]]] = {}
        self._leading: dict[int, bool] = {}

    def check(
        self, node: Container | ListNode, branch: Branch, beside: Branch | None, path: Path
    ) -> Iterator[Problem]:
        """Yield what is wrong with *branch*, the content of *node* at *path*.

        *beside* is what another tree has there; what both share is passed over.
        """
        yield from self._missing(node.children, branch, path)
        for child in data_children(node):
            content = branch.get(child.name)
            other = None if beside is None else beside.get(child.name)
            here = (*path, Step(child.name))
            if beside is not None and content is other:
                if content is not None and self._leads(child):
                    yield from self._dangling(child, content, here)
            elif isinstance(child, Container):
                # What is always there lacks its mandatory children even when nothing is set.
                there = EMPTY if always_there(node, child) else None
                inner = content if isinstance(content, Branch) else there
                if inner is not None:
                    before = other if isinstance(other, Branch) else there
                    yield from self.check(child, inner, None if beside is None else before, here)
            elif isinstance(child, ListNode) and isinstance(content, Entries):
                yield from self._entries(child, content, other, path)
            elif isinstance(child, Leaf | LeafList) and content is not None:
                yield from self._value(child, content, here)

    def _entries(
        self, node: ListNode, entries: Entries, beside: Element | None, path: Path
    ) -> Iterator[Problem]:
        if node.max_elements is not None and len(entries) > node.max_elements:
            yield self._problem("too-many", (*path, Step(node.name)))
        before = dict(beside.items()) if isinstance(beside, Entries) else {}
        leads = self._leads(node)
        for keys, entry in entries.items():
            shared = before.get(keys) is entry
            if shared and not leads:
                continue
            here = (*path, Step(node.name, keys))
            if shared:
                yield from self._dangling_below(node, keys, entry, here)
                continue
            for leaf, key in zip(node.key_leafs, keys, strict=True):
                yield from self._value(leaf, key, (*here, Step(leaf.name)))
            yield from self.check(node, entry, before.get(keys), here)

    def _value(self, node: Leaf | LeafList, content: object, path: Path) -> Iterator[Problem]:
        values = content if isinstance(content, tuple) else (content,)
        maximum = node.max_elements if isinstance(node, LeafList) else None
        if maximum is not None and len(values) > maximum:
            yield self._problem("too-many", path)
        if isinstance(node.type, Reference):
            for value in values:
                built_in = value in node.type.built_in
                if not built_in and not self._exists(node.type.target, value):
                    yield self._problem(
                        "missing-reference", path, self._referenced(node.type.target, value)
                    )

    # --- references ---

    def _exists(self, target: str, value: Value) -> bool:
        place, key = target.rsplit("/", 1)
        if place not in self._lists:
            steps = place.strip("/").split("/")[1:]
            node = node_at(self._root, *steps)
            assert isinstance(node, ListNode)
            self._lists[place] = node, tuple(_lists(self._tree, steps))
        node, lists = self._lists[place]
        if len(node.keys) == 1:
            return any((value,) in entries for entries in lists)
        at = node.keys.index(key)
        return any(value == keys[at] for entries in lists for keys in entries)

    def _referenced(self, target: str, value: Value) -> str:
        *steps, last, leaf = target.strip("/").split("/")[1:]
        assert isinstance(value, str | int)
        node = node_at(self._root, *steps, last)
        if isinstance(node, ListNode) and len(node.keys) > 1:  # which of the entries is not said
            return f"{spell_path(self._root, tuple(map(Step, (*steps, last))))} {leaf} {value}"
        path = (*(Step(step) for step in steps), Step(last, (value,)))
        return spell_path(self._root, path)

    def _leads(self, node: DataNode | Action) -> bool:
        """Return whether something at or below *node* may refer to an entry that was lost."""
        if not self._lost:
            return False
        if id(node) not in self._leading:
            if isinstance(node, Container | ListNode):
                found = any(self._leads(child) for child in data_children(node))
            else:
                found = isinstance(node, Leaf | LeafList) and self._refers(node)
            self._leading[id(node)] = found
        return self._leading[id(node)]

    def _refers(self, node: Leaf | LeafList) -> bool:
        kind = node.type
        return isinstance(kind, Reference) and kind.target.rsplit("/", 1)[0] in self._lost

    def _dangling(self, node: DataNode | Action, content: Element, path: Path) -> Iterator[Problem]:
        """Yield the references in *content* to what was lost; the rest of it has not changed."""
        if isinstance(node, Leaf | LeafList):
            yield from self._value(node, content, path)
        elif isinstance(node, Container) and isinstance(content, Branch):
            yield from self._dangling_below(node, (), content, path)
        elif isinstance(node, ListNode) and isinstance(content, Entries):
            for keys, entry in content.items():
                here = (*path[:-1], Step(node.name, keys))
                yield from self._dangling_below(node, keys, entry, here)

    def _dangling_below(
        self, node: Container | ListNode, keys: tuple[Key, ...], branch: Branch, path: Path
    ) -> Iterator[Problem]:
        given = dict(zip(node.keys, keys, strict=True)) if isinstance(node, ListNode) else {}
        for child in data_children(node):
            content = given.get(child.name, branch.get(child.name))
            if content is not None and self._leads(child):
                yield from self._dangling(child, content, (*path, Step(child.name)))

    # --- what must be there ---

    def _missing(self, children: tuple[Node, ...], branch: Branch, path: Path) -> Iterator[Problem]:
        for child in children:
            if isinstance(child, Choice):
                held = [
                    case
                    for case in child.cases
                    if any(inner.name in branch for inner in data_children(case))
                ]
                if child.mandatory and not held:
                    yield self._problem("missing-mandatory", (*path, Step(child.name)))
                for case in held:
                    yield from self._missing(case.children, branch, path)
            elif isinstance(child, Leaf) and child.mandatory and child.name not in branch:
                yield self._problem("missing-mandatory", (*path, Step(child.name)))

    def _problem(self, kind: Kind, path: Path, reference: str = "") -> Problem:
        return Problem(kind, path, spell_path(self._root, path), reference)


def _lists(branch: Branch, steps: list[str]) -> Iterator[Entries]:
    """Yield the list that *steps* lead to; several where the way leads through lists."""
    content = branch.get(steps[0])
    if isinstance(content, Entries) and len(steps) == 1:
        yield content
    elif isinstance(content, Entries):
        for entry in content.values():
            yield from _lists(entry, steps[1:])
    elif isinstance(content, Branch) and len(steps) > 1:
        yield from _lists(content, steps[1:])


def _lost(node: Container | ListNode, old: Branch, new: Branch, place: str) -> Iterator[str]:
    """Yield the place of every list that has lost an entry."""
    for child in data_children(node):
        before, after = old.get(child.name), new.get(child.name)
        if before is None or before is after:
            continue
        here = f"{place}/{child.name}"
        if isinstance(child, Container) and isinstance(before, Branch):
            yield from _lost(child, before, after if isinstance(after, Branch) else EMPTY, here)
        elif isinstance(child, ListNode) and isinstance(before, Entries):
            left = dict(after.items()) if isinstance(after, Entries) else {}
            if before.keys() - left.keys():
                yield here
            for keys, entry in before.items():
                if left.get(keys) is not entry:
                    yield from _lost(child, entry, left.get(keys, EMPTY), here)
