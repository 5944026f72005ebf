"""What ``?`` and a command with missing arguments print in the classic CLI [cli.md 3.1]."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from srpki.cli.classic.dialect import ClassicContent, Negative
from srpki.cli.classic.lines import Sealable
from srpki.cli.completion import at_cursor, expected
from srpki.cli.grammar import (
    Alt,
    AnyOrder,
    Cases,
    Grammar,
    Keyword,
    Opt,
    Seq,
    Slot,
    Some,
    State,
    Terminal,
    options,
)
from srpki.cli.walker import Failure, walk
from srpki.schema.types import Address, Boolean, Enumeration, Integer, Reference, Text, ValueType

if TYPE_CHECKING:
    from srpki.cli.shell import Reading

WIDTH = 79
COLUMN = 24
"""Where the type of a parameter begins, after the colon."""


def classic_help(reading: Reading, text: str) -> str | Failure:
    """Return help on what may follow *text*, or what is wrong with it."""
    found, touched = at_cursor(reading.state, reading.tokens, text)
    if found.failure is not None:
        return found.failure
    whole = len(reading.tokens) - (1 if touched.end > touched.start else 0)
    head = _head(reading, whole)
    if head < whole:
        return syntax(reading, head)
    keywords = [item for item in expected(found, touched) if isinstance(item, Keyword)]
    if not keywords and touched.text:
        return Failure("unknown", len(reading.tokens) - 1, touched.text)
    return "\n".join(line for keyword in keywords for line in _listed(keyword))


def syntax_of(reading: Reading) -> str:
    """Return the syntax of the command that *reading* begins, for one that misses arguments."""
    head = _head(reading, len(reading.tokens) - 1)
    return syntax(reading, head)


def _head(reading: Reading, words: int) -> int:
    """Return the number of the last of *words* places where a command could begin."""
    for place in range(words, 0, -1):
        found = walk(reading.state, reading.tokens[:place])
        if found.failure is None and any(_begins(thread.state) for thread in found.threads):
            return place
    return 0


def _begins(state: State) -> bool:
    for item in state:
        if isinstance(item, ClassicContent | Negative):
            return True
        if not item.nullable:
            break
    return False


def syntax(reading: Reading, head: int) -> str:
    """Return the syntax lines of the command whose first word is token number *head*."""
    before = walk(reading.state, reading.tokens[:head])
    keyword = walk(reading.state, reading.tokens[: head + 1]).matches[-1].terminal
    assert isinstance(keyword, Keyword)
    ways = [way for thread in before.threads for way in options(thread.state)]
    undone = [left[0] for word, left in _called("no", ways) if left]
    negative = [
        way
        for rest in undone
        if isinstance(rest, Negative)
        for way in _called(keyword.word, rest.first())
    ]
    positive = list(_called(keyword.word, ways))
    undoing = any(isinstance(thread.state[0], Negative) for thread in before.threads)
    lines = [*_syntax("no ", negative), *_syntax("no " if undoing else "", positive)]
    slots = {slot.name: slot for _, left in positive for slot in _slots(left)}
    if slots:
        lines.append("")
        lines += [line for slot in slots.values() for line in _parameter(slot)]
    return "\n".join(lines)


def _syntax(sign: str, ways: Sequence[tuple[str, State]]) -> Iterator[str]:
    for word, left in ways:
        text = f"  - {sign}{_line(word, left)}"
        yield from textwrap.wrap(
            text, WIDTH, subsequent_indent=" " * 4, break_on_hyphens=False, break_long_words=False
        )


def _called(word: str, ways: Iterable[tuple[Terminal, State]]) -> Iterator[tuple[str, State]]:
    for item, left in ways:
        if isinstance(item, Keyword) and item.word == word:
            yield word, left


def _line(word: str, left: State) -> str:
    return " ".join((word, *(text for item in left for text in _spelled(item) if text)))


def _spelled(item: Grammar) -> Iterator[str]:
    match item:
        case Keyword():
            if not item.structure:
                yield item.word
        case Slot():
            yield f"<{item.name}>"
        case Seq(items) | AnyOrder(items):
            for inner in items:
                yield from _spelled(inner)
        case Opt(inner):
            text = " ".join(_spelled(inner))
            yield f"[{text}]" if text else ""
        case _:
            yield from _spelled_choice(item)


def _spelled_choice(item: Grammar) -> Iterator[str]:
    match item:
        case Some(items):
            yield " ".join(f"[{text}]" for inner in items for text in [" ".join(_spelled(inner))])
        case Sealable((plain, *_)):
            yield from _spelled(plain)
            yield "[hash|hash2]"
        case Alt(items):
            yield from _alternatives(tuple((inner,) for inner in items))
        case Cases(sets):
            yield from _alternatives(sets)
        case _:
            return


def _alternatives(sets: Sequence[State]) -> Iterator[str]:
    texts = (" ".join(text for item in items for text in _spelled(item)) for items in sets)
    unique = [text for text in dict.fromkeys(texts) if text]
    if len(unique) == 1:
        yield unique[0]
    elif unique:
        yield "{" + "|".join(unique) + "}"


def _slots(state: State) -> Iterator[Slot]:
    for item in state:
        match item:
            case Slot():
                yield item
            case Sealable((plain, *_)):
                yield from _slots((plain,))
            case Seq(items) | AnyOrder(items) | Alt(items) | Some(items):
                yield from _slots(items)
            case Opt(inner):
                yield from _slots((inner,))
            case Cases(sets):
                for items in sets:
                    yield from _slots(items)
            case _:
                continue


def _parameter(slot: Slot) -> Iterator[str]:
    wrapped = textwrap.wrap(_limits(slot.type), WIDTH - COLUMN, break_on_hyphens=False) or [""]
    name = f"<{slot.name}>"
    yield f" {name:<20} : {wrapped[0]}".rstrip()
    yield from (" " * COLUMN + line for line in wrapped[1:])


def _limits(kind: ValueType) -> str:
    match kind:
        case Reference():
            return _limits(kind.type)
        case Integer():
            low, high = kind.bounds
            return f"[{low}..{high}]"
        case Enumeration() | Boolean():
            return "|".join(kind.words())
        case Text():
            return f"[{kind.length[1]} chars max]" if kind.length else "<string>"
        case Address():
            return " | ".join("a.b.c.d" if one == 4 else "x:x:x:x:x:x:x:x" for one in kind.versions)
        case _:
            return kind.syntax()


def _listed(keyword: Keyword) -> Iterator[str]:
    sign = "[no]" if keyword.no else "    "
    head = f" {sign} {keyword.word:<16} {keyword.mark} "
    wrapped = textwrap.wrap(
        keyword.help, WIDTH, initial_indent=head, subsequent_indent=" " * 25, break_on_hyphens=False
    )
    yield from wrapped or [head.rstrip()]
