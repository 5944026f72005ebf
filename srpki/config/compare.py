"""Lays out the difference of two trees for ``compare``: a column of signs before ``info`` lines.

Inside, a line is its sign and its text. The signs are ``+`` and ``-``, a blank for the contexts
that lead to a difference, and ``=`` for what is alike on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator

from srpki.config import comments
from srpki.config.text import INDENT, brace_lines, flat_lines, spell_entry, spell_leaf
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.schema.nodes import Container, DataNode, Leaf, LeafList, ListNode, data_children
from srpki.schema.paths import Key

Line = tuple[str, str]
_NOTHING = Entries()
_ALIKE = "="


def compare(
    node: Container | ListNode, old: Branch, new: Branch, indent: str, around: int = 0
) -> Iterator[str]:
    """Yield what differs between two contents of *node*: ``-`` lines, ``+`` lines, and the way.

    Of what is alike on both sides, *around* lines before and after each difference are shown
    [cli.md 1.3].
    """
    lines = list(_content(node, old, new, indent, whole=around > 0))
    shown: set[int] = set()
    for place, (sign, _) in enumerate(lines):
        if sign in "+-":
            shown.update(range(place - around, place + around + 1))
    for place, (sign, text) in enumerate(lines):
        if sign != _ALIKE or place in shown:
            yield text if sign == _ALIKE else signed(sign, text)


def summary(node: Container | ListNode, old: Branch, new: Branch, indent: str) -> Iterator[str]:
    """Yield the elements of *node* that differ, without what is in them.

    What is there on both sides, and not alike, has a line with ``-`` and one with ``+``.
    """
    for child, keys in _elements(node, old, new):
        before, after = _at(old, child, keys), _at(new, child, keys)
        if before != after:
            head = spell_entry(child, keys) if isinstance(child, ListNode) else child.name
            ending = "" if isinstance(child, Leaf | LeafList) else " {...}"
            for sign, element in (("-", before), ("+", after)):
                if element is not None:
                    yield signed(sign, f"{indent}{head}{ending}")


def _elements(
    node: Container | ListNode, old: Branch, new: Branch
) -> Iterator[tuple[DataNode, tuple[Key, ...]]]:
    """Yield the elements that either side has, the entries of lists one by one."""
    hidden = node.keys if isinstance(node, ListNode) else ()
    for child in data_children(node):
        if isinstance(child, ListNode):
            before, after = (_entries(tree.get(child.name)) for tree in (old, new))
            yield from ((child, keys) for keys in dict.fromkeys((*before, *after)))
        elif (
            isinstance(child, Container | Leaf | LeafList)
            and child.name not in hidden
            and (child.name in old or child.name in new)
        ):
            yield child, ()


def _at(tree: Branch, child: DataNode, keys: tuple[Key, ...]) -> Element | None:
    if isinstance(child, ListNode):
        return _entries(tree.get(child.name)).get(keys)
    return tree.get(child.name)


def _comment(child: DataNode, tree: Branch, keys: tuple[Key, ...]) -> Element | None:
    found = _at(tree, child, keys)
    if isinstance(found, Branch):
        return found.get(comments.MARK)
    return tree.get(comments.MARK + child.name)


def _entries(element: Element | None) -> Entries:
    return element if isinstance(element, Entries) else _NOTHING


def _content(
    node: Container | ListNode, old: Branch, new: Branch, indent: str, *, whole: bool
) -> Iterator[Line]:
    """Yield the lines of both contents of *node*; what is alike only where *whole* is wanted."""
    for child, keys in _elements(node, old, new):
        before, after = _at(old, child, keys), _at(new, child, keys)
        said = [_comment(child, tree, keys) for tree in (old, new)]
        if before is not None and after is not None and said[0] != said[1]:
            yield from (("-", line) for line in comments.lines(said[0], indent))
            yield from (("+", line) for line in comments.lines(said[1], indent))
        else:
            sign = "-" if after is None else "+" if before is None else _ALIKE
            shown = whole or sign != _ALIKE
            yield from (
                (sign, line) for line in comments.lines(said[0] or said[1], indent) if shown
            )
        if before == after:
            yield from _lines(_ALIKE, child, keys, before, indent) if whole else ()
        elif isinstance(before, Branch) and isinstance(after, Branch):
            assert isinstance(child, Container | ListNode)
            yield " ", f"{indent}{_head(child, keys)} {{"
            yield from _content(child, before, after, indent + INDENT, whole=whole)
            yield " ", f"{indent}}}"
        else:
            yield from _lines("-", child, keys, before, indent)
            yield from _lines("+", child, keys, after, indent)


def _lines(
    sign: str, node: DataNode, keys: tuple[Key, ...], element: Element | None, indent: str
) -> Iterator[Line]:
    """Yield every line of *element*, be it nothing, with *sign*."""
    if element is None:
        return
    if isinstance(node, Leaf | LeafList):
        assert not isinstance(element, Branch | Entries)
        yield sign, indent + spell_leaf(node, element)
        return
    assert isinstance(element, Branch)
    yield sign, f"{indent}{_head(node, keys)} {{"
    yield from ((sign, line) for line in brace_lines(node, element, indent + INDENT))
    yield sign, f"{indent}}}"


def _head(node: DataNode, keys: tuple[Key, ...]) -> str:
    return spell_entry(node, keys) if isinstance(node, ListNode) else node.name


def signed(sign: str, line: str) -> str:
    """Return *line* with *sign* in its first column, which is blank."""
    return sign + line[1:]


def flat_changes(
    node: Container | ListNode, old: Branch, new: Branch, prefix: str
) -> Iterator[str]:
    """Yield what differs, one line an element, each begun by *prefix*."""
    gone, come = (dict.fromkeys(flat_lines(node, tree, prefix)) for tree in (old, new))
    yield from (signed("-", INDENT + line) for line in gone if line not in come)
    yield from (signed("+", INDENT + line) for line in come if line not in gone)


def content(element: Element | None) -> Branch:
    """Return *element* as a branch; nothing is an empty one."""
    return element if isinstance(element, Branch) else EMPTY
