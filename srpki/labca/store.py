"""The lab CA's own record of what it has issued, and of what has become of it."""

from __future__ import annotations

import base64
import errno
import json
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from srpki.core.errors import CorruptError, StorageError
from srpki.storage.files import OsFiles
from srpki.x509 import certificates, names

_Names = tuple[names.Canonical, tuple[names.AlternativeName, ...]]

MOST_CERTIFICATES: Final = 100_000
_MOST_LINE: Final = 64 * 1024
_APPEND: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND

ISSUED: Final = "issued"
"""Sent, not yet confirmed by its owner."""
CONFIRMED: Final = "confirmed"
SUPERSEDED: Final = "superseded"
"""A newer one of the same owner is confirmed; still good until it ends."""
REVOKED: Final = "revoked"
_STATES: Final = (ISSUED, CONFIRMED, SUPERSEDED, REVOKED)


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate: serial number, octets (DER), state; when and why it was revoked.

    *reason* is a CRLReason name [RFC 5280, 5.3.1] or empty.
    """

    serial: int
    certificate: bytes = field(repr=False)
    state: str = ISSUED
    revoked_at: datetime | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """The subject, as it is shown."""
        return certificates.facts(self.certificate).subject


class IssuedStore:
    """Serial number to certificate and state; safe between threads.

    In a directory each certificate and each change of state is one line at the end of the file
    ``issued``: a crash loses at most the line that was being written, and no file is opened for
    a certificate.
    Raises `StorageError` and `CorruptError`.
    """

    def __init__(self, directory: Path | None) -> None:
        """Take up what *directory* holds; None keeps everything in memory."""
        self._lock = threading.Lock()
        self._records: dict[int, Issued] = {}
        self._by_names: dict[_Names, list[int]] = {}
        self._not_yet_named: list[int] = []  # reading names costs time that is rarely needed
        self._path = None if directory is None else directory / "issued"
        self._file: int | None = None
        self._close: Callable[[], object] | None = None
        if directory is None or self._path is None:
            return
        try:
            self._file = OsFiles(directory).open(self._path, _APPEND)
            self._close = weakref.finalize(self, os.close, self._file)
            self._load(self._path, self._file)
        except OSError as error:
            raise self._unusable(error) from None
        self._not_yet_named = list(self._records)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file = None
            if self._close is not None:
                self._close()

    def add(self, record: Issued) -> None:
        """Keep *record*; raises `StorageError` when the store is full."""
        with self._lock:
            if len(self._records) >= MOST_CERTIFICATES:
                raise StorageError("the lab CA has issued all the certificates it can remember")
            self._append(record, certificate=base64.b64encode(record.certificate).decode())
            self._records[record.serial] = record
            self._not_yet_named.append(record.serial)

    def find(self, serial: int) -> Issued | None:
        """Return the record of *serial*."""
        return self._records.get(serial)

    def find_certificate(self, certificate: bytes, serial: int) -> Issued | None:
        """Return the record of exactly this *certificate* (DER), whose number is *serial*."""
        record = self._records.get(serial)
        return record if record is not None and record.certificate == certificate else None

    def set_state(
        self, serial: int, state: str, at: datetime | None = None, reason: str = ""
    ) -> None:
        """Note what has become of *serial*, *at* an instant and why; revoked stays revoked."""
        with self._lock:
            record = self._records.get(serial)
            if record is None or record.state in (state, REVOKED):
                return
            changed = replace(record, state=state, revoked_at=at, reason=reason)
            more = {"at": at.isoformat() if at is not None else "", "reason": reason}
            self._append(changed, **{name: text for name, text in more.items() if text})
            self._records[serial] = changed

    def bearing(
        self, subject: names.Canonical, alternative: tuple[names.AlternativeName, ...]
    ) -> tuple[Issued, ...]:
        """Return the records of certificates with this subject and these alternative names."""
        with self._lock:
            for serial in self._not_yet_named:
                facts = certificates.facts(self._records[serial].certificate)
                key = (facts.canonical_subject, facts.san)
                self._by_names.setdefault(key, []).append(serial)
            self._not_yet_named.clear()
            return tuple(self._records[n] for n in self._by_names.get((subject, alternative), ()))

    def all(self) -> tuple[Issued, ...]:
        """Return every record, in the order of issuing."""
        with self._lock:
            return tuple(self._records.values())

    def _append(self, record: Issued, **more: str) -> None:
        if self._file is None:
            return
        fields = {"serial": f"{record.serial:x}", "state": record.state, **more}
        line = json.dumps(fields).encode() + b"\n"
        if len(line) >= _MOST_LINE:
            raise StorageError("the certificate is too long to be remembered")
        try:
            _write_whole(self._file, line)
        except OSError as error:
            raise self._unusable(error) from None

    def _load(self, path: Path, descriptor: int) -> None:
        for fields in _lines(path, descriptor):
            try:
                serial, state = int(fields["serial"], 16), fields["state"]
                at = datetime.fromisoformat(fields["at"]) if "at" in fields else None
                known = self._records.get(serial)
                if known is None:
                    known = Issued(serial, base64.b64decode(fields["certificate"], validate=True))
            except (ValueError, KeyError):
                raise _damaged(path) from None
            if state not in _STATES:
                raise _damaged(path)
            reason = fields.get("reason", "")
            self._records[serial] = replace(known, state=state, revoked_at=at, reason=reason)

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(f"the lab CA cannot use {self._path}: {error.strerror}")


def _damaged(path: Path) -> CorruptError:
    return CorruptError(
        f"{path} of the lab CA is damaged",
        hint="restore it, or remove the directory to begin with a new CA",
    )


def _write_whole(file: int, line: bytes) -> None:
    """Write *line*, or nothing: on a full disk no later line may follow half of one."""
    written = os.write(file, line)
    if written < len(line):
        os.ftruncate(file, os.fstat(file).st_size - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _lines(path: Path, descriptor: int) -> Iterator[dict[str, str]]:
    with os.fdopen(descriptor, "r+b", closefd=False) as file:
        while line := file.readline(_MOST_LINE):
            if len(line) == _MOST_LINE:
                raise _damaged(path)  # none of ours: they are looked at before they are written
            if not line.endswith(b"\n"):
                # The process ended while writing it: nothing was promised yet.
                file.seek(-len(line), os.SEEK_CUR)
                file.truncate()
                return
            try:
                fields = json.loads(line)
            except ValueError:
                raise _damaged(path) from None
            if not isinstance(fields, dict) or not all(
                isinstance(text, str) for text in fields.values()
            ):
                raise _damaged(path)
            yield fields
