"""What the router may know of the lab it runs in: a clock that moves and a CA that can fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from srpki.core.clock import LabClock
from srpki.device.records.lab import LabCaState, LabFault


class Laboratory(Protocol):
    """The lab beside the router; given only in lab mode."""

    @property
    def clock(self) -> LabClock:
        """The clock that router and lab CA share."""
        ...

    def describe(self) -> LabCaState:
        """Return what a client of the lab CA needs to know."""
        ...

    def revoke(self, certificate: bytes) -> None:
        """Revoke *certificate* (DER); raises `RefusedError` when the lab CA did not issue it."""
        ...

    def add_fault(self, line: str) -> None:
        """Script one fault; raises `UsageError` when *line* is not one."""
        ...

    def faults(self) -> tuple[LabFault, ...]:
        """Return the faults that wait to happen, in order."""
        ...

    def clear_faults(self) -> None:
        """Forget every fault."""
        ...

    def remember_clock(self) -> None:
        """Keep the clock's offset for the next start of this node."""
        ...

    @property
    def skew(self) -> timedelta:
        """How far ahead of the clock a certificate may begin that was just issued."""
        ...

    def allow_skew(self, skew: timedelta) -> None:
        """Set and keep `skew`."""
        ...
