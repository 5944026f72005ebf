"""Names and sentences of strangers as text that can be looked at, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final
from unicodedata import combining, east_asian_width

CUT: Final = "..."


def shown(text: str) -> str:
    r"""Return *text* with what does not print spelt out, as ``\u202e``: it is seen, not obeyed.

    That are control characters, marks that change the direction or the joining of text, separators
    of lines, and code points without a character.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _spelled(ord(sign)) for sign in text)


def _spelled(code: int) -> str:
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def markup(text: str) -> str:
    """Return *text*, `shown`, as the text of an element or attribute of HTML or SVG."""
    return escape(shown(text), quote=True)


def width(text: str) -> int:
    """Return how many columns of a terminal *text*, which is `shown`, takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(sign: str) -> int:
    if combining(sign):
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """Return *text*, which is `shown`, in so many *columns* at most."""
    if width(text) <= columns:
        return text
    left = columns - len(CUT)
    kept = []
    for sign in text:
        left -= _columns(sign)
        if left < 0:
            break
        kept.append(sign)
    return f"{''.join(kept)}{CUT}"[:columns]


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Yield *text*, which is `shown`, in lines of so many *columns*; a longer word is cut up."""
    line = ""
    for whole in text.split(" "):
        word = whole
        if line and width(line) + 1 + width(word) > columns:
            yield line
            line = ""
        while width(word) > columns:
            head = _head(word, columns)
            yield head
            word = word[len(head) :]
        line = f"{line} {word}" if line else word
    yield line


def _head(word: str, columns: int) -> str:
    used = 0
    for place, sign in enumerate(word):
        used += _columns(sign)
        if used > columns:
            return word[: max(place, 1)]
    return word
