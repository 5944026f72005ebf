"""What a reader sees of HTML or XML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = ("script", "style")
_CDATA: Final = "CDATA["


class Reader(HTMLParser):
    """Gathers text; what is between two tags is a piece of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over what is not to be seen."""
        del attrs
        self._unseen = self._unseen or (tag if tag in _UNSEEN else "")

    def handle_endtag(self, tag: str) -> None:
        """See again what follows."""
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        """Gather what is seen."""
        if not self._unseen:
            self.seen.append(data)

    def unknown_decl(self, data: str) -> None:
        """Gather what XML marks as text."""
        if data.startswith(_CDATA):  # XML: what it holds is text as it stands
            self.seen.append(data.removeprefix(_CDATA))
