"""Files that are nowhere: what a room writes is kept in memory and ends with the process."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class MemoryFiles:
    """The `srpki.storage.files.FileOps` of a disk that there is not."""

    def __init__(self) -> None:
        """Begin empty."""
        self._files: dict[Path, bytes] = {}
        self._directories: set[Path] = set()

    def kind(self, path: Path) -> str:
        """Return ``absent``, ``file`` or ``directory``."""
        if path in self._files:
            return "file"
        return "directory" if path in self._directories else "absent"

    def names(self, directory: Path) -> list[str]:
        """Return the names in *directory*, sorted."""
        return sorted(path.name for path in self._files if path.parent == directory)

    def read(self, path: Path, limit: int) -> bytes:
        """Return the content of the file at *path*; raises `OSError` for more than *limit*."""
        content = self._files.get(path)
        if content is None:
            raise _error(errno.ENOENT)
        if len(content) > limit:
            raise _error(errno.EFBIG)
        return content

    def write_new(self, path: Path, content: bytes, *, sync: bool = True) -> None:  # noqa: ARG002 - there is no disk
        """Create *path*, which must not exist, with *content*."""
        if path in self._files:
            raise _error(errno.EEXIST)
        self._files[path] = content

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*."""
        if source not in self._files:
            raise _error(errno.ENOENT)
        self._files[target] = self._files.pop(source)

    def duplicate(self, source: Path, target: Path) -> None:
        """Give the file *source* the further name *target*."""
        self.write_new(target, self.read(source, len(self._files.get(source, b""))))

    def check_replaceable(self, path: Path) -> None:
        """Find nothing in the way."""

    def unlink(self, path: Path) -> None:
        """Remove the file at *path*."""
        self._files.pop(path, None)

    def make_directory(self, path: Path) -> None:
        """Make the directory *path*."""
        self._directories.add(path)

    def sync_directory(self, path: Path) -> None:
        """Let what is lost with the process be lost."""

    def staying(self, directory: Path) -> AbstractContextManager[None]:  # noqa: ARG002 - no way to it
        """Do nothing: every file is found at once."""
        return nullcontext()


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
