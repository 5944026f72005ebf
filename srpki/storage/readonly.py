"""Files that are only looked at: every attempt to change something fails, as on a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

from srpki.storage.files import OsFiles


class ReadOnlyFiles(OsFiles):
    """As `OsFiles`, but nothing below the root changes: `OSError` with ``EROFS``."""

    def open(self, path: Path, flags: int) -> int:
        """Return a descriptor of the file at *path* for reading."""
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _refuse(path)
        return super().open(path, flags)

    def make_root(self) -> None:
        """Refuse."""
        _refuse(self._root)

    def rename(self, source: Path, target: Path) -> None:
        """Refuse."""
        del source
        _refuse(target)

    def duplicate(self, source: Path, target: Path) -> None:
        """Refuse."""
        del source
        _refuse(target)

    def unlink(self, path: Path) -> None:
        """Refuse where there is something to remove."""
        if self.kind(path) != "absent":
            _refuse(path)

    def make_directory(self, path: Path) -> None:
        """Refuse where there is none."""
        if self.kind(path) != "directory":
            _refuse(path)

    def remove_directory(self, path: Path, *, recursive: bool = False) -> None:
        """Refuse."""
        del recursive
        _refuse(path)


def _refuse(path: Path) -> NoReturn:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
