"""Completion: the words that the walker expects at the cursor, and the values that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from srpki.cli.existing import SEPARATORS, Known, is_url
from srpki.cli.grammar import UNLISTED, Keyword, Slot, State, Terminal, spelled
from srpki.cli.port import Offer
from srpki.cli.walker import Match, Permits, Walk, Walker, anything, fitting
from srpki.config.lexer import Token, is_plain
from srpki.config.text import quote
from srpki.schema.types import ValueTypeError

Source = Callable[[Slot, Sequence[Match], str], Iterable[str]]
"""The values that a slot may have now, given what was recognised before it and what begins it."""
Details = Callable[[Slot, str], Known]
"""What there is to tell of a value of a slot."""

OFFERS = 500
"""Most values of one kind offered at once."""


def at_cursor(
    state: State, tokens: Sequence[Token], text: str, walker: Walker | None = None
) -> tuple[Walk, Token]:
    """Return the walk over the whole words of *text* and the word that the cursor touches.

    A *walker* remembers what it has read of the line.
    """
    words, touched = list(tokens), Token("", len(text), len(text))
    if words and not words[-1].mark:
        last = words[-1]
        if last.end == len(text) and not (last.quoted and last.closed):
            touched = words.pop()
    return (walker or Walker()).walk(state, words), touched


def expected(found: Walk, touched: Token, permits: Permits = anything) -> list[Terminal]:
    """Return what may stand where *touched* stands: keywords that it begins, and every value.

    What is not *permitted* after what was recognised is left out.
    Words for the same from the root, as ``/configure``, are not shown before a slash is typed;
    words that are `UNLISTED` are left out where there is anything else.
    """
    recognised = found.matches
    candidates = [
        terminal
        for terminal in found.expected()
        if isinstance(terminal, Slot)
        or (
            not touched.quoted
            and not terminal.structure
            and not terminal.quiet
            and terminal.word.startswith(touched.text)
            and (touched.text or not terminal.word.startswith("/"))
            and permits(recognised, terminal)
        )
    ]
    listed = [item for item in candidates if isinstance(item, Slot) or item.tier < UNLISTED]
    return listed or candidates


def _nothing(slot: Slot, value: str) -> Known:
    del slot, value
    return Known()


def complete(
    state: State,
    tokens: Sequence[Token],
    text: str,
    source: Source,
    details: Details = _nothing,
    *,
    walker: Walker | None = None,
    permits: Permits = anything,
) -> list[Offer]:
    """Return the completions of *text*, in the order of `expected`; nothing after a mistake.

    A *walker* remembers what it has read of the line.
    """
    if tokens and tokens[-1].quoted and tokens[-1].closed and tokens[-1].end == len(text):
        return []
    found, touched = at_cursor(state, tokens, text, walker)
    if found.failure is not None:
        return []
    width = touched.end - touched.start
    offers: dict[str, Offer] = {}
    for terminal in expected(found, touched, permits):
        if isinstance(terminal, Keyword):
            offers.setdefault(terminal.word, Offer(terminal.word, width, terminal.word))
        else:
            for value in islice(_values(terminal, found, touched, source), OFFERS):
                offer = _offer(terminal, value, touched, details(terminal, value))
                offers.setdefault(offer.text, offer)
    return list(offers.values())


def _offer(slot: Slot, value: str, touched: Token, known: Known) -> Offer:
    whole = not _is_directory(slot, value)
    spelled = value if is_plain(value) and not touched.quoted else quote(value)
    if not whole and spelled != value:
        spelled = spelled[:-1]  # the text goes on, so the quote stays open
    width = touched.end - touched.start
    shown = f"{value} - {known.remark}" if known.remark else value
    return Offer(spelled, width, shown, slot.heading, whole, known.lines)


def _values(slot: Slot, found: Walk, touched: Token, source: Source) -> Iterator[str]:
    existing = source(slot, found.matches, touched.text)
    for value in dict.fromkeys(chain(slot.type.words(), existing)):
        if value.startswith(touched.text) and (
            _is_directory(slot, value) or _accepted(slot, value)
        ):
            yield value


def _is_directory(slot: Slot, value: str) -> bool:
    return is_url(slot.type) and value.endswith(SEPARATORS)


def _accepted(slot: Slot, value: str) -> bool:
    try:
        slot.type.parse(value)
    except ValueTypeError:
        return False
    return True


def expand(
    state: State,
    tokens: Sequence[Token],
    text: str,
    walker: Walker | None = None,
    permits: Permits = anything,
) -> str:
    """Return the rest of the keyword that the cursor touches, where it can be no other."""
    found, touched = at_cursor(state, tokens, text, walker)
    if found.failure is not None or not touched.text or touched.quoted:
        return ""
    if any(touched.text in spelled(thread.state) for thread in found.threads):
        return ""  # nothing is missing
    terminals = expected(found, touched, permits)
    keywords = [terminal for terminal in terminals if isinstance(terminal, Keyword)]
    if len(keywords) < len(terminals):
        return ""
    fits = fitting(keywords, touched.text)
    return fits[0].word.removeprefix(touched.text) if len(fits) == 1 else ""
