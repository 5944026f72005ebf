"""Candidates: configurations that are being edited, and their way into the running one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from srpki.config import edit
from srpki.config.diff import Change, Conflict, conflicts, diff, merge
from srpki.config.errors import ConflictError, ReadOnlyError
from srpki.config.tree import Branch, get
from srpki.config.validate import Problem
from srpki.core.errors import RefusedError
from srpki.core.values import NamedTuple
from srpki.schema.paths import Path, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from srpki.config.guard import Guard
    from srpki.schema.nodes import Container

Mode = Literal["private", "exclusive", "global", "read-only"]


class Shared:
    """The tree of one or several candidates and the running configuration that it started from."""

    def __init__(self, running: Branch) -> None:
        self.tree = running
        self.baseline = running

    @property
    def dirty(self) -> bool:
        """Whether something has been edited."""
        return self.tree is not self.baseline and self.tree != self.baseline

    def reset(self, running: Branch) -> None:
        """Start anew from *running*."""
        self.tree = self.baseline = running


class Store(Protocol):
    """The datastore, as far as its candidates see it."""

    @property
    def schema(self) -> Container:
        """The root of the schema."""
        ...

    @property
    def lock(self) -> AbstractContextManager[bool]:
        """What everything that writes takes."""
        ...

    @property
    def running(self) -> Branch:
        """What is in use."""
        ...

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates that are open."""
        ...

    def check_access(self, candidate: Candidate | None) -> None:
        """Raise `LockedError` when a session other than *candidate* has exclusive access."""
        ...

    def replace(self, new: Branch, problems: tuple[Problem, ...]) -> None:
        """Make *new*, which has *problems* or none, the running configuration."""
        ...

    def problems(self, tree: Branch) -> tuple[Problem, ...]:
        """Return everything that is wrong with *tree*, in schema order."""
        ...

    def sealed(self, edit: edit.Edit, tree: Callable[[], Branch]) -> edit.Edit:
        """Return *edit*, of the *tree*, with its value sealed or hashed where it sets a secret."""
        ...

    def close(self, candidate: Candidate) -> None:
        """Forget *candidate*."""
        ...


class Owner(NamedTuple):
    """The session that a candidate belongs to: its *user*, its *id* and how it reached the node.

    *interface* is what SR OS calls that way.
    """

    user: str
    id: int = 0
    interface: str = "MD-CLI"


