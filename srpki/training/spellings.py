"""Spellings of the classic CLI that no documentation shows: this program has decided them.

Fact sheet ``auto-update.md``, section 5. A lesson that teaches one says so below its task.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.core.expressions import Expression

DECIDED: Final = (
    "update-cert",
    "certificate-auto-update",
    "est-profile",
    "admin certificate est",
    "key-generation (rsa|dsa|ecdsa)",
    "protocol (cmpv2|est)",
    "schedule (before-expiry|after-issue)",
    "retry-interval",
)
"""Expressions that are found in lines with such a spelling."""


def decided(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of the classic commands *text* with a decided spelling, by number."""
    patterns = [Expression(f"(^|[ \t]){one}([ \t]|$)") for one in DECIDED]
    for number, line in enumerate(text.split("\n"), 1):
        if any(pattern.found_in(line) for pattern in patterns):
            yield number, line.strip()
