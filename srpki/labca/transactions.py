"""The open CMP transactions on disk: a client that polls after a kill finds its request."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from srpki.core.errors import StorageError
from srpki.labca.authority import Authority
from srpki.protocol.cmp import server_records
from srpki.protocol.cmp.server_transactions import MOST_OPEN, Transaction
from srpki.storage.records import MAX_RECORD, Records

_DIRECTORY: Final = "transactions"
_LONGEST: Final = MAX_RECORD // 2
"""Octets of a request that is kept: base64 and the rest of the record fit beside it."""


class KeptTransactions:
    """Keeps transactions in a directory of the lab CA; one that keeps nothing has none."""

    def __init__(self, directory: Path | None) -> None:
        """Keep them below *directory*, or nowhere."""
        self._records = None if directory is None else Records(directory / _DIRECTORY)

    def save(self, identifier: bytes, transaction: Transaction) -> None:
        """Keep *transaction* as it is now; raises `StorageError`."""
        if self._records is None:
            return
        if len(transaction.request) > _LONGEST:
            raise StorageError("the request is too long to be remembered")
        record = server_records.write(identifier, transaction)
        self._records.save(_name(identifier), record, sync=False)

    def drop(self, identifier: bytes) -> None:
        """Keep it no longer; raises `StorageError`."""
        if self._records is not None:
            self._records.drop(_name(identifier))

    def left(self, authority: Authority) -> Iterator[tuple[bytes, Transaction]]:
        """Yield what an earlier process has left open and can go on.

        What the CA or the client has ended meanwhile, or is damaged, is dropped.
        """
        if self._records is None:
            return
        found, _ = self._records.load()
        for name, record in list(found.items())[:MOST_OPEN]:
            try:
                identifier, transaction = server_records.read_back(record, authority)
            except ValueError:
                self._records.drop(name)
                continue
            sent = transaction.certificate
            if sent is None or authority.awaits(sent):
                yield identifier, transaction
            else:
                self._records.drop(name)


def _name(identifier: bytes) -> str:
    return base64.b64encode(identifier).decode("ascii")
