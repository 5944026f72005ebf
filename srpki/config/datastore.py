"""The running configuration, and what guards it: commit in two phases, locks, candidates.

Everything that writes takes the datastore's lock; `Datastore.running` may be read at any time and
from any thread, for it is replaced, never changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from srpki.config import passwords
from srpki.config.candidate import Candidate, Mode, Owner, Shared
from srpki.config.edit import Edit, nodes_along
from srpki.config.errors import InvalidConfigurationError, LockedError
from srpki.config.secrets import Sealer, sealed
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.config.validate import Problem, caused, changed, validate
from srpki.core.errors import RefusedError
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode
from srpki.schema.types import Text

if TYPE_CHECKING:
    from srpki.config.guard import Guard

_EDITED = "model-driven interface editing global candidate"


class Participant(Protocol):
    """Who takes part in a commit."""

    def prepare(self, old: Branch, new: Branch) -> None:
        """Raise a `SrpkiError` to refuse *new*; nothing has changed yet."""
        ...

    def apply(self, old: Branch, new: Branch) -> None:
        """Take *new* into use; must not fail."""
        ...

    def abort(self) -> None:
        """Forget what was prepared: somebody else has refused."""
        ...


class Datastore:
    """The running configuration of one node, below the root *schema*.

    A loaded *running* configuration is taken as it is, but for plain secrets, which are sealed or
    hashed.
    """

    def __init__(self, schema: Container, *, sealer: Sealer, running: Branch = EMPTY) -> None:
        self.schema = schema
        self.lock = threading.RLock()
        self._sealer = sealer
        self._running = self.seal_all(running)
        self._booted = self._running
        self._whole: Branch | None = None
        self._participants: list[Participant] = []
        self._candidates: list[Candidate] = []
        self._shared = Shared(self._running)

    @property
    def running(self) -> Branch:
        """What is in use."""
        return self._running

    @property
    def booted(self) -> Branch:
        """What was in use first."""
        return self._booted

    @property
    def edited(self) -> bool:
        """Whether the candidate that sessions share holds edits that nobody has committed."""
        return self._shared.dirty

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates that are open, the eldest first."""
        return tuple(self._candidates)

    def subscribe(self, participant: Participant) -> None:
        """Let *participant* take part in every commit from now on."""
        with self.lock:
            self._participants.append(participant)

    def open(
        self,
        mode: Mode,
        owner: str | Owner,
        *,
        entered: bool = True,
        guard: Guard | None = None,
    ) -> Candidate:
        """Open a candidate for *owner*, who edits what *guard* lets him; close it when done.

        Global, exclusive and read-only candidates share one tree; each private one has its own
        [cli.md 1.2]. One that is not *entered* is opened to look, and keeps nobody from exclusive
        access until it edits. Raises `LockedError`.
        """
        owner = Owner(owner) if isinstance(owner, str) else owner
        with self.lock:
            if mode == "exclusive":
                self._check_exclusive(owner)
            elif mode == "global" and entered:
                self.check_access(None)
            own = Shared(self._running) if mode == "private" else self._shared
            candidate = Candidate(self, mode, owner, own, entered=entered, guard=guard)
            self._candidates.append(candidate)
            return candidate

    def _check_exclusive(self, owner: Owner) -> None:
        if (holder := self.holder) is not None:
            raise LockedError("exclusive", _locked(holder), holder.id)
        if self._shared.dirty or any(
            one.editing for one in self._candidates if one.session is not owner
        ):
            raise LockedError("exclusive", _EDITED)

    @property
    def holder(self) -> Owner | None:
        """The session that has exclusive access, if one has."""
        held = (one.session for one in self._candidates if one.mode == "exclusive")
        return next(held, None)

    def close(self, candidate: Candidate) -> None:
        """Forget *candidate*; what an exclusive one has not committed is discarded."""
        with self.lock:
            if candidate not in self._candidates:
                return
            self._candidates.remove(candidate)
            if candidate.mode == "exclusive":
                self._shared.reset(self._running)

    def edit(self, edits: Iterable[Edit], guard: Guard | None = None) -> None:
        """Make *edits* in the running configuration at once, all or none (classic CLI).

        Raises `InvalidConfigurationError` for what the edits make wrong, `LockedError` while a
        session has exclusive access, `NotAuthorizedError` for what *guard* refuses, and what a
        participant refuses with.
        """
        with self.lock:
            self.check_access(None)
            new, last = self._running, self.schema.name
            for one in edits:
                last = one.path[-1].name
                if guard is not None:
                    guard.check_edit(one)
                new = self.sealed(one, partial(_same, new)).apply(self.schema, new)
            if new == self._running:
                return
            if guard is not None:
                guard.check_change(self._running, new, last)
            self.replace(new, caused(self.schema, self._running, new))

    def problems(self, tree: Branch) -> tuple[Problem, ...]:
        """Return everything that is wrong with *tree*, in schema order.

        What it shares with the last one that was whole is not looked at again: neither changes.
        """
        whole = self._whole
        root = self.schema
        found = validate(root, tree) if whole is None else changed(root, whole, tree)
        if not found:
            self._whole = tree
        return found

    def check_access(self, candidate: Candidate | None) -> None:
        """Raise `LockedError` when a session other than *candidate* has exclusive access."""
        holder = self.holder
        if holder is not None and (candidate is None or holder is not candidate.session):
            raise LockedError("global", _locked(holder), holder.id)

    def replace(self, new: Branch, problems: tuple[Problem, ...]) -> None:
        """Make *new* the running configuration: prepare everywhere, then apply everywhere.

        Raises `InvalidConfigurationError` when there are *problems*, and what a participant
        refuses with; nothing has changed then. Call it with the lock held.
        """
        if problems:
            raise InvalidConfigurationError(problems)
        old = self._running
        prepared: list[Participant] = []
        try:
            for participant in self._participants:
                prepared.append(participant)
                participant.prepare(old, new)
        except BaseException:
            for participant in prepared:
                participant.abort()
            raise
        clean = not self._shared.dirty
        self._running = new
        if clean:
            self._shared.reset(new)
        for participant in self._participants:
            participant.apply(old, new)

    def seal_all(self, tree: Branch) -> Branch:
        """Return *tree*, read from a file, with every plain secret in it sealed or hashed.

        Raises `RefusedError` for more than `MOST_PASSWORDS` passwords in clear.
        """
        return _Sealing(self._sealer, tree).of(self.schema, tree) if tree else tree

    def sealed(self, edit: Edit, tree: Callable[[], Branch]) -> Edit:
        """Return *edit* with its value sealed or hashed where it sets a secret.

        *tree* returns what is edited, by whose rules passwords are judged and hashed. Raises
        `RefusedError` for one that they refuse.
        """
        if edit.kind == "set" and isinstance(edit.value, str):
            node = nodes_along(self.schema, edit.path)[-1]
            if isinstance(node, Leaf) and _is_secret(node):
                return edit._replace(value=sealed(edit.value, self._sealer))
            if isinstance(node, Leaf) and _is_clear(node, edit.value):
                edited = tree()
                passwords.check(edited, passwords.user_of(edit.path), edit.value)
                algorithm = passwords.algorithm_of(edited)
                return edit._replace(value=self._sealer.hash_text(edit.value, algorithm))
        return edit


