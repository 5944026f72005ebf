"""Warnings before and after a certificate or CRL in use expires [facts: pki.md 11].

Watched are the certificates that applications have loaded and the certificates and CRLs of
ca-profiles. ``hours`` before the end, and every ``repeat-hours`` after that, a warning goes out;
one more when the file has expired. A warning is cleared when the file is replaced or no longer
used, or when no warning is wanted any more. What was said is forgotten with a restart.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from srpki.core.clock import NEVER, Clock
from srpki.core.events import (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_EXPIRES,
    CERTIFICATE_NOT_YET_VALID,
    CERTIFICATE_WARNING_CLEARED,
    CRL_EXPIRED,
    CRL_EXPIRES,
    CRL_NOT_YET_VALID,
    CRL_WARNING_CLEARED,
    EventBus,
    EventType,
    Field,
)
from srpki.engine.applications import Applications
from srpki.engine.authorities import Authorities
from srpki.engine.jobs import Plan

if TYPE_CHECKING:
    from srpki.config.views import ExpirationWarning, PkiView

CA_PROFILE: Final = "CA-profile"
"""The user of a ca-profile's own certificates, as events name it."""
_SECOND: Final = timedelta(seconds=1)
_FIRST: Final = datetime(1950, 1, 1, tzinfo=UTC)
_LAST: Final = NEVER - _SECOND
"""What is reckoned with; dates may lie at the very ends of the calendar."""


class _Item(NamedTuple):
    """A file and who uses it."""

    kind: Literal["certificate", "crl"]
    file: str
    application: str


class _Events(NamedTuple):
    """What is said of one kind of file."""

    before: EventType
    after: EventType
    cleared: EventType
    early: EventType
    subject: str


_EVENTS: Final = {
    "certificate": _Events(
        CERTIFICATE_EXPIRES,
        CERTIFICATE_EXPIRED,
        CERTIFICATE_WARNING_CLEARED,
        CERTIFICATE_NOT_YET_VALID,
        "Cert",
    ),
    "crl": _Events(CRL_EXPIRES, CRL_EXPIRED, CRL_WARNING_CLEARED, CRL_NOT_YET_VALID, "CA"),
}


@dataclass(slots=True, eq=False)
class _Watch:
    """What was *said* of one item, and when; *next* is when something is to be said again."""

    begins: datetime
    ends: datetime
    settings: ExpirationWarning
    warned: bool = False
    early: bool = False
    said: datetime = _FIRST
    next: datetime = NEVER


