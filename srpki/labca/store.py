"""The lab CA's own record of what it has issued, and of what has become of it."""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from srpki.core.errors import CorruptError, StorageError
from srpki.x509 import certificates, names

_Names = tuple[names.Canonical, tuple[names.AlternativeName, ...]]

MOST_CERTIFICATES: Final = 100_000
_MOST_LINE: Final = 64 * 1024
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND

ISSUED: Final = "issued"
"""Sent, not yet confirmed by its owner."""
CONFIRMED: Final = "confirmed"
SUPERSEDED: Final = "superseded"
"""A newer one of the same owner is confirmed; still good until it ends."""
REVOKED: Final = "revoked"
_STATES: Final = (ISSUED, CONFIRMED, SUPERSEDED, REVOKED)


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate: its serial number, its octets (DER), its state and its subject."""

    serial: int
    certificate: bytes = field(repr=False)
    subject: str = ""
    state: str = ISSUED


class IssuedStore:
    """Serial number to certificate and state; safe between threads.

    In a directory each certificate is a file ``issued/SERIAL.der`` and each change of state one
    line at the end of ``issued/states``: a crash loses at most the line that was being written.
    Raises `StorageError` and `CorruptError`.
    """

    def __init__(self, directory: Path | None) -> None:
        """Take up what *directory* holds; None keeps everything in memory."""
        self._lock = threading.Lock()
        self._records: dict[int, Issued] = {}
        self._by_names: dict[_Names, list[int]] = {}
        self._not_yet_named: list[int] = []  # reading names costs time that is rarely needed
        self._directory = None if directory is None else directory / "issued"
        self._states: int | None = None
        self._close: Callable[[], object] | None = None
        if self._directory is None:
            return
        try:
            self._directory.mkdir(exist_ok=True, mode=0o700)
            self._load(self._directory)
            self._not_yet_named = list(self._records)
            self._states = os.open(self._directory / "states", _APPEND, 0o600)
        except OSError as error:
            raise StorageError(
                f"the lab CA cannot use {self._directory}: {error.strerror}"
            ) from None
        self._close = weakref.finalize(self, os.close, self._states)

    def close(self) -> None:
        """Close the file of states."""
        with self._lock:
            self._states = None
            if self._close is not None:
                self._close()

    def add(self, record: Issued) -> None:
        """Keep *record*; raises `StorageError` when the store is full."""
        with self._lock:
            if len(self._records) >= MOST_CERTIFICATES:
                raise StorageError("the lab CA has issued all the certificates it can remember")
            self._records[record.serial] = record
            self._not_yet_named.append(record.serial)
            if self._directory is not None:
                try:
                    (self._directory / f"{record.serial:x}.der").write_bytes(record.certificate)
                except OSError as error:
                    raise StorageError(
                        f"the lab CA cannot write to {self._directory}: {error.strerror}"
                    ) from None
            self._note(record)

    def find(self, serial: int) -> Issued | None:
        """Return the record of *serial*."""
        return self._records.get(serial)

    def find_certificate(self, certificate: bytes, serial: int) -> Issued | None:
        """Return the record of exactly this *certificate* (DER), whose number is *serial*."""
        record = self._records.get(serial)
        return record if record is not None and record.certificate == certificate else None

    def set_state(self, serial: int, state: str) -> None:
        """Note what has become of *serial*; revoked stays revoked."""
        with self._lock:
            record = self._records.get(serial)
            if record is None or record.state in (state, REVOKED):
                return
            self._records[serial] = replace(record, state=state)
            self._note(self._records[serial])

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

    def _note(self, record: Issued) -> None:
        if self._states is None:
            return
        fields = {"serial": f"{record.serial:x}", "state": record.state, "subject": record.subject}
        try:
            os.write(self._states, json.dumps(fields).encode() + b"\n")
        except OSError as error:
            raise StorageError(
                f"the lab CA cannot write to {self._directory}: {error.strerror}"
            ) from None

    def _load(self, directory: Path) -> None:
        for serial, state, subject in _lines(directory / "states"):
            known = self._records.get(serial)
            if known is not None:
                self._records[serial] = replace(known, state=state)
                continue
            certificate = (directory / f"{serial:x}.der").read_bytes()
            self._records[serial] = Issued(serial, certificate, subject, state)


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    if not path.exists():
        return
    with path.open("r+b") as file:
        while line := file.readline(_MOST_LINE):
            if not line.endswith(b"\n"):
                # The process ended while writing it: nothing was promised yet.
                file.seek(-len(line), 1)
                file.truncate()
                return
            try:
                fields = json.loads(line)
                serial, state = int(fields["serial"], 16), fields["state"]
                subject = fields["subject"]
            except (ValueError, KeyError, TypeError):
                raise CorruptError(f"{path} of the lab CA is damaged") from None
            if state not in _STATES or not isinstance(subject, str):
                raise CorruptError(f"{path} of the lab CA is damaged")
            yield serial, state, subject
