"""``tree``, ``tree detail`` and ``tree flat``: what can be typed here and below [cli.md 3.1]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from srpki.cli.reading import Context
from srpki.schema.classic import Placed, keyword_of, places, shutdown_word
from srpki.schema.nodes import (
    Action,
    Arg,
    Choice,
    Container,
    Either,
    Item,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Word,
)
from srpki.schema.types import Boolean, Empty


def flat(node: Context, before: str = "") -> Iterator[str]:
    """Yield every command below *node* with the words that lead to it, one a line."""
    for word, child in _commands(node):
        yield before + word
        if _entered(child):
            yield from flat(child, f"{before}{word} ")


def tree(node: Context, margin: str = "", *, detail: bool) -> Iterator[str]:
    """Yield the commands below *node* as a drawing; with *detail* their values too."""
    commands = list(_commands(node))
    for number, (word, child) in enumerate(commands, start=1):
        yield f"{margin}|"
        yield f"{margin}+---{' '.join((word, *_values(child))) if detail else word}"
        if _entered(child):
            deeper = "|   " if number < len(commands) else "    "
            yield from tree(child, margin + deeper, detail=detail)


def _commands(node: Context) -> list[tuple[str, Placed]]:
    found = [
        (_word(place.node), place.node)
        for place in places(node)
        if not isinstance(place.node, Action) or place.node.emulated
    ]
    return sorted(found, key=lambda one: one[0])


def _word(node: Placed) -> str:
    if isinstance(node, Choice):
        assert isinstance(node.classic, Line)
        return node.classic.keyword
    return shutdown_word(node) or keyword_of(node)


def _entered(node: Placed) -> TypeGuard[Context]:
    return isinstance(node, Container | ListNode) and not isinstance(node.classic, Line)


def _values(node: Placed) -> Iterator[str]:
    if isinstance(node.classic, Line):
        yield from _items(node.classic.items)
    elif isinstance(node, ListNode):
        yield from (f"<{key}>" for key in node.keys)
        yield "[create]"
    elif isinstance(node, Action):
        yield from (f"<{name}>" for name in node.positional)
    elif (
        isinstance(node, Leaf | LeafList)
        and not shutdown_word(node)
        and not isinstance(node.type, Boolean | Empty)
    ):
        yield f"<{node.name}>"


def _items(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        match item:
            case Word(keyword):
                yield keyword
            case Arg(leaf, keyword, words):
                value = f"<{leaf.rpartition('/')[2]}>"
                if words:
                    value = "{" + "|".join(word for word, _ in words) + "}"
                yield f"{keyword} {value}".strip()
            case Maybe(inner):
                yield f"[{' '.join(_items(inner))}]"
            case Either(alternatives):
                yield "{" + "|".join(" ".join(_items(inner)) for inner in alternatives) + "}"
