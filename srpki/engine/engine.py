"""The engine: everything that renews certificates, behind one door.

Building it reads the persisted states and nothing else; files are read, and libraries loaded, when
the first entry or profile needs them, off the thread that starts the router.

Locks, in the order in which they may be taken: the register's (which is the scheduler's), then
that of `Authorities` or `Applications`, then the keystore's. None is held while a peer is talked
to.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.clock import Clock, LabClock
from srpki.core.entropy import Entropy
from srpki.core.errors import RefusedError, StoppedError
from srpki.core.events import EventBus
from srpki.engine.applications import Applications
from srpki.engine.authorities import Authorities
from srpki.engine.connections import Connections
from srpki.engine.gather import Gatherer
from srpki.engine.jobs import Job, Outcome
from srpki.engine.register import Register
from srpki.engine.scheduler import Scheduler, Summary
from srpki.engine.state import EntryState, Records
from srpki.protocol.steps import Wait
from srpki.transport.base import ExchangeFactory

if TYPE_CHECKING:
    from srpki.config.views import PkiView
    from srpki.engine.peers import Peers
    from srpki.engine.requests import Requests
    from srpki.engine.update import Updater
    from srpki.keystore.seal import Seal
    from srpki.keystore.store import Keystore

PATIENCE = 0.1
"""Seconds after which a waiting operator's Ctrl-C is noticed."""


class Engine:
    """Renews the certificates of one node; safe to use from several threads.

    *applications* and *authorities* may be read at any time; `requests` holds the requests by hand.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        entropy: Entropy,
        bus: EventBus,
        keystore: Keystore,
        seal: Seal,
        state_dir: Path,
        exchanges: ExchangeFactory,
        view: PkiView,
    ) -> None:
        """Build it over *view*; states are kept in *state_dir*, secrets there sealed by *seal*."""
        self.view = view
        self._clock = clock
        self._entropy = entropy
        self._bus = bus
        self._keystore = keystore
        self._seal = seal
        self._state_dir = state_dir
        self._exchanges = exchanges
        self.applications = Applications(clock, bus, keystore)
        self.authorities = Authorities(clock, bus, keystore)
        self._connections = Connections(exchanges, clock)
        self._register = Register(
            clock, bus, Records(state_dir / "auto-update"), Gatherer(keystore, view)
        )
        self._scheduler = Scheduler(
            clock, self._register, self._run, self.authorities, self._connections.sweep
        )
        self._applied: PkiView | None = None
        self._register.load()

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Let updates run; what an earlier run left unfinished goes on."""
        self._scheduler.start(self._take_over)

    def stop(self) -> None:
        """Stop; what is under way before step 3 begins again at the next start."""
        self._scheduler.stop()
        self._connections.sweep(idle=0.0)

    def apply(self, view: PkiView) -> None:
        """Take over a new configuration: the end of a commit."""
        self.view = view
        self._take_over()
        self._scheduler.kick()

    def file_changed(self, name: str) -> None:
        """Take note that the operator imported or removed the file *name*."""
        self._take_over()
        self.authorities.file_changed(name)
        self.applications.file_changed(name)
        self._register.file_changed(name)
        self._scheduler.kick()

    def _take_over(self) -> None:
        """Hand the present configuration to every part that has not seen it."""
        with self._register.lock:
            if self._applied is not self.view:
                self._applied = self.view
                self.authorities.apply(self.view)
                self.applications.apply(self.view)
                self._register.apply(self.view)

    # --- updates ---------------------------------------------------------------------------------

    def update_now(self, name: str, cancel: threading.Event | None = None) -> Outcome:
        """Update the certificate *name* by hand; return when it ended or waits for its retry.

        *cancel* ends the waiting, not the update. Raises `NotFoundError`, `BusyError` while an
        update is in progress, `RefusedError` when the entry is invalid, `StoppedError`.
        """
        self._take_over()
        job = self._scheduler.submit(name)
        while not job.done.wait(PATIENCE):
            if cancel is not None and cancel.is_set():
                raise StoppedError("not waiting any more", hint="the update goes on")
        if job.outcome is None:
            state = self.states().get(name)
            raise StoppedError(
                "the update did not take place", hint=state.reason if state is not None else ""
            )
        return job.outcome

    def run_until(self, target: datetime, cancel: threading.Event | None = None) -> Summary:
        """Move the lab's clock to *target*, running on the way all that becomes due, in order.

        Raises `RefusedError` when the clock is not the lab's, `BusyError` when it is moved already.
        """
        if not isinstance(self._clock, LabClock):
            raise RefusedError("the clock is not the lab's", hint="start srpki with --lab")
        self._take_over()
        return self._scheduler.run_until(target, self._clock, cancel)

    def states(self) -> Mapping[str, EntryState]:
        """Return the state of every ``certificate-auto-update`` entry, by certificate file name."""
        self._take_over()
        return self._register.states()

    def _run(self, job: Job) -> Generator[Wait, None, Outcome | None]:
        return self._updater.run(job)

    @cached_property
    def _updater(self) -> Updater:
        from srpki.engine.enrolment import PROTOCOLS, Services  # noqa: PLC0415 - start-up time
        from srpki.engine.update import Updater  # noqa: PLC0415 - start-up time

        services = Services(
            clock=self._clock,
            entropy=self._entropy,
            exchanges=self._exchanges,
            connections=self._connections,
            outstanding=self.requests.check_none_outstanding,
        )
        return Updater(
            clock=self._clock,
            bus=self._bus,
            keystore=self._keystore,
            register=self._register,
            applications=self.applications,
            services=services,
            protocols=PROTOCOLS,
            peers=self._peers,
        )

    def _peers(self) -> Peers:
        """Return the present configuration, references resolved for a peer."""
        from srpki.engine.peers import Peers  # noqa: PLC0415 - start-up time

        self._take_over()
        return Peers(self.view, self.authorities, self.applications, self._clock)

    # --- requests by hand, and chains ------------------------------------------------------------

    @cached_property
    def requests(self) -> Requests:
        """The CMPv2 and EST requests that an operator makes by hand."""
        from srpki.engine.requests import Requests  # noqa: PLC0415 - start-up time

        return Requests(
            clock=self._clock,
            entropy=self._entropy,
            bus=self._bus,
            keystore=self._keystore,
            seal=self._seal,
            records=Records(self._state_dir / "cmp-requests"),
            exchanges=self._exchanges,
            connections=self._connections,
            peers=self._peers,
            reserved=self._scheduler.reserved,
        )

    def check_chain(self, certificate: bytes) -> None:
        """Raise `PeerError` unless *certificate* (DER) chains to a ca-profile that is up."""
        from srpki.x509 import chain  # noqa: PLC0415 - start-up time

        self._take_over()
        known = self.authorities.certificates()
        chain.check_chain(
            certificate, known, known, self._clock.now(), depth=self.view.maximum_cert_chain_depth
        )
