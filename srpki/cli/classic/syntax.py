"""Spells grammars as lines of syntax: ``<value>``, ``[optional]``, ``{one|other}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srpki.cli.any_order import AnyOrder, Cases, Some
from srpki.cli.classic.lines import Quotable, Sealable
from srpki.cli.grammar import Alt, Grammar, Keyword, Many, Must, Named, Opt, Seq, Slot, State


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
            bare = isinstance(inner, Alt) or (isinstance(inner, Seq) and len(inner.items) == 1)
            yield _bracketed(" ".join(spelled((inner,), bar)), bare=bare)
        case _:
            yield from _spelled_choice(item, bar)


def _spelled_choice(item: Grammar, bar: str) -> Iterator[str]:
    match item:
        case Some(items):
            yield " ".join(f"[{' '.join(spelled((inner,), bar))}]" for inner in items)
        case Quotable((word, *_)):
            yield from spelled((word,), bar)
        case Sealable((plain, *_)):
            yield from spelled((plain,), bar)
            yield f"[hash{bar}hash2]"
        case Must():
            yield "".join(f"<{name}>" for name in item.missing())
        case Many(inner):
            yield f"[{' '.join(spelled((inner,), bar))}...]"
        case Alt(items):
            yield _one_of(tuple((inner,) for inner in items), bar)
        case Cases(sets) if item.nullable:
            yield _bracketed(_one_of(sets, bar), bare=True)
        case Cases(sets):
            yield _one_of(sets, bar)
        case _:
            return


def _bracketed(text: str, *, bare: bool) -> str:
    """Return *text* as optional; *bare* alternatives need no braces within the brackets."""
    text = text[1:-1] if bare and text.startswith("{") else text
    return f"[{text}]" if text else ""


def _one_of(sets: Sequence[State], bar: str) -> str:
    texts = dict.fromkeys(" ".join(spelled(_without_brackets(one), bar)) for one in sets)
    unique = [text for text in texts if text]
    if any(text.startswith("/") for text in unique):
        return "[<path>]"  # every branch of the tree
    return "{" + bar.join(unique) + "}" if len(unique) > 1 else "".join(unique)


def _without_brackets(items: State) -> State:
    """Return *items*, one of several alternatives, with its only one no more optional."""
    match items:
        case (Opt(inner),):
            return (inner,)
        case _:
            return items
