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
from srpki.config.tables import Table, table
from srpki.config.text import INDENT
from srpki.config.tree import Branch, Entries
from srpki.core.patterns import regex
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Container, Leaf, LeafList
from srpki.schema.paths import Key, Value
from srpki.schema.types import Boolean, Empty, ValueType, ValueTypeError

_VALUE: Final = regex(
    r'"([^"\\]*(?:\\[^"\\][^"\\]*)*)"|([A-Za-z0-9-][A-Za-z0-9_.:/@+-]*)', re.DOTALL
)
"""A string without escapes, or a plain word."""


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
        return _read(lines[begin + 1 :], _Place(table(root), INDENT))
    except _Unusual:
        return None


def _says_nothing(line: str) -> bool:
    return not line or (line[0] == "#" and not line.startswith(PREFIX))


class _Said(NamedTuple):
    """What a line says: a leaf and its *value*, or an entry with its keys or a container *below*.

    That is there *alone*, too: with nothing in it.
    """

    name: str
    value: Any
    below: _Place | None = None
    alone: bool = False


class _Place:
    """A context during one reading, which always stands at the same *indent*."""

    def __init__(self, context: Table, indent: str) -> None:
        self._table = context
        self._indent = indent
        self.closing = indent.removesuffix(INDENT) + "}"
        self.known: dict[str, _Said] = {}
        """What each line says that was read here before."""
        self._lists: dict[tuple[str, ...], tuple[str, ...]] = {}
        """Which of the names that were there together are lists."""
        self._below: dict[str, _Place] = {}

    def whole(self, items: dict[str, Any]) -> Branch:
        """Return *items*, to which nothing is added any more; raises `_Unusual`."""
        names = tuple(items)
        lists = self._lists.get(names)
        if lists is None:
            if self._table.is_torn(items):
                raise _Unusual
            lists = self._lists[names] = tuple(filter(self._table.lists.__contains__, names))
        for name in lists:
            items[name] = Entries(items[name])
        return Branch(items)

    def said(self, line: str) -> _Said:
        """Return what *line* says here; raises `_Unusual`."""
        if not line.startswith(self._indent) or len(line) > LINE_LIMIT:
            raise _Unusual
        body = line[len(self._indent) :]
        if body[-2:] != " {":
            return self._leaf(body)
        name, _, rest = body[:-2].partition(" ")
        below = self._table.below.get(name)
        if below is None:
            raise _Unusual
        keys = _keys(below.table, rest) if below.table.key_leafs else ()
        if rest and not keys:
            raise _Unusual
        place = self._below.get(name)
        if place is None:
            place = self._below[name] = _Place(below.table, self._indent + INDENT)
        return _Said(name, keys, place, below.alone)

    def _leaf(self, body: str) -> _Said:
        name, _, rest = body.partition(" ")
        node = self._table.leafs.get(name)
        if isinstance(node, LeafList):
            return _Said(name, _values(node, rest))
        if not isinstance(node, Leaf):
            raise _Unusual
        if isinstance(node.type, Empty) or (isinstance(node.type, Boolean) and not rest):
            if rest or isinstance(node.type, Boolean):
                raise _Unusual
            return _Said(name, value=True)
        value, end = _value(node.type, rest, 0)
        if end < len(rest):
            raise _Unusual
        return _Said(name, value)


def _read(lines: list[str], place: _Place) -> Branch:
    """Return the content of *place* that *lines* describe, up to its closing brace, the last one.

    Raises `_Unusual`.
    """
    items: dict[str, Any] = {}
    known, left = place.known, len(lines)
    stack: list[tuple[_Place, dict[str, Any], _Said]] = []
    for line in lines:
        left -= 1
        said = known.get(line)
        if said is None:
            if line == place.closing:
                made = place.whole(items)
                if not stack:
                    break
                place, items, said = stack.pop()
                known = place.known
                _add(items, said, made)
                continue
            said = known[line] = place.said(line)
        if said.below is None:
            if said.name in items:
                raise _Unusual
            items[said.name] = said.value
        else:
            stack.append((place, items, said))
            place, items = said.below, {}
            known = place.known
    else:
        raise _Unusual
    if left:
        raise _Unusual
    return made


def _add(items: dict[str, Any], said: _Said, made: Branch) -> None:
    """Add to *items* what was *made* of the context that a line *said*."""
    if said.value:
        rows = items.setdefault(said.name, {})
        if said.value in rows:
            raise _Unusual
        rows[said.value] = made
    elif said.name in items:
        raise _Unusual
    elif made or said.alone:
        items[said.name] = made


# --- values ---


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
