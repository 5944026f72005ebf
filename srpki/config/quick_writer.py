"""Writes a configuration in braces by the tables of its contexts, much quicker than by the schema.

The text is that of `srpki.config.text.brace_lines`, which writes here, too, what is unusual: a
context with comments on its leafs, or with what its schema does not have. The text of an entry is
kept with the entry, which never changes: after an edit only what it touches is written anew.
"""

from __future__ import annotations

from typing import Any

from srpki.config import comments
from srpki.config.tables import Table, table
from srpki.config.text import INDENT, brace_lines, spell_entry, spell_leaf
from srpki.config.tree import Branch, Entries
from srpki.schema.nodes import Container, ListNode
from srpki.schema.paths import Key


def lines(node: Container | ListNode, branch: Branch, indent: str) -> list[str]:
    """Return *branch*, the content of *node*, in brace form, each line begun by *indent*.

    One of them may be several, with the line ends between them.
    """
    writing = _Writing()
    writing.context(table(node), branch, indent, outermost=True)
    return writing.found


class _Writing:
    """One text that is written: what was *found* so far, and how values were spelled before."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._spelled: dict[tuple[Table, str], dict[Any, str]] = {}

    def context(self, known: Table, branch: Branch, indent: str, *, outermost: bool) -> None:
        """Write the content of a context; *outermost* is what stands in no entry of a list."""
        begin, left = len(self.found), len(branch)
        spelled = self._spelled.setdefault((known, indent), {})
        for name in known.names:
            content: Any = branch.get(name)
            if content is None:
                continue
            left -= 1
            if content.__class__ is Branch:
                self._below(known, name, content, indent, outermost=outermost)
            elif content.__class__ is Entries:
                self._entries(known, name, content, indent, outermost=outermost)
            elif content.__class__ is tuple:
                self.found.append(indent + spell_leaf(known.leafs[name], content))
            else:
                key = (name, content.__class__, content)  # True is no 1
                text = spelled.get(key)
                if text is None:
                    text = spelled[key] = indent + spell_leaf(known.leafs[name], content)
                self.found.append(text)
        if left and not (left == 1 and comments.MARK in branch):
            del self.found[begin:]
            self.found += brace_lines(known.node, branch, indent)

    def _below(
        self, known: Table, name: str, content: Branch, indent: str, *, outermost: bool
    ) -> None:
        self.found += comments.lines(content.get(comments.MARK), indent)
        self.found.append(f"{indent}{name} {{")
        self.context(known.below[name].table, content, indent + INDENT, outermost=outermost)
        self.found.append(indent + "}")

    def _entries(
        self, known: Table, name: str, entries: Entries, indent: str, *, outermost: bool
    ) -> None:
        below = known.below[name].table
        if outermost:
            self.found += [
                self._kept(below, keys, entry, indent) for keys, entry in entries.items()
            ]
            return
        for keys, entry in entries.items():
            self._entry(below, keys, entry, indent)

    def _entry(self, known: Table, keys: tuple[Key, ...], entry: Branch, indent: str) -> None:
        if comments.MARK in entry:
            self.found += comments.lines(entry.get(comments.MARK), indent)
        spelled = self._spelled.setdefault((known, indent), {})
        head = spelled.get(keys)
        if head is None:
            head = spelled[keys] = f"{indent}{_head(known, keys)} {{"
        self.found.append(head)
        self.context(known, entry, indent + INDENT, outermost=False)
        self.found.append(indent + "}")

    def _kept(self, known: Table, keys: tuple[Key, ...], entry: Branch, indent: str) -> str:
        """Return *entry*, under its *keys*, as it was written when that was first asked for."""
        kept = entry.written
        if kept is None or kept[0] is not known or kept[1] != keys or kept[2] != indent:
            inner = _Writing()
            inner._spelled = self._spelled
            inner._entry(known, keys, entry, indent)
            kept = entry.written = known, keys, indent, "\n".join(inner.found)
        return kept[3]


def _head(known: Table, keys: tuple[Key, ...]) -> str:
    """Return the name of a list with the *keys* of an entry."""
    first = keys[0]
    if known.plain_key and isinstance(first, str) and '"' not in first and "\\" not in first:
        return f'{known.node.name} "{first}"'
    assert isinstance(known.node, ListNode)
    return spell_entry(known.node, keys)
