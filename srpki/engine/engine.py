"""The engine: everything that renews certificates, behind one door.

A node without certificates does not pay for it: the parts are built, and the libraries loaded,
when the first entry or profile is configured. Files are read off the thread that starts the router.

Locks, in the order in which they may be taken: the register's (which is that of the scheduler,
of the CRL downloads and of the expiry warnings), then
that of `Authorities` or `Applications`, then the keystore's. None is held while a peer is talked
to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.clock import SKEW, Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import NotFoundError
from srpki.core.events import EventBus
from srpki.engine.ocsp_cache import OcspCache
from srpki.engine.settings import DEFAULT, Settings
from srpki.engine.statistics import Statistics

if TYPE_CHECKING:
    from srpki.config.views import PkiView
    from srpki.engine.applications import Applications, Daemon
    from srpki.engine.authorities import Authorities
    from srpki.engine.by_hand import ByHand
    from srpki.engine.chains import TlsStates
    from srpki.engine.crl_updates import CrlUpdates
    from srpki.engine.jobs import Job, Outcome
    from srpki.engine.parts import Parts
    from srpki.engine.peers import Peers
    from srpki.engine.protocols.base import EnrolmentProtocol
    from srpki.engine.protocols.cmpv2_requests import Requests
    from srpki.engine.protocols.est_requests import EstRequests
    from srpki.engine.scheduler import Summary
    from srpki.engine.state import EntryState
    from srpki.engine.tunnels import Tunnels
    from srpki.engine.update import Updater
    from srpki.engine.verifier import Verifier
    from srpki.keystore.seal import Seal
    from srpki.keystore.store import Keystore
    from srpki.protocol.steps import Wait
    from srpki.storage.files import FileOps
    from srpki.transport.base import ExchangeFactory, TlsServer
    from srpki.x509.keys import KeySpec, PrivateKey


class Engine:
    """Renews the certificates of one node; safe to use from several threads."""

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
        daemon: Daemon | None = None,
        skew: timedelta = SKEW,
        settings: Settings = DEFAULT,
        files: FileOps | None = None,
        generate: Callable[[KeySpec], PrivateKey] | None = None,
        protocols: Mapping[str, EnrolmentProtocol] | None = None,
    ) -> None:
        """Prepare for *view*; states are kept in *state_dir*, secrets there sealed by *seal*.

        *daemon* is a real program that uses the ipsec pairs. *skew* is how far ahead of our clock
        the one of a CA may be that has just issued a certificate. *settings* are those that a
        router does not have. The keys of renewed certificates are made by *generate*, and they are
        renewed by *protocols*, where these are given.
        """
        self.skew = skew
        self.view = view
        self.ocsp_cache = OcspCache(clock)
        self.statistics = Statistics()
        self._daemon = daemon
        self._settings = settings
        self._clock = clock
        self._entropy = entropy
        self._bus = bus
        self._keystore = keystore
        self._keystore.secure_only = view.imported_format == "secure"
        self._seal = seal
        self._state_dir = state_dir
        self._files = files
        self._generate, self._protocols = generate, protocols
        self._exchanges = exchanges
        self._applied: PkiView | None = None
        self._running = False
        self._building = threading.RLock()
        self._built: Parts | None = None
        self._updater: Updater | None = None
        self._hand: ByHand | None = None
        self._verifier: Verifier | None = None

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Let updates run; what an earlier run left unfinished goes on."""
        with self._building:
            self._running = True
            if self._built is not None:
                self._built.scheduler.start(self._take_over)
            elif _concerns(self.view):
                self._parts()

    def stop(self) -> None:
        """Stop; what is under way before step 3 begins again at the next start."""
        with self._building:
            self._running, parts = False, self._built
        if parts is not None:
            parts.crl_updates.stop()
            parts.scheduler.stop()
            parts.connections.sweep(idle=0.0)

    def apply(self, view: PkiView) -> None:
        """Take over a new configuration: the end of a commit."""
        self.view = view
        secure_only = view.imported_format == "secure"
        other_format = self._keystore.secure_only != secure_only
        self._keystore.secure_only = secure_only
        if self._built is not None or _concerns(view):
            parts = self._take_over()
            if other_format:
                for name in self._keystore.legacy_names():
                    parts.register.file_changed(name)
            parts.scheduler.kick()

    def file_changed(self, name: str) -> None:
        """Take note that the operator imported or removed the file *name*."""
        if self._built is None and not _concerns(self.view):
            return
        parts = self._take_over()
        parts.file_changed(name, self.view)
        parts.scheduler.kick()

    def _parts(self) -> Parts:
        """Return the parts, built at the first call; the scheduler runs when the engine does."""
        with self._building:
            if self._built is None:
                self._built = self._build()
                if self._running:
                    self._built.scheduler.start(self._take_over)
            return self._built

    def _build(self) -> Parts:
        from srpki.engine.parts import build  # noqa: PLC0415 - start-up time
        from srpki.storage.records import Records  # noqa: PLC0415 - start-up time

        return build(
            clock=self._clock,
            bus=self._bus,
            keystore=self._keystore,
            records=Records(self._state_dir / "auto-update", self._files),
            exchanges=self._exchanges,
            daemon=self._daemon,
            view=self.view,
            run=self._run,
            peers=self._peers,
            skew=lambda: self.skew,
        )

    def _take_over(self) -> Parts:
        """Hand the present configuration to every part that has not seen it."""
        parts = self._parts()
        with parts.register.lock:
            former, self._applied = self._applied, self.view
            if former is self.view:
                return parts
            if former is None or former.but(system_name=self.view.system_name) != self.view:
                parts.apply(self.view, former)
        return parts

    # --- updates ---------------------------------------------------------------------------------

    def update_now(
        self,
        name: str,
        cancel: threading.Event | None = None,
        waiting: Callable[[Wait], None] | None = None,
    ) -> Outcome:
        """Update the certificate *name* by hand; return when it ended or waits for its retry.

        One that takes more than a moment survives a power cut: it goes on after the next start.
        *cancel* ends the waiting, not the update; *waiting* is told of waits for the peer. Raises
        `NotFoundError`, `BusyError` while an update is in progress, `RefusedError` when the entry
        is invalid, `StoppedError`.
        """
        self._take_over()
        return self._by_hand().update(name, cancel, waiting)

    def run_until(
        self,
        target: datetime,
        cancel: threading.Event | None = None,
        *,
        back: bool = False,
        mover: str = "a program",
    ) -> Summary:
        """Move the lab's clock to *target*, for *mover*, with all that becomes due on the way.

        Returns what ran on this node. Raises `RefusedError` when the clock is not the lab's,
        `BusyError` when somebody moves it already.
        """
        scheduler = self._take_over().scheduler
        return scheduler.run_until(target, mover, cancel or threading.Event(), back=back)

    def next_instant(self) -> datetime | None:
        """Return when something happens next: at once while a job runs, None for never."""
        return self._take_over().scheduler.next_instant()

    def plan(
        self, at: datetime, do: Callable[[], None], anew: Callable[[], None] | None = None
    ) -> Callable[[], None]:
        """Call *do* at the instant *at*, or *anew*, as `srpki.engine.jobs.Plan` says.

        Neither may fail. They are called from a thread of the scheduler and with no lock held.
        When the engine does not run, nothing is called.
        """
        return self._take_over().scheduler.plan(at, do, anew)

    def states(self) -> Mapping[str, EntryState]:
        """Return the state of every ``certificate-auto-update`` entry, by certificate file name."""
        if self._built is None and not _concerns(self.view):
            return {}
        return self._take_over().register.states()

    def _run(self, job: Job) -> Generator[Wait, None, Outcome | None]:
        with self._building:
            if self._updater is None:
                self._updater = self._make_updater()
        return self._updater.run(job)

    def _make_updater(self) -> Updater:
        from srpki.engine.progress import Progress  # noqa: PLC0415 - start-up time
        from srpki.engine.protocols.base import Services  # noqa: PLC0415 - start-up time
        from srpki.engine.protocols.registry import PROTOCOLS  # noqa: PLC0415 - start-up time
        from srpki.engine.update import Updater  # noqa: PLC0415 - start-up time

        parts = self._parts()
        services = Services(
            clock=self._clock,
            entropy=self._entropy,
            exchanges=self._exchanges,
            connections=parts.connections,
            outstanding=self.requests.check_none_outstanding,
            skew=lambda: self.skew,
        )
        return Updater(
            clock=self._clock,
            bus=self._bus,
            keystore=self._keystore,
            progress=Progress(parts.register),
            applications=parts.applications,
            services=services,
            protocols=self._protocols or PROTOCOLS,
            peers=self._peers,
            generate=self._generate,
        )

    # --- what others ask -------------------------------------------------------------------------

    @property
    def applications(self) -> Applications:
        """Who uses which certificate, and what they have loaded."""
        return self._take_over().applications

    @property
    def authorities(self) -> Authorities:
        """The CA profiles with their oper-state."""
        return self._take_over().authorities

    @property
    def tls_states(self) -> TlsStates:
        """What there is to say of TLS profiles."""
        return self._take_over().tls_states

    def tls_server(self, name: str) -> TlsServer:
        """Return how the server-tls-profile *name* answers TLS now, its certificates as loaded.

        Raises `NotFoundError` where there is none, and `RefusedError` where it is down.
        """
        from srpki.engine.tls_servers import tls_server  # noqa: PLC0415 - start-up time

        profile = self.view.server_tls_profiles.get(name)
        if profile is None:
            raise NotFoundError(f'server-tls-profile "{name}" does not exist')
        return tls_server(self._peers(), profile)

    @property
    def tunnels(self) -> Tunnels:
        """The emulated IPsec tunnels."""
        return self._take_over().tunnels

    @property
    def crl_updates(self) -> CrlUpdates:
        """The downloads of CRLs."""
        return self._take_over().crl_updates

    @property
    def requests(self) -> Requests:
        """The CMPv2 requests that an operator makes by hand."""
        return self._by_hand().cmpv2

    def outstanding(self) -> tuple[str, ...]:
        """Return the ca-profiles that owe an answer, if requests were made since the start."""
        with self._building:
            hand = self._hand
        return hand.cmpv2.outstanding() if hand is not None else ()

    @property
    def est_requests(self) -> EstRequests:
        """The EST requests that an operator makes by hand."""
        return self._by_hand().est

    def _by_hand(self) -> ByHand:
        from srpki.engine.by_hand import ByHand  # noqa: PLC0415 - start-up time

        with self._building:
            if self._hand is None:
                self._hand = ByHand(
                    entropy=self._entropy,
                    bus=self._bus,
                    keystore=self._keystore,
                    seal=self._seal,
                    state_dir=self._state_dir,
                    files=self._files,
                    exchanges=self._exchanges,
                    parts=self._parts(),
                    peers=self._peers,
                )
            return self._hand

    def check_chain(self, certificate: bytes, *, just_issued: bool = False) -> None:
        """Raise `PeerError` unless *certificate* (DER) chains to a ca-profile that is up."""
        from srpki.x509 import chain  # noqa: PLC0415 - start-up time

        known = self.authorities.certificates()
        depth = self.view.maximum_cert_chain_depth
        skew = self.skew if just_issued else timedelta()
        chain.check_chain(certificate, known, known, self._clock.now(), depth=depth, skew=skew)

    def _make_verifier(self) -> Verifier:
        from srpki.engine.verifier import Verifier  # noqa: PLC0415 - start-up time

        return Verifier(
            clock=self._clock,
            bus=self._bus,
            entropy=self._entropy,
            authorities=self._parts().authorities,
            exchanges=self._exchanges,
            lookups=self._peers,
            cache=self.ocsp_cache,
            statistics=self.statistics,
        )

    def _peers(self) -> Peers:
        """Return the present configuration, its references resolved."""
        from srpki.engine.peers import Peers  # noqa: PLC0415 - start-up time

        parts = self._take_over()
        with self._building:
            if self._verifier is None:
                self._verifier = self._make_verifier()
        return Peers(
            self.view,
            parts.authorities,
            parts.applications,
            self._clock,
            self._verifier,
            self._settings,
        )


def _concerns(view: PkiView) -> bool:
    """Say whether there is anything in *view* for the engine to look after."""
    return bool(
        view.auto_updates or view.ca_profiles or view.cert_profiles or view.ipsec_cert_profiles
    )
