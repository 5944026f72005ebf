"""The files of a node as one user reaches them: in his home, no configuration that is hidden.

What is saved, and the checkpoints beside it, hold every branch of the configuration; so who may not
read all of it may not read these files, and who may not change all of it neither writes nor moves
them: the node starts with what is in them. What an administrator has copied elsewhere is his own
affair.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from srpki.core.errors import InvalidNameError, NotAuthorizedError
from srpki.core.patterns import regex
from srpki.device.flash import CONFIGURATION
from srpki.device.wildcards import wildcard
from srpki.storage.urls import components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from srpki.management.access.rights import Rights
    from srpki.management.port import Flash

_CHECKPOINT: Final = regex(r".*\.r[bc](\.[0-9]+)?", re.IGNORECASE | re.DOTALL)


class Confined:
    """What *rights* leave of *files*; every method raises `NotAuthorizedError`, too."""

    def __init__(self, files: Flash, rights: Rights) -> None:
        self._files = files
        self.rights = rights

    def check(self, url: str, by: str, *, changes: bool = False) -> None:
        """Raise `NotAuthorizedError`, which names *by*, where *url* is out of reach.

        It *changes* there. A wildcard stands for what it matches. What is no URL is left for
        others to refuse.
        """
        if wildcard(url) is not None and not self.rights.writes_all:
            for one in self._files.matching(url):
                self.check(one, by, changes=changes)
        if not reached(self.rights, url, changes=changes):
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


def reached(rights: Rights, url: str, *, changes: bool = False) -> bool:
    """Return whether who has *rights* reaches the file or directory at *url*, which *changes*."""
    whole = rights.writes_all if changes else rights.reads_all
    if not rights.home and whole:
        return True
    try:
        place, home = components(url), components(rights.home) if rights.home else []
    except InvalidNameError:
        return not rights.home
    if place[: len(home)] != home:
        return False
    return whole or not _holds_configuration(place)


def _holds_configuration(place: Sequence[str]) -> bool:
    if not place:
        return False
    saved = len(place) == 1 and place[0].lower().startswith(CONFIGURATION)
    return saved or _CHECKPOINT.fullmatch(place[-1]) is not None