class Expiry:
    """Watches every file in use. *lock* guards it; events go out while it is held."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        applications: Applications,
        authorities: Authorities,
        plan: Plan,
        lock: threading.RLock,
    ) -> None:
        """Watch what *applications* and *authorities* have loaded; be called back by *plan*."""
        self._clock = clock
        self._bus = bus
        self._applications = applications
        self._authorities = authorities
        self._plan = plan
        self._lock = lock
        self._view: PkiView | None = None
        self._watched: dict[_Item, _Watch] = {}
        self._undo: Callable[[], None] = lambda: None

    def apply(self, view: PkiView, *, moved: bool) -> None:
        """Take over a new configuration; others may be in use if files *moved*."""
        with self._lock:
            former, self._view = self._view, view
            if moved or former is None or _warnings(former) != _warnings(view):
                self.look()

    def look(self) -> None:
        """Say what is to be said now, and plan when to look again."""
        with self._lock:
            if self._view is None:
                return
            found = dict(self._in_use())
            for item in self._watched.keys() - found.keys():
                self._clear(item, self._watched.pop(item), "the file is no longer used")
            for item, (begins, ends) in found.items():
                self._look_at(item, begins, ends)
            self._plan_next()

    def _plan_next(self) -> None:
        """Plan the next look, be it never: a clock that is set back is a reason to look, too."""
        self._undo()
        soonest = min((watch.next for watch in self._watched.values()), default=NEVER)
        self._undo = self._plan(soonest, self.look, self.look)

    # --- one file --------------------------------------------------------------------------------

    def _look_at(self, item: _Item, begins: datetime, ends: datetime) -> None:
        assert self._view is not None
        view, now = self._view, self._clock.now()
        settings = (
            view.certificate_expiration_warning
            if item.kind == "certificate"
            else view.crl_expiration_warning
        )
        watch = self._watched.get(item)
        if watch is not None and (watch.begins, watch.ends) != (begins, ends):
            self._clear(item, watch, "the file was replaced")
            watch = None
        elif watch is not None and watch.said > now:
            self._clear(item, watch, "the clock was set back")
            watch = None
        elif watch is not None and watch.settings != settings:
            if settings.hours is None:
                self._clear(item, watch, "no warning is configured")
            watch = _Watch(begins, ends, settings, early=watch.early, said=watch.said, next=now)
        if watch is None:
            watch = _Watch(begins, ends, settings, next=now)
        self._watched[item] = watch
        if watch.next <= now:
            self._speak(item, watch, now)

    def _speak(self, item: _Item, watch: _Watch, now: datetime) -> None:
        """Say what *now* is to be said of *item*, and note when something is to be said again."""
        watch.said = now
        if now < watch.begins and not watch.early:
            watch.early = True
            self._publish(_EVENTS[item.kind].early, item)
        hours = watch.settings.hours
        if hours is None:
            watch.next = NEVER
            return
        first = watch.ends - timedelta(hours=hours)
        if now > watch.ends:
            self._publish(_EVENTS[item.kind].after, item)
            watch.warned, watch.next = True, NEVER
        elif now >= first and hours:
            # Rounded: a thread wakes some milliseconds late, and six hours are meant.
            minutes = round((watch.ends - now).total_seconds() / 60)
            self._publish(
                _EVENTS[item.kind].before, item, hours=minutes // 60, minutes=minutes % 60
            )
            watch.warned = True
            watch.next = _after(first, watch.settings.repeat_hours, now, watch.ends)
        else:
            watch.next = first if hours else watch.ends + _SECOND

    def _clear(self, item: _Item, watch: _Watch, reason: str) -> None:
        if watch.warned:
            self._publish(_EVENTS[item.kind].cleared, item, reason=reason)

    def _publish(self, kind: EventType, item: _Item, **fields: Field) -> None:
        self._bus.publish(
            self._clock.now(),
            kind,
            _EVENTS[item.kind].subject,
            file=item.file,
            application=item.application,
            **fields,
        )

    # --- what is in use --------------------------------------------------------------------------

    def _in_use(self) -> Iterator[tuple[_Item, tuple[datetime, datetime]]]:
        from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

        for use, held in self._applications.loaded():
            facts = certificates.facts(held.certificate)
            item = _Item("certificate", use.certificate, use.application)
            yield item, (facts.not_before, _reckoned(facts.not_after))
        for one in self._authorities.loaded():
            kind: Literal["certificate", "crl"] = "crl" if one.kind == "crl" else "certificate"
            if one.ends is not None:
                yield _Item(kind, one.file, CA_PROFILE), (one.begins, _reckoned(one.ends))


def _warnings(view: PkiView) -> tuple[ExpirationWarning, ExpirationWarning]:
    return view.certificate_expiration_warning, view.crl_expiration_warning


def _reckoned(end: datetime) -> datetime:
    return max(_FIRST, min(end, _LAST))


def _after(first: datetime, repeat_hours: int, now: datetime, ends: datetime) -> datetime:
    """Return when to speak after *now*: at the next repetition, at the latest after the end."""
    last = ends + _SECOND
    if not repeat_hours:
        return last
    every = timedelta(hours=repeat_hours)
    following = first + ((now - first) // every + 1) * every
    return min(following, last) if following < ends else last
