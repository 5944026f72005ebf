"""The rules of 79 characters around titles and tables [cli.md 1.9]."""

from __future__ import annotations

from collections.abc import Iterator

DOUBLE = "=" * 79
SINGLE = "-" * 79


def title(text: str) -> Iterator[str]:
    """Yield *text* between two rules."""
    yield DOUBLE
    yield text
    yield DOUBLE
