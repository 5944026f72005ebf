"""What ``?`` and a command with missing arguments print in the classic CLI [cli.md 3.1]."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from srpki.cli.any_order import AnyOrder, Cases, Some
from srpki.cli.classic.dialect import Negative, wants_command
from srpki.cli.classic.lines import Sealable
from srpki.cli.classic.syntax import spelled
from srpki.cli.completion import at_cursor, expected
from srpki.cli.grammar import FAR, Alt, Keyword, Named, Opt, Seq, Slot, State, Terminal, options
from srpki.cli.walker import Failure, walk
from srpki.schema.types import (
    Address,
    Boolean,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
    ValueType,
)

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
    keywords = [
        item for item in expected(found, touched, reading.permits) if isinstance(item, Keyword)
    ]
    if not keywords and touched.text:
        return Failure("unknown", len(reading.tokens) - 1, touched.text)
    if not touched.text:
        keywords = [keyword for keyword in keywords if keyword.tier < FAR and keyword.word != "no"]
    context = sorted((one for one in keywords if not one.tier), key=lambda one: one.word)
    anywhere = sorted((one for one in keywords if one.tier), key=lambda one: one.word)
    pages = ([line for one in part for line in _listed(one)] for part in (context, anywhere))
    return "\n\n".join("\n".join(page) for page in pages if page)


def syntax_of(reading: Reading) -> str:
    """Return the syntax of the command that *reading* begins, for one that misses arguments."""
    head = _head(reading, len(reading.tokens) - 1)
    return syntax(reading, head)


def _head(reading: Reading, words: int) -> int:
    """Return the number of the last of *words* places where a command could begin."""
    for place in range(words, 0, -1):
        if wants_command(reading.state, reading.tokens[:place]):
            return place
    return 0


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
    about = [one for _, left in positive or negative for one in _parameters(left)]
    if about:
        lines.append("")
        unique: dict[str, Slot | Keyword] = {}
        for one in about:  # what a word means by itself comes before what it means after "no"
            unique.setdefault(_spelled_once(one), one)
        lines += [line for name, one in unique.items() for line in _parameter(name, one)]
    return "\n".join(lines)


def _syntax(sign: str, ways: Sequence[tuple[str, State]]) -> Iterator[str]:
    for word, left in ways:
        yield from _folded("  - ", f"{sign}{_line(word, left)}", "    ")


def _folded(head: str, text: str, indent: str) -> Iterator[str]:
    """Yield *text* after *head* in lines, broken after a bar or between two parameters.

    What is optional, as ``[size <key-size>]``, stays together.
    """
    line = head
    for piece in re.findall(r"(?:\[[^\[\]|]*\]|[^|\s])+\|?|\s", text):
        if len(line) + len(piece) > WIDTH and line.strip() and line != head:
            yield line.rstrip()
            line = indent
        line += piece if piece.strip() or line != indent else ""
    yield line.rstrip()


def _called(word: str, ways: Iterable[tuple[Terminal, State]]) -> Iterator[tuple[str, State]]:
    for item, left in ways:
        if isinstance(item, Keyword) and item.word == word:
            yield word, left


def _line(word: str, left: State) -> str:
    return " ".join((word, *spelled(left)))


def _parameters(state: State) -> Iterator[Slot | Keyword]:
    """Yield what *state* takes: values, and words that mean something by themselves."""
    for item in state:
        match item:
            case Slot():
                yield item
            case Named():
                yield item.slot
            case Keyword() if item.effects and not item.structure:
                yield item
            case Sealable((plain, *_)):
                yield from _parameters((plain,))
            case Seq(items) | AnyOrder(items) | Alt(items) | Some(items):
                yield from _parameters(items)
            case Opt(inner):
                yield from _parameters((inner,))
            case Cases(sets):
                for items in sets:
                    yield from _parameters(items)
            case _:
                continue


def _spelled_once(item: Slot | Keyword) -> str:
    return f"<{item.name}>" if isinstance(item, Slot) else f"<{item.word}>"


def _parameter(name: str, item: Slot | Keyword) -> Iterator[str]:
    text = _limits(item.type) if isinstance(item, Slot) else f"keyword - {item.help}"
    yield from _folded(f" {name:<20} : ", text, " " * COLUMN)


def _limits(kind: ValueType) -> str:
    match kind:
        case Reference():
            return _limits(kind.type)
        case Integer():
            return f"[{kind.range}]"
        case Enumeration() | Boolean():
            return "|".join(kind.words())
        case Text():
            return f"[{kind.length[1]} chars max]" if kind.length else "<string>"
        case Union():
            return "|".join(dict.fromkeys(_limits(member) for member in kind.types))
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
