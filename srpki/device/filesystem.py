"""The operator's files on ``cf3:``: read, write without overwriting, list."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    StorageError,
)
from srpki.device.results import FileEntry, Listing
from srpki.keystore import names
from srpki.keystore.store import DIRECTORY

CONFIGURATION = "config.cfg"
"""The saved configuration, at the root of the compact flash."""

MAX_FILE = 1 << 20
"""Octets of a file that the operator hands in; certificates and keys are far smaller."""


MAX_NAMES = 10000
"""Most files of a directory that are looked at for completion."""


class FileSystem:
    """Compact flash 3 of one node; a URL cannot lead out of it."""

    def __init__(self, cf3: Path) -> None:
        """Serve the directory *cf3*."""
        self._cf3 = cf3

    def read(self, url: str) -> bytes:
        """Return the content of the file at *url*, 1 MiB at most.

        Raises `InvalidNameError`, `NotFoundError`, `InvalidInputError` or `StorageError`.
        """
        path = names.resolve(url, self._cf3)
        shown = names.display(url)
        try:
            # Looked at before it is opened: opening a pipe waits for somebody who writes to it.
            _check_regular(path.lstat().st_mode, shown)
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
                content = stream.read(MAX_FILE + 1)
        except FileNotFoundError:
            raise NotFoundError(f'file "{shown}" does not exist') from None
        except OSError as error:
            raise StorageError(f'open file "{shown}": {error.strerror}') from None
        if len(content) > MAX_FILE:
            raise InvalidInputError(
                f'"{shown}" is longer than {MAX_FILE} octets', hint="this is not a PKI file"
            )
        return content

    def path(self, url: str) -> Path:
        """Return where *url* lies on this machine; raises `InvalidNameError`."""
        return names.resolve(url, self._cf3)

    def within(self, url: str) -> tuple[str, ...]:
        r"""Return what the directory *url* holds, for completion: nothing where there is none.

        Directories have a ``\`` after their names. Raises `InvalidNameError` or `StorageError`.
        """
        try:
            with os.scandir(names.resolve(url, self._cf3)) as found:
                items = list(islice(found, MAX_NAMES))
        except OSError:
            return ()
        shown = (item for item in items if not item.name.startswith("."))
        return tuple(
            sorted(
                f"{item.name}\\" if item.is_dir(follow_symlinks=False) else item.name
                for item in shown
                if item.name.isprintable() and not item.is_symlink()
            )
        )

    def check_new(self, url: str, *, force: bool = False) -> None:
        """Raise `ExistsError` when *url* is taken; asked before a peer is troubled.

        With *force* a file may be there, but never an imported one or the saved configuration:
        those raise `InvalidNameError`.
        """
        path, shown = names.resolve(url, self._cf3), names.display(url)
        self._check_not_imported(path, shown)
        if path == self._cf3 / CONFIGURATION:
            raise InvalidNameError(
                f'"{shown}" is the saved configuration', hint="name another file"
            )
        if path.is_dir():
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        if path.exists() and not force:
            raise ExistsError(f'"{shown}" exists already', hint="remove it or name another file")

    def _check_not_imported(self, path: Path, shown: str) -> None:
        imported = self._cf3 / DIRECTORY
        if imported in (path, *path.parents):
            raise InvalidNameError(
                f'"{shown}" is among the imported files', hint="write elsewhere, then import"
            )

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, whole or not at all; overwrite only with *force*.

        Raises `InvalidNameError`, `ExistsError` or `StorageError`.
        """
        self.check_new(url, force=force)
        self.replace(names.resolve(url, self._cf3), content, shown=names.display(url))

    def save(self, url: str, text: str) -> None:
        """Write a configuration to *url*, in the place of what is there.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        path, shown = names.resolve(url, self._cf3), names.display(url)
        self._check_not_imported(path, shown)
        if path.is_dir():
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        self.replace(path, text.encode(), shown=shown)

    @staticmethod
    def replace(path: Path, content: bytes, *, shown: str) -> None:
        """Put *content* at *path* by way of a synced temporary file (mode 0600).

        Raises `StorageError`; what was at *path* before is then still there.
        """
        fresh = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                fresh.unlink()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(fresh, flags, 0o600), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
            directory = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise StorageError(f'write file "{shown}": {error.strerror}') from None

    def listing(self, url: str) -> Listing:
        """Return the directory (or the one file) at *url*; raises as `read` does."""
        path = names.resolve(url, self._cf3)
        shown = names.display(url)
        try:
            found = sorted(path.iterdir()) if path.is_dir() else [path]
            entries = tuple(_entry(item) for item in found if not item.name.startswith("."))
            free = shutil.disk_usage(self._cf3).free
        except FileNotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{shown}"') from None
        except OSError as error:
            raise StorageError(f'list "{shown}": {error.strerror}') from None
        return Listing(url=shown, entries=entries, free=free)


def _check_regular(mode: int, shown: str) -> None:
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "not a file"
        raise InvalidInputError(f'"{shown}" is {kind}', hint="name a file")


def _entry(path: Path) -> FileEntry:
    facts = path.lstat()
    return FileEntry(
        name=_shown(path.name),
        size=None if stat.S_ISDIR(facts.st_mode) else facts.st_size,
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
    )


def _shown(name: str) -> str:
    """Return *name* without what could move a cursor or cannot be printed; not ours to choose."""
    return "".join(character if character.isprintable() else "?" for character in name)
