"""A journal as a recording of a terminal: asciicast, version 2.

[https://docs.asciinema.org/manual/asciicast/v2/]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from srpki.frontend.replaying.entries import Entry
from srpki.frontend.replaying.pieces import pieces

WIDTH: Final = 80
HEIGHT: Final = 30


def recording(entries: Iterable[Entry], title: str, speed: float = 1.0) -> Iterator[str]:
    """Yield the lines of a recording of *entries*, *speed* times as fast as it was."""
    at, first = 0.0, True
    for entry, asked, answered in pieces(entries):
        if first:
            header = {"version": 2, "width": WIDTH, "height": HEIGHT, "title": title}
            yield json.dumps({**header, "timestamp": int(entry.ended.timestamp())})
            first = False
        for piece in (*asked, *answered):
            at += piece.seconds / speed
            if piece.text:
                yield json.dumps([round(at, 3), "o", piece.text.replace("\n", "\r\n")])
