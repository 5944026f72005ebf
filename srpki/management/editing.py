"""Editing: how one session comes by a candidate, and how that becomes the running configuration.

Whoever edits goes this way, whatever he edits by; each front end words what is refused
(`srpki.management.reasons`). What a router allows [cli.md 1.2, access.md 3] is decided below, by
`srpki.config` and the confirmed commits of the node.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from srpki.config.candidate import Owner
from srpki.config.diff import merge
from srpki.config.errors import (
    ClassicOnlyError,
    InvalidConfigurationError,
    NoCandidateError,
    ReadOnlyError,
)
from srpki.config.management import configuration_mode
from srpki.config.validate import Problem
from srpki.core.errors import RefusedError, SrpkiError
from srpki.device.configuration.confirmation import NOBODY
from srpki.management.access.rights import ADMINISTRATOR
from srpki.schema.paths import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import timedelta

    from srpki.config.candidate import Candidate, Mode
    from srpki.config.edit import Edit
    from srpki.config.guard import Guard
    from srpki.config.tree import Branch
    from srpki.device.configuration.confirmation import Claim
    from srpki.device.configuration.history import Author
    from srpki.device.sessions import Login
    from srpki.management.access.rights import Rights
    from srpki.management.port import Device
    from srpki.schema.paths import Path


class Editing:
    """One session's candidate, at most one, and the ways into the running configuration.

    The methods raise `SrpkiError`; nothing has changed then, unless it is a `NotSavedError`. What
    the *rights* of the user do not let him change is `NotAuthorizedError`.
    """

    def __init__(
        self,
        device: Device,
        login: Login,
        interface: str,
        author: Callable[[], Author],
        rights: Rights = ADMINISTRATOR,
    ) -> None:
        """Edit the configuration of *device* in the session of *login*, with nothing open.

        *interface* is what SR OS calls the way in which the session edits, *author* who commits.
        """
        self._device = device
        self.rights = rights
        self._login = login
        self._owner = Owner(login.user, login.session_id, interface)
        self.author = author
        self._candidate: Candidate | None = None
        self._unlocked: Mode = "global"
        self._mark = ""
        self._ended = False

    def restrict(self, rights: Rights) -> None:
        """Let *rights* hold from now on, for the candidate that is open, too."""
        self.rights = rights
        if self._candidate is not None:
            self._candidate.guard = self._guard

    # --- what there is ---

    @property
    def mode(self) -> Mode | None:
        """The mode of the candidate, if one is open."""
        return None if self._candidate is None else self._candidate.mode

    @property
    def candidate(self) -> Candidate:
        """The candidate; raises `NoCandidateError` when none is open."""
        self.check_open()
        assert self._candidate is not None
        return self._candidate

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return self._candidate is not None and self._candidate.dirty

    @property
    def outdated(self) -> bool:
        """Whether somebody else has committed since."""
        return self._candidate is not None and self._candidate.outdated

    @property
    def holder(self) -> Owner | None:
        """The session, this or another, that has the configuration for itself alone."""
        return self._device.datastore.holder

    @property
    def waiting(self) -> timedelta | None:
        """How long a confirmed commit, this session's or another's, still waits, if one does."""
        return self._device.commits.remaining()

    @property
    def running(self) -> Branch:
        """The running configuration, as far as the user may read it."""
        return self.seen(self._device.datastore.running)

    @property
    def edited(self) -> Branch:
        """The candidate as edited, as far as the user may read it."""
        return self.seen(self.candidate.tree)

    def seen(self, tree: Branch) -> Branch:
        """Return of a configuration what the user may read; *tree* itself where that is all."""
        return self.rights.visible(self._device.schema.configure.name, tree)

    # --- who may write ---

    @property
    def _guard(self) -> Guard | None:
        return None if self.rights.unlimited else self.rights

    def check_writable(self) -> None:
        """Raise `ClassicOnlyError` when only the classic CLI may edit the configuration."""
        if configuration_mode(self._device.datastore.running) == "classic":
            raise ClassicOnlyError

    def check_open(self) -> None:
        """Raise `NoCandidateError` unless a candidate is open."""
        if self._candidate is None:
            raise NoCandidateError

    def check_edits(self) -> None:
        """Raise `NoCandidateError` or `ReadOnlyError` unless there is a candidate to edit."""
        if self.candidate.mode == "read-only":
            raise ReadOnlyError

    # --- opening and closing ---

    def open(self, mode: Mode, *, entered: bool = True) -> None:
        """Open a candidate in *mode*.

        One that is not *entered* is opened to look: it keeps nobody from exclusive access before
        its first edit. Raises `LockedError`, `ClassicOnlyError`, and `RefusedError` when one is
        open already or the session has ended.
        """
        if mode != "read-only" and entered:
            self.check_writable()
        with self._device.datastore.lock:
            if self._candidate is not None:
                raise RefusedError("the session has a candidate already")
            self._candidate = self._device.datastore.open(
                mode, self._owner, entered=entered, guard=self._guard
            )
            if self._ended:
                self._candidate.close()
                raise RefusedError("the session has ended")
            if mode == "exclusive":
                self._login.locked = self._device.clock.now()

    def close(self) -> None:
        """Close the candidate, if one is open; only edits of the global one are kept."""
        if self._candidate is not None:
            self._candidate.close()
            self._candidate = None

    def end(self) -> None:
        """Let go of candidate and lock for good, from any thread: the session has ended.

        A candidate that is being edited takes no more edits; its marks may still be looked at.
        """
        with self._device.datastore.lock:
            self._ended = True
            if self._candidate is not None:
                self._candidate.close()
            self._device.commits.abandon(self._mark)

    def lock(self) -> None:
        """Take the configuration for this session alone, as exclusive mode does [access.md 3].

        A private candidate becomes the exclusive one until `unlock`, with what is edited in it.
        Raises `LockedError` while another session edits the global candidate or has the lock, and
        while there are uncommitted edits in it, whoever made them.
        """
        former = self._candidate if self.mode == "private" else None
        self._exchange("exclusive")
        self._unlocked = "private" if former is not None else "global"
        if former is not None and former.dirty:
            root = self._device.datastore.schema
            self.change(lambda tree: merge(root, former.changes(), tree), "lock")

    def unlock(self) -> None:
        """Give the lock up; uncommitted edits are discarded, and the candidate is as it was before.

        Raises `RefusedError` when the session has no lock.
        """
        if self.mode != "exclusive":
            raise RefusedError("the session does not hold the lock")
        self._exchange(self._unlocked)

    def _exchange(self, mode: Mode) -> None:
        """Open a candidate in *mode* in the place of a shared one, which stays where that fails."""
        with self._device.datastore.lock:
            former, self._candidate = self._candidate, None
            if former is not None and former.mode == "exclusive" != mode:
                former.close()  # what it has not committed goes
            try:
                self.open(mode, entered=mode == "exclusive")
            except SrpkiError:
                self._candidate = former
                raise
            if former is not None:
                former.close()

    # --- editing ---

    def edit(self, edit: Edit) -> None:
        """Make one *edit* of the candidate, whose path begins below ``configure``."""
        self.check_edits()
        self.candidate.edit(edit)

    def change(self, make: Callable[[Branch], Branch], by: str) -> None:
        """Put what *make* makes of the candidate in its place, which stays where that raises.

        *by* is what a refusal names.
        """
        with self._device.datastore.lock:
            self.replace(make(self.candidate.tree), by)

    def discard(self, path: Path = ()) -> None:
        """Undo the edits at *path* and below."""
        self.check_edits()
        self.candidate.discard(path)

    def replace(self, tree: Branch, by: str) -> None:
        """Take *tree* for the configuration as edited, *by* a command that a refusal names."""
        self.check_edits()
        self.candidate.replace(tree, by)

    def change_at_once(self, edits: Iterable[Edit]) -> None:
        """Make *edits* in the running configuration, all or none, as the classic CLI does.

        Raises `InvalidConfigurationError`, `LockedError` while a session has exclusive access, and
        `RefusedError` after the end of the session.
        """
        with self._device.datastore.lock:
            if self._ended:
                raise RefusedError("the session has ended")
            former = self._device.datastore.running
            with self._told_as_seen():
                self._device.datastore.edit(edits, self._guard)
            running = self._device.datastore.running
            self._device.announcer.passwords_set(former, running, self.author().user)

    # --- committing ---

    def validate(self) -> tuple[Problem, ...]:
        """Return what a commit would refuse."""
        return self.told(self.candidate.validate())

    def told(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """Return *problems* without what is wrong with what the user may not read: only that."""
        return tuple(self._of_seen(problems))

    def commit(
        self, comment: str = "", within: timedelta | None = None, claim: Claim = NOBODY
    ) -> timedelta | None:
        """Make the candidate the running configuration, with a *comment*.

        Unless somebody confirms *within* that time, where one is given, it is taken back; how much
        of it is left is returned. The *claim* says what confirmed commit it goes on with, and who
        may go on with it. Raises what `Commits.commit` raises.
        """
        self.check_edits()
        self.check_writable()
        author, commits = self.author(), self._device.commits
        with self._told_as_seen():
            if within is None:
                commits.commit(self.candidate, author, comment, claim)
                return None
            commits.commit_confirmed(self.candidate, author, within, comment, claim)
        return commits.remaining() or within

    @contextmanager
    def _told_as_seen(self) -> Iterator[None]:
        """Let an `InvalidConfigurationError` name nothing that the user may not read."""
        try:
            yield
        except InvalidConfigurationError as error:
            raise InvalidConfigurationError(tuple(self._of_seen(error.problems))) from None

    def _of_seen(self, problems: Sequence[Problem]) -> Iterator[Problem]:
        """Yield *problems*; those of what the user may not read are only told to be there."""
        root = self._device.schema.configure.name
        unseen = set()
        for problem in problems:
            if self.rights.reads((Step(root), *problem.path)):
                yield problem
            elif problem.kind not in unseen:
                unseen.add(problem.kind)
                yield Problem(problem.kind, (), root)

    def bound(self) -> str:
        """Return a mark for commits that are taken back where this session ends unconfirmed."""
        self._mark = f"session {self._owner.id}"
        return self._mark

    def confirm(self) -> None:
        """Keep the commit that waits; raises `RefusedError` when none does, and `NotSavedError`."""
        self._device.commits.accept()

    def cancel(self) -> None:
        """Take the commit that waits back now; raises `RefusedError` when none does."""
        former = self._device.commits.former
        if former is not None and self._guard is not None:
            self._guard.check_change(self._device.datastore.running, former, "commit")
        self._device.commits.cancel()
