"""What operators ask of a CA by hand: updates of an entry, and requests without one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.entropy import Entropy
from srpki.core.errors import StoppedError
from srpki.core.events import EventBus
from srpki.engine.parts import Parts
from srpki.engine.peers import Peers
from srpki.engine.protocols.cmpv2_requests import Requests
from srpki.engine.protocols.est_record import PendingRequests
from srpki.engine.protocols.est_requests import EstRequests
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.storage.records import Records

if TYPE_CHECKING:
    from srpki.core.timeline import Pause
    from srpki.engine.jobs import Job, Outcome
    from srpki.protocol.steps import Wait
    from srpki.storage.files import FileOps
    from srpki.transport.base import ExchangeFactory

PATIENCE: Final = 0.1
"""Seconds after which a waiting operator's Ctrl-C is noticed."""


class ByHand:
    """Carries out what operators ask for; safe to use from several threads."""

    def __init__(
        self,
        *,
        entropy: Entropy,
        bus: EventBus,
        keystore: Keystore,
        seal: Seal,
        state_dir: Path,
        files: FileOps | None,
        exchanges: ExchangeFactory,
        parts: Parts,
        peers: Callable[[], Peers],
    ) -> None:
        """Work with *parts* and speak to *peers*; what is outstanding is kept in *state_dir*."""
        self._parts = parts
        self.cmpv2 = Requests(
            timeline=parts.timeline,
            entropy=entropy,
            bus=bus,
            keystore=keystore,
            seal=seal,
            records=Records(state_dir / "cmp-requests", files),
            connections=parts.connections,
            peers=peers,
            reserved=parts.scheduler.reserved,
        )
        """The requests by CMPv2."""
        self.est = EstRequests(
            timeline=parts.timeline,
            entropy=entropy,
            bus=bus,
            keystore=keystore,
            exchanges=exchanges,
            peers=peers,
            pending=PendingRequests(state_dir / "est-requests", files),
        )
        """Those by EST."""

    def update(
        self,
        name: str,
        cancel: threading.Event | None,
        waiting: Callable[[Wait], None] | None,
    ) -> Outcome:
        """Update the entry *name* as `srpki.engine.engine.Engine.update_now` says."""
        parts = self._parts
        job = parts.scheduler.submit(name)
        told: Wait | None = None
        while not _ended(job, parts.timeline.here, cancel):
            if not job.assured:
                parts.register.assure(job)
            if cancel is not None and cancel.is_set():
                raise StoppedError("not waiting any more", hint="the update goes on")
            if waiting is not None and job.wait is not told and job.wait is not None:
                waiting(job.wait)
                told = job.wait
        if job.outcome is None:
            state = parts.register.states().get(name)
            reason = state.reason if state is not None else ""
            raise StoppedError("the update did not take place", hint=job.cancel_reason or reason)
        return job.outcome


def _ended(job: Job, here: Pause | None, cancel: threading.Event | None) -> bool:
    """Wait a little for *job*; a thread that takes part in the timeline lets time pass."""
    if here is None:
        return job.done.wait(PATIENCE)
    here.wait(PATIENCE, cancel)
    return job.done.is_set()
