"""What the pages are made of: values in words, tables, syntax lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from srpki.cli.any_order import AnyOrder, Cases, Some
from srpki.cli.classic.syntax import spelled
from srpki.cli.grammar import UNLISTED, Alt, Grammar, Keyword, Opt, Seq, Slot, State, options
from srpki.schema.nodes import Leaf, LeafList
from srpki.schema.types import (
    Address,
    Bits,
    Boolean,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
    ValueType,
)

# --- tables ---------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns without content in any row are left out."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    kept = [place for place in range(len(heads)) if any(row[place] for row in cells)]
    lines = [[heads[place] for place in kept], ["---"] * len(kept)]
    lines += [[row[place] for place in kept] for row in cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def code(text: str) -> str:
    """Return *text* as code, or nothing when it is empty."""
    return f"`{text}`" if text else ""


def sentence(text: str) -> str:
    """Return a help text as a sentence."""
    return f"{text}." if text and not text.endswith((".", "?", "!")) else text


# --- values ---------------------------------------------------------------------------------------


def value(leaf: Leaf | LeafList) -> str:
    """Return in words which values *leaf* takes."""
    text = kind_of(leaf.type)
    if isinstance(leaf, LeafList):
        most = f", at most {leaf.max_elements}" if leaf.max_elements is not None else ""
        return f"several{most}: {text}"
    return f"{text} {leaf.units}" if leaf.units else text


def default(leaf: Leaf | LeafList) -> str:
    """Return the default value of *leaf* as code, if it has one."""
    return code(leaf.default or "") if isinstance(leaf, Leaf) else ""


def kind_of(kind: ValueType) -> str:
    """Return in words which values *kind* reads."""
    match kind:
        case Integer():
            return f"{kind.bounds[0]}..{kind.bounds[1]}"
        case Enumeration(values):
            return ", ".join(map(code, values))
        case Bits(flags):
            return f"any of {', '.join(map(code, flags))}"
        case Boolean():
            return "`true`, `false`"
        case Empty():
            return "no value"
        case Reference():
            return f"name of a {code(kind.target.split('/')[-2])}"
        case Address():
            names = " or ".join(f"IPv{version}" for version in kind.versions)
            return f"{'unicast ' if kind.unicast else ''}{names} address"
        case Union(types):
            return " or ".join(map(kind_of, types))
        case Text():
            return _text(kind)
        case _:
            return code(kind.syntax())


def _text(kind: Text) -> str:
    words = "secret" if kind.secret else _NAMED.get(kind.named, "text")
    if kind.length is not None:
        low, high = kind.length
        words += f", {low} to {high} characters"
    return words


_NAMED = {
    "pki-file-name": "name of a file in the keystore",
    "cflash-url": "URL of a file on `cf3:`",
    "url": "URL of a file",
    "http-optional-url-loose": "HTTP URL",
    "http-url-path-loose": "HTTP URL with a path",
    "date-and-time": "date and time",
    "fully-qualified-domain-name": "domain name",
}


# --- syntax ---------------------------------------------------------------------------------------


def block(lines: Iterable[str]) -> str:
    """Return *lines* as a block of code, long ones continued with an indent."""
    wrapped = [
        part
        for line in lines
        for part in textwrap.wrap(
            line, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
    ]
    return "\n".join(("```text", *wrapped, "```\n"))


def syntax(keyword: str, left: State) -> str:
    """Return the line that begins with *keyword*: ``<value>``, ``[optional]``, ``{one|other}``.

    A context that may follow is left out, and so is an option that may stand in a second place.
    """
    words = [keyword]
    for text in spelled(left, " | "):
        if not (text.startswith("[") and text in words):
            words.append(text)
    return " ".join(words)


def keywords(state: State) -> Iterator[tuple[Keyword, State]]:
    """Yield the words that may come first in *state*, each once, with what may follow.

    What is not emulated is left out.
    """
    seen = set()
    for terminal, left in options(state):
        if not isinstance(terminal, Keyword) or terminal.structure or terminal.tier >= UNLISTED:
            continue
        if terminal.word not in seen:
            seen.add(terminal.word)
            yield terminal, left


def slots(state: State) -> Iterator[Slot]:
    """Yield the values that can be typed in *state*, each name once."""
    found = {slot.name: slot for item in state for slot in _slots(item)}
    yield from found.values()


def _slots(item: Grammar) -> Iterator[Slot]:
    if isinstance(item, Slot):
        yield item
    for inner in _inner(item):
        yield from _slots(inner)


def _inner(item: Grammar) -> Iterator[Grammar]:
    match item:
        case Seq(items) | Alt(items) | AnyOrder(items) | Some(items):
            yield from items
        case Opt(inner):
            yield inner
        case Cases(sets):
            for items in sets:
                yield from items
        case _:
            return
