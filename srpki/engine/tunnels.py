"""Emulated IPsec tunnels: what becomes of a tunnel when its certificate does [decided].

There is no peer and no packet. For each entry of an enabled ipsec cert-profile there is a tunnel,
which is up while `srpki.engine.tunnel_verdicts` finds nothing against its pair. Both CLIs and the
events call it emulated.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.core.clock import NEVER, Clock
from srpki.core.errors import SrpkiError
from srpki.core.events import TUNNEL_CERTIFICATE_REFUSED, TUNNEL_STATE_CHANGE, EventBus
from srpki.core.record import Record
from srpki.engine.applications import Applications, Use
from srpki.engine.authorities import Authorities
from srpki.engine.chains import Chain, TlsStates, as_tls
from srpki.engine.computed_chains import ComputedChains, Place
from srpki.engine.jobs import Plan
from srpki.engine.tunnel_verdicts import Judge, Verdict, World

if TYPE_CHECKING:
    from srpki.config.views import IpsecCertEntry, PkiView
    from srpki.keystore.store import Keystore

_SUBJECT: Final = "IPsec"
_SECOND: Final = timedelta(seconds=1)
_FIRST: Final = datetime(1950, 1, 1, tzinfo=UTC)
_ENDED: Final = Verdict(("profile-admin-down",), "its cert-profile entry is not enabled")


class Tunnel(Record):
    """One emulated tunnel, up or down *since* an instant (UTC)."""

    name: str
    cert_profile: str
    entry: IpsecCertEntry
    verdict: Verdict
    chain: Chain
    since: datetime


class _Told(NamedTuple):
    """What was told of a tunnel, and since when it is up or down."""

    verdict: Verdict
    since: datetime


class Tunnels:
    """Watches every tunnel. *lock* guards it; events go out while it is held."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        keystore: Keystore,
        authorities: Authorities,
        applications: Applications,
        states: TlsStates,
        plan: Plan,
        lock: threading.RLock,
        skew: Callable[[], timedelta],
    ) -> None:
        """Judge what *applications* have loaded; be called back by *plan*.

        A certificate may begin to be valid *skew* ahead, as one that was just issued may.
        """
        self._clock = clock
        self._bus = bus
        self._authorities = authorities
        self._applications = applications
        self._states = states
        self._plan = plan
        self._lock = lock
        self._skew = skew
        self._view: PkiView | None = None
        self._judge = Judge(keystore, authorities, applications, states)
        self._chains = ComputedChains(clock, bus, states)
        self._places: dict[str, Place] = {}
        self._told: dict[str, _Told] = {}
        self._spans: dict[str, tuple[datetime, ...]] = {}
        self._basis: object = None
        self._undo: Callable[[], None] = lambda: None

    def apply(self, view: PkiView, former: PkiView | None, *, restarted: bool, used: bool) -> None:
        """Take over a configuration after the *former* one.

        Where CAs have *restarted* chains may be other ones; where other pairs are *used* they may
        have been loaded that could not be before.
        """
        with self._lock:
            self._view, known = view, self._places
            if former is None or former.ipsec_cert_profiles is not view.ipsec_cert_profiles:
                self._places = {place.name: place for place in _places(view)}
                self._spans = {n: span for n, span in self._spans.items() if n in self._places}
                self._judge.keep({(one.entry.cert, one.entry.key) for one in self._places.values()})
                self._end(self._told.keys() - self._places.keys())
            elif not (restarted or used) and _of_tunnels(former) == _of_tunnels(view):
                return
            world, told = self._world(view), self._told
            everything = world.basis != self._basis
            places = [
                place
                for name, place in self._places.items()
                if everything
                or name not in known
                or known[name] != place
                or (used and not told[name].verdict.up)
            ]
            self._look_at(places, world)

    def look(self) -> None:
        """Tell what has become of the tunnels and their chains, and plan when to look again."""
        with self._lock:
            if self._view is not None:
                self._look_at(tuple(self._places.values()), self._world(self._view))

    def reloaded(self, uses: Sequence[Use]) -> None:
        """Look at the tunnels of *uses*, which have loaded their files again."""
        files = {use.certificate for use in uses}
        with self._lock:
            if self._view is not None:
                places = [one for one in self._places.values() if one.entry.cert in files]
                self._look_at(places, self._world(self._view))

    def all(self) -> tuple[Tunnel, ...]:
        """Return every tunnel as it is now, in the order of the configuration."""
        with self._lock:
            if self._view is None:
                return ()
            world = self._world(self._view)
            return tuple(self._tunnel(place, world) for place in self._places.values())

    def names(self) -> tuple[str, ...]:
        """Return the names of all tunnels."""
        with self._lock:
            return tuple(self._places)

    def _tunnel(self, place: Place, world: World) -> Tunnel:
        told, verdict = self._told.get(place.name), self._judge.judge(place.entry, world)
        return Tunnel(
            name=place.name,
            cert_profile=place.cert_profile,
            entry=place.entry,
            verdict=verdict,
            chain=self._states.computed(as_tls(place.entry), world.known, world.depth),
            since=told.since if told and told.verdict.up == verdict.up else world.now,
        )

    # --- telling ---------------------------------------------------------------------------------

    def _look_at(self, places: Sequence[Place], world: World) -> None:
        if not (self._places or world.view.ipsec_trust_anchor_profiles):
            self._undo()
            return
        if len(places) == len(self._places):  # each of them
            self._basis = world.basis
        for place in places:
            self._tell(place, self._judge.judge(place.entry, world), world.now)
            self._spans[place.name] = tuple(self._instants(place)) or (_FIRST, _FIRST)
        self._chains.look(places, world.known, world.depth)
        self._chains.look_at_anchors(world.view, world.known)
        self._plan_next(world)

    def _world(self, view: PkiView) -> World:
        return self._judge.world(view, self._clock.now(), self._skew())

    def _tell(self, place: Place, verdict: Verdict, now: datetime) -> None:
        """Tell what is new of the tunnel at *place*; that one is up from the first is no news."""
        before = self._told.setdefault(place.name, _Told(Verdict(), now))
        if before.verdict.flags == verdict.flags:
            return
        changed = before.verdict.up != verdict.up
        self._told[place.name] = _Told(verdict, now if changed else before.since)
        if changed:
            self._publish_state(place.name, verdict, "enable", now)
        if verdict.refused:
            self._bus.publish(
                now,
                TUNNEL_CERTIFICATE_REFUSED,
                _SUBJECT,
                tunnel=place.name,
                certificate=place.entry.cert,
                reason=verdict.reason,
            )

    def _end(self, names: Iterable[str]) -> None:
        """Take down the tunnels called *names*, whose entries are enabled no more."""
        for name in sorted(names):
            if self._told.pop(name).verdict.up:
                self._publish_state(name, _ENDED, "disable", self._clock.now())
            self._chains.forget(name)

    def _publish_state(self, name: str, verdict: Verdict, admin: str, now: datetime) -> None:
        self._bus.publish(
            now,
            TUNNEL_STATE_CHANGE,
            _SUBJECT,
            tunnel=name,
            admin_state=admin,
            state="up" if verdict.up else "down",
            oper_flags=verdict.flags,
            detail=verdict.reason,
        )

    # --- when to look ----------------------------------------------------------------------------

    def _plan_next(self, world: World) -> None:
        """Plan the next look, be it never: a clock that is set back is a reason to look, too."""
        self._undo()
        instants = (
            at
            for begins, ends in self._spans.values()
            for at in (begins - world.skew, ends)
            if at > world.now
        )
        soonest = min(instants, default=NEVER)
        change = self._authorities.next_change()
        self._undo = self._plan(min(soonest, change or NEVER), self.look, self.look)

    def _instants(self, place: Place) -> Iterator[datetime]:
        """Yield when the certificate at *place* begins to be valid, and when it is no more."""
        from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

        with suppress(SrpkiError):
            held = self._applications.held(place.entry.cert, place.entry.key)
            facts = certificates.facts(held.certificate)
            yield max(facts.not_before, _FIRST)
            yield min(facts.not_after, NEVER - _SECOND) + _SECOND


def _of_tunnels(view: PkiView) -> tuple[object, ...]:
    return view.ipsec_trust_anchor_profiles, view.maximum_cert_chain_depth


def _places(view: PkiView) -> Iterator[Place]:
    for name, profile in view.ipsec_cert_profiles.items():
        for entry in profile.entries if profile.enabled else ():
            yield Place(name, entry)
