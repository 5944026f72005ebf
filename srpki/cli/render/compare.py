"""Lays out the difference of two trees for ``compare``: a column of signs before ``info`` lines."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.config.text import INDENT, brace_lines, flat_lines, spell_entry, spell_leaf
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode, data_children
from srpki.schema.paths import Key

_NOTHING = Entries()


def compare(node: Container | ListNode, old: Branch, new: Branch, indent: str) -> Iterator[str]:
    """Yield what differs between two contents of *node*: ``-`` lines, ``+`` lines, and the way.

    Lines of what is alike on both sides show only the contexts that lead to a difference
    [cli.md 1.3].
    """
    for child in data_children(node):
        before, after = old.get(child.name), new.get(child.name)
        if before == after:
            continue
        if isinstance(child, ListNode):
            yield from _entries(child, before, after, indent)
        elif isinstance(child, Container):
            yield from _context(child, child.name, before, after, indent)
        elif isinstance(child, Leaf | LeafList):
            yield from _value("-", child, before, indent)
            yield from _value("+", child, after, indent)


def _value(sign: str, node: Leaf | LeafList, value: Element | None, indent: str) -> Iterator[str]:
    if value is not None:
        assert not isinstance(value, Branch | Entries)
        yield signed(sign, indent + spell_leaf(node, value))


def _entries(
    node: ListNode, before: Element | None, after: Element | None, indent: str
) -> Iterator[str]:
    old = before if isinstance(before, Entries) else _NOTHING
    new = after if isinstance(after, Entries) else _NOTHING
    keys: tuple[Key, ...]
    for keys in dict.fromkeys((*old, *new)):
        yield from _context(node, spell_entry(node, keys), old.get(keys), new.get(keys), indent)


def _context(
    node: Container | ListNode,
    head: str,
    before: Element | None,
    after: Element | None,
    indent: str,
) -> Iterator[str]:
    if before == after:
        return
    if before is None or after is None:
        sign, content = ("-", before) if after is None else ("+", after)
        assert isinstance(content, Branch)
        lines = (f"{indent}{head} {{", *brace_lines(node, content, indent + INDENT), indent + "}")
        yield from (signed(sign, line) for line in lines)
        return
    assert isinstance(before, Branch)
    assert isinstance(after, Branch)
    yield f"{indent}{head} {{"
    yield from compare(node, before, after, indent + INDENT)
    yield indent + "}"


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
