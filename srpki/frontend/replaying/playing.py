"""Plays a journal in a terminal, as fast as it was typed or faster, or a command at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from srpki.frontend.replaying.pieces import Piece, pieces

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.frontend.replaying.entries import Entry


def play(
    entries: Iterable[Entry],
    out: TextIO,
    clock: Clock,
    *,
    speed: float = 1.0,
    go_on: Callable[[], bool] | None = None,
) -> None:
    """Show *entries* on *out*, *speed* times as fast as it was.

    With *go_on* nothing waits, and each answer is shown once that returns True; it ends at False.
    """

    def show(some: Iterable[Piece]) -> None:
        for piece in some:
            if go_on is None and piece.seconds:
                clock.wait(piece.seconds / speed)
            out.write(piece.text)
            out.flush()

    for _, asked, answered in pieces(entries):
        show(asked)
        if go_on is not None and not go_on():
            out.write("\n")
            return
        show(answered[1:] if go_on is not None else answered)
