"""What `| match` has found, highlighted on a terminal [cli.md 1.7: match-highlight]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from srpki.cli.port import Highlight

_CODES: Final = {"bold": 1, "underline": 4, "reverse": 7}


def marked(text: str, found: Sequence[Highlight]) -> Iterator[tuple[str, str]]:
    """Yield the pieces of *text* in order, each with the escape sequence before it or nothing.

    A piece with a sequence is to be followed by a reset of all attributes.
    """
    at = 0
    for match in _pattern(found).finditer(text) if found else ():
        yield text[at : match.start()], ""
        yield match[0], f"\x1b[{';'.join(str(_CODES[style]) for style in found[0].styles)}m"
        at = match.end()
    yield text[at:], ""


def _pattern(found: Sequence[Highlight]) -> re.Pattern[str]:
    plain = ((re.escape(one.pattern), one.ignore_case) for one in found)
    return re.compile("|".join(f"(?i:{text})" if folded else text for text, folded in plain))
