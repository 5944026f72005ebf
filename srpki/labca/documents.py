"""Small JSON documents in the lab CA's directory: what must be there after a kill at any moment.

Each is written whole or not at all. One that is damaged stops the start: what it said, such as a
policy, must not be forgotten without a word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from srpki.core.errors import CorruptError, StorageError
from srpki.storage.files import OsFiles, replace

MOST_OCTETS: Final = 1 << 20


class Document:
    """One JSON object in the file *name* of *directory*; without a directory it is kept nowhere."""

    def __init__(self, directory: Path | None, name: str) -> None:
        """Read nothing yet."""
        self._path = None if directory is None else directory / name
        self._files = None if directory is None else OsFiles(directory)

    def read(self) -> Mapping[str, Any]:
        """Return what was kept, empty when nothing was; raises `StorageError`, `CorruptError`."""
        if self._path is None or self._files is None:
            return {}
        try:
            found = json.loads(self._files.read(self._path, MOST_OCTETS))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {self._path}: {error.strerror}") from None
        except (ValueError, RecursionError):
            raise self.damaged() from None
        if not isinstance(found, dict):
            raise self.damaged()
        return found

    def write(self, content: Mapping[str, Any], *, sync: bool = True) -> None:
        """Keep *content*, not over a power cut unless with *sync*; raises `StorageError`."""
        if self._path is None or self._files is None:
            return
        octets = json.dumps(dict(content), indent=1).encode()
        if len(octets) > MOST_OCTETS:
            raise StorageError(f"{self._path.name} of the lab CA would be too long")
        try:
            replace(self._files, self._path, octets, sync=sync)
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {self._path}: {error.strerror}") from None

    def damaged(self) -> CorruptError:
        """Return what is raised for content that is none."""
        return CorruptError(
            f"{self._path} of the lab CA is damaged",
            hint="restore it, or remove it to begin without what it said",
        )
