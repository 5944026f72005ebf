"""Text made fit for a screen."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(instant: datetime) -> str:
    """Return *instant* as sentences show it, to the second."""
    return f"{instant.astimezone(UTC):%Y/%m/%d %H:%M:%S} UTC"


def printable(text: str, keep: str = "") -> str:
    """Return *text* with ``?`` for what cannot be printed or would move a cursor, but *keep*."""
    return "".join(sign if sign.isprintable() or sign in keep else "?" for sign in text)
