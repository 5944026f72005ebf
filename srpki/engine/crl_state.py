"""How far the downloads of one CRL have come: values for the state tree [facts: pki.md 5]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class FailedDownload:
    """``last-failed-update``: *cause* is ``download-failed`` or ``invalid-crl``."""

    entry_id: int
    started: datetime
    ended: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class CrlUpdateState:
    """``auto-crl-update`` of the state tree; an *entry_id* is 0 where there is none."""

    status: str = "not-updating"
    entry_id: int = 0
    started: datetime | None = None
    failed: FailedDownload | None = None
    success_entry_id: int = 0
    success_started: datetime | None = None
    success_ended: datetime | None = None
    next_update: datetime | None = None

    def but(self, **changes: Any) -> Self:
        """Return a copy with *changes*."""
        return replace(self, **changes)
