"""What the ``lab`` commands find; they are the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class LabClockState(Record):
    """The lab's clock: *offset* from real time, negative behind it; it runs *factor* times as fast.

    Who moves it at the moment is *moved_by*; a certificate that was just issued may begin *skew*
    ahead of it.
    """

    lab_time: datetime
    offset: timedelta
    factor: float
    moved_by: str | None
    skew: timedelta
