"""What ``?`` prints in the MD-CLI, in the layout of cli.md section 1.5."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from srpki.cli.completion import at_cursor, expected
from srpki.cli.effects import Command, Run
from srpki.cli.grammar import Keyword, Slot
from srpki.cli.md.commands import CONFIGURATION, GLOBAL
from srpki.cli.walker import Failure, Walk
from srpki.schema.nodes import Leaf
from srpki.schema.types import Address, Boolean, Integer, Reference, ValueType

if TYPE_CHECKING:
    from srpki.cli.shell import Reading

GROUPS = ("", GLOBAL, CONFIGURATION)
"""The headings of the root's page, in order."""
NAME = 21
TEXT = NAME + 4
"""The columns of a help line: name after one blank, sign, text."""


def md_help(reading: Reading, text: str, width: int, *, configuring: bool) -> str | Failure:
    """Return help on what may follow *text*, or what is wrong with it.

    Commands for editing are listed only while the session is *configuring*.
    """
    found, touched = at_cursor(reading.state, reading.tokens, text)
    if found.failure is not None:
        return found.failure
    terminals = expected(found, touched)
    if not terminals and touched.text:
        return Failure("unknown", len(reading.tokens) - 1, touched.text)
    slots = [terminal for terminal in terminals if isinstance(terminal, Slot)]
    keywords = [
        terminal
        for terminal in terminals
        if isinstance(terminal, Keyword) and (configuring or terminal.group != CONFIGURATION)
    ]
    return "\n".join(_page(found, slots, keywords, width))


def _page(
    found: Walk, slots: Sequence[Slot], keywords: Sequence[Keyword], width: int
) -> Iterator[str]:
    yield ""
    head = _head(found, slots)
    if head:
        yield f" {head}"
        yield ""
    for slot in slots:
        yield from _value(slot, width)
        if slot is not slots[-1] or keywords:
            yield ""
    ordered = sorted(keywords, key=lambda keyword: (GROUPS.index(keyword.group), keyword.word))
    for group, members in groupby(ordered, key=lambda keyword: keyword.group):
        if group:
            yield ""
            yield group
            yield ""
        for keyword in members:
            yield from entry(keyword.word, keyword.mark, keyword.help, width)


def _head(found: Walk, slots: Sequence[Slot]) -> str:
    """Return the command or the element that the page is about."""
    for match in reversed(found.matches):
        if isinstance(match.terminal, Keyword):
            about = any(isinstance(effect, Run | Command) for effect in match.terminal.effects)
            last = match is found.matches[-1]
            return match.terminal.word if (last and slots) or (last and about) else ""
    return ""


def entry(name: str, mark: str, text: str, width: int) -> Iterator[str]:
    """Yield the line of one element; a long name and a long text are wrapped."""
    names = list(_wrapped_name(name))
    texts = textwrap.wrap(text, max(width - TEXT, 20)) or [""]
    yield f" {names[0]:<{NAME}} {mark} {texts[0]}".rstrip()
    for place in range(1, max(len(names), len(texts))):
        left = f"  {names[place]}" if place < len(names) else ""
        right = texts[place] if place < len(texts) else ""
        yield f"{left:<{TEXT}}{right}".rstrip()


def _wrapped_name(name: str) -> Iterator[str]:
    room = NAME
    while len(name) > room:
        cut = name.rfind("-", 0, room) + 1 or room
        yield name[:cut]
        name = name[cut:]
        room = NAME - 1
    yield name


def _value(slot: Slot, width: int) -> Iterator[str]:
    words = slot.type.words()
    if words:
        yield f" <{slot.name}>"
        yield from (f" {word}" for word in words)
    else:
        label, limits = _described(slot.type)
        yield f" {label:<9} - {limits}{_units(slot)}".rstrip(" -")
    if isinstance(slot.leaf, Leaf):
        if slot.leaf.default is not None:
            yield f" Default   - {slot.leaf.default}"
        if slot.leaf.mandatory:
            yield ""
            yield f" '{slot.name}' is: mandatory"
    yield ""
    yield from (f"    {line}" for line in textwrap.wrap(slot.help, max(width - 4, 20)))


def _units(slot: Slot) -> str:
    units = slot.leaf.units if isinstance(slot.leaf, Leaf) else ""
    return f" - {units}" if units else ""


def _described(kind: ValueType) -> tuple[str, str]:
    if isinstance(kind, Reference):
        kind = kind.type
    syntax = kind.syntax()
    if isinstance(kind, Integer):
        return "<number>", syntax
    if isinstance(kind, Boolean):
        return "<keyword>", syntax
    if isinstance(kind, Address):
        return syntax, ""
    if syntax.startswith("<string - "):
        return "<string>", "<" + syntax.removeprefix("<string - ")
    return "<string>", "" if syntax == "<string>" else syntax
