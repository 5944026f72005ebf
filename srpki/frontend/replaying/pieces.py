"""A journal as pieces of a screen, each with the seconds that pass before it is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from srpki.frontend.replaying.entries import Entry

LONGEST_THOUGHT: Final = 2.0
"""Seconds that a pause between two commands is shortened to."""
LONGEST_WORK: Final = 5.0
"""The same for what a command took."""
STROKE: Final = 0.04
"""Seconds between two keys."""
LONGEST_TYPING: Final = 3.0
_JUMP: Final = timedelta(hours=1)


class Piece(NamedTuple):
    """What is seen after so many *seconds*; *typed* marks what a person has typed."""

    seconds: float
    text: str
    typed: bool = False


def pieces(
    entries: Iterable[Entry],
) -> Iterator[tuple[Entry, tuple[Piece, ...], tuple[Piece, ...]]]:
    """Yield each of *entries* with what is seen before Enter is pressed, and what after it."""
    before: Entry | None = None
    for entry in entries:
        yield entry, tuple(_asked(entry, before)), tuple(_answered(entry))
        before = entry


def _asked(entry: Entry, before: Entry | None) -> Iterator[Piece]:
    thought = 0.0
    if before is not None:
        thought = (entry.ended - before.ended).total_seconds() - entry.seconds
        if entry.session != before.session:
            yield Piece(0.0, f"\n--- session {entry.session}: {entry.user} ---\n")
        elif not before.at - _JUMP < entry.at < before.at + _JUMP and "clock" not in entry.command:
            yield Piece(0.0, f"\n--- lab time {entry.at:%Y-%m-%d %H:%M:%S} UTC ---\n")
    yield Piece(min(max(thought, 0.0), LONGEST_THOUGHT), entry.prompt)
    stroke = min(STROKE, LONGEST_TYPING / max(len(entry.command), 1))
    for sign in entry.command:
        yield Piece(stroke, sign, typed=True)


def _answered(entry: Entry) -> Iterator[Piece]:
    yield Piece(0.0, "\n", typed=True)
    output = f"{entry.output}\n" if entry.output else ""
    cut = "(the rest was not kept)\n" if entry.cut else ""
    yield Piece(min(entry.seconds, LONGEST_WORK), output + cut)
