"""What ``file`` commands do to the files on ``cf3:``: list, copy, move, remove."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    StorageError,
)
from srpki.core.text import printable
from srpki.device.flash import Flash, storage
from srpki.device.records.files import Directory, FileEntry
from srpki.device.wildcards import MATCHES, Wildcard, wildcard
from srpki.storage import urls


class FileSystem(Flash):
    """The flash of one node, as its operator arranges it."""

    def entry(self, url: str) -> FileEntry:
        """Return what is at *url*; raises as `listing` does, and for a link or a device."""
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        if self._kind(path, shown) not in ("file", "directory"):
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        with storage(f'open "{shown}"'):
            return self._entry(path)

    def entries(self, url: str) -> tuple[FileEntry, ...]:
        """Return what is in the directory *url* that a URL can name, for other programs.

        Raises as `listing` does, and `InvalidNameError` for the imported files.
        """
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown, hint="file dir lists them")
        if self._kind(path, shown) != "directory":
            raise NotFoundError(f'directory "{shown}" does not exist')
        with storage(f'list "{shown}"'):
            found = [path / name for name in self.files.names(path) if urls.is_component(name)]
            return tuple(
                self._entry(each)
                for each in found
                if self.files.kind(each) in ("file", "directory")
            )

    # --- copy, move, remove ----------------------------------------------------------------------

    def copy(self, source: str, target: str, *, force: bool = False) -> None:
        """Copy the file *source* to *target*, a file or a directory; overwrite with *force* only.

        Raises as `read_own` and `write` do, and `ExistsError`.
        """
        content = self.read_own(source)
        path, shown = self._destination(urls.resolve(source, self._cf3), target, force=force)
        self._put(path, content, shown)

    def move(self, source: str, target: str, *, force: bool = False) -> None:
        """Give the file or directory *source* another name or place; overwrite with *force* only.

        Raises `InvalidNameError`, `InvalidInputError`, `NotFoundError`, `ExistsError` or
        `StorageError`.
        """
        path, shown = self._own(source)
        if self._kind(path, shown) == "absent":
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        destination, shown_destination = self._destination(path, target, force=force)
        if path in destination.parents:
            raise InvalidInputError(f'"{shown}" cannot be moved into itself')
        with storage(f'move "{shown}" to "{shown_destination}"'):
            self.files.rename(path, destination)
        self.changes += 1

    def remove(self, url: str) -> None:
        """Remove the file at *url*; raises as `move` does."""
        path, shown = self._own(url)
        kind = self._kind(path, shown)
        if kind == "directory":
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        if kind == "absent":
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        with storage(f'remove file "{shown}"'):
            self.files.unlink(path)
        self.changes += 1

    def make_directory(self, url: str) -> None:
        """Make the directory *url* (mode 0700); raises as `move` does."""
        path, shown = self._own(url)
        self._check_parent(path, shown)
        if self._kind(path, shown) != "absent":
            raise ExistsError(f'"{shown}" exists already')
        with storage(f'make directory "{shown}"'):
            self.files.make_directory(path)
        self.changes += 1

    def remove_directory(self, url: str, *, recursive: bool = False) -> None:
        """Remove the directory *url*, with all that is in it when *recursive*; raises as `move`."""
        path, shown = self._own(url)
        if self._kind(path, shown) != "directory":
            raise NotFoundError(f'directory "{shown}" does not exist')
        with storage(f'remove directory "{shown}"'):
            self.changes += recursive  # first: what is left of it is another directory
            try:
                self.files.remove_directory(path, recursive=recursive)
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise
                raise InvalidInputError(
                    f'"{shown}" is not empty', hint="remove what is in it first"
                ) from None
        self.changes += 1

    def _own(self, url: str) -> tuple[Path, str]:
        """Return where *url* lies and how it is shown: neither imported nor the flash itself."""
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown, hint="remove them one by one")
        if path == self._cf3:
            raise InvalidNameError(f'"{shown}" is the compact flash itself', hint="name a file")
        return path, shown

    def _destination(self, source: Path, url: str, *, force: bool) -> tuple[Path, str]:
        """Return the file that *source* goes to: *url*, or the same name in the directory *url*."""
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        if path != source and self._kind(path, shown) == "directory":
            inside = shown.removesuffix("\\") + f"\\{source.name}"
            path, shown = urls.resolve(inside, self._cf3), inside
        self._check_not_imported(path, shown)
        if path == source:
            raise InvalidInputError(f'"{shown}" is what it would be replaced by')
        self._check_free(path, shown, "add force to replace it", force=force)
        self._check_parent(path, shown)
        return path, shown

    # --- several files ---------------------------------------------------------------------------

    def matching(self, url: str) -> tuple[str, ...]:
        """Return the URLs of the operator's own files that the wildcard *url* stands for.

        Directories are none, nor what no URL can name. Raises `InvalidNameError` where imported
        files would be meant, `NotFoundError` where there are none and `InvalidInputError` for
        more than `MATCHES`.
        """
        wanted = wildcard(url)
        assert wanted is not None
        place = urls.resolve(wanted.directory, self._cf3)
        self._check_not_imported(place, urls.display(url), hint="name the files one by one")
        above = urls.display(wanted.directory).removesuffix("\\")
        found = tuple(
            f"{above}\\{path.name}"
            for path in self._matches(wanted)
            if self._kind(path, path.name) == "file" and urls.is_component(path.name)
        )
        if not found:
            raise NotFoundError("File Not Found", hint=f'"{urls.display(url)}"')
        return found

    def check_copies(self, sources: Sequence[str], directory: str, *, force: bool) -> None:
        """Raise what `copy` of one of *sources* into *directory* would, before any is copied."""
        self.directory(directory)
        for source in sources:
            self._destination(urls.resolve(source, self._cf3), directory, force=force)

    def _matches(self, wanted: Wildcard) -> list[Path]:
        place = urls.resolve(wanted.directory, self._cf3)
        with storage(f'list "{urls.display(wanted.directory)}"'):
            found = [
                place / name
                for name in self.files.names(place)
                if name[:1] != "." and wanted.fits(name)
            ]
        if len(found) > MATCHES:
            raise InvalidInputError(f"more than {MATCHES:,} files match", hint="write more of them")
        return found

    def directory(self, url: str) -> str:
        """Return the directory *url* as it is shown; raises as `move` does where it is none."""
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        if self._kind(path, shown) != "directory":
            raise NotFoundError(f'directory "{shown}" does not exist')
        return shown

    def listing(self, url: str) -> Directory:
        """Return the directory, the one file or what a wildcard stands for; raises as `read`."""
        if (wanted := wildcard(url)) is not None:
            return self._matched(wanted, urls.display(url))
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        try:
            entries = tuple(self._entries(path))
            free = self.files.free()
        except FileNotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{shown}"') from None
        except OSError as error:
            raise StorageError(f'list "{shown}": {error.strerror}') from None
        if self._kind(path, shown) != "directory":
            shown = shown.rpartition("\\")[0] + "\\"
        return Directory(url=shown, file=entries, free=free)

    def _matched(self, wanted: Wildcard, shown: str) -> Directory:
        try:
            entries = tuple(map(self._entry, self._matches(wanted)))
            free = self.files.free()
        except OSError as error:
            raise StorageError(f'list "{shown}": {error.strerror}') from None
        if not entries:
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        return Directory(url=urls.display(wanted.directory), file=entries, free=free)

    def _entries(self, path: Path) -> Iterator[FileEntry]:
        """Yield the rows of a listing; those of a directory begin with itself and the one above."""
        if self.files.kind(path) != "directory":
            yield self._entry(path)
            return
        if path != self._cf3:
            yield self._entry(path).but(name=".")
            yield self._entry(path.parent).but(name="..")
        yield from (self._entry(path / name) for name in self.files.names(path) if name[:1] != ".")

    def _entry(self, path: Path) -> FileEntry:
        facts = self.files.facts(path)
        return FileEntry(
            name=printable(path.name),
            size=None if stat.S_ISDIR(facts.st_mode) else facts.st_size,
            modified=datetime.fromtimestamp(facts.st_mtime, UTC),
        )
