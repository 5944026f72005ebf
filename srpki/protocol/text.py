"""Text that a peer sent, made fit to be shown and logged."""

from __future__ import annotations

from typing import Final

_LIMIT: Final = 200


def peer_text(text: str, limit: int = _LIMIT) -> str:
    """Return *text* on one line, without control characters, of *limit* characters at most.

    What does not print becomes a space, so that a peer can neither move a terminal's cursor nor
    forge a line of a log; runs of white space become one space.
    """
    head = text[: 4 * limit]
    if not head.isprintable():
        head = "".join(sign if sign.isprintable() else " " for sign in head)
    line = " ".join(head.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def markup_text(markup: str) -> str:
    """Return what a reader sees of *markup*, HTML or XML, which may be cut off or malformed."""
    from srpki.protocol.markup import Reader  # noqa: PLC0415 - start-up time: few peers send any

    reader = Reader()
    reader.feed(markup)
    reader.close()
    return " ".join(reader.seen)
