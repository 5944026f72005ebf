"""The lab CA's own record of what it has issued, and of what has become of it."""

from __future__ import annotations

import base64
import errno
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from srpki.core.errors import CorruptError, StorageError
from srpki.storage.files import OsFiles
from srpki.storage.lines import LineFile
from srpki.x509 import certificates, names

_Names = tuple[names.Canonical, tuple[names.AlternativeName, ...]]

MOST_CERTIFICATES: Final = 100_000

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
        return names.brief(certificates.parse(self.certificate).subject)


class IssuedStore:
    """Serial number to certificate and state; safe between threads.

    In a directory each certificate and each change of state is one line at the end of the file
    ``issued``: a crash loses at most the line that was being written.
    Raises `StorageError` and `CorruptError`.
    """

    def __init__(self, directory: Path | None) -> None:
        """Take up what *directory* holds; None keeps everything in memory."""
        self._lock = threading.Lock()
        self._records: dict[int, Issued] = {}
        self._revoked: dict[int, Issued] = {}
        self._by_names: dict[_Names, list[int]] = {}
        self._not_yet_named: list[int] = []  # reading names costs time that is rarely needed
        self._path = None if directory is None else directory / "issued"
        self._file: LineFile | None = None
        if directory is None or self._path is None:
            return
        self._file = LineFile(self._path, OsFiles(directory))
        try:
            self._file.keep_open()
            self._load(self._path, self._file)
        except OSError as error:
            raise self._unusable(error) from None
        self._not_yet_named = list(self._records)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

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
            changed = Issued(serial, record.certificate, state, at, reason)
            more = {} if at is None else {"at": at.isoformat()}
            self._append(changed, **more, **({"reason": reason} if reason else {}))
            self._put(changed)

    def _put(self, record: Issued) -> None:
        self._records[record.serial] = record
        if record.state == REVOKED:
            self._revoked[record.serial] = record

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

    def revoked(self) -> tuple[Issued, ...]:
        """Return the record of every certificate that is revoked."""
        with self._lock:
            return tuple(self._revoked.values())

    def _append(self, record: Issued, **more: str) -> None:
        if self._file is None:
            return
        fields = {"serial": f"{record.serial:x}", "state": record.state, **more}
        try:
            self._file.append(fields)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise StorageError("the certificate is too long to be remembered") from None
            raise self._unusable(error) from None

    def _load(self, path: Path, file: LineFile) -> None:
        for fields in file.read():
            if fields is None or not all(isinstance(text, str) for text in fields.values()):
                raise _damaged(path)
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
            self._put(replace(known, state=state, revoked_at=at, reason=reason))

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(f"the lab CA cannot use {self._path}: {error.strerror}")


def _damaged(path: Path) -> CorruptError:
    return CorruptError(
        f"{path} of the lab CA is damaged",
        hint="restore it, or remove the directory to begin with a new CA",
    )
