"""The operator's files on ``cf3:``: read, write without overwriting, list, move, remove."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    SrpkiError,
    StorageError,
)
from srpki.core.text import printable
from srpki.device.results import FileEntry, Listing
from srpki.keystore import names
from srpki.keystore.files import replace_file
from srpki.keystore.store import DIRECTORY

CONFIGURATION = "config.cfg"
"""The saved configuration, at the root of the compact flash."""

MAX_FILE = 1 << 20
"""Octets of a file that the operator hands in; certificates and keys are far smaller."""

MAX_OWN = 1 << 24
"""Octets of a file that is shown or copied."""


MAX_NAMES = 10000
"""Most files of a directory that are looked at for completion."""


class FileSystem:
    """Compact flash 3 of one node; a URL cannot lead out of it."""

    def __init__(self, cf3: Path) -> None:
        """Serve the directory *cf3*; `changes` counts what has been done to it."""
        self._cf3 = cf3
        self.changes = 0

    def read(self, url: str) -> bytes:
        """Return the content of the file at *url*, 1 MiB at most.

        Raises `InvalidNameError`, `NotFoundError`, `InvalidInputError` or `StorageError`.
        """
        return self._content(names.resolve(url, self._cf3), names.display(url), MAX_FILE)

    def read_own(self, url: str) -> bytes:
        """Return the content of a file that is the operator's own, 16 MiB at most.

        Raises as `read` does; `InvalidNameError` also for imported files, which are sealed.
        """
        path, shown = names.resolve(url, self._cf3), names.display(url)
        self._check_not_imported(path, shown, hint="export it instead")
        try:
            return self._content(path, shown, MAX_OWN)
        except NotFoundError:
            raise NotFoundError(f'open file "{shown}"') from None

    @staticmethod
    def _content(path: Path, shown: str, limit: int) -> bytes:
        try:
            # Looked at before it is opened: opening a pipe waits for somebody who writes to it.
            _check_regular(path.lstat().st_mode, shown)
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
                content = stream.read(limit + 1)
        except FileNotFoundError:
            raise NotFoundError(f'file "{shown}" does not exist') from None
        except OSError as error:
            raise StorageError(f'open file "{shown}": {error.strerror}') from None
        if len(content) > limit:
            raise InvalidInputError(
                f'"{shown}" is longer than {limit} octets', hint="name another file"
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

    def _check_not_imported(
        self, path: Path, shown: str, hint: str = "write elsewhere, then import"
    ) -> None:
        if self._below_imported(path) is not None:
            raise InvalidNameError(f'"{shown}" is among the imported files', hint=hint)

    def _below_imported(self, path: Path) -> tuple[str, ...] | None:
        """Return the names that lead from the imported files to *path*, if it is among them.

        The host may take small letters and capitals for the same.
        """
        first, *below = path.relative_to(self._cf3).parts or ("",)
        return tuple(below) if first.lower() == DIRECTORY else None

    def imported_name(self, url: str) -> str:
        """Return the name of the imported file at *url*, empty when it is the operator's own."""
        below = self._below_imported(names.resolve(url, self._cf3))
        return below[0] if below is not None and len(below) == 1 else ""

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, whole or not at all; overwrite only with *force*.

        Raises `InvalidNameError`, `ExistsError` or `StorageError`.
        """
        self.check_new(url, force=force)
        self._put(names.resolve(url, self._cf3), content, names.display(url))

    def save(self, url: str, text: str) -> None:
        """Write a configuration to *url*, in the place of what is there.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        path, shown = names.resolve(url, self._cf3), names.display(url)
        self._check_not_imported(path, shown)
        if path.is_dir():
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        self._put(path, text.encode(), shown)

    def _put(self, path: Path, content: bytes, shown: str) -> None:
        """Write *content* to *path*; the same content again is no change."""
        try:
            same = self._content(path, shown, MAX_OWN) == content
        except SrpkiError:
            same = False
        replace_file(path, content, shown=shown)
        self.changes += not same

    # --- copy, move, remove ----------------------------------------------------------------------

    def copy(self, source: str, target: str, *, force: bool = False) -> None:
        """Copy the file *source* to *target*, a file or a directory; overwrite with *force* only.

        Raises as `read_own` and `write` do, and `ExistsError`.
        """
        content = self.read_own(source)
        path, shown = self._destination(names.resolve(source, self._cf3), target, force=force)
        self._put(path, content, shown)

    def move(self, source: str, target: str, *, force: bool = False) -> None:
        """Give the file or directory *source* another name or place; overwrite with *force* only.

        Raises `InvalidNameError`, `InvalidInputError`, `NotFoundError`, `ExistsError` or
        `StorageError`.
        """
        path, shown = self._own(source)
        if not path.exists():
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        destination, shown_destination = self._destination(path, target, force=force)
        if path in destination.parents:
            raise InvalidInputError(f'"{shown}" cannot be moved into itself')
        with _storage(f'move "{shown}" to "{shown_destination}"'):
            path.replace(destination)
        self.changes += 1

    def remove(self, url: str) -> None:
        """Remove the file at *url*; raises as `move` does."""
        path, shown = self._own(url)
        if path.is_dir():
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        with _storage(f'remove file "{shown}"'):
            try:
                path.unlink()
            except FileNotFoundError:
                raise NotFoundError("File Not Found", hint=f'"{shown}"') from None
        self.changes += 1

    def make_directory(self, url: str) -> None:
        """Make the directory *url* (mode 0700); raises as `move` does."""
        path, shown = self._own(url)
        self._check_parent(path, shown)
        with _storage(f'make directory "{shown}"'):
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                raise ExistsError(f'"{shown}" exists already') from None
        self.changes += 1

    def remove_directory(self, url: str, *, recursive: bool = False) -> None:
        """Remove the directory *url*, with all that is in it when *recursive*; raises as `move`."""
        path, shown = self._own(url)
        if not path.is_dir():
            raise NotFoundError(f'directory "{shown}" does not exist')
        with _storage(f'remove directory "{shown}"'):
            if recursive:
                self.changes += 1  # first: what is left of it is another directory
                shutil.rmtree(path)
                return
            try:
                path.rmdir()
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise
                raise InvalidInputError(
                    f'"{shown}" is not empty', hint="remove what is in it first"
                ) from None
        self.changes += 1

    def _own(self, url: str) -> tuple[Path, str]:
        """Return where *url* lies and how it is shown: neither imported nor the flash itself."""
        path, shown = names.resolve(url, self._cf3), names.display(url)
        self._check_not_imported(path, shown, hint="remove them one by one")
        if path == self._cf3:
            raise InvalidNameError(f'"{shown}" is the compact flash itself', hint="name a file")
        return path, shown

    def _destination(self, source: Path, url: str, *, force: bool) -> tuple[Path, str]:
        """Return the file that *source* goes to: *url*, or the same name in the directory *url*."""
        path, shown = names.resolve(url, self._cf3), names.display(url)
        if path.is_dir() and path != source:
            inside = shown.removesuffix("\\") + f"\\{source.name}"
            path, shown = names.resolve(inside, self._cf3), inside
        self._check_not_imported(path, shown)
        if path == source:
            raise InvalidInputError(f'"{shown}" is what it would be replaced by')
        if path.is_dir():
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        if path.exists() and not force:
            raise ExistsError(f'"{shown}" exists already', hint="add force to replace it")
        self._check_parent(path, shown)
        return path, shown

    @staticmethod
    def _check_parent(path: Path, shown: str) -> None:
        if not path.parent.is_dir():
            above = shown.rpartition("\\")[0]
            raise NotFoundError(f'directory "{above}" does not exist', hint="make it first")

    def listing(self, url: str) -> Listing:
        """Return the directory (or the one file) at *url*; raises as `read` does."""
        path, shown = names.resolve(url, self._cf3), names.display(url)
        try:
            entries = tuple(self._entries(path))
            free = shutil.disk_usage(self._cf3).free
        except FileNotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{shown}"') from None
        except OSError as error:
            raise StorageError(f'list "{shown}": {error.strerror}') from None
        directory = shown if path.is_dir() else shown.rpartition("\\")[0] + "\\"
        return Listing(url=directory, entries=entries, free=free)

    def _entries(self, path: Path) -> Iterator[FileEntry]:
        """Yield the rows of a listing; those of a directory begin with itself and the one above."""
        if not path.is_dir():
            yield _entry(path)
            return
        if path != self._cf3:
            yield replace(_entry(path), name=".")
            yield replace(_entry(path.parent), name="..")
        yield from (_entry(item) for item in sorted(path.iterdir()) if item.name[:1] != ".")


@contextmanager
def _storage(what: str) -> Iterator[None]:
    """Turn `OSError` into `StorageError`, saying *what* was tried."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what}: {error.strerror or error}") from None


def _check_regular(mode: int, shown: str) -> None:
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "not a file"
        raise InvalidInputError(f'"{shown}" is {kind}', hint="name a file")


def _entry(path: Path) -> FileEntry:
    facts = path.lstat()
    return FileEntry(
        name=printable(path.name),
        size=None if stat.S_ISDIR(facts.st_mode) else facts.st_size,
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
    )
