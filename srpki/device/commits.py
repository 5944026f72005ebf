"""Commits: the candidate made running, saved, remembered, and taken back when not confirmed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from srpki.config.candidate import Candidate
from srpki.config.datastore import Datastore
from srpki.config.tree import Branch
from srpki.core.clock import Clock
from srpki.core.errors import NotFoundError


class Author(NamedTuple):
    """Who commits: *user*, the *interface* as SR OS names it, the peer's *address* or nothing."""

    user: str
    interface: str = "MD-CLI"
    address: str = ""


class Commit(NamedTuple):
    """One commit that is remembered; *location* is the URL of the configuration as saved then."""

    commit_id: int
    time: datetime
    author: Author
    comment: str = ""
    location: str = ""


class Checkpoint(NamedTuple):
    """A configuration that was saved: its *url*, its *tree* and the number of its *lines*."""

    url: str
    tree: Branch
    lines: int


class Commits:
    """The way of every MD-CLI commit, and what is left of it."""

    def __init__(
        self, datastore: Datastore, clock: Clock, *, save: Callable[[], object] = lambda: None
    ) -> None:
        """Commit to *datastore*, date by *clock* and keep by *save*."""
        self._datastore = datastore
        self._clock = clock
        self._save = save
        self._history: list[Commit] = []

    def commit(self, candidate: Candidate, author: Author, comment: str = "") -> None:
        """Commit *candidate* and save the configuration, unless auto-config-save is off.

        Raises what `Candidate.commit` raises: nothing has changed then. A `StorageError` tells
        that the configuration runs but could not be saved.
        """
        candidate.commit()
        identity = self._history[0].commit_id + 1 if self._history else 1
        self._history.insert(0, Commit(identity, self._clock.now(), author, comment))
        self._save()

    def commit_confirmed(
        self, candidate: Candidate, author: Author, minutes: int, comment: str = ""
    ) -> None:
        """Commit *candidate* for *minutes*; unless `accept` comes first, it is taken back then.

        The edits are in the candidate again afterwards. Raises as `commit` does.
        """
        raise NotImplementedError

    def remaining(self) -> timedelta | None:
        """Return how long a confirmed commit still waits for `accept`, if one does."""
        return None

    def accept(self) -> None:
        """Keep a confirmed commit; raises `RefusedError` when none waits."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Take a confirmed commit back now; raises `RefusedError` when none waits."""
        raise NotImplementedError

    def history(self) -> tuple[Commit, ...]:
        """Return the commits that are remembered, the newest first."""
        return tuple(self._history)

    def checkpoint(self, which: int | str) -> Checkpoint:
        """Return the configuration saved *which* versions ago, or ``startup``.

        0 is the saved configuration itself. Raises `NotFoundError`, `StorageError` or
        `CorruptError`.
        """
        raise NotFoundError(f"checkpoint {which} does not exist")

    def checkpoint_of(self, commit_id: int) -> Checkpoint:
        """Return the configuration as saved by the commit *commit_id*; raises `NotFoundError`."""
        raise NotFoundError(f"commit-id {commit_id} does not exist")
