"""The parts of an engine, and how they are put together; imported when the first is needed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import timedelta
from typing import NamedTuple

from srpki.config.views import PkiView
from srpki.core.clock import Clock
from srpki.core.events import EventBus
from srpki.core.timeline import Timeline, timeline_of
from srpki.engine.applications import Applications, Daemon, Use
from srpki.engine.authorities import Authorities
from srpki.engine.chains import TlsStates
from srpki.engine.connections import Connections
from srpki.engine.crl_updates import CrlUpdates
from srpki.engine.expiry import Expiry
from srpki.engine.gather import Gatherer
from srpki.engine.jobs import Job, Outcome
from srpki.engine.peers import Peers
from srpki.engine.register import Register
from srpki.engine.scheduler import Scheduler
from srpki.engine.tunnels import Tunnels
from srpki.keystore.store import Keystore
from srpki.protocol.steps import Wait
from srpki.storage.records import Records
from srpki.transport.base import ExchangeFactory


class Parts(NamedTuple):
    """What an engine is made of once there is something to renew or to watch."""

    applications: Applications
    authorities: Authorities
    connections: Connections
    crl_updates: CrlUpdates
    expiry: Expiry
    register: Register
    scheduler: Scheduler
    timeline: Timeline
    tls_states: TlsStates
    tunnels: Tunnels

    def apply(self, view: PkiView, former: PkiView | None) -> None:
        """Take over a configuration after the *former* one; what has not changed is left alone."""
        restarted = self.authorities.apply(view)
        used = self.applications.apply(view, former)
        moved = restarted or used
        self.register.apply(view)
        self.crl_updates.apply(view)
        self.expiry.apply(view, moved=moved)
        self.tls_states.apply(view, former, moved=moved)
        self.tunnels.apply(view, former, restarted=restarted, used=used)

    def file_changed(self, name: str, view: PkiView) -> None:
        """Take note that the operator imported or removed the file *name*."""
        self.authorities.file_changed(name)
        self.applications.file_changed(name)
        self.register.file_changed(name)
        self.crl_updates.file_changed(name)
        self.expiry.look()
        self.tls_states.look(view)
        self.tunnels.look()


def build(
    *,
    clock: Clock,
    bus: EventBus,
    keystore: Keystore,
    records: Records,
    exchanges: ExchangeFactory,
    daemon: Daemon | None,
    view: PkiView,
    run: Callable[[Job], Generator[Wait, None, Outcome | None]],
    peers: Callable[[], Peers],
    skew: Callable[[], timedelta],
) -> Parts:
    """Return new parts that know each other; but for entries, none has seen *view* yet.

    The states of entries are kept in *records*. *run* carries out an update. *skew* is what
    `Tunnels` takes.
    """
    authorities = Authorities(clock, bus, keystore)
    applications = Applications(clock, bus, keystore, daemon)
    connections = Connections(exchanges, clock)
    register = Register(clock, bus, records, Gatherer(keystore, view))
    register.load()
    timeline = timeline_of(clock)
    scheduler = Scheduler(timeline, register, run, authorities, connections.sweep)
    expiry = Expiry(
        clock=clock,
        bus=bus,
        applications=applications,
        authorities=authorities,
        plan=scheduler.plan,
        lock=register.lock,
    )
    states = TlsStates(
        clock=clock,
        bus=bus,
        keystore=keystore,
        authorities=authorities,
        applications=applications,
    )
    tunnels = Tunnels(
        clock=clock,
        bus=bus,
        keystore=keystore,
        authorities=authorities,
        applications=applications,
        states=states,
        plan=scheduler.plan,
        lock=register.lock,
        skew=skew,
    )

    def reloaded(uses: Sequence[Use]) -> None:
        expiry.look()
        tunnels.reloaded(uses)

    def crl_updated(file: str) -> None:
        authorities.crl_updated(file)
        expiry.look()
        tunnels.look()

    applications.reloaded = reloaded
    return Parts(
        applications=applications,
        authorities=authorities,
        connections=connections,
        crl_updates=CrlUpdates(
            clock=clock,
            bus=bus,
            keystore=keystore,
            authorities=authorities,
            exchanges=exchanges,
            peers=peers,
            plan=scheduler.plan,
            updated=crl_updated,
            changed=register.changed,
        ),
        expiry=expiry,
        register=register,
        scheduler=scheduler,
        timeline=timeline,
        tls_states=states,
        tunnels=tunnels,
    )
