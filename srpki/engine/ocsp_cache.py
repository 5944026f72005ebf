"""What OCSP responders have said, for as long as they said it holds [facts: pki.md 6.5, 13]."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Final, Literal

from srpki.core.clock import Clock, Deadline
from srpki.core.errors import NotFoundError
from srpki.core.values import NamedTuple

MOST: Final = 2000
"""Answers that are kept: the range of ``entry-id``."""


class OcspEntry(NamedTuple):
    """One answer: about the certificate number *serial* of *issuer*, a distinguished name.

    It holds until *deadline*, but not before it came: the clock may have been set back.
    """

    entry_id: int
    serial: int
    issuer: str
    status: Literal["good", "revoked"]
    this_update: datetime
    deadline: Deadline

    @property
    def expires(self) -> datetime:
        """When the responder no longer vouches for it."""
        return self.deadline.at

    def holds(self, now: datetime) -> bool:
        """Say whether it may be believed at *now*."""
        return now <= self.deadline.at and self.deadline.believed(now)


class OcspCache:
    """Answers by issuer and serial number; safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, int], OcspEntry] = {}

    def entries(self) -> tuple[OcspEntry, ...]:
        """Return the answers that hold now, by entry-id."""
        with self._lock:
            self._sweep()
            return tuple(sorted(self._entries.values(), key=lambda entry: entry.entry_id))

    def find(self, fingerprint: str, serial: int) -> OcspEntry | None:
        """Return the answer about *serial* of the CA with *fingerprint*, if it holds now."""
        now = self._clock.now()
        with self._lock:
            entry = self._entries.get((fingerprint, serial))
            fits = entry is not None and entry.this_update <= now and entry.holds(now)
            return entry if fits else None

    def keep(
        self,
        fingerprint: str,
        serial: int,
        *,
        issuer: str,
        status: Literal["good", "revoked"],
        this_update: datetime,
        expires: datetime,
    ) -> None:
        """Keep an answer; when there is no room, the one that expires first makes it."""
        key, deadline = (fingerprint, serial), Deadline.of(expires, self._clock.now())
        with self._lock:
            known = self._entries.pop(key, None)
            if len(self._entries) >= MOST:
                self._sweep()
            if len(self._entries) >= MOST:
                del self._entries[min(self._entries, key=lambda one: self._entries[one].expires)]
            number = known.entry_id if known is not None else self._free_number()
            self._entries[key] = OcspEntry(number, serial, issuer, status, this_update, deadline)

    def clear(self, entry_id: int | None = None) -> None:
        """Forget the answer *entry_id*, without it all; raises `NotFoundError`."""
        with self._lock:
            if entry_id is None:
                self._entries.clear()
                return
            for key, entry in self._entries.items():
                if entry.entry_id == entry_id:
                    del self._entries[key]
                    return
        raise NotFoundError(f"OCSP cache entry {entry_id} does not exist")

    def _free_number(self) -> int:
        taken = {entry.entry_id for entry in self._entries.values()}
        return next(number for number in range(1, MOST + 1) if number not in taken)

    def _sweep(self) -> None:
        now = self._clock.now()
        for key in [key for key, entry in self._entries.items() if not entry.holds(now)]:
            del self._entries[key]
