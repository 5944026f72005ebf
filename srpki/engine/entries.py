"""What an entry of ``certificate-auto-update`` is, and when something happens to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from srpki.core.agenda import Agenda
from srpki.core.clock import Deadline, Doubt
from srpki.engine.jobs import Cause, Job, Lane
from srpki.engine.lanes import Key, Lanes
from srpki.engine.state import EntryState

JOB: Final = 0
"""The kind of a job in `Timetable.lanes`; of what is due at one instant it goes first."""
ENTRY: Final = 1
"""The kind of an entry there."""


@dataclass(slots=True, eq=False)
class Entry:
    """One entry; *due* is when its next job starts, *cause* and *from_step* what it will be.

    *number* is its place among those that are due at the same instant. *again* is when it is looked
    at although nobody tells. *anew* asks for a schedule that forgets retries and holds; *deleted*
    is an entry that is no longer configured and whose job must still finish.
    """

    name: str
    state: EntryState
    number: int
    settings: object = None
    due: datetime | None = None
    cause: Cause = "scheduled"
    from_step: int = 1
    lane: Lane | None = None
    job: Job | None = None
    again: Deadline | None = None
    anew: bool = False
    deleted: bool = False


class Timetable:
    """When the next job of each entry is due, and when an entry is looked at though nobody tells.

    In `lanes` are the entries that are due at an instant, beside the jobs that wait for theirs.
    """

    def __init__(self) -> None:
        """Begin without an entry."""
        self.lanes: Lanes[Entry | Job] = Lanes()
        self._later: Agenda[Key, Entry] = Agenda()
        self._doubt = Doubt()

    def plan(
        self, entry: Entry, due: datetime | None, cause: Cause = "scheduled", from_step: int = 1
    ) -> None:
        """Let the next job of *entry* start when it is *due*; None lets none start."""
        entry.due, entry.cause, entry.from_step = due, cause, from_step
        if due is None:
            self.lanes.drop(entry)
        else:
            lane = None if from_step == 4 else entry.lane
            self.lanes.put(entry, (due, ENTRY, entry.number), lane)

    def look_again(self, entry: Entry, pause: Deadline | None) -> None:
        """Look at *entry* after *pause*; None looks when something happens to it."""
        entry.again = pause
        if pause is None:
            self._later.drop(entry)
        else:
            self._later.put(entry, (pause.at, ENTRY, entry.number))
            self._doubt.note(pause)

    def looked_at(self, entry: Entry) -> None:
        """Take note of what *entry* waits for now: it may turn out to be of a clock ahead."""
        if entry.due is not None and (waits := entry.state.waits) is not None:
            self._doubt.note(waits)

    def forget(self, entry: Entry) -> None:
        """Let nothing happen to *entry* any more."""
        self.plan(entry, None)
        self.look_again(entry, None)

    def next_look(self) -> datetime | None:
        """Return when the next entry is to be looked at, if ever."""
        first = self._later.first()
        return None if first is None else first[0][0]

    def come(self, now: datetime, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield those of *entries* that are to be looked at *now*, or again, though nobody told."""
        if self._doubt.arises(now):
            yield from self._doubted(now, entries)
        while (first := self._later.first()) is not None and first[0][0] <= now:
            self.look_again(first[1], None)
            yield first[1]

    def _doubted(self, now: datetime, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield what waits for an instant that a clock ahead of *now* has set."""
        for entry in entries:
            if entry.again is not None:
                self.look_again(entry, entry.again.seen(now))
            waits = entry.state.waits if entry.due is not None else None
            if waits is not None and not waits.believed(now):
                yield entry
