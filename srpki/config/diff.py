"""What differs between two trees, leaf by leaf, and merging it into a third.

A `Change` is the setting, appearing or vanishing of one element. An entry that appears or vanishes
is one change with all that it holds, and so is a container whose existence means something.
"""

from __future__ import annotations

from collections.abc import Iterator

from srpki.config import edit
from srpki.config.comments import is_comment
from srpki.config.tree import EMPTY, Branch, Element, Entries, get
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Container, ListNode, data_children
from srpki.schema.paths import Path, Step


class Change(NamedTuple):
    """The element at *path* was *old* and is *new*; None is absent."""

    path: Path
    old: Element | None
    new: Element | None


class Conflict(NamedTuple):
    """A *change* that meets an element which somebody else has made *theirs* meanwhile."""

    change: Change
    theirs: Element | None


def diff(node: Container | ListNode, old: Branch, new: Branch, path: Path = ()) -> Iterator[Change]:
    """Yield what turns *old* into *new*, both contents of *node*, in schema order."""
    if old is new:
        return
    for name in dict.fromkeys((*old, *new)):
        if is_comment(name) and old.get(name) != new.get(name):
            yield Change((*path, Step(name)), old.get(name), new.get(name))
    for child in data_children(node):
        before, after = old.get(child.name), new.get(child.name)
        if before is after or before == after:
            continue
        here = (*path, Step(child.name))
        if isinstance(child, ListNode):
            yield from _diff_entries(child, before, after, path)
        elif isinstance(child, Container) and (
            edit.always_there(node, child) or (before is not None and after is not None)
        ):
            yield from diff(child, _branch(before), _branch(after), here)
        else:
            yield Change(here, before, after)


def _branch(element: Element | None) -> Branch:
    return element if isinstance(element, Branch) else EMPTY


def _diff_entries(
    node: ListNode, before: Element | None, after: Element | None, path: Path
) -> Iterator[Change]:
    old = before if isinstance(before, Entries) else Entries()
    new = after if isinstance(after, Entries) else Entries()
    there = dict(old.changed(new))
    for keys in dict.fromkeys((*there, *(keys for keys, _ in new.changed(old)))):
        here = (*path, Step(node.name, keys))
        if keys in there and keys in new:
            yield from diff(node, there[keys], new[keys], here)
        else:
            yield Change(here, there.get(keys), new.get(keys))


def conflicts(
    root: Container, changes: tuple[Change, ...], base: Branch, theirs: Branch
) -> Iterator[Conflict]:
    """Yield those of *changes*, made to *base*, that meet a change from *base* to *theirs*.

    The same change made by both is none.
    """
    for change in changes:
        there = get(theirs, change.path)
        moved = there not in (change.old, change.new) and not _both_made(change, there)
        if (
            moved
            or _lost_parent(change.path, base, theirs)
            or _gained_rival(root, change, base, theirs)
        ):
            yield Conflict(change, there)


def _both_made(change: Change, there: Element | None) -> bool:
    """Whether both made the same entry or container and agree on what both put into it."""
    return change.old is None and there is not None and _agree(change.new, there)


def _agree(ours: Element | None, theirs: Element) -> bool:
    if isinstance(ours, Branch) and isinstance(theirs, Branch):
        return all(_agree(ours[name], theirs[name]) for name in ours if name in theirs)
    if isinstance(ours, Entries) and isinstance(theirs, Entries):
        return all(_agree(ours[keys], theirs[keys]) for keys in ours if keys in theirs)
    return ours == theirs


def _lost_parent(path: Path, base: Branch, theirs: Branch) -> bool:
    return any(
        path[depth - 1].keys
        and get(base, path[:depth]) is not None
        and get(theirs, path[:depth]) is None
        for depth in range(1, len(path))
    )


def _gained_rival(root: Container, change: Change, base: Branch, theirs: Branch) -> bool:
    if change.new is None:
        return False
    parents = (root, *edit.nodes_along(root, change.path))
    for depth, step in enumerate(change.path):
        parent = parents[depth]
        assert isinstance(parent, Container | ListNode)
        for name in edit.rivals(parent, step.name):
            rival = (*change.path[:depth], Step(name))
            if get(theirs, rival) is not None and get(base, rival) is None:
                return True
    return False


def merge(root: Container, changes: tuple[Change, ...], theirs: Branch) -> Branch:
    """Return *theirs* with *changes* made; where they conflict, *changes* win."""
    for change in changes:
        if change.new is None:
            theirs = edit.delete(root, theirs, change.path)
        else:
            theirs = _merged(root, theirs, change.path, change.new)
    return theirs


def _merged(root: Container, tree: Branch, path: Path, element: Element) -> Branch:
    if not isinstance(element, Branch) or get(tree, path) is None:
        return edit.graft(root, tree, path, element)
    for name, inner in element.items():
        if isinstance(inner, Entries):
            for keys, entry in inner.items():
                tree = _merged(root, tree, (*path, Step(name, keys)), entry)
        else:
            tree = _merged(root, tree, (*path, Step(name)), inner)
    return tree
