"""What the router may know of the lab it runs in: a clock that moves and CAs that can fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from srpki.core.clock import LabClock

if TYPE_CHECKING:
    import threading

    from srpki.core.events import Event
    from srpki.core.typed import Typed
    from srpki.device.filesystem import FileSystem
    from srpki.device.records.lab import (
        LabCaCertificates,
        LabCaListed,
        LabCaState,
        LabFault,
        LabPolicy,
        LabRequests,
    )
    from srpki.device.records.lab_tls import LabTlsListener
    from srpki.device.records.lesson import (
        LabAnswered,
        LabChecked,
        LabHint,
        LabSolution,
        LabTask,
    )
    from srpki.engine.engine import Engine
    from srpki.schema.paths import Value


class LabAuthority(Protocol):
    """One CA of the lab. Whatever it is told lasts; all of it raises `StorageError`."""

    def describe(self) -> LabCaState:
        """Return what a client of the CA needs to know."""
        ...

    def revoke(self, certificate: bytes) -> None:
        """Revoke *certificate* (DER); raises `RefusedError` when the lab CA did not issue it."""
        ...

    def add_fault(self, line: str) -> None:
        """Script one fault; raises `UsageError` when *line* is not one."""
        ...

    def faults(self) -> tuple[LabFault, ...]:
        """Return the faults that wait to happen, in order."""
        ...

    def clear_faults(self) -> None:
        """Forget every fault."""
        ...

    def policy(self) -> LabPolicy:
        """Return the rules."""
        ...

    def change_policy(self, changes: Mapping[str, Value]) -> None:
        """Change the rules that *changes* has, as ``lab ca policy set``; raises `UsageError`."""
        ...

    def clear_policy(self) -> None:
        """Have no rules."""
        ...

    def requests(self) -> LabRequests:
        """Return what waits for approval, and what was decided and not asked for again."""
        ...

    def decide(self, number: int | None, *, approved: bool, text: str = "") -> int:
        """Approve or refuse request *number*, None for all that wait; return how many.

        Raises `RefusedError` for one that does not wait.
        """
        ...

    def change_key(
        self, *, key_of: str, name: str, new_with_old: bool, old_with_new: bool, after: timedelta
    ) -> bytes:
        """Begin a change of key, and return the new certificate (DER); raises `RefusedError`."""
        ...

    def finish_change(self) -> None:
        """Hand out no certificate of an old key any more."""
        ...

    def certificates(self) -> LabCaCertificates:
        """Return what is handed out now."""
        ...

    def vendors(self) -> tuple[bytes, ...]:
        """Return the roots (DER) of the vendors whose devices may enrol."""
        ...

    def set_vendors(self, roots: tuple[bytes, ...]) -> None:
        """Let the devices of these vendors enrol, and no others; raises `RefusedError`."""
        ...

    def resume(self) -> tuple[str, ...]:
        """Answer again; return what is to be said of ports that have changed."""
        ...

    def halt(self) -> None:
        """Answer nothing any more, over restarts too."""
        ...


class LabLock(Protocol):
    """What keeps commands of the lab from a trainee."""

    def close(self, password: str, may: tuple[str, ...]) -> None:
        """Lock all but the commands that begin with one of *may*."""
        ...

    def allows(self, command: str, session: object) -> bool:
        """Whether *session* may give *command*, as ``lab ca show``."""
        ...

    def open(self, password: str, session: object, *, for_all: bool) -> None:
        """Open everything to *session*, or take the lock off; raises `RefusedError`."""
        ...

    @property
    def may(self) -> tuple[str, ...]:
        """The commands that everybody keeps while it is locked."""
        ...


class Lesson(Protocol):
    """The lesson that a node belongs to, as its trainee asks for it; not SR OS."""

    def task(self) -> LabTask:
        """Return what is to be done."""
        ...

    def check(self, node: Any, cancel: threading.Event) -> LabChecked:
        """Return what holds on *node*, a `Node`; raises `SrpkiError`."""
        ...

    def hint(self, number: int | None) -> LabHint:
        """Return hint *number*, else the next one, and note it; raises `SrpkiError`."""
        ...

    def solve(self) -> LabSolution:
        """Return what solves the lab, and note that it was shown."""
        ...

    def answer(self, number: int, text: str) -> LabAnswered:
        """Return whether *text* answers question *number*, and note it; raises `SrpkiError`."""
        ...


class Answering(Protocol):
    """What a node must have that TLS is answered for."""

    @property
    def engine(self) -> Engine:
        """What knows its certificates."""
        ...

    @property
    def files(self) -> FileSystem:
        """Its directory, which tells it from others."""
        ...


class LabTls(Protocol):
    """The ports at which server-tls-profiles answer; those of a node are its own."""

    def start(self, node: Answering, profile: str, address: str, port: int) -> LabTlsListener:
        """Let *profile* of *node* answer at *address* and *port*, 0 for any; see `RefusedError`."""
        ...

    def stop(self, node: Answering, profile: str) -> int:
        """Close the port of *profile*, of all where it is empty; return how many.

        Raises `NotFoundError`.
        """
        ...

    def listed(self, node: Answering) -> tuple[LabTlsListener, ...]:
        """Return the listeners of *node*."""
        ...


class Laboratory(Protocol):
    """The lab beside the router; given only in lab mode."""

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that the node belongs to, if it belongs to one."""
        ...

    def note(self, event: Event) -> None:
        """Take note of *event*; must not block or raise."""
        ...

    @property
    def clock(self) -> LabClock:
        """The clock that router and lab CA share."""
        ...

    def record(self, typed: Typed) -> None:
        """Note in the journal what was typed, and what was answered."""
        ...

    def describe(self) -> LabCaState:
        """Return what a client of the first CA needs to know."""
        ...

    @property
    def tls(self) -> LabTls:
        """The ports at which TLS is answered."""
        ...

    @property
    def lock(self) -> LabLock:
        """What keeps commands from a trainee."""
        ...

    def authority(self, name: str) -> LabAuthority:
        """Return the CA called *name*; raises `NotFoundError`."""
        ...

    def authorities(self) -> tuple[LabCaListed, ...]:
        """Return all CAs, that of the lab first."""
        ...

    def create(self, name: str) -> Mapping[str, bytes]:
        """Make a CA called *name*; return its certificates (DER) by the names for their files.

        Raises `RefusedError`, and `StorageError`.
        """
        ...

    def remember_clock(self) -> None:
        """Keep the clock's offset for the next start of this node."""
        ...

    @property
    def skew(self) -> timedelta:
        """How far ahead of the clock a certificate may begin that was just issued."""
        ...

    @property
    def passes(self) -> bool:
        """Whether time passes while the lab is closed."""
        ...

    def let_pass(self, *, passes: bool) -> None:
        """Set and keep `passes`."""
        ...

    def allow_skew(self, skew: timedelta) -> None:
        """Set and keep `skew`."""
        ...
