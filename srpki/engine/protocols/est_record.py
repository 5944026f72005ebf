"""What is remembered of an EST request by hand that its server has put off.

The request itself, so that the server sees the same octets again, and when it may be asked again
[RFC 7030, 4.2.3]. It survives a restart: `srpki exec` is a process of its own each time.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.engine.state import instant, rfc3339
from srpki.storage.files import FileOps
from srpki.storage.records import Records
from srpki.x509 import csr

Kind = Literal["enroll", "renew"]
LONGEST: Final = 7 * 86400.0
"""Most seconds that a record may want to be waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOff:
    """A *request* (PKCS#10 in DER) that waits; *until* is when the server may be asked again.

    *seconds* is how long it wanted to be left alone, *at* when it said so.
    """

    request: bytes
    at: datetime
    seconds: float

    def remaining(self, now: datetime) -> float:
        """Return the seconds left at *now*, never more than the server wanted.

        A clock that has been put back since must not make it longer.
        """
        until = self.at + timedelta(seconds=self.seconds)
        return min(max((until - now).total_seconds(), 0.0), self.seconds)

    def to_json(self) -> dict[str, object]:
        """Return it as values that JSON has."""
        return {
            "request": base64.b64encode(self.request).decode(),
            "at": rfc3339(self.at),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> PutOff:
        """Return what `to_json` was given; raises `InvalidInputError` for anything else."""
        try:
            request = base64.b64decode(str(record["request"]), validate=True)
            at, seconds = instant(record["at"]), float(record["seconds"])
        except (KeyError, ValueError, TypeError):
            raise InvalidInputError("the pending EST request cannot be read") from None
        if at is None or not 0 <= seconds <= LONGEST:
            raise InvalidInputError("the pending EST request cannot be read")
        csr.check(request, own=True)
        return cls(request=request, at=at, seconds=seconds)


class PendingRequests:
    """The requests that wait, by what asked for them: kind, est-profile and key file."""

    def __init__(self, directory: Path, files: FileOps | None = None) -> None:
        """Keep them in *directory*; what is damaged there is as good as none."""
        self._records = Records(directory, files)
        self._lock = threading.Lock()
        self._known: dict[str, PutOff] = {}
        for name, record in self._records.load()[0].items():
            try:
                self._known[name] = PutOff.from_json(record)
            except SrpkiError:
                self._records.drop(name)

    def find(self, name: str) -> PutOff | None:
        """Return what waits under *name*, None when nothing does."""
        with self._lock:
            return self._known.get(name)

    def keep(self, name: str, pending: PutOff) -> None:
        """Keep *pending* under *name*; raises `StorageError`."""
        with self._lock:
            self._known[name] = pending
            self._records.save(name, pending.to_json())

    def drop(self, name: str) -> None:
        """Forget what waits under *name*, if anything; raises `StorageError`."""
        with self._lock:
            if self._known.pop(name, None) is not None:
                self._records.drop(name)


def name_of(kind: Kind, est_profile: str, key_file: str) -> str:
    """Return the name of the record of a request."""
    return f"{kind}\n{est_profile}\n{key_file}"
