"""A commit that is taken back by itself unless somebody accepts it in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from srpki.config.candidate import Candidate
from srpki.config.datastore import Datastore
from srpki.config.tree import Branch
from srpki.core.clock import Clock, Deadline
from srpki.core.errors import RefusedError
from srpki.core.values import NamedTuple
from srpki.device.logging.announcer import Announcer
from srpki.engine.jobs import Plan


class Claim(NamedTuple):
    """Who may go on with a commit that waits, by committing again: whoever knows its *mark*.

    A commit that has none is only accepted or canceled. *by* is the mark of the commit that this
    one goes on with, where one is meant.
    """

    mark: str = ""
    by: str = ""


NOBODY: Final = Claim()
"""The claim of the CLI, where every administrator may accept and cancel."""


class _Pending(NamedTuple):
    """What was *former* running, who committed, until *when*; *drop* forgets the deadline."""

    former: Branch
    candidate: Candidate
    when: Deadline
    drop: Callable[[], None]
    mark: str = ""


class Confirmation:
    """The confirmed commit that waits, at most one of a node.

    It takes part in every commit, classic edits too, and refuses them while one waits: what is
    taken back is the whole configuration, and nobody else's changes are to go with it.
    """

    def __init__(
        self, datastore: Datastore, clock: Clock, plan: Plan, announcer: Announcer
    ) -> None:
        """Watch over *datastore*; *plan* calls at the deadline, *announcer* tells of the end."""
        self._announcer = announcer
        self._datastore = datastore
        self._clock = clock
        self._plan = plan
        self._pending: _Pending | None = None
        self._passing = False
        self._ended = False
        datastore.subscribe(self)

    def begin(self, candidate: Candidate, within: timedelta, claim: Claim = NOBODY) -> None:
        """Commit *candidate*, to be accepted *within* that time; nothing is saved.

        One that goes on with the commit that waits takes its place: what is taken back then is
        both. Raises as `Candidate.commit`, and `RefusedError` for another claim.
        """
        with self._datastore.lock:
            pending, former = self._pending, self._datastore.running
            with self._passed(claim):
                candidate.commit()
            if pending is not None:
                pending.drop()
                former = pending.former
            self._wait(former, candidate, within, claim.mark)

    def commit(self, candidate: Candidate, claim: Claim = NOBODY) -> None:
        """Commit *candidate* for good, and with it the commit that waits, which *claim* knows.

        Raises as `begin`.
        """
        with self._datastore.lock:
            pending = self._pending
            with self._passed(claim):
                candidate.commit()
            if pending is not None:
                self.accept()

    @contextmanager
    def _passed(self, claim: Claim) -> Iterator[None]:
        """Let a commit pass though one waits, where it has the mark that *claim* goes by."""
        pending = self._pending
        if claim.by and (pending is None or pending.mark != claim.by):
            raise RefusedError("no confirmed commit waits that this one can go on with")
        self._passing = pending is not None and bool(claim.by)
        try:
            yield
        finally:
            self._passing = False

    def waits_for(self, mark: str) -> bool:
        """Return whether a commit waits that has this *mark*."""
        return bool(mark) and self._pending is not None and self._pending.mark == mark

    def _wait(self, former: Branch, candidate: Candidate, interval: timedelta, mark: str) -> None:
        when = Deadline.after(self._clock.now(), interval)
        drop = self._plan(when.at, lambda: self._take_back(when), lambda: self._wait_anew(when))
        self._pending = _Pending(former, candidate, when, drop, mark)

    def _wait_anew(self, when: Deadline) -> None:
        """Begin the wait that was to end at *when* again: the clock was set back."""
        with self._datastore.lock:
            pending = self._pending
            if pending is not None and pending.when == when:
                self._wait(pending.former, pending.candidate, when.interval, pending.mark)

    def remaining(self) -> timedelta | None:
        """Return how long a commit still waits, if one does."""
        pending, now = self._pending, self._clock.now()
        return None if pending is None else max(timedelta(), pending.when.seen(now).at - now)

    @property
    def former(self) -> Branch | None:
        """What would run again if the commit that waits were taken back now, if one does."""
        return None if self._pending is None else self._pending.former

    def accept(self) -> None:
        """Keep the commit that waits; raises `RefusedError` when none does."""
        with self._datastore.lock:
            self._waiting().drop()
            self._pending = None

    def cancel(self) -> None:
        """Take the commit back now; raises `RefusedError` when none waits."""
        with self._datastore.lock:
            pending = self._waiting()
            pending.drop()
            self._take_back(pending.when)

    def end(self) -> None:
        """Refuse every commit from now on: the node has restarted without this datastore."""
        with self._datastore.lock:
            self._ended = True

    def check(self) -> None:
        """Raise `RefusedError` while a commit waits, and after the end."""
        if self._ended:
            raise RefusedError("the node has restarted", hint="log in again")
        if self._pending is not None and not self._passing:
            raise RefusedError(
                "a confirmed commit waits", hint="accept or cancel it before anything else"
            )

    def _waiting(self) -> _Pending:
        if self._pending is None:
            raise RefusedError("no confirmed commit waits")
        return self._pending

    def _take_back(self, when: Deadline) -> None:
        with self._datastore.lock:
            pending = self._pending
            if pending is None or pending.when != when or self._ended:
                return
            self._pending = None
            taken_back = self._datastore.running
            if pending.candidate in self._datastore.candidates:
                pending.candidate.take_back(pending.former)
            else:
                self._datastore.replace(pending.former, ())
            self._announcer.changed(taken_back, self._datastore.running)

    # --- as a participant in commits ---

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse while a commit waits, and after the end."""
        del old, new
        self.check()

    def apply(self, old: Branch, new: Branch) -> None:
        """Do nothing: what counts is that nobody else commits."""

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""
