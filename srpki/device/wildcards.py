"""Wildcards in the last name of a URL: ``*`` stands for any characters, ``?`` for one.

Capitals and small letters differ, as they do in every name on this program's ``cf3:``.
"""

from __future__ import annotations

import re
from typing import Final

from srpki.core.patterns import regex
from srpki.core.values import NamedTuple

MATCHES: Final = 1000
"""Most files that one command takes by a wildcard."""
_PARTS: Final = regex(r"(?P<directory>(?:.*[\\/:])?)(?P<name>[^\\/:]*)", re.DOTALL)


class Wildcard(NamedTuple):
    """The *directory* that is looked through for whole names like *pattern*."""

    directory: str
    pattern: str

    def fits(self, name: str) -> bool:
        """Return whether the pattern stands for *name*; as long as both are, multiplied.

        When a sign does not fit, the last ``*`` takes one character more, and none before it.
        """
        at = star = 0
        after_star = -1
        sign = 0
        while at < len(name):
            wanted = self.pattern[sign : sign + 1]
            if wanted == "*":
                star, after_star = at, sign + 1
                sign += 1
            elif wanted in ("?", name[at]):
                at, sign = at + 1, sign + 1
            elif after_star >= 0:
                star += 1
                at, sign = star, after_star
            else:
                return False
        return not self.pattern[sign:].strip("*")


def wildcard(url: str) -> Wildcard | None:
    """Return what the last name of *url* stands for, None where it stands for itself."""
    parts = _PARTS.fullmatch(url)
    assert parts is not None  # every part may be empty
    if not {"*", "?"} & set(parts["name"]):
        return None
    return Wildcard(parts["directory"] or "cf3:", parts["name"])
