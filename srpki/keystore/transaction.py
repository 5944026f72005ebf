"""Replace several files of one directory together, or none of them.

Stage the new files and sync them; write and sync a journal, which is the commit point; move the
old files to ``.previous``; move the new ones in place; drop the journal. The directory is synced
after each of these, because a power cut may keep a later change of names and lose an earlier one.
A crash before the journal leaves the old files, after it `recover` finishes. Every step may be
repeated: what is still to do is seen from what is there.

The journal names each file with the digest of its new content, so a journal that outlived its
staged files (a power cut before the directory was synced) is known as not committed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from srpki.core.errors import InvalidNameError
from srpki.keystore.files import FileOps
from srpki.keystore.names import PREVIOUS, file_name

JOURNAL: Final = ".journal"
STAGED: Final = ".new"
MAX_OCTETS: Final = 1 << 24
"""Octets of one file."""
_MAX_JOURNAL: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of a journal: *digest* of the new content, *replaces* an old file or not."""

    name: str
    digest: str
    replaces: bool


class Transaction:
    """Replaces files in *directory*; not safe for threads, its owner has a lock."""

    def __init__(self, directory: Path, files: FileOps) -> None:
        """Work in *directory* through *files*; whether a journal is there is not known yet."""
        self._directory = directory
        self._files = files
        self._journal = directory / JOURNAL
        self._unsettled = True

    def replace(self, contents: Mapping[str, bytes]) -> None:
        """Put *contents* in place, by name, the old files becoming ``.previous``.

        Raises:
            OSError: when a step fails. Before the commit point nothing has changed; after it the
                new files are in place as soon as `settle` succeeds.
        """
        self.settle()
        entries = [self._entry(name, content) for name, content in contents.items()]
        try:
            for name, content in contents.items():
                self.stage(name, content)
            self._files.write_new(self._journal, _encode(entries))
            self._files.sync_directory(self._directory)
        except OSError:
            self._abandon(contents)
            raise
        self._unsettled = True
        try:
            self._finish(entries)
        except OSError:
            self.settle()  # a second try, from what is there; raises when that fails as well
        self._unsettled = False

    def replace_one(self, name: str, content: bytes) -> None:
        """Put *content* in place of the file *name*, of which nothing is kept; raises `OSError`."""
        self.settle()
        try:
            self.stage(name, content)
            self._files.rename(self._staged(name), self._directory / name)
        except OSError:
            self._abandon([name])
            raise
        self._files.sync_directory(self._directory)

    def settle(self) -> None:
        """Finish or undo what a failure left behind, unless that is known to be done."""
        if self._unsettled:
            self.recover()

    def recover(self) -> None:
        """Finish a committed replacement, undo any other, remove stray files.

        It may be interrupted at any step and repeated. Raises `OSError`.
        """
        if self._files.kind(self._journal) != "absent":
            entries = _decode(self._files.read(self._journal, _MAX_JOURNAL))
            if all(self._is_committed(entry) for entry in entries):
                self._finish(entries)
            else:
                self._undo(entries)
        for name in self._files.names(self._directory):
            if name.startswith(".") and name.endswith(STAGED):
                self._files.unlink(self._directory / name)
        self._unsettled = False

    def stage(self, name: str, content: bytes) -> None:
        """Write *content* beside the place of *name*; raises `OSError`."""
        self._files.unlink(self._staged(name))
        self._files.write_new(self._staged(name), content)

    def _entry(self, name: str, content: bytes) -> _Entry:
        """Return the entry for *name*; raises `OSError` when a rename could not succeed."""
        for path in (self._directory / name, self._previous(name)):
            kind = self._files.kind(path)
            if kind not in ("absent", "file"):
                raise FileExistsError(0, f"a {kind} has the name", str(path))
        replaces = self._files.kind(self._directory / name) == "file"
        return _Entry(name, _sha256(content), replaces)

    def _finish(self, entries: list[_Entry]) -> None:
        staged = [entry for entry in entries if self._has(self._staged(entry.name))]
        for entry in staged:
            current = self._directory / entry.name
            if not entry.replaces:  # an older .previous must not look like the one replaced
                self._files.unlink(self._previous(entry.name))
            elif self._has(current):
                self._files.rename(current, self._previous(entry.name))
        self._files.sync_directory(self._directory)
        for entry in staged:
            self._files.rename(self._staged(entry.name), self._directory / entry.name)
        self._drop_journal()

    def _is_committed(self, entry: _Entry) -> bool:
        """Say whether the new content of *entry* is there, staged or in place."""
        staged = self._staged(entry.name)
        path = staged if self._has(staged) else self._directory / entry.name
        return self._digest(path) == entry.digest

    def _undo(self, entries: list[_Entry]) -> None:
        """Put back what was moved, if anything was, and drop the journal."""
        for entry in entries:
            current, previous = self._directory / entry.name, self._previous(entry.name)
            moved = self._digest(current) in ("", entry.digest)
            if entry.replaces and moved and self._has(previous):
                self._files.rename(previous, current)
        self._drop_journal()

    def _drop_journal(self) -> None:
        """Remove the journal when all it speaks of is done and synced, and sync that as well."""
        self._files.sync_directory(self._directory)
        self._files.unlink(self._journal)
        self._files.sync_directory(self._directory)

    def _abandon(self, names: Mapping[str, bytes] | list[str]) -> None:
        """Remove what was written before the commit point; `recover` does it if this fails."""
        self._unsettled = True
        with suppress(OSError):
            self._files.unlink(self._journal)
            for name in names:
                self._files.unlink(self._staged(name))
            self._unsettled = False

    def _staged(self, name: str) -> Path:
        return self._directory / f".{name}{STAGED}"

    def _previous(self, name: str) -> Path:
        return self._directory / f"{name}{PREVIOUS}"

    def _has(self, path: Path) -> bool:
        return self._files.kind(path) == "file"

    def _digest(self, path: Path) -> str:
        """Return the SHA-256 of the file at *path*, empty when there is none."""
        if not self._has(path):
            return ""
        return _sha256(self._files.read(path, MAX_OCTETS))


def _sha256(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - start-up time: needed only for a swap

    return hashlib.sha256(content).hexdigest()


def _encode(entries: list[_Entry]) -> bytes:
    return json.dumps([[entry.name, entry.digest, entry.replaces] for entry in entries]).encode()


def _decode(journal: bytes) -> list[_Entry]:
    """Return the entries; none when the journal was not written to its end."""
    try:
        return [
            _Entry(file_name(name), str(digest), bool(replaces))
            for name, digest, replaces in json.loads(journal)
        ]
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidNameError):
        return []
