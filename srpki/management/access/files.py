"""The files of a node as one user reaches them: in his home, no configuration that is hidden.

What is saved, and the checkpoints beside it, hold every branch of the configuration; so who may not
read all of it may neither read, move nor write these files. What an administrator has copied
elsewhere is his own affair.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from srpki.core.errors import InvalidNameError, NotAuthorizedError
from srpki.device.filesystem import CONFIGURATION
from srpki.device.wildcards import wildcard
from srpki.storage.urls import components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from srpki.management.access.rights import Rights
    from srpki.management.port import Flash

_CHECKPOINT: Final = re.compile(r".*\.r[bc](\.[0-9]+)?", re.IGNORECASE | re.DOTALL)


class Confined:
    """What *rights* leave of *files*; every method raises `NotAuthorizedError`, too."""

    def __init__(self, files: Flash, rights: Rights) -> None:
        self._files = files
        self.rights = rights

    def check(self, url: str, by: str) -> None:
        """Raise `NotAuthorizedError`, which names *by*, where *url* is out of reach.

        A wildcard stands for what it matches. What is no URL is left for others to refuse.
        """
        if wildcard(url) is not None and not self.rights.reads_all:
            for one in self._files.matching(url):
                self.check(one, by)
        if not reached(self.rights, url):
            raise NotAuthorizedError(by)

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, as `Flash.write` says."""
        self.check(url, ">")
        self._files.write(url, content, force=force)

    def read(self, url: str) -> bytes:
        """Return the content of the file at *url*."""
        self.check(url, url)
        return self._files.read(url)

    def save(self, url: str, text: str) -> None:
        """Write *text* to *url*, in the place of what is there."""
        self.check(url, url)
        self._files.save(url, text)

    def matching(self, url: str) -> Sequence[str]:
        """Return the URLs of the files that the wildcard *url* stands for."""
        self.check(url, url)
        return self._files.matching(url)

    def within(self, url: str) -> Sequence[str]:
        """Return what the directory *url* holds."""
        self.check(url, url)
        return self._files.within(url)


def reached(rights: Rights, url: str) -> bool:
    """Return whether who has *rights* reaches the file or directory at *url*."""
    if not rights.home and rights.reads_all:
        return True
    try:
        place, home = components(url), components(rights.home) if rights.home else []
    except InvalidNameError:
        return not rights.home
    if place[: len(home)] != home:
        return False
    return rights.reads_all or not _holds_configuration(place)


def _holds_configuration(place: Sequence[str]) -> bool:
    if not place:
        return False
    saved = len(place) == 1 and place[0].lower().startswith(CONFIGURATION)
    return saved or _CHECKPOINT.fullmatch(place[-1]) is not None
