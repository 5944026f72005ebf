"""What the engine tells of each certificate while a rehearsal runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.core import events
from srpki.rehearsal.model import Attempt
from srpki.rehearsal.records import Failure
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.core.events import Event
    from srpki.rehearsal.world import World

_KEPT: Final = 50
"""Failures of one certificate that are told one by one."""
_ENDED: Final = (events.UPDATE_FINISHED.number, events.UPDATE_FAILED.number)


class Log:
    """What the engine tells of each certificate while it runs."""

    def __init__(self, world: World) -> None:
        """Listen on the bus of *world*."""
        self._world = world
        self.count = 0
        self.over: set[str] = set()
        self._hopeless: set[str] = set()
        self.renewals: dict[str, list[Attempt]] = {}
        self.failed: dict[str, list[Failure]] = {}
        self.failures: Counter[str] = Counter()
        self.held: set[str] = set()
        self._ends: dict[str, tuple[datetime, datetime]] = {}
        world.bus.subscribe(self._happened)

    def dates(self, name: str) -> tuple[datetime, datetime]:
        """Return the dates of the certificate that is there under *name*."""
        facts = certificates.facts(self._world.keystore.read_certificate(name))
        return facts.not_before, facts.not_after

    def _happened(self, event: Event) -> None:
        number = event.type.number
        if number not in _ENDED:
            return
        name = str(event.fields["certificate"])
        self.count += 1
        if number == events.UPDATE_FINISHED.number:
            _, before = self._ends.get(name) or self._first(name)
            begins, ends = self._ends[name] = self.dates(name)
            attempt = Attempt(event.time, True, begins, ends, before - event.time)
            self.renewals.setdefault(name, []).append(attempt)
            if event.fields.get("next_update") is not None:
                self.held.add(name)
            return
        if name in self._hopeless:
            return
        self.failures[name] += 1
        step, reason = int(str(event.fields["step"])), str(event.fields["reason"])
        _, ends = self._ends.get(name) or self._first(name)
        self._keep(name, Failure(event.time, step, reason), ends)
        if event.time > ends and self._is_over(name, event.time):
            self.over.add(name)
            self._hopeless.add(name)

    def _is_over(self, name: str, at: datetime) -> bool:
        """Say whether nothing renews *name*, which has expired, from *at* on."""
        until = self._world.until(name)
        return (
            self._world.hopeless(name)
            or (until is not None and at > until)
            or self._world.client_of(name) in self._hopeless
        )

    def ended(self, name: str, at: datetime) -> bool:
        """Say whether the last certificate that there was under *name* has ended by *at*."""
        found = self._ends.get(name) or self._world.first.get(name)
        return found is not None and found[1] < at

    def note(self, name: str, attempt: Attempt, reason: Callable[[], str]) -> None:
        """Take note of what the model says; the *reason* is asked for where it is kept."""
        if attempt.ok:
            self.renewals.setdefault(name, []).append(attempt)
            return
        self.failures[name] += 1
        self._keep(name, Failure(attempt.at, 2, reason()), attempt.not_after)

    def _keep(self, name: str, failure: Failure, ends: datetime) -> None:
        """Keep *failure* of a certificate that *ends*: the last one before that says why."""
        kept = self.failed.setdefault(name, [])
        if len(kept) > _KEPT and not kept[-1].at <= ends < failure.at:
            kept.pop()
        kept.append(failure)

    def _first(self, name: str) -> tuple[datetime, datetime]:
        found = self._ends[name] = self._world.first[name]
        return found
