"""What runs at an instant: an update on its way, or an errand of somebody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Final, Literal, Protocol

from srpki.core.clock import Deadline
from srpki.core.record import Record
from srpki.core.values import NamedTuple
from srpki.protocol.steps import Wait

Cause = Literal["scheduled", "by hand", "retry", "after a restart"]


class Lane(NamedTuple):
    """What only *capacity* updates may use at once, *name* says what.

    With *while_waiting* an update keeps its place while it waits for the CA to make up its mind.
    """

    name: str
    capacity: int
    while_waiting: bool = False


class Plan(Protocol):
    """Calls something at an instant, in order with the updates."""

    def __call__(
        self, at: datetime, do: Callable[[], None], anew: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call *do* at the instant *at*; return what takes that back.

        When the clock is set back to before now, the plan is not believed any more: *anew* is
        called then, at once, in place of *do*. Without it *do* waits as long as it had to.
        """
        ...


class Outcome(NamedTuple):
    """How an update ended; times are UTC.

    *step* is the step that failed and *reason* why; *retry* is when it is tried again, if it is.
    *old* and *new* are the certificates (DER), before and after, of one that was replaced.
    """

    certificate: str
    ok: bool
    started: datetime
    ended: datetime
    step: int = 0
    reason: str = ""
    retry: datetime | None = None
    old: bytes = b""
    new: bytes = b""


class Job(Record, frozen=False):
    """One run of an update.

    *resume* is when it wants to go on, *place* where it stands among those that wait for the same
    instant; *number* is its place in the order of beginning; *steps* is the running use case,
    *wait* what it waited for last; *outcome* is set before *done*. *importing* is set when step 3
    begins: from there on the job can no longer be cancelled. *assured* says that somebody relies on
    it although it has not ended: a power cut must not forget it. The scheduler's lock guards
    *cancel*, *importing*, *leave* and *assured*.
    """

    certificate: str
    cause: Cause
    resume: Deadline
    cancel: threading.Event
    done: threading.Event
    from_step: int = 1
    lane: Lane | None = None
    step: int = 0
    place: int = 0
    number: int = 0
    importing: bool = False
    assured: bool = False
    leave: bool = False
    cancel_reason: str = ""
    steps: Generator[Wait, None, Outcome | None] | None = None
    wait: Wait | None = None
    outcome: Outcome | None = None

    def __init__(
        self, certificate: str, cause: Cause, resume: Deadline, from_step: int = 1
    ) -> None:
        """Begin at *resume* with step *from_step*."""
        events = {"cancel": threading.Event(), "done": threading.Event()}
        super().__init__(certificate, cause, resume, from_step=from_step, **events)

    def stop(self, reason: str) -> None:
        """Cancel the job unless it is importing: then it finishes first."""
        if not self.importing and not self.cancel.is_set():
            self.cancel_reason = reason
            self.cancel.set()


_at_work: Final[ContextVar[str]] = ContextVar("at_work", default="")


@contextmanager
def working_for(certificate: str) -> Iterator[None]:
    """Make what is said to peers inside the block, in this thread, the update of *certificate*."""
    token = _at_work.set(certificate)
    try:
        yield
    finally:
        _at_work.reset(token)


def worked_for() -> str:
    """Return the certificate file whose automatic update this thread runs; empty for none."""
    return _at_work.get()


class Errand(Record, frozen=False):
    """Something other than an update that is done once, at its *deadline*, with no lock held.

    *do* must not fail, nor *anew*, which is done instead when the clock is set back. *place* is
    where it stands among those of the same instant.
    """

    deadline: Deadline
    do: Callable[[], None]
    anew: Callable[[], None] | None = None
    place: int = 0
