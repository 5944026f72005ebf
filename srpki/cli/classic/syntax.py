"""Spells grammars as lines of syntax: ``<value>``, ``[optional]``, ``{one|other}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srpki.cli.classic.lines import Sealable
from srpki.cli.grammar import (
    Alt,
    AnyOrder,
    Cases,
    Grammar,
    Keyword,
    Must,
    Named,
    Opt,
    Seq,
    Slot,
    Some,
    State,
)


def spelled(state: State, bar: str = "|") -> Iterator[str]:
    """Yield the words of *state*, with *bar* between alternatives; a context is left out."""
    for item in state:
        yield from (text for text in _spelled(item, bar) if text)


def _spelled(item: Grammar, bar: str) -> Iterator[str]:
    match item:
        case Keyword():
            yield "" if item.structure else item.word
        case Slot():
            yield f"<{item.name}>"
        case Named():
            yield f"<{item.slot.name}>"
        case Seq(items) | AnyOrder(items):
            yield from spelled(items, bar)
        case Opt(inner):
            text = " ".join(spelled((inner,), bar))
            bare = isinstance(inner, Alt) or (isinstance(inner, Seq) and len(inner.items) == 1)
            text = text[1:-1] if bare and text.startswith("{") else text
            yield f"[{text}]" if text else ""
        case _:
            yield from _spelled_choice(item, bar)


def _spelled_choice(item: Grammar, bar: str) -> Iterator[str]:
    match item:
        case Some(items):
            yield " ".join(f"[{' '.join(spelled((inner,), bar))}]" for inner in items)
        case Sealable((plain, *_)):
            yield from spelled((plain,), bar)
            yield f"[hash{bar}hash2]"
        case Must():
            yield "".join(f"<{name}>" for name in item.missing())
        case Alt(items):
            yield _one_of(tuple((inner,) for inner in items), bar)
        case Cases(sets):
            yield _one_of(sets, bar)
        case _:
            return


def _one_of(sets: Sequence[State], bar: str) -> str:
    unique = [text for text in dict.fromkeys(" ".join(spelled(one, bar)) for one in sets) if text]
    if any(text.startswith("/") for text in unique):
        return "[<path>]"  # every branch of the tree
    return "{" + bar.join(unique) + "}" if len(unique) > 1 else "".join(unique)
