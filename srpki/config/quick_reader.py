"""Reads a configuration as it is saved, in braces, one element a line, much quicker than any other.

What `srpki.config.braces` reads otherwise, or may not read at all, is not read here: comments,
escapes, abbreviations, elements that are set twice, choices that are torn, whatever is unknown or
has a wrong value. A line that was read in a context once is not read again there.
"""

from __future__ import annotations

import re
from typing import Any, Final

from srpki.config.comments import PREFIX
from srpki.config.lexer import LINE_LIMIT
from srpki.config.tables import Below, Table, table
from srpki.config.text import INDENT
from srpki.config.tree import Branch, Entries
from srpki.core.patterns import regex
from srpki.schema.nodes import Container, Leaf, LeafList
from srpki.schema.paths import Key, Value
from srpki.schema.types import Boolean, Empty, ValueType, ValueTypeError

_VALUE: Final = regex(
    r'"([^"\\]*(?:\\[^"\\][^"\\]*)*)"|([A-Za-z0-9-][A-Za-z0-9_.:/@+-]*)', re.DOTALL
)
"""A string without escapes, or a plain word."""
_Said = tuple[str, Any, Below | None]
"""What a line says: a leaf and its value, or an entry or a container and what is below."""


class _Unusual(Exception):  # noqa: N818 - no error: another reader reads it
    """Something that this reader does not read."""


def read(root: Container, text: str) -> Branch | None:
    """Return the content of *root* that *text* holds, None where the careful reader must say."""
    lines = text.removesuffix("\n").split("\n")
    while lines and _says_nothing(lines[-1]):
        lines.pop()
    begin = 0
    while begin < len(lines) and _says_nothing(lines[begin]):
        begin += 1
    if lines[begin : begin + 1] != [f"{root.name} {{"]:
        return None
    try:
        return _Reading(root).read(lines, begin + 1)
    except _Unusual:
        return None


def _says_nothing(line: str) -> bool:
    return not line or (line[0] == "#" and not line.startswith(PREFIX))


class _Reading:
    """One reading: where it is, which contexts are open, and what was read in each before."""

    def __init__(self, root: Container) -> None:
        self._table = table(root)
        self._items: dict[str, Any] = {}
        self._open: list[tuple[Table, dict[str, Any], str, tuple[Key, ...], bool]] = []
        self._known: dict[Table, dict[str, _Said]] = {}

    def read(self, lines: list[str], begin: int) -> Branch:
        """Return the content that *lines* describe from *begin* to the closing brace of the root.

        Raises `_Unusual`.
        """
        items, closing, known = self._items, "}", self._known.setdefault(self._table, {})
        for number in range(begin, len(lines)):
            line = lines[number]
            said = known.get(line)
            if said is None and line == closing:
                if not self._open:
                    if number + 1 < len(lines):
                        raise _Unusual
                    return self._whole()
                self._close()
            else:
                if said is None:
                    said = known[line] = self._said(line)
                name, value, below = said
                if below is None:
                    if name in items:
                        raise _Unusual
                    items[name] = value
                    continue
                self._open.append((self._table, items, name, value, below.alone))
                self._table, self._items = below.table, {}
            items, closing = self._items, INDENT * len(self._open) + "}"
            known = self._known.get(self._table) or self._known.setdefault(self._table, {})
        raise _Unusual

    def _close(self) -> None:
        made = self._whole()
        self._table, self._items, name, keys, alone = self._open.pop()
        items = self._items
        if keys:
            rows = items.setdefault(name, {})
            if keys in rows:
                raise _Unusual
            rows[keys] = made
        elif name in items:
            raise _Unusual
        elif made or alone:
            items[name] = made

    def _whole(self) -> Branch:
        items, known = self._items, self._table
        if known.choices and known.is_torn(items):
            raise _Unusual
        for name in known.lists:
            if name in items:
                items[name] = Entries(items[name])
        return Branch(items)

    def _said(self, line: str) -> _Said:
        """Return what *line* says in the context that is open."""
        indent = INDENT * (len(self._open) + 1)
        if not line.startswith(indent) or len(line) > LINE_LIMIT:
            raise _Unusual
        body = line[len(indent) :]
        if body[-2:] != " {":
            return *self._leaf(body), None
        name, _, rest = body[:-2].partition(" ")
        below = self._table.below.get(name)
        if below is None:
            raise _Unusual
        keys = _keys(below.table, rest) if below.table.key_leafs else ()
        if rest and not keys:
            raise _Unusual
        return name, keys, below

    # --- values ---

    def _leaf(self, body: str) -> tuple[str, Value]:
        name, _, rest = body.partition(" ")
        node = self._table.leafs.get(name)
        if isinstance(node, LeafList):
            return name, _values(node, rest)
        if not isinstance(node, Leaf):
            raise _Unusual
        if isinstance(node.type, Empty) or (isinstance(node.type, Boolean) and not rest):
            if rest or isinstance(node.type, Boolean):
                raise _Unusual
            return name, True
        value, end = _value(node.type, rest, 0)
        if end < len(rest):
            raise _Unusual
        return name, value


def _value(kind: ValueType, text: str, begin: int) -> tuple[Value, int]:
    """Return the value that stands at *begin* of *text*, and where it ends."""
    found = _VALUE.match(text, begin)
    if found is None:
        raise _Unusual
    string, word = found.groups()
    if word is not None:
        words = kind.words()
        if word not in words and any(one.startswith(word) for one in words):
            raise _Unusual
        string = word
    try:
        return kind.parse(string), found.end()
    except ValueTypeError:
        raise _Unusual from None


def _values(node: LeafList, rest: str) -> Value:
    """Return the values of *node* in *rest*, which has brackets around them."""
    if rest[:1] != "[" or rest[-1:] != "]" or len(rest) == 2:
        raise _Unusual
    values: list[Key] = []
    at = 1
    while at < len(rest):
        value, at = _value(node.type, rest, at)
        values += value if isinstance(value, tuple) else (value,)
        if rest[at] not in " ]" or (rest[at] == "]") != (at + 1 == len(rest)):
            raise _Unusual
        at += 1
    return tuple(dict.fromkeys(values))


def _keys(context: Table, rest: str) -> tuple[Key, ...]:
    """Return the keys of an entry, of which *rest* holds all."""
    keys: list[Key] = []
    at = 0
    for place, leaf in enumerate(context.key_leafs):
        if place and rest[at : at + 1] != " ":
            raise _Unusual
        at += bool(place)
        if rest.startswith(f"{leaf.name} ", at):
            at += len(leaf.name) + 1
        elif place:
            raise _Unusual
        value, at = _value(leaf.type, rest, at)
        if isinstance(value, tuple):
            raise _Unusual
        keys.append(value)
    if at < len(rest):
        raise _Unusual
    return tuple(keys)
