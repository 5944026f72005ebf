"""Text made fit for a screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from srpki.core.patterns import regex

_PLAIN: Final = regex(r"[ -~\n\t]*")


def utc(instant: datetime) -> str:
    """Return *instant* as sentences show it, to the second."""
    return f"{instant.astimezone(UTC):%Y/%m/%d %H:%M:%S} UTC"


def printable(text: str, keep: str = "") -> str:
    """Return *text* with ``?`` for what cannot be printed or would move a cursor, but *keep*."""
    return "".join(sign if sign.isprintable() or sign in keep else "?" for sign in text)


def screen(text: str) -> str:
    """Return the lines *text* with ``?`` for what a terminal obeys, or shows as nothing.

    What was typed, and files that others wrote, come back in answers: an escape sequence would move
    the cursor, a bidirectional mark would show another name than the one that is meant.
    """
    if _PLAIN.fullmatch(text):
        return text
    return printable(text.replace("\r\n", "\n"), keep="\n\t")
