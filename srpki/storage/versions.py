"""A file and the versions before it: ``config.cfg``, ``config.cfg.1``, ``config.cfg.2``, ...

Making a new version renames every older one, and neither a killed process nor a power cut in the
midst may lose one. So the new names are first given as further ones, hidden, in any order; then
the hidden name of the new content is the journal: before it is there nothing has happened, after
it `recover` finishes. Renaming a hidden name into place cannot lose what it replaces, for that has
a hidden name of its own until it is in its place.
"""

from __future__ import annotations

import errno
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from srpki.core.errors import NotFoundError, StorageError
from srpki.core.patterns import regex
from srpki.storage.files import FileOps, OsFiles

MAXIMUM_SIZE: Final = 64 * 2**20
"""Octets of a version: what a configuration of the greatest length may take in UTF-8."""
_HEAD: Final = regex(rb"(?:#[^\n]*\n|[ \t\r]*\n)*")
"""What stands before the first line that is no comment."""
_TAIL: Final = 256
"""Octets at the end, more than the last line takes."""
_STAMPS: Final = regex(rb"^# (Generated|Finished) [^\n]*$", re.MULTILINE)


def timeless(content: bytes) -> bytes:
    """Return *content* without the lines that tell when it was written.

    They are looked for where they stand: before its first line that is no comment, and in its last.
    """
    found = _HEAD.match(content)
    begin, end = found.end() if found else 0, len(content)
    if (last := content.rfind(b"\n# ", max(begin, end - _TAIL))) >= 0:
        end = last + 1
    if not begin and end == len(content):
        return content
    return _STAMPS.sub(b"", content[:begin]) + content[begin:end] + _STAMPS.sub(b"", content[end:])


class Versions:
    """The file at *path* on the flash, *url* as SR OS shows it, and its earlier versions.

    Every method raises `StorageError` where the disk refuses.
    """

    def __init__(self, path: Path, url: str, files: FileOps | None = None) -> None:
        self._path = path
        self._url = url
        self._files: FileOps = files or OsFiles(path.parent)
        self._directory = path.parent
        self._staged = self._hidden("part")
        self._journal = self._hidden("next")

    def url(self, version: int = 0) -> str:
        """Return the URL of *version*, 0 being the latest."""
        return f"{self._url}.{version}" if version else self._url

    def read(self, version: int = 0) -> bytes:
        """Return the content of *version*; raises `NotFoundError` when there is none."""
        try:
            return self._files.read(self._name(version), MAXIMUM_SIZE)
        except FileNotFoundError:
            raise NotFoundError(f'file "{self.url(version)}" does not exist') from None
        except OSError as error:
            raise self._refused("open", version, error) from None

    def numbers(self, most: int) -> tuple[int, ...]:
        """Return which versions are there, of those up to *most*."""
        return tuple(n for n in range(most + 1) if self._files.kind(self._name(n)) == "file")

    def save(self, content: bytes, backups: int) -> bool:
        """Make *content* the latest version, keeping *backups* earlier ones.

        Return False when it is that already: an unchanged file makes no new version.
        """
        self.recover()
        try:
            self._files.make_directory(self._directory)
            there = self._files.kind(self._path) == "file"
            if there and timeless(self.read()) == timeless(content):
                return False
            kept = self._contiguous(backups)
            self._files.write_new(self._staged, content)
            for version in range(kept):
                self._files.duplicate(self._name(version), self._hidden(str(version + 1)))
            self._files.sync_directory(self._directory)
            self._files.rename(self._staged, self._journal)
            self._finish()
            self._trim(backups)
        except OSError as error:
            with suppress(StorageError):
                self.recover()
            raise self._refused("write", 0, error) from None
        return True

    def remove(self, version: int) -> None:
        """Remove *version* and close the gap; raises `NotFoundError` when it is not there."""
        self.recover()
        if self._files.kind(self._name(version)) != "file":
            raise NotFoundError(f'file "{self.url(version)}" does not exist')
        try:
            while self._files.kind(self._name(version + 1)) == "file":
                self._files.rename(self._name(version + 1), self._name(version))
                self._files.sync_directory(self._directory)  # or two renames could lose a version
                version += 1
            self._files.unlink(self._name(version))
            self._files.sync_directory(self._directory)
        except OSError as error:
            raise self._refused("write", version, error) from None

    def recover(self) -> None:
        """Finish or undo what was interrupted."""
        try:
            if self._files.kind(self._journal) == "file":
                self._finish()
            for name in (self._staged, *self._all_hidden()):
                if self._files.kind(name) == "file":
                    self._files.unlink(name)
        except OSError as error:
            raise self._refused("write", 0, error) from None

    def _contiguous(self, backups: int) -> int:
        """Return how many versions, from the latest on, must move to make room."""
        for version in range(backups + 1):
            kind = self._files.kind(self._name(version))
            if kind == "absent":
                return version
            if kind != "file":
                raise OSError(errno.EEXIST, f'"{self.url(version)}" is not a file')
        return backups

    def _finish(self) -> None:
        self._files.sync_directory(self._directory)  # the journal must outlive what follows
        for name in self._all_hidden():
            self._files.rename(name, self._name(int(name.name.rpartition(".")[2])))
        self._files.sync_directory(self._directory)
        self._files.rename(self._journal, self._path)
        self._files.sync_directory(self._directory)

    def _trim(self, backups: int) -> None:
        """Remove what is beyond a limit that was lowered."""
        version = backups + 1
        while self._files.kind(self._name(version)) == "file":
            self._files.unlink(self._name(version))
            version += 1

    def _name(self, version: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{version}") if version else self._path

    def _hidden(self, suffix: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{suffix}")

    def _all_hidden(self) -> list[Path]:
        start = f".{self._path.name}."
        return [
            self._directory / name
            for name in self._files.names(self._directory)
            if name.startswith(start) and name.removeprefix(start).isdecimal()
        ]

    def _refused(self, what: str, version: int, error: OSError) -> StorageError:
        return StorageError(f'{what} file "{self.url(version)}": {error.strerror}')
