"""Text that a peer sent, made fit to be shown and logged."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_LIMIT: Final = 200
_UNSEEN: Final = ("script", "style")
_CDATA: Final = "CDATA["


def peer_text(text: str, limit: int = _LIMIT) -> str:
    """Return *text* on one line, without control characters, of *limit* characters at most.

    What does not print becomes a space, so that a peer can neither move a terminal's cursor nor
    forge a line of a log; runs of white space become one space.
    """
    head = text[: 4 * limit]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in head).split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def markup_text(markup: str) -> str:
    """Return what a reader sees of *markup*, HTML or XML, which may be cut off or malformed."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return " ".join(reader.seen)


class _Reader(HTMLParser):
    """Gathers text; what is between two tags is a piece of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unseen = self._unseen or (tag if tag in _UNSEEN else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(data)

    def unknown_decl(self, data: str) -> None:
        if data.startswith(_CDATA):  # XML: what it holds is text as it stands
            self.seen.append(data.removeprefix(_CDATA))
