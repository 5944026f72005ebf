"""Compact flash 3 of a node: where its URLs lead, and what may be read and written there."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    SrpkiError,
    StorageError,
)
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


class Flash:
    """The files of the operator, read and written whole; a URL cannot lead out of the flash."""

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
        with storage(f'open file "{shown}"'):
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
        with storage(f'open "{shown}"'):
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

    def _put(self, path: Path, content: bytes, shown: str) -> None:
        """Write *content* to *path*, with the directories above; the same again is no change."""
        try:
            same = self._content(path, shown, MAX_OWN) == content
        except SrpkiError:
            same = False
        with storage(f'write file "{shown}"'):
            for directory in reversed(path.relative_to(self._cf3).parents[:-1]):
                self.files.make_directory(self._cf3 / directory)
        replace_file(self.files, path, content, shown=shown)
        self.changes += not same

    def _check_parent(self, path: Path, shown: str) -> None:
        if self._kind(path.parent, shown) != "directory":
            above = shown.rpartition("\\")[0]
            raise NotFoundError(f'directory "{above}" does not exist', hint="make it first")


@contextmanager
def storage(what: str) -> Iterator[None]:
    """Turn `OSError` into `StorageError`, saying *what* was tried."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what}: {error.strerror or error}") from None
