"""What holds when nothing is configured: default values, and which case of a choice."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.config.comments import is_comment
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.schema.nodes import Case, Choice, Container, Leaf, ListNode, Node, data_children


def effective(node: Container | ListNode, branch: Branch, *, lists: bool = True) -> Branch:
    """Return *branch*, the content of *node*, with every default value in its place.

    Defaults appear in containers that always exist and in entries that are there; of a choice,
    in the case that holds, which is its default case when none is configured. Where *lists* are
    not wanted they are left out.
    """
    said = {name: element for name, element in branch.items() if is_comment(name)}
    return Branch({**said, **dict(_filled(node.children, branch, lists=lists))})


def held_case(choice: Choice, branch: Branch) -> Case | None:
    """Return the case of *choice* that *branch* has data of, else the default case or None."""
    for case in choice.cases:
        if any(child.name in branch for child in data_children(case)):
            return case
    return next((case for case in choice.cases if case.name == choice.default), None)


def _filled(
    children: tuple[Node, ...], branch: Branch, *, lists: bool
) -> Iterator[tuple[str, Element]]:
    for child in children:
        if isinstance(child, Choice):
            case = held_case(child, branch)
            if case is not None:
                yield from _filled(case.children, branch, lists=lists)
        elif isinstance(child, Container):
            inner = branch.get(child.name)
            if isinstance(inner, Branch) or not child.presence:
                content = inner if isinstance(inner, Branch) else EMPTY
                yield child.name, effective(child, content, lists=lists)
        elif isinstance(child, ListNode):
            entries = branch.get(child.name)
            if lists and isinstance(entries, Entries):
                filled = {keys: effective(child, entry) for keys, entry in entries.items()}
                yield child.name, Entries(filled)
        elif not isinstance(child, Case) and child.name in branch:
            yield child.name, branch[child.name]
        elif isinstance(child, Leaf) and child.default is not None:
            yield child.name, child.type.parse(child.default)
