"""The open CMP transactions on disk: a client that polls after a kill finds its request.

A line is written where a transaction begins or goes on, and one where it ends, unless the CA's
record of the certificate says so; what is over is cleared away now and then. A new file for each
would cost a renewal a tenth of its time.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from srpki.core.errors import StorageError
from srpki.labca.authority import Authority
from srpki.protocol.cmp import server_records
from srpki.protocol.cmp.server_transactions import MOST_OPEN, Transaction
from srpki.storage.files import OsFiles
from srpki.storage.lines import LineFile

TRANSACTIONS: Final = "transactions.jsonl"
MOST_OVER: Final = 1000
"""Lines of what is over that the file has, beside two for each transaction that is open."""
_LONGEST_LINE: Final = 1 << 18
_LONGEST: Final = _LONGEST_LINE // 2
"""Octets of a request that is kept: base64 and the rest of the line fit beside it."""


class KeptTransactions:
    """Keeps transactions in a directory of the lab CA; one that keeps nothing has none.

    Not safe between threads. Raises `StorageError`.
    """

    def __init__(self, directory: Path | None) -> None:
        """Keep them in *directory*, or nowhere."""
        self._path = Path() if directory is None else directory / TRANSACTIONS
        self._file: LineFile | None = None
        if directory is not None:
            self._file = LineFile(self._path, OsFiles(directory), _LONGEST_LINE)
        self._held = False
        self._open: dict[str, bool] = {}  # whether a certificate was sent, whose state tells
        self._lines = 0

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._held = False

    def save(self, identifier: bytes, transaction: Transaction) -> None:
        """Keep *transaction* as it is now."""
        if self._file is None:
            return
        if len(transaction.request) > _LONGEST:
            raise StorageError("the request is too long to be remembered")
        record = server_records.write(identifier, transaction)
        self._open[record["identifier"]] = transaction.certificate is not None
        self._append(self._file, record)

    def drop(self, identifier: bytes) -> None:
        """Keep it no longer."""
        name = base64.b64encode(identifier).decode("ascii")
        if self._file is not None and not self._open.pop(name, False):
            self._end(self._file, name)

    def left(self, authority: Authority) -> Iterator[tuple[bytes, Transaction]]:
        """Yield what an earlier process has left open and can go on.

        What the CA or the client has ended meanwhile, or is damaged, is dropped.
        """
        if self._file is None:
            return
        with self._told():
            found = self._read(self._file)
        for name, record in found.items():
            try:
                identifier, transaction = server_records.read_back(record, authority)
            except ValueError:
                self._end(self._file, name)
                continue
            sent = transaction.certificate
            if len(self._open) < MOST_OPEN and (sent is None or authority.awaits(sent)):
                self._open[name] = sent is not None
                yield identifier, transaction
            else:
                self._end(self._file, name)

    def _read(self, file: LineFile) -> dict[str, dict[str, Any]]:
        """Return what is open by the file, by identifier; a line that is damaged says nothing."""
        found: dict[str, dict[str, Any]] = {}
        self._lines = 0
        for fields in file.read():
            self._lines += 1
            name = None if fields is None else fields.get("identifier")
            if fields is None or not isinstance(name, str):
                continue
            found.pop(name, None)
            if len(fields) > 1:
                found[name] = dict(fields)
        return found

    def _end(self, file: LineFile, name: str) -> None:
        self._open.pop(name, None)
        self._append(file, {"identifier": name})

    def _append(self, file: LineFile, fields: dict[str, Any]) -> None:
        with self._told():
            if not self._held:
                file.keep_open()
                self._held = True
            file.append(fields)
        self._lines += 1
        if self._lines > MOST_OVER + 2 * len(self._open):
            self._clear(file)

    def _clear(self, file: LineFile) -> None:
        """Leave what is open alone in the file; whoever writes next opens it anew."""
        with self._told():
            found = self._read(file) if self._open else {}
            found = {name: found[name] for name in self._open if name in found}
            self.close()
            file.rewrite(found.values(), sync=False)
        self._lines = len(found)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {self._path}: {error.strerror}") from None
