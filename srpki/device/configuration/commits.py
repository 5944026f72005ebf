"""Commits: the candidate made running, saved, remembered, and taken back when not confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from srpki.config.candidate import Candidate
from srpki.config.datastore import Datastore
from srpki.config.management import auto_config_save, commit_history
from srpki.config.tree import Branch
from srpki.core.clock import Clock
from srpki.core.errors import NotFoundError, NotSavedError, StorageError
from srpki.device.configuration.checkpoints import Checkpoint, Checkpoints
from srpki.device.configuration.confirmation import NOBODY, Claim, Confirmation
from srpki.device.configuration.history import Author, Commit, History
from srpki.device.logging.announcer import Announcer
from srpki.engine.jobs import Plan


def _never(
    at: datetime, do: Callable[[], None], anew: Callable[[], None] | None = None
) -> Callable[[], None]:
    del at, do, anew
    return lambda: None


class Commits:
    """The way of every MD-CLI commit, and what is left of it.

    A confirmed commit is saved when it is accepted, not before: a restart takes it back by itself.
    """

    def __init__(
        self,
        datastore: Datastore,
        clock: Clock,
        *,
        checkpoints: Checkpoints | None = None,
        history: History | None = None,
        plan: Plan = _never,
        announcer: Announcer | None = None,
        saved: Callable[[], None] = lambda: None,
    ) -> None:
        """Commit to *datastore*, date by *clock*, take back by *plan*, tell *announcer*.

        *saved* is called when the running configuration has been saved.

        Without *checkpoints* nothing is saved, without a *history* nothing outlives this object.
        """
        self._announcer = announcer or Announcer()
        self._datastore = datastore
        self._clock = clock
        self._checkpoints = checkpoints
        self._history = history or History()
        self._saved = saved
        self._confirmation = Confirmation(datastore, clock, plan, self._announcer)

    # --- committing ---

    def commit(
        self, candidate: Candidate, author: Author, comment: str = "", claim: Claim = NOBODY
    ) -> None:
        """Commit *candidate* and save the configuration, unless auto-config-save is off.

        A confirmed commit that waits is accepted with it by who has the *claim*. Raises what
        `Candidate.commit` raises, and `RefusedError` while another one waits: nothing has changed
        then. `NotSavedError` tells that the configuration runs but could not be saved.
        """
        with self._datastore.lock:
            former = self._datastore.running
            self._confirmation.commit(candidate, claim)
            self._remember(author, comment, former)
            self._save_automatically(author.interface)

    def commit_confirmed(
        self,
        candidate: Candidate,
        author: Author,
        within: timedelta,
        comment: str = "",
        claim: Claim = NOBODY,
    ) -> None:
        """Commit *candidate*; unless `accept` comes *within* that time, it is taken back then.

        The edits are in the candidate again afterwards, if it is still open. Raises as `commit`
        does.
        """
        with self._datastore.lock:
            former = self._datastore.running
            self._confirmation.begin(candidate, within, claim)
            self._remember(author, comment, former)

    def remaining(self) -> timedelta | None:
        """Return how long a confirmed commit still waits for `accept`, if one does."""
        return self._confirmation.remaining()

    @property
    def former(self) -> Branch | None:
        """What `cancel` would make running again, if a confirmed commit waits."""
        return self._confirmation.former

    def accept(self) -> None:
        """Keep a confirmed commit and save it; raises `RefusedError` when none waits.

        `NotSavedError` tells that the commit is kept but could not be saved.
        """
        with self._datastore.lock:
            self._confirmation.accept()
            self._save_automatically()

    def cancel(self) -> None:
        """Take a confirmed commit back now; raises `RefusedError` when none waits."""
        self._confirmation.cancel()

    def waits_for(self, mark: str) -> bool:
        """Return whether a confirmed commit waits that has this *mark*."""
        return self._confirmation.waits_for(mark)

    def abandon(self, mark: str) -> None:
        """Take a confirmed commit back, if one waits that has this *mark*."""
        with self._datastore.lock:
            if self.waits_for(mark):
                self.cancel()

    def save(self) -> None:
        """Save the running configuration, keeping earlier versions.

        Raises `NotSavedError`, and `RefusedError` while a confirmed commit waits.
        """
        with self._datastore.lock:
            self._confirmation.check()
            self._save("the running configuration")

    def end(self) -> None:
        """Refuse every commit from now on: the node has restarted."""
        self._confirmation.end()

    def _save_automatically(self, interface: str = "") -> None:
        if auto_config_save(self._datastore.running, interface):
            self._save("the commit")

    def _save(self, what: str) -> None:
        if self._checkpoints is None:
            return
        url = self._checkpoints.url(0)
        try:
            self._checkpoints.save()
        except StorageError as error:
            self._announcer.not_saved(url, error.sentence)
            raise NotSavedError(
                f"{what} is in effect, but not saved: {error.sentence}",
                hint="see to the disk, then admin save",
            ) from None
        self._announcer.saved(url)
        self._saved()

    def _remember(self, author: Author, comment: str, former: Branch) -> None:
        self._announcer.changed(former, self._datastore.running)
        self._announcer.passwords_set(former, self._datastore.running, author.user)
        self._announcer.committed(author)
        self._history.add(
            self._clock.now(),
            author,
            comment,
            "" if self._checkpoints is None else self._checkpoints.digest(),
            limit=commit_history(self._datastore.running),
        )

    # --- looking back ---

    def last(self) -> Commit | None:
        """Return the last commit, without its location, if any is remembered."""
        return next((record.commit for record in self._history.records), None)

    def history(self) -> tuple[Commit, ...]:
        """Return the commits that are remembered, the newest first."""
        return tuple(commit for commit, _ in self._located())

    def versions(self) -> dict[int, Commit]:
        """Return the commits that led to what is saved, by the numbers that `checkpoint` takes."""
        found: dict[int, Commit] = {}
        for commit, version in self._located():
            if version is not None:
                found.setdefault(version, commit)
        return found

    def checkpoint(self, which: int | str) -> Checkpoint:
        """Return the configuration saved *which* versions ago, or ``startup``.

        0 is the saved configuration itself. Raises `NotFoundError`, `StorageError` or
        `CorruptError`.
        """
        version = 0 if which == "startup" else which
        if self._checkpoints is None or not isinstance(version, int):
            raise NotFoundError(f"checkpoint {which} does not exist")
        return self._checkpoints.read(version)

    def checkpoint_of(self, commit_id: int) -> Checkpoint:
        """Return the configuration as saved by the commit *commit_id*; raises as `checkpoint`."""
        for commit, version in self._located():
            if commit.commit_id == commit_id:
                if version is None:
                    message = f"the configuration of commit-id {commit_id} is not kept"
                    raise NotFoundError(message)
                return self.checkpoint(version)
        raise NotFoundError(f"commit-id {commit_id} does not exist")

    def _located(self) -> Iterator[tuple[Commit, int | None]]:
        """Yield every commit with the version that its configuration is kept as, if it is."""
        records = self._history.records
        if self._checkpoints is None:
            yield from ((record.commit, None) for record in records)
            return
        versions = self._checkpoints.find(record.digest for record in records)
        for (commit, _), version in zip(records, versions, strict=True):
            location = "" if version is None else self._checkpoints.url(version)
            yield commit._replace(location=location), version
