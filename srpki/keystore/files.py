"""File operations of the keystore, one call a step, so that tests can fail at every one."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from srpki.core.errors import StorageError

MAX_COPY: Final = 1 << 28
"""Octets of a file that is copied where it cannot have a second name."""


class FileOps(Protocol):
    """What the keystore may do to a disk. Every method raises `OSError`."""

    def kind(self, path: Path) -> str:
        """Return ``absent``, ``file``, ``directory`` or ``other`` (a link, a device)."""
        ...

    def names(self, directory: Path) -> list[str]:
        """Return the names in *directory*, sorted; none when it does not exist."""
        ...

    def read(self, path: Path, limit: int) -> bytes:
        """Return the content of the regular file at *path*, *limit* octets at most."""
        ...

    def write_new(self, path: Path, content: bytes) -> None:
        """Create *path*, which must not exist, with mode 0600; write and sync *content*."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*, taking the place of a file there, in one step."""
        ...

    def duplicate(self, source: Path, target: Path) -> None:
        """Give the file *source* the further name *target*, which must not exist, or copy it.

        A copy, where the file system has no hard links, is synced but may end half-way in a crash.
        """
        ...

    def unlink(self, path: Path) -> None:
        """Remove the file at *path*; nothing there is no error."""
        ...

    def make_directory(self, path: Path) -> None:
        """Make the directory *path* with mode 0700; one there already is no error."""
        ...

    def sync_directory(self, path: Path) -> None:
        """Make the names in *path* survive a power cut."""
        ...


class OsFiles:
    """The operating system's files. Symbolic links are never followed at the last step."""

    def kind(self, path: Path) -> str:
        """Return ``absent``, ``file``, ``directory`` or ``other`` (a link, a device)."""
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return "absent"
        if stat.S_ISREG(mode):
            return "file"
        return "directory" if stat.S_ISDIR(mode) else "other"

    def names(self, directory: Path) -> list[str]:
        """Return the names in *directory*, sorted; none when it does not exist."""
        try:
            return sorted(os.listdir(directory))  # noqa: PTH208 - names, not paths
        except FileNotFoundError:
            return []

    def read(self, path: Path, limit: int) -> bytes:
        """Return the content of the regular file at *path*, *limit* octets at most."""
        # O_NONBLOCK: a pipe put in the place of the file must not make us wait.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        with os.fdopen(os.open(path, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError(errno.EINVAL, "Not a regular file", str(path))
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return content

    def write_new(self, path: Path, content: bytes) -> None:
        """Create *path*, which must not exist, with mode 0600; write and sync *content*."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0) as stream:
            rest = memoryview(content)
            while rest:
                rest = rest[stream.write(rest) :]
            os.fsync(stream.fileno())

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*, taking the place of a file there, in one step."""
        source.rename(target)

    def duplicate(self, source: Path, target: Path) -> None:
        """Give the file *source* the further name *target*, which must not exist, or copy it."""
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            self.write_new(target, self.read(source, MAX_COPY))

    def unlink(self, path: Path) -> None:
        """Remove the file at *path*; nothing there is no error."""
        path.unlink(missing_ok=True)

    def make_directory(self, path: Path) -> None:
        """Make the directory *path* with mode 0700; one there already is no error."""
        path.mkdir(mode=0o700, exist_ok=True)

    def sync_directory(self, path: Path) -> None:
        """Make the names in *path* survive a power cut."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_file(path: Path, content: bytes, *, shown: str) -> None:
    """Put *content* at *path* by way of a synced temporary file (mode 0600).

    Raises `StorageError`, which calls the file *shown*; what was at *path* is then still there.
    """
    files = OsFiles()
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.unlink(fresh)
        files.write_new(fresh, content)
        files.rename(fresh, path)
        files.sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise StorageError(f'write file "{shown}": {error.strerror}') from None
