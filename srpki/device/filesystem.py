"""The operator's files on ``cf3:``: read, write without overwriting, list, move, remove."""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
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
from srpki.device.records.files import Directory, FileEntry
from srpki.device.wildcards import MATCHES, Wildcard, wildcard
from srpki.keystore.store import DIRECTORY
from srpki.storage import urls
from srpki.storage.files import OsFiles, replace_file

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

    def __init__(self, cf3: Path, files: OsFiles | None = None) -> None:
        """Serve the directory *cf3* by *files*; `changes` counts what has been done to it."""
        self._cf3 = cf3
        self.files = files or OsFiles(cf3)
        self.changes = 0

    def read(self, url: str) -> bytes:
        """Return the content of the file at *url*, 1 MiB at most.

        Raises `InvalidNameError`, `NotFoundError`, `InvalidInputError` or `StorageError`.
        """
        return self._content(urls.resolve(url, self._cf3), urls.display(url), MAX_FILE)

    def read_own(self, url: str) -> bytes:
        """Return the content of a file that is the operator's own, 16 MiB at most.

        Raises as `read` does; `InvalidNameError` also for imported files, which are sealed.
        """
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown, hint="export it instead")
        try:
            return self._content(path, shown, MAX_OWN)
        except NotFoundError:
            raise NotFoundError(f'open file "{shown}"') from None

    def _content(self, path: Path, shown: str, limit: int) -> bytes:
        with _storage(f'open file "{shown}"'):
            kind = self.files.kind(path)
            if kind == "absent":
                raise NotFoundError(f'file "{shown}" does not exist')
            if kind != "file":
                what = "a directory" if kind == "directory" else "not a file"
                raise InvalidInputError(f'"{shown}" is {what}', hint="name a file")
            try:
                return self.files.read(path, limit)
            except OSError as error:
                if error.errno != errno.EFBIG:
                    raise
        raise InvalidInputError(
            f'"{shown}" is longer than {limit} octets', hint="name another file"
        )

    def path(self, url: str) -> Path:
        """Return where *url* lies on this machine; raises `InvalidNameError`."""
        return urls.resolve(url, self._cf3)

    def within(self, url: str) -> tuple[str, ...]:
        r"""Return what the directory *url* holds, for completion: nothing where there is none.

        Directories have a ``\`` after their names. Raises `InvalidNameError` or `StorageError`.
        """
        place = urls.resolve(url, self._cf3)
        try:
            found = [name for name in self.files.names(place)[:MAX_NAMES] if name[:1] != "."]
            kinds = {name: self.files.kind(place / name) for name in found if name.isprintable()}
        except OSError:
            return ()
        return tuple(
            sorted(
                f"{name}\\" if kind == "directory" else name
                for name, kind in kinds.items()
                if kind != "other"
            )
        )

    def check_new(self, url: str, *, force: bool = False) -> None:
        """Raise `ExistsError` when *url* is taken; asked before a peer is troubled.

        With *force* a file may be there, but never an imported one or the saved configuration:
        those raise `InvalidNameError`.
        """
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown)
        if path == self._cf3 / CONFIGURATION:
            raise InvalidNameError(
                f'"{shown}" is the saved configuration', hint="name another file"
            )
        self._check_free(path, shown, "remove it or name another file", force=force)

    def _check_free(self, path: Path, shown: str, cure: str, *, force: bool) -> None:
        """Raise `InvalidInputError` for a directory, `ExistsError` for a file unless *force*."""
        kind = self._kind(path, shown)
        if kind == "directory":
            raise InvalidInputError(f'"{shown}" is a directory', hint="name a file")
        if kind != "absent" and not force:
            raise ExistsError(f'"{shown}" exists already', hint=cure)

    def _kind(self, path: Path, shown: str) -> str:
        with _storage(f'open "{shown}"'):
            return self.files.kind(path)

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
        below = self._below_imported(urls.resolve(url, self._cf3))
        return below[0] if below is not None and len(below) == 1 else ""

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, whole or not at all; overwrite only with *force*.

        Raises `InvalidNameError`, `ExistsError` or `StorageError`.
        """
        self.check_new(url, force=force)
        self._put(urls.resolve(url, self._cf3), content, urls.display(url))

    def save(self, url: str, text: str) -> None:
        """Write a configuration to *url*, in the place of what is there.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown)
        self._check_free(path, shown, "", force=True)
        self._put(path, text.encode(), shown)

    def receive(self, url: str, content: bytes) -> None:
        """Write *content*, which somebody hands in, to *url*, in the place of a file there.

        Raises `InvalidNameError`, `InvalidInputError`, `NotFoundError` or `StorageError`.
        """
        path, shown = self._receivable(url)
        self._put(path, content, shown)

    def check_receivable(self, url: str) -> None:
        """Raise what `receive` would before it writes."""
        self._receivable(url)

    def _receivable(self, url: str) -> tuple[Path, str]:
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown)
        self._check_free(path, shown, "", force=True)
        self._check_parent(path, shown)
        return path, shown

    def entry(self, url: str) -> FileEntry:
        """Return what is at *url*; raises as `listing` does, and for a link or a device."""
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        if self._kind(path, shown) not in ("file", "directory"):
            raise NotFoundError("File Not Found", hint=f'"{shown}"')
        with _storage(f'open "{shown}"'):
            return self._entry(path)

    def entries(self, url: str) -> tuple[FileEntry, ...]:
        """Return what is in the directory *url* that a URL can name, for other programs.

        Raises as `listing` does, and `InvalidNameError` for the imported files.
        """
        path, shown = urls.resolve(url, self._cf3), urls.display(url)
        self._check_not_imported(path, shown, hint="file dir lists them")
        if self._kind(path, shown) != "directory":
            raise NotFoundError(f'directory "{shown}" does not exist')
        with _storage(f'list "{shown}"'):
            found = [path / name for name in self.files.names(path) if urls.is_component(name)]
            return tuple(
                self._entry(each)
                for each in found
                if self.files.kind(each) in ("file", "directory")
            )

    def _put(self, path: Path, content: bytes, shown: str) -> None:
        """Write *content* to *path*, with the directories above; the same again is no change."""
        try:
            same = self._content(path, shown, MAX_OWN) == content
        except SrpkiError:
            same = False
        with _storage(f'write file "{shown}"'):
            for directory in reversed(path.relative_to(self._cf3).parents[:-1]):
                self.files.make_directory(self._cf3 / directory)
        replace_file(self.files, path, content, shown=shown)
        self.changes += not same

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
        with _storage(f'move "{shown}" to "{shown_destination}"'):
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
        with _storage(f'remove file "{shown}"'):
            self.files.unlink(path)
        self.changes += 1

    def make_directory(self, url: str) -> None:
        """Make the directory *url* (mode 0700); raises as `move` does."""
        path, shown = self._own(url)
        self._check_parent(path, shown)
        if self._kind(path, shown) != "absent":
            raise ExistsError(f'"{shown}" exists already')
        with _storage(f'make directory "{shown}"'):
            self.files.make_directory(path)
        self.changes += 1

    def remove_directory(self, url: str, *, recursive: bool = False) -> None:
        """Remove the directory *url*, with all that is in it when *recursive*; raises as `move`."""
        path, shown = self._own(url)
        if self._kind(path, shown) != "directory":
            raise NotFoundError(f'directory "{shown}" does not exist')
        with _storage(f'remove directory "{shown}"'):
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

    def _check_parent(self, path: Path, shown: str) -> None:
        if self._kind(path.parent, shown) != "directory":
            above = shown.rpartition("\\")[0]
            raise NotFoundError(f'directory "{above}" does not exist', hint="make it first")

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
        with _storage(f'list "{urls.display(wanted.directory)}"'):
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


@contextmanager
def _storage(what: str) -> Iterator[None]:
    """Turn `OSError` into `StorageError`, saying *what* was tried."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what}: {error.strerror or error}") from None
