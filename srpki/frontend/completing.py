"""What Tab does with the completions that a session offers: complete, or list them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from srpki.cli.port import Offer

GAP = 2
"""Blanks between two columns of a list."""


class Completed(NamedTuple):
    """*text* takes the place of the last *replaces* characters, or *choices* are listed instead.

    *ends* tells that the word is whole: nothing else begins with it.
    """

    text: str = ""
    replaces: int = 0
    ends: bool = False
    choices: tuple[Offer, ...] = ()


def complete(before: str, offers: Sequence[Offer]) -> Completed:
    """Return what becomes of the text *before* the cursor, as readline does it.

    A single offer is taken; several are completed as far as they agree, and are listed when that
    adds nothing to what is typed.
    """
    if not offers:
        return Completed()
    first = offers[0]
    if len(offers) == 1:
        return Completed(first.text, first.replaces, ends=first.whole)
    agreed = common([offer.text for offer in offers])
    same_place = all(offer.replaces == first.replaces for offer in offers)
    typed = before[len(before) - first.replaces :]
    if same_place and agreed != typed and agreed.startswith(typed):
        return Completed(agreed, first.replaces)
    return Completed(choices=tuple(offers))


def listed(offers: Sequence[Offer], width: int) -> str:
    """Return the list of *offers*: keywords in columns, values below the name of their type.

    Values stand one in a line after a blank [cli.md 1.5, 1.6].
    """
    return "\n".join(_lines(offers, width))


def _lines(offers: Sequence[Offer], width: int) -> Iterator[str]:
    keywords = [offer.display for offer in offers if not offer.heading]
    if keywords:
        yield in_columns(keywords, width)
    values = sorted((offer for offer in offers if offer.heading), key=lambda offer: offer.heading)
    for heading, members in groupby(values, key=lambda offer: offer.heading):
        yield ""
        yield f" <{heading}>"
        for offer in members:
            yield f" {offer.display}"
            yield from (f" {line}" for line in offer.details)


def in_columns(words: Sequence[str], width: int) -> str:
    """Return *words* in as many columns as fit into *width*, read downwards, as readline does."""
    column = max(map(len, words)) + GAP
    count = max(1, (width + GAP) // column)
    height = -(-len(words) // count)
    rows = (words[row::height] for row in range(height))
    return "\n".join("".join(word.ljust(column) for word in row).rstrip() for row in rows)


def common(texts: Sequence[str]) -> str:
    """Return what all *texts* begin with."""
    low, high = min(texts), max(texts)
    length = 0
    while length < len(low) and low[length] == high[length]:
        length += 1
    return low[:length]
