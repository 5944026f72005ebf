"""Files that the user has asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.errors import UsageError

if TYPE_CHECKING:
    from typing import TextIO


@contextmanager
def own_output(path: Path) -> Iterator[TextIO]:
    """Give the file *path* to write to; raises `UsageError` where it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
