"""The rules around titles, tables and configurations [cli.md 1.9, 3.1]."""

from __future__ import annotations

from collections.abc import Iterator

DOUBLE = "=" * 79
SINGLE = "-" * 79
INFO = "-" * 46
"""Around a configuration and the difference of two."""


def title(text: str) -> Iterator[str]:
    """Yield *text* between two rules."""
    yield DOUBLE
    yield text
    yield DOUBLE
