"""The candidate that a client edits, and the locks that it holds [RFC 6241 sections 7.5, 8.3].

The first edit of the global candidate takes a lock by itself, which commit and discard give up.
One lock serves the candidate and the running configuration, as exclusive mode does
[access.md section 3].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from srpki.config.errors import ClassicOnlyError, NotAllowedError
from srpki.config.management import configuration_mode, netconf_candidate
from srpki.core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from srpki.config.candidate import Candidate
    from srpki.config.tree import Branch
    from srpki.config.validate import Problem
    from srpki.device.configuration.confirmation import Claim
    from srpki.management.editing import Editing
    from srpki.management.port import Device

Lockable = Literal["candidate", "running"]


class Candidates:
    """The one candidate of a session, its own where it is *private*, else the one of all."""

    def __init__(self, device: Device, editing: Editing, *, private: bool) -> None:
        self.private = private
        self._device = device
        self._editing = editing
        self._locks: set[Lockable] = set()

    @property
    def locks(self) -> frozenset[Lockable]:
        """What the client has locked by itself."""
        return frozenset(self._locks)

    def tree(self) -> Branch:
        """Return the candidate, as edited."""
        return self._opened().tree

    def baseline(self) -> Branch:
        """Return what was running when the editing of the candidate began."""
        return self._opened().baseline

    def problems(self) -> tuple[Problem, ...]:
        """Return what a commit would refuse."""
        self._opened()
        return self._editing.validate()

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return self._editing.dirty

    def change(self, make: Callable[[Branch], Branch], by: str) -> None:
        """Put what *make* makes of the candidate in its place; raises as `Editing.change`."""
        self._check_mode()
        self._opened()
        self._editing.check_writable()
        if self._editing.mode == "global":
            self._editing.lock()
        try:
            self._editing.change(make, by)
        finally:
            if not self._editing.dirty:
                self._release()

    def discard(self) -> None:
        """Undo what has been edited, and give up the lock that the edits took."""
        self._check_mode()
        self._opened()
        self._editing.discard()
        self._release()

    def commit(self, comment: str, within: timedelta | None, claim: Claim) -> None:
        """Commit the candidate; raises as `Editing.commit`."""
        self._check_mode()
        self._opened()
        self._editing.commit(comment, within, claim)
        self._release()

    def lock(self, target: Lockable) -> None:
        """Lock *target*; raises `LockedError`, and `RefusedError` where it is locked already."""
        self._check_mode()
        if target in self._locks:
            raise RefusedError(f"the session has locked {target} already")
        self._opened()
        if target == "candidate" and self._editing.mode == "exclusive" and self._editing.dirty:
            raise RefusedError("the candidate has changes that are not committed")
        if self._editing.mode != "exclusive":
            self._editing.lock()
        self._locks.add(target)

    def unlock(self, target: Lockable) -> None:
        """Give the lock of *target* up; what is pending in the candidate goes.

        Raises `RefusedError` where the session has none.
        """
        if target not in self._locks:
            raise RefusedError(f"the session has not locked {target}")
        self._locks.discard(target)
        if target == "candidate":
            self._editing.discard()
        self._release()

    def _release(self) -> None:
        """Give up the lock of the configuration where nobody has asked for it any more."""
        if self._editing.mode == "exclusive" and not self._locks:
            self._editing.unlock()

    def _opened(self) -> Candidate:
        """Return the candidate, opened to look where it is not yet, with a baseline of today."""
        if self._editing.mode is None:
            self._editing.open("private" if self.private else "global", entered=self.private)
        candidate = self._editing.candidate
        if self.private and candidate.outdated and not candidate.dirty:
            candidate.discard()
        return candidate

    def _check_mode(self) -> None:
        """Raise where clients may not edit: in classic mode, and where they are not to."""
        running = self._device.datastore.running
        if configuration_mode(running) == "classic":
            raise ClassicOnlyError
        if not netconf_candidate(running):
            raise NotAllowedError("'capabilities candidate' of NETCONF is false")
