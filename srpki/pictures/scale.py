"""Where on a picture an instant lies, and the dates that are written along it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_HOURS: Final = (1, 2, 3, 6, 12)
_DAYS: Final = (1, 2, 4, 7, 14)
_CALENDAR: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_DAY: Final = timedelta(days=1)
_MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
_MOST: Final = 200
"""Dates that are tried along a picture; far fewer fit."""


class Tick(NamedTuple):
    """A date along a picture."""

    at: datetime
    label: str


class Scale(NamedTuple):
    """The instants from *start* to *end* along so many columns or points."""

    start: datetime
    end: datetime
    width: float

    def place(self, at: datetime) -> float:
        """Return where *at* lies: from 0 to the width, at the edge for what lies beyond."""
        whole = (self.end - self.start).total_seconds()
        part = (at - self.start).total_seconds() / whole if whole > 0 else 0.0
        return min(max(part, 0.0), 1.0) * self.width

    def holds(self, at: datetime) -> bool:
        """Say whether *at* lies on the picture."""
        return self.start <= at <= self.end

    def column(self, at: datetime) -> int:
        """Return the column, counted from 0, that *at* lies in."""
        return min(int(self.place(at)), int(self.width) - 1)

    def columns(self, start: datetime, end: datetime) -> range:
        """Return the columns from *start* to *end*, one at least; none for what lies beyond."""
        if end < self.start or start > self.end or end < start:
            return range(0)
        first = self.column(start)
        last = self.place(end)
        return range(first, max(first + 1, min(int(-(-last // 1)), int(self.width))))

    def ticks(self, letter: float, apart: float) -> Sequence[Tick]:
        """Return the dates along the picture, as close as their labels fit.

        A *letter* takes so much room; the labels are *apart* by as much as that at least.
        """
        for found in self._steps():
            room = max((len(tick.label) for tick in found), default=0) * letter + apart
            if len(found) <= _MOST and self._fit(found, room):
                return [tick for tick in found if self.width - self.place(tick.at) >= room]
        return ()

    def _fit(self, ticks: Sequence[Tick], room: float) -> bool:
        places = [self.place(tick.at) for tick in ticks]
        return all(after - before >= room for before, after in pairwise(places))

    def _steps(self) -> Iterator[Sequence[Tick]]:
        """Yield the dates in steps of hours, days, months and years, the smallest first."""
        whole = self.end - self.start
        for hours in _HOURS:
            if whole / timedelta(hours=hours) <= _MOST:
                yield self._even(timedelta(hours=hours))
        for days in _DAYS:
            if whole / timedelta(days=days) <= _MOST:
                yield self._even(timedelta(days=days))
        for months in _CALENDAR:
            if whole / timedelta(days=28 * months) <= _MOST:
                yield self._calendar(months)

    def _even(self, step: timedelta) -> Sequence[Tick]:
        first = _MONDAY + -((_MONDAY - self.start) // step) * step
        found = []
        for number in range(_MOST + 2):
            if first + number * step > self.end:
                break
            found.append(first + number * step)
        form = _hour if step < _DAY else _day
        return [Tick(at, form(at)) for at in found]

    def _calendar(self, months: int) -> Sequence[Tick]:
        number = self.start.year * 12 + self.start.month - 1
        number -= number % months
        found: list[Tick] = []
        while (number := number + months) // 12 < MAXYEAR:
            at = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
            if at > self.end:
                break
            found.append(Tick(at, f"{at.year:04}" if months % 12 == 0 else _month(at)))
        return found


def _hour(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.day:02} {at:%H:%M}"


def _day(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.day:02}"


def _month(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.year:04}"
