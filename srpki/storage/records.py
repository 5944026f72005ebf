"""A directory of small JSON records: one file each, the old or the new one after a crash.

A record that is damaged costs what it said and nothing else. One that the disk does not give may
be intact: it is left as it is, and not written over before it could be read.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from srpki.core.errors import StorageError
from srpki.storage.files import FileOps, OsFiles, replace

MAX_RECORD: Final = 1 << 18
"""Octets of one record; ours are a few hundred, and a few thousand with a certificate in it."""


class Records:
    """The records of *directory* by name; the name is inside, the file is its hash."""

    def __init__(self, directory: Path, files: FileOps | None = None) -> None:
        """Keep the records in *directory*, which is made by the first `save`."""
        self._directory = directory
        self._files: FileOps = files or OsFiles(directory.parent)
        self._unread: dict[str, str] = {}
        self._unlisted = False
        self._asked: set[str] = set()

    def load(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """Return the records by name, and what is wrong with the damaged ones, by file name.

        A damaged file is moved aside (``.damaged``), so that it is reported once. What cannot be
        read is among the `unreadable` ones afterwards.
        """
        found: dict[str, dict[str, Any]] = {}
        damaged: dict[str, str] = {}
        self._unread.clear()
        self._unlisted = False
        try:
            files = self._files.names(self._directory)
        except OSError as error:
            self._unlisted = True
            self._unread[self._directory.name] = _words(error)
            return found, damaged
        for file in (name for name in files if name.endswith(".json")):
            path = self._directory / file
            try:
                record = self._read(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._unread[file] = _words(error)
            except (ValueError, RecursionError) as error:
                damaged[file] = str(error)
                self._put_aside(path)
            else:
                found[record["name"]] = record
        return found, damaged

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What the disk did not give to `load`, by file name, and why."""
        return self._unread

    def unread(self, name: str) -> bool:
        """Say whether there may be a record of *name* that could not be read so far."""
        return bool(self._unread) and self._is_unread(self._path(name).name)

    def _is_unread(self, file: str) -> bool:
        return file in self._unread or (self._unlisted and file not in self._asked)

    def again(self, name: str) -> dict[str, Any] | None:
        """Return the record of *name*, which was `unread`, None when there is none after all.

        Raises `StorageError` when it still cannot be read.
        """
        path = self._path(name)
        record: dict[str, Any] | None = None
        try:
            record = self._read(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            reason = f'read what is remembered of "{name}": {_words(error)}'
            raise StorageError(
                reason, hint=f"see state/{self._directory.name}/{path.name}"
            ) from None
        except (ValueError, RecursionError):
            self._put_aside(path)
        self._unread.pop(path.name, None)
        self._asked.add(path.name)
        return record

    def save(self, name: str, record: Mapping[str, object], *, sync: bool = True) -> None:
        """Put *record* in the place of what was kept under *name*; raises `StorageError`.

        Without *sync* it survives the end of the process, but perhaps not a power cut. What is
        `unread` is not written over: ask for it `again` first.
        """
        path = self._path(name)
        if self._is_unread(path.name):
            raise StorageError(f'write the state of "{name}": the present one cannot be read')
        content = json.dumps({"name": name, **record}, separators=(",", ":")).encode()
        try:
            if self._files.kind(self._directory) == "absent":
                self._files.make_directory(self._directory)
                self._files.sync_directory(self._directory.parent)
            replace(self._files, path, content, sync=sync)
        except OSError as error:
            raise StorageError(f'write the state of "{name}": {error.strerror}') from None

    def drop(self, name: str) -> None:
        """Forget what is kept under *name*, if anything; raises `StorageError`."""
        path = self._path(name)
        try:
            self._files.unlink(path)
        except OSError as error:
            raise StorageError(f'remove the state of "{name}": {error.strerror}') from None
        self._unread.pop(path.name, None)
        self._asked.add(path.name)

    def _put_aside(self, path: Path) -> None:
        with suppress(OSError):
            self._files.rename(path, path.with_suffix(".damaged"))

    def _path(self, name: str) -> Path:
        # A hash: names may hold any character, and be longer than a file's name once quoted.
        import hashlib  # noqa: PLC0415 - start-up time

        return self._directory / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _read(self, path: Path) -> dict[str, Any]:
        """Return the record at *path*; raises `ValueError` when it is none, and `OSError`."""
        try:
            content = self._files.read(path, MAX_RECORD)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise ValueError("too long for a record") from None
            raise
        record = json.loads(content)
        if not isinstance(record, dict) or not isinstance(record.get("name"), str):
            raise ValueError("not a record")  # noqa: TRY004 - one kind of damage for the caller
        return record


def _words(error: OSError) -> str:
    return error.strerror or str(error)
