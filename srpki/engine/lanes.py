"""Lanes: what waits for its instant, and for room."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from srpki.core.agenda import Agenda
from srpki.engine.jobs import Lane

AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
"""The instant of what is not to wait; one read from the clock would lie after the caller's."""

Key = tuple[datetime, int, int]
"""When a thing is due, and its place among those of the same instant: its kind, its number."""

T = TypeVar("T", bound=Hashable)


class Lanes(Generic[T]):
    """Who uses each lane, and what waits: for its instant, and for room in its lane.

    What finds its lane taken is not looked at again before somebody leaves it.
    """

    def __init__(self) -> None:
        """Begin with nobody in any lane and nothing that waits."""
        self._holders: dict[Lane, list[object]] = {}
        self._lane_of: dict[T, Lane | None] = {}
        self._waiting: dict[Lane | None, Agenda[Key, T]] = {}
        self._open: Agenda[Key, Lane | None] = Agenda()  # with room, by what is first in each

    # --- who uses them ---------------------------------------------------------------------------

    def free(self, lane: Lane | None) -> bool:
        """Say whether there is room in *lane*; None has room for all."""
        return lane is None or len(self._holders.get(lane, ())) < lane.capacity

    def enter(self, lane: Lane | None, holder: object) -> None:
        """Let *holder* use *lane*, unless it does."""
        if lane is not None and holder not in self._holders.setdefault(lane, []):
            self._holders[lane].append(holder)
            self._look_at(lane)

    def leave(self, lane: Lane | None, holder: object) -> None:
        """Let *holder* use *lane* no more."""
        if lane is None or holder not in self._holders.get(lane, ()):
            return
        self._holders[lane].remove(holder)
        if not self._holders[lane]:
            del self._holders[lane]
        self._look_at(lane)

    # --- what waits ------------------------------------------------------------------------------

    def put(self, thing: T, key: Key, lane: Lane | None) -> None:
        """Let *thing* wait for the instant of *key*, and for room in *lane* unless it is in there.

        It may wait already, for something else.
        """
        self.drop(thing)
        if lane is not None and thing in self._holders.get(lane, ()):
            lane = None
        self._lane_of[thing] = lane
        self._waiting.setdefault(lane, Agenda()).put(thing, key)
        self._look_at(lane)

    def drop(self, thing: T) -> None:
        """Let *thing* wait no more, if it does."""
        if thing in self._lane_of:
            lane = self._lane_of.pop(thing)
            self._waiting[lane].drop(thing)
            self._look_at(lane)

    def hurry(self, thing: T) -> None:
        """Let *thing* wait neither for its instant nor for its lane, if it waits."""
        if thing in self._lane_of:
            _, kind, number = self._waiting[self._lane_of[thing]].key(thing)
            self.put(thing, (AT_ONCE, kind, number), None)

    def first(self) -> tuple[Key, T] | None:
        """Return what comes first of that whose lane has room, with its key."""
        found = self._open.first()
        return None if found is None else self._waiting[found[1]].first()

    def _look_at(self, lane: Lane | None) -> None:
        """Bring what is known of *lane* up to date: whether it has room, and for what first."""
        waiting = self._waiting.get(lane)
        first = None if waiting is None else waiting.first()
        if first is None:
            self._waiting.pop(lane, None)
        if first is None or not self.free(lane):
            self._open.drop(lane)
        else:
            self._open.put(lane, first[0])
