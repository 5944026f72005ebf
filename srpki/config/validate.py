"""Whether a configuration is whole: references, mandatory elements, maximum numbers.

The texts have the form of cli.md sections 1.4 and 2:
``configure ... replace - Entry does not exist - configure ... as-path "x"``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from srpki.config.edit import always_there
from srpki.config.text import spell_path
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.schema.nodes import (
    Choice,
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    Node,
    data_children,
)
from srpki.schema.paths import Path, Step, Value
from srpki.schema.types import Reference

Kind = Literal["missing-reference", "missing-mandatory", "too-many"]

_TEXTS: dict[Kind, str] = {
    "missing-reference": "Entry does not exist",
    "missing-mandatory": "Missing mandatory element",
    "too-many": "Maximum number of entries exceeded",
}


@dataclass(frozen=True, slots=True)
class Problem:
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
    return tuple(_Validation(root, tree).check(root, tree, ()))


class _Validation:
    def __init__(self, root: Container, tree: Branch) -> None:
        self._root = root
        self._tree = tree
        self._known: dict[str, frozenset[Value]] = {}

    def check(self, node: Container | ListNode, branch: Branch, path: Path) -> Iterator[Problem]:
        yield from self._missing(node.children, branch, path)
        for child in data_children(node):
            content = branch.get(child.name)
            here = (*path, Step(child.name))
            if isinstance(child, Container):
                # What is always there lacks its mandatory children even when nothing is set.
                if isinstance(content, Branch) or always_there(node, child):
                    inner = content if isinstance(content, Branch) else EMPTY
                    yield from self.check(child, inner, here)
            elif isinstance(child, ListNode) and isinstance(content, Entries):
                yield from self._entries(child, content, path)
            elif isinstance(child, Leaf | LeafList) and content is not None:
                yield from self._value(child, content, here)

    def _entries(self, node: ListNode, entries: Entries, path: Path) -> Iterator[Problem]:
        if node.max_elements is not None and len(entries) > node.max_elements:
            yield self._problem("too-many", (*path, Step(node.name)))
        for keys, entry in entries.items():
            here = (*path, Step(node.name, keys))
            for leaf, key in zip(node.key_leafs, keys, strict=True):
                yield from self._value(leaf, key, (*here, Step(leaf.name)))
            yield from self.check(node, entry, here)

    def _value(self, node: Leaf | LeafList, content: object, path: Path) -> Iterator[Problem]:
        values = content if isinstance(content, tuple) else (content,)
        maximum = node.max_elements if isinstance(node, LeafList) else None
        if maximum is not None and len(values) > maximum:
            yield self._problem("too-many", path)
        if isinstance(node.type, Reference):
            for value in values:
                if value not in self._targets(node.type.target):
                    yield self._problem(
                        "missing-reference", path, self._referenced(node.type.target, value)
                    )

    def _targets(self, target: str) -> frozenset[Value]:
        if target not in self._known:
            *steps, leaf = target.strip("/").split("/")[1:]
            self._known[target] = frozenset(_keys(self._root, self._tree, steps, leaf))
        return self._known[target]

    def _referenced(self, target: str, value: Value) -> str:
        *steps, last, _leaf = target.strip("/").split("/")[1:]
        assert isinstance(value, str | int)
        path = (*(Step(step) for step in steps), Step(last, (value,)))
        return spell_path(self._root, path)

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


def _keys(node: DataNode, branch: Branch, steps: list[str], leaf: str) -> Iterator[Value]:
    """Yield the values of the key *leaf* of the list that *steps* lead to, in all its entries."""
    if not steps or not isinstance(node, Container | ListNode):
        return
    child = next((one for one in data_children(node) if one.name == steps[0]), None)
    content = branch.get(steps[0])
    if isinstance(child, Container) and isinstance(content, Branch):
        yield from _keys(child, content, steps[1:], leaf)
    elif isinstance(child, ListNode) and isinstance(content, Entries):
        for keys, entry in content.items():
            if len(steps) == 1:
                yield keys[child.keys.index(leaf)]
            else:
                yield from _keys(child, entry, steps[1:], leaf)
