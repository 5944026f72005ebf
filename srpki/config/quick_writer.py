"""Writes a configuration in braces by the tables of its contexts, much quicker than by the schema.

The text is that of `srpki.config.text.brace_lines`, which writes here, too, what is unusual: a
context with comments on its leafs, or with what its schema does not have. The text of an entry that
is one of many is kept with the entry, which never changes: after an edit only what it touches is
written anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from srpki.config import comments
from srpki.config.tables import Table, table
from srpki.config.text import INDENT, brace_lines, spell_leaf, spell_value
from srpki.config.tree import Branch, Entries
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Container, ListNode
from srpki.schema.paths import Key

FEW: Final = 8
"""Entries of a list within an entry that are written each time that one is."""


def lines(node: Container | ListNode, branch: Branch, indent: str) -> list[str]:
    """Return *branch*, the content of *node*, in brace form, each line begun by *indent*.

    One of them may be several, with the line ends between them.
    """
    written = _Written()
    _Level(table(node), indent).write(branch, written)
    return written.pieces()


class _Written:
    """What was written so far: *lines* that belong together, after what is not theirs."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []

    def pieces(self) -> list[str]:
        """Return everything, the last lines joined."""
        if self.lines:
            self._pieces.append("\n".join(self.lines))
            self.lines.clear()
        return self._pieces


class _Step(NamedTuple):
    """How to write what is called *name*: a context *below*, or a leaf.

    A leaf that is plain text stands behind its *head* and before a quote; others were *spelled*.
    """

    name: str
    below: _Level | None
    head: str
    spelled: dict[object, str]


class _Level:
    """A context at an *indent*, while one text is written."""

    def __init__(self, known: Table, indent: str, *, within: bool = False) -> None:
        """*within* says whether it stands within an entry of a list."""
        self._known = known
        self._within = within
        self._indent = indent
        self._outside = indent.removesuffix(INDENT)
        self._head = f"{self._outside}{known.node.name} {{"
        self._end = self._outside + "}"
        self._named: dict[str, _Step] = {}
        self._steps: dict[tuple[str, ...], list[_Step] | None] = {}
        """What to do when these names are there, None where that is unusual."""
        self._heads: dict[tuple[Key, ...], str] = {}

    def write(self, branch: Branch, written: _Written) -> None:
        """Write the content of the context."""
        items, found = branch._items, written.lines
        names = tuple(items)
        try:
            steps = self._steps[names]
        except KeyError:
            steps = self._steps[names] = self._ordered(items)
        if steps is None:
            found += brace_lines(self._known.node, branch, self._indent)
            return
        content: Any
        for name, below, head, spelled in steps:
            content = items[name]
            if below is None:
                if head and '"' not in content and "\\" not in content:
                    found.append(f'{head}{content}"')
                    continue
                key = content if content.__class__ is str else (content.__class__, content)
                text = spelled.get(key)  # True is no 1
                if text is None:
                    leaf = self._known.leafs[name]
                    text = spelled[key] = self._indent + spell_leaf(leaf, content)
                found.append(text)
            elif content.__class__ is Branch:
                if comments.MARK in content._items:
                    found += comments.lines(content[comments.MARK], self._indent)
                found.append(below._head)
                below.write(content, written)
                found.append(below._end)
            else:
                below._entries(content, written)

    def _ordered(self, items: Mapping[str, object]) -> list[_Step] | None:
        """Return how to write *items*, in schema order; None where another must."""
        known = self._known
        if not items.keys() <= {*known.names, comments.MARK}:
            return None
        return [self._named.get(name) or self._step(name) for name in known.names if name in items]

    def _step(self, name: str) -> _Step:
        known = self._known
        if name in known.below:
            within = self._within or bool(known.key_leafs)
            below = _Level(known.below[name].table, self._indent + INDENT, within=within)
            step = _Step(name, below, "", {})
        else:
            head = f'{self._indent}{name} "' if name in known.plain else ""
            step = _Step(name, None, head, {})
        self._named[name] = step
        return step

    # --- lists ---

    def _entries(self, entries: Entries, written: _Written) -> None:
        if len(entries) <= (FEW if self._within else 1):
            for keys, entry in entries._items.items():
                self._entry(keys, entry, written)
            return
        known, indent, pieces = self._known, self._indent, written.pieces()
        for keys, entry in entries._items.items():
            kept = entry.written
            if kept is None or kept[0] is not known or kept[1] != keys or kept[2] != indent:
                own = _Written()
                self._entry(keys, entry, own)
                kept = entry.written = known, keys, indent, tuple(own.pieces())
            pieces += kept[3]

    def _entry(self, keys: tuple[Key, ...], entry: Branch, written: _Written) -> None:
        found = written.lines
        if comments.MARK in entry._items:
            found += comments.lines(entry[comments.MARK], self._outside)
        head = self._heads.get(keys)
        if head is None:
            head = self._heads[keys] = f"{self._outside}{_spelled(self._known, keys)} {{"
        found.append(head)
        self.write(entry, written)
        found.append(self._end)


def _spelled(known: Table, keys: tuple[Key, ...]) -> str:
    """Return the name of a list with the *keys* of an entry."""
    first = keys[0]
    if known.plain_key and isinstance(first, str) and '"' not in first and "\\" not in first:
        return f'{known.node.name} "{first}"'
    spelled = map(spell_value, known.key_types, keys)
    return known.node.name + "".join(map(str.__add__, known.key_words, spelled))