MOST_PASSWORDS: Final = 256
"""Passwords in clear that one file may hold: to hash each takes a while."""


def _locked(holder: Owner) -> str:
    return f"the {holder.interface} has exclusive lock on configuration"


def _same(tree: Branch) -> Branch:
    return tree


def _is_secret(node: Leaf | LeafList) -> bool:
    return isinstance(node.type, Text) and node.type.secret


def _is_clear(node: Leaf | LeafList, content: str) -> bool:
    """Return whether *content* is a password that is kept as a hash, and is none yet."""
    if not isinstance(node.type, Text) or not node.type.hashed:
        return False
    from srpki.core.passwords import is_hash  # noqa: PLC0415 - start-up time

    return not is_hash(content)


class _Sealing:
    """Seals what is secret in one *tree*; its passwords are hashed as it says itself."""

    def __init__(self, sealer: Sealer, tree: Branch) -> None:
        self._sealer = sealer
        self._tree = tree
        self._passwords = 0

    def of(self, node: Container | ListNode, branch: Branch) -> Branch:
        """Return *branch*, the content of *node*, with its secrets sealed or hashed."""
        from srpki.config.tables import table  # noqa: PLC0415 - start-up time

        known = table(node)
        for name in known.secrets:
            content = branch.get(name)
            made = content
            if isinstance(content, Branch):
                made = self.of(known.contexts[name], content)
            elif isinstance(content, Entries):
                entry = known.contexts[name]
                made = Entries({keys: self.of(entry, held) for keys, held in content.items()})
            elif isinstance(content, str):
                made = self._value(known.leafs[name], content)
            if made is not None and made is not content:
                branch = branch.but(name, made)
        return branch

    def _value(self, node: Leaf | LeafList, content: str) -> str:
        if _is_secret(node):
            return sealed(content, self._sealer)
        if not _is_clear(node, content):
            return content
        self._passwords += 1
        if self._passwords > MOST_PASSWORDS:
            raise RefusedError(
                f"more than {MOST_PASSWORDS} passwords in clear", hint="give their hashes"
            )
        return self._sealer.hash_text(content, passwords.algorithm_of(self._tree))
