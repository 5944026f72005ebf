"""Replace several files of one directory together, or none of them.

Before the commit all that will be needed gets a hidden name: the new files are staged and synced,
the old ones and those that are ``.previous`` get a further name each (a copy, where the file system
has no hard links), and a journal is written and synced. Then the directory is synced: the commit
point. After it, hidden names only take the place of visible ones, so the old files stand under
their names until new ones replace them; the directory is synced again, and the journal is removed.

A power cut may keep a later change of names and lose an earlier one. Between the two syncs every
content has its hidden or its visible name, whichever renames are kept, so `recover` finishes. The
removal of the journal is not synced: one that comes back finds all done. What could make it find
something else syncs the directory first (`Transaction.replace_one`, `Transaction.remove`), or is
another replacement, which commits by a sync of its own; its hidden files are told by their digests.

A crash before the journal leaves the old files. Where the disk does not let it finish, every step
is taken back, and the old files stand under their names again, with the ``.previous`` of before.
Where it does not allow that either, the files of this one journal are refused until it does; no
other file is concerned.

Every step may be repeated, in both directions: what is still to do is seen from what is there. The
journal names each file with the digests of what it is to hold and of what it held, so a journal
that outlived its staged files (a power cut before the directory was synced) is known as not
committed. See docs/adr/0023-what-a-renewal-syncs.md.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from srpki.core.errors import InvalidNameError
from srpki.core.values import NamedTuple
from srpki.storage.filenames import PREVIOUS, file_name
from srpki.storage.files import FileOps, replace
from srpki.storage.walking import below

JOURNAL: Final = ".journal"
STAGED: Final = ".new"
KEPT: Final = ".old"
ASIDE: Final = ".older"
_HIDDEN: Final = (STAGED, KEPT, ASIDE)
"""What holds the new file, the old one, and the ``.previous`` one meanwhile."""
MAX_OCTETS: Final = 1 << 24
"""Octets of one file."""
_MAX_JOURNAL: Final = 1 << 16


class _Entry(NamedTuple):
    """One file of a journal, with the digests of its *new* and its *old* content.

    *older* is that of its ``.previous``. Empty ones say that there was no such file.
    """

    name: str
    new: str
    old: str
    older: str


class Transaction:
    """Replaces files in *directory*; not safe for threads, its owner has a lock."""

    def __init__(self, directory: Path, files: FileOps) -> None:
        """Work in *directory* through *files*; whether a journal is there is not known yet."""
        self._directory = directory
        self._files = files
        self._unsettled = True
        self._unsynced = True
        self._pending: dict[str, Path] = {}

    def replace(self, contents: Mapping[str, bytes]) -> None:
        """Put *contents* in place, by name, the old files becoming ``.previous``.

        Raises:
            OSError: when a step fails. The old files are in place then; or, where the disk refuses
                that too, all of *contents* are refused until `settle` succeeds.
        """
        self.settle(*contents)
        journal = self._hidden(next(iter(contents)), JOURNAL)
        try:
            entries = [self._staged_entry(name, content) for name, content in contents.items()]
            for visible, hidden, _ in self._kept(entries):
                self._files.duplicate(visible, hidden)
            self._files.write_new(journal, _encode(entries))
            self._files.sync_directory(self._directory)
        except OSError:
            self._abandon(journal, *self._all_of(contents))
            raise
        try:
            self._move(entries)
            self._drop(journal, entries, ASIDE)
        except OSError:
            if not self._resume(journal):  # a second try, from what is there
                raise

    def replace_one(self, name: str, content: bytes) -> None:
        """Put *content* in place of the file *name*, of which nothing is kept; raises `OSError`."""
        self.settle(name)
        self._sync_removal()
        try:
            replace(self._files, self._current(name), content)
        except OSError:
            self._unsettled = True  # what was staged may be left over
            raise

    def remove(self, name: str) -> None:
        """Remove the file *name*; raises `OSError`."""
        self.settle(name)
        self._sync_removal()
        self._files.unlink(self._current(name))
        self._files.sync_directory(self._directory)

    def _sync_removal(self) -> None:
        """Sync that a journal was removed, before what it speaks of changes by another hand."""
        if self._unsynced:
            self._files.sync_directory(self._directory)
            self._unsynced = False

    def settle(self, *names: str) -> None:
        """Finish or undo what a failure left behind of *names*, unless that is known to be done.

        Raises `OSError` when that fails, or the directory cannot be listed.
        """
        if self._unsettled:
            self.recover()
        wanted = {name.removesuffix(PREVIOUS) for name in names}
        for journal in {self._pending[name] for name in wanted & self._pending.keys()}:
            self._resume(journal)

    def recover(self) -> None:
        """Finish or undo every replacement that was begun, remove stray files.

        It may be interrupted at any step and repeated. What can be neither finished nor undone is
        left for `settle`. Raises `OSError` when the directory cannot be listed.
        """
        self._pending.clear()
        for journal in self._all_hidden(JOURNAL):
            with suppress(OSError):  # `settle` tells, when one of its files is asked for
                self._resume(journal)
        for suffix in _HIDDEN:
            for path in self._all_hidden(suffix):
                if self._shown(path, suffix) not in self._pending:
                    with suppress(OSError):  # it is in nobody's way
                        self._files.unlink(path)
        self._unsettled = False

    @property
    def pending(self) -> tuple[str, ...]:
        """The files of replacements that can be neither finished nor undone now."""
        return tuple(sorted(self._pending))

    # --- before the commit point -----------------------------------------------------------------

    def _staged_entry(self, name: str, content: bytes) -> _Entry:
        """Stage *content* for *name*; raises `OSError`, also when a rename could not succeed."""
        old, older = (self._present(path) for path in (self._current(name), self._previous(name)))
        for path in self._all_of([name]):
            self._files.unlink(path)
        self._files.write_new(self._hidden(name, STAGED), content)
        return _Entry(name, _sha256(content), old, older)

    def _present(self, path: Path) -> str:
        """Return the `_digest` of the file at *path*, where nothing else may be."""
        kind = self._files.kind(path)
        if kind not in ("absent", "file"):
            raise FileExistsError(errno.EEXIST, f"a {kind} has the name", str(path))
        return _sha256(self._files.read(path, MAX_OCTETS)) if kind == "file" else ""

    def _kept(self, entries: list[_Entry]) -> Iterator[tuple[Path, Path, str]]:
        """Yield visible and hidden name, and digest, of each file that *entries* replace."""
        for entry in entries:
            if entry.old and entry.old != entry.older:
                current = self._current(entry.name)
                yield current, self._hidden(entry.name, KEPT), entry.old
            if entry.older:
                yield self._previous(entry.name), self._hidden(entry.name, ASIDE), entry.older

    def _abandon(self, *written: Path) -> None:
        """Remove what was written before the commit point; `recover` does it if this fails."""
        self._unsettled = self._unsynced = True
        with suppress(OSError):
            for path in written:
                self._files.unlink(path)
            self._unsettled = False

    # --- after it --------------------------------------------------------------------------------

    def _move(self, entries: list[_Entry]) -> None:
        """Let the hidden files take their places: the old ones first, then the new ones."""
        for entry in entries:
            kept, previous = self._hidden(entry.name, KEPT), self._previous(entry.name)
            if self._has(kept):
                self._files.rename(kept, previous)
            elif not entry.old and self._has(previous):
                self._files.unlink(previous)
        for entry in entries:
            staged = self._hidden(entry.name, STAGED)
            if self._has(staged):
                self._files.rename(staged, self._current(entry.name))

    def _drop(self, journal: Path, entries: list[_Entry], *rest: str) -> None:
        """Remove *journal* when all it speaks of is done and synced, then what is left of it."""
        self._files.sync_directory(self._directory)
        self._unsynced = True
        self._files.unlink(journal)
        try:
            for entry in entries:
                for suffix in rest:
                    self._files.unlink(self._hidden(entry.name, suffix))
        except OSError:
            self._unsettled = True  # swept by the next access

    # --- after a failure, a crash or a power cut -------------------------------------------------

    def _resume(self, journal: Path) -> bool:
        """Finish what *journal* speaks of, else undo it; return whether the new files stand.

        Raises `OSError` when neither succeeds: its files are pending then.
        """
        entries: list[_Entry] = []
        refusal: OSError | None = None
        stand = True
        try:
            if self._has(journal):
                entries = _decode(self._files.read(journal, _MAX_JOURNAL))
                stand = bool(entries) and all(map(self._is_committed, entries))
                if stand:
                    refusal = self._refusal(journal, entries)
                    stand = refusal is None
                if not stand:
                    self._undo(journal, entries)
            else:  # dropped already, by a disk that errs: what is left over is swept
                self._files.sync_directory(self._directory)
                self._unsettled = True
        except OSError as error:
            known = [name for name, path in self._pending.items() if path == journal]
            names = [entry.name for entry in entries] or known or self._suspects(journal)
            self._pending.update(dict.fromkeys(names, journal))
            raise _unresolved(refusal, error) from None
        self._pending = {name: path for name, path in self._pending.items() if path != journal}
        return stand

    def _refusal(self, journal: Path, entries: list[_Entry]) -> OSError | None:
        """Finish; return why the disk does not let it, while it can still be undone."""
        try:
            self._find_again(entries)
            self._move(entries)
            self._drop(journal, entries, ASIDE)
        except OSError as error:
            if not self._has(journal):
                raise
            return error
        return None

    def _find_again(self, entries: list[_Entry]) -> None:
        """Have the hidden files of *entries* and no others before anything takes another's place.

        A power cut may have lost some before the commit, when the visible ones still stood; and of
        a later replacement, which was not committed, some may be there.
        """
        for entry in entries:
            for suffix, digest in zip(_HIDDEN, entry[1:], strict=True):
                path = self._hidden(entry.name, suffix)
                if self._has(path) and self._digest(path) != digest:
                    self._files.unlink(path)
        lost = [
            (visible, hidden)
            for visible, hidden, digest in self._kept(entries)
            if not self._has(hidden) and self._digest(visible) == digest
        ]
        for visible, hidden in lost:
            self._files.duplicate(visible, hidden)
        if lost:
            self._files.sync_directory(self._directory)

    def _undo(self, journal: Path, entries: list[_Entry]) -> None:
        """Put back what was replaced, if anything was, then what was ``.previous``.

        Where one of the files is neither the old nor the new one by now, all are left as they are.
        """
        present = [self._digest(self._current(entry.name)) for entry in entries]
        if all(map(_is_known, present, entries)):
            for entry in entries:
                self._put_back(entry)
            self._files.sync_directory(self._directory)
            for entry in entries:
                self._put_previous_back(entry)
        self._drop(journal, entries, *_HIDDEN)
        self._sync_removal()

    def _put_back(self, entry: _Entry) -> None:
        current, previous = self._current(entry.name), self._previous(entry.name)
        kept = self._hidden(entry.name, KEPT)
        if self._digest(current) == entry.old:
            return
        if not entry.old:
            self._files.unlink(current)
        elif self._digest(kept) == entry.old:
            self._files.rename(kept, current)
        elif self._digest(previous) == entry.old:
            self._files.rename(previous, current)

    def _put_previous_back(self, entry: _Entry) -> None:
        aside, previous = self._hidden(entry.name, ASIDE), self._previous(entry.name)
        if self._digest(self._current(entry.name)) != entry.old:
            return  # nothing else that may be the old one is lost
        if self._digest(previous) == entry.older:
            return
        if self._has(aside):
            self._files.rename(aside, previous)
        elif not entry.older:
            self._files.unlink(previous)

    def _is_committed(self, entry: _Entry) -> bool:
        """Say whether the new content of *entry* is there, staged or in place."""
        staged, current = self._hidden(entry.name, STAGED), self._current(entry.name)
        return entry.new in (self._digest(staged), self._digest(current))

    def _suspects(self, journal: Path) -> list[str]:
        """Return the files that a *journal* which cannot be read may speak of."""
        found = {self._shown(journal, JOURNAL)}
        with suppress(OSError):
            for suffix in _HIDDEN:
                found |= {self._shown(path, suffix) for path in self._all_hidden(suffix)}
        return sorted(found)

    # --- names -----------------------------------------------------------------------------------

    def _current(self, name: str) -> Path:
        return below(self._directory, name)

    def _hidden(self, name: str, suffix: str) -> Path:
        return below(self._directory, f".{name}{suffix}")

    def _all_of(self, names: Iterable[str]) -> list[Path]:
        """Return where the hidden files of *names* are, if they are."""
        return [self._hidden(name, suffix) for name in names for suffix in _HIDDEN]

    def _all_hidden(self, suffix: str) -> Iterator[Path]:
        """Yield the files that `_hidden` may have named; others are not ours to touch."""
        for name in self._files.names(self._directory):
            path = self._current(name)
            ours = name.startswith(".") and name.endswith(suffix) and self._shown(path, suffix)
            if ours and self._files.kind(path) == "file":
                yield path

    @staticmethod
    def _shown(path: Path, suffix: str) -> str:
        """Return the name that *path* was hidden for, empty when it cannot be one."""
        try:
            return file_name(path.name[1 : -len(suffix)])
        except InvalidNameError:
            return ""

    def _previous(self, name: str) -> Path:
        return below(self._directory, f"{name}{PREVIOUS}")

    def _has(self, path: Path) -> bool:
        return self._files.kind(path) == "file"

    def _digest(self, path: Path) -> str:
        """Return the SHA-256 of the file at *path*, empty when there is none."""
        if not self._has(path):
            return ""
        return _sha256(self._files.read(path, MAX_OCTETS))


def _is_known(digest: str, entry: _Entry) -> bool:
    """Say whether a file with *digest* is one that *entry* speaks of, or none at all."""
    return digest in ("", entry.old, entry.new)


def _unresolved(forward: OSError | None, back: OSError) -> OSError:
    """Return the error about files that can be neither replaced nor put back."""
    reasons = [str(error.strerror or error) for error in (forward, back) if error is not None]
    why = " and ".join(dict.fromkeys(reasons))
    text = f"its replacement was begun and can be neither finished nor undone: {why}"
    return OSError(back.errno, text, back.filename)


def _sha256(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - start-up time: needed only for a swap

    return hashlib.sha256(content).hexdigest()


def _encode(entries: list[_Entry]) -> bytes:
    return json.dumps(list(entries)).encode()


def _decode(journal: bytes) -> list[_Entry]:
    """Return the entries; none when the journal was not written to its end."""
    try:
        return [
            _Entry(file_name(name), str(new), str(old), str(older))
            for name, new, old, older in json.loads(journal)
        ]
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidNameError):
        return []
