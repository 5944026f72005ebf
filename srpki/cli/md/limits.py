"""How the MD-CLI's help describes a value: name and type, limits, default, text [cli.md 1.5]."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from srpki.cli.grammar import Argument, Slot
from srpki.schema.nodes import Leaf
from srpki.schema.types import (
    Address,
    Boolean,
    Decimal,
    Enumeration,
    Integer,
    Reference,
    Union,
    ValueType,
)

_ADDRESSES = {4: "d.d.d.d", 6: "x:x:x:x:x:x:x:x"}


class Property(NamedTuple):
    """One line: a *label*, as ``<number>``, and the *words* of what it says."""

    label: str
    words: tuple[str, ...]


def value(slot: Slot, before: str, width: int, typed: str = "") -> Iterator[str]:
    """Yield the description of the value *slot*, which follows the word *before*.

    The words of an enumeration, those that begin with what is *typed*, stand one in a line.
    """
    leaf = slot.leaf if isinstance(slot.leaf, Leaf) else None
    facts = list(_limits(slot.type, leaf.units if leaf else ""))
    default = [Property("Default", (leaf.default,))] if leaf and leaf.default else []
    if isinstance(slot.type, Enumeration):
        yield f" <{slot.name}>"
        yield from (f" {word}" for word in slot.type.words() if word.startswith(typed))
        yield from _properties(default, width)
    else:
        kinds = " | ".join(fact.label for fact in facts)
        name = slot.name if slot.name == before else f"[{slot.name}]"
        yield f" {name} {kinds if len(facts) == 1 else f'({kinds})'}"
        yield from _properties([*(fact for fact in facts if fact.words), *default], width)
    if leaf and leaf.mandatory:
        yield ""
        yield f" '{slot.name}' is: mandatory"
    yield from _text(slot.help, width)


def argument(one: Argument, width: int) -> Iterator[str]:
    """Yield the description of an argument that may be left out."""
    yield f" [[{one.name}] <{one.kind}>]"
    facts = [Property(f"<{one.kind}>", one.words)] if one.words else []
    facts += [Property("Default", (one.default,))] if one.default else []
    yield from _properties(facts, width)
    yield from _text(one.help, width)


def _text(text: str, width: int) -> Iterator[str]:
    yield ""
    yield from (f"    {line}" for line in textwrap.wrap(text, max(width - 5, 20)))


def _properties(facts: Sequence[Property], width: int) -> Iterator[str]:
    column = max((len(fact.label) for fact in facts), default=0) + 1
    for fact in facts:
        head = f" {fact.label:<{max(column, 9)}} - "
        if len(fact.words) == 1:
            yield head + fact.words[0]
            continue
        line = head + "("
        indent = " " * len(line)
        for word in fact.words:
            end = ")" if word is fact.words[-1] else "|"
            if len(line) + len(word) >= width and line != indent:
                yield line
                line = indent
            line += word + end
        yield line


def _limits(kind: ValueType, units: str) -> Iterator[Property]:
    """Yield what values of *kind* are called, and their limits where there are some."""
    match kind:
        case Reference():
            yield from _limits(kind.type, units)
        case Union():
            for member in kind.types:
                yield from _limits(member, units)
        case Boolean():
            # The word between brackets may be left out.
            yield Property("<boolean>", ("[true]", "false"))
        case Address():
            for version in kind.versions:
                yield Property(f"<ipv{version}-address>", (_ADDRESSES[version],))
        case Integer() | Decimal():
            syntax = kind.syntax()
            yield Property("<number>", (f"{syntax} - {units}" if units else syntax,))
        case _ if kind.words():
            yield Property("<keyword>", kind.words())
        case _:
            limits = kind.syntax().removeprefix("<string").removeprefix(" - ").removesuffix(">")
            yield Property("<string>", (f"<{limits}>",) if limits else ())