class Candidate:
    """What a session edits, in a *mode* and for an *owner*; made by `Datastore.open`.

    Every method that edits raises `ReadOnlyError` in read-only mode, `RefusedError` once it is
    closed, `LockedError` where it shares its tree and another session has exclusive access,
    `InvalidNameError` for a path that the schema does not have, and `NotAuthorizedError` for what
    its *guard* refuses.
    """

    def __init__(
        self,
        datastore: Store,
        mode: Mode,
        owner: Owner,
        shared: Shared,
        *,
        entered: bool,
        guard: Guard | None = None,
    ) -> None:
        self.mode = mode
        self.guard = guard
        self.session = owner
        self._datastore = datastore
        self._shared = shared
        self._entered = entered
        self._edited = False

    @property
    def owner(self) -> str:
        """The user whose session it is."""
        return self.session.user

    @property
    def editing(self) -> bool:
        """Whether it keeps others from exclusive access [access.md 3].

        Who has entered the global mode has said that he edits. A candidate that was opened to look
        counts from its first edit to its commit, or until all its edits are discarded.
        """
        return self.mode == "global" and (self._entered or self._edited)

    @property
    def tree(self) -> Branch:
        """The configuration as edited."""
        return self._shared.tree

    @property
    def baseline(self) -> Branch:
        """The running configuration as it was when editing began, or at the last update."""
        return self._shared.baseline

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit (``*`` in the prompt)."""
        return self._shared.dirty

    @property
    def outdated(self) -> bool:
        """Whether somebody else has committed since the baseline was taken (``!``)."""
        running = self._datastore.running
        return self.baseline is not running and self.baseline != running

    @property
    def others(self) -> tuple[Candidate, ...]:
        """The other open candidates of the datastore, without the global ones that only look."""
        others = (one for one in self._datastore.candidates if one is not self)
        return tuple(one for one in others if one.editing or one.mode != "global")

    def set(self, path: Path, value: Value) -> None:
        """Set the leaf at *path*, sealing a secret; a leaf-list gains the values it lacks."""
        self.edit(edit.Edit("set", path, value))

    def create(self, path: Path) -> None:
        """Create the list entry or container at *path* if its mere existence means something."""
        self.edit(edit.Edit("create", path))

    def delete(self, path: Path) -> None:
        """Delete what is at *path*; the keys of a leaf-list's step are the values to remove."""
        self.edit(edit.Edit("delete", path))

    def replace(self, tree: Branch, by: str = "replace") -> None:
        """Take *tree* for the configuration as edited, *by* a command that a refusal names."""
        with self._datastore.lock:
            self._check_writable()
            self._change(tree, by)
            self._edited = True

    def _change(self, tree: Branch, by: str) -> None:
        if self.guard is not None:
            self.guard.check_change(self.tree, tree, by)
        self._shared.tree = tree

    def discard(self, path: Path = ()) -> None:
        """Undo the edits at *path* and below."""
        with self._datastore.lock:
            self._check_writable()
            tree = edit.restore(self._datastore.schema, self.tree, self.baseline, path)
            self._change(tree, "discard")
            if not self._shared.dirty:
                self._edited = False
                self._shared.reset(self._datastore.running)

    def changes(self) -> tuple[Change, ...]:
        """Return what the edits change, against the baseline."""
        return tuple(diff(self._datastore.schema, self.baseline, self.tree))

    def validate(self) -> tuple[Problem, ...]:
        """Return what a commit would refuse."""
        with self._datastore.lock:
            return self._datastore.problems(self._merged())

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return where the edits meet what others have committed since the baseline."""
        with self._datastore.lock:
            running = self._datastore.running
            if running is self.baseline:
                return ()
            root = self._datastore.schema
            return tuple(conflicts(root, self.changes(), self.baseline, running))

    def update(self) -> tuple[Conflict, ...]:
        """Take the running configuration as new baseline, the edits made to it once more.

        Return the conflicts that were settled, in favour of the edits.
        """
        with self._datastore.lock:
            self._check_writable()
            settled = self.conflicts()
            tree = self._merged()
            self._shared.reset(self._datastore.running)
            self._shared.tree = tree
            return settled

    def commit(self) -> None:
        """Make the edits part of the running configuration, all or none.

        Raises `ConflictError`, `InvalidConfigurationError`, `LockedError`, and what a participant
        refuses with; the edits are still there then.
        """
        with self._datastore.lock:
            self._check_writable()
            self._datastore.check_access(self)
            found = self.conflicts()
            if found:
                raise ConflictError(found)
            new = self._merged()
            if self.guard is not None:  # others edit the same candidate
                self.guard.check_change(self._datastore.running, new, "commit")
            self._datastore.replace(new, self._datastore.problems(new))
            self._edited = False
            self._shared.reset(self._datastore.running)

    def take_back(self, former: Branch) -> None:
        """Make *former* the running configuration again; what it lacks is edited here then.

        For a commit of this candidate that has not been confirmed, and nobody has committed since.
        """
        with self._datastore.lock:
            edited = self.tree
            self._datastore.replace(former, ())
            self._shared.reset(former)
            self._shared.tree = edited

    def close(self) -> None:
        """End editing; only edits of the global candidate are kept for the next session."""
        self._datastore.close(self)

    def _merged(self) -> Branch:
        if not self.dirty:
            return self._datastore.running
        if self._datastore.running is self.baseline:
            return self.tree
        return merge(self._datastore.schema, self.changes(), self._datastore.running)

    def edit(self, one: edit.Edit) -> None:
        """Make one edit, which is one of the three above."""
        with self._datastore.lock:
            self._check_writable()
            if self.guard is not None:
                self.guard.check_edit(one)
            self._edited = True
            root = self._datastore.schema
            if one.kind == "set" and get(self.tree, one.path) == one.value:
                return
            tree = self._datastore.sealed(one, lambda: self.tree).apply(root, self.tree)
            self._change(tree, one.path[-1].name if one.path else root.name)

    def _check_writable(self) -> None:
        if self.mode == "read-only":
            raise ReadOnlyError
        if self not in self._datastore.candidates:
            raise RefusedError("the session that edits has ended")
        if self.mode == "global":
            self._datastore.check_access(self)
