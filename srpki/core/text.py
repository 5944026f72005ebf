"""Text that others wrote, made fit for a screen."""

from __future__ import annotations


def printable(text: str, keep: str = "") -> str:
    """Return *text* with ``?`` for what cannot be printed or would move a cursor, but *keep*."""
    return "".join(sign if sign.isprintable() or sign in keep else "?" for sign in text)
