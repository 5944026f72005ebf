"""A rehearsal: the real engine on a throw-away node, its clock moved from start to end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.engine.policy import Schedule
from srpki.rehearsal import model
from srpki.rehearsal.log import Log
from srpki.rehearsal.material import pairs
from srpki.rehearsal.model import Attempt, Plan
from srpki.rehearsal.reasons import why
from srpki.rehearsal.records import Course, Dated, Gap, Load, Storm
from srpki.rehearsal.world import World

if TYPE_CHECKING:
    from srpki.rehearsal.material import Material
    from srpki.rehearsal.world import Terms

MOST_ATTEMPTS: Final = 20_000
"""Updates that the engine carries out; where more are to come the model tells how they end."""
MOST_MODELLED: Final = 1_000_000
"""Updates that the model looks at."""
_SLICES: Final = 200
_TOLD: Final = 5000
"""After so many updates by the model it is told how far it is."""
_BUSIEST: Final = 5

Tell = Callable[[datetime, int], None]
"""Told how far a rehearsal is, and how many updates there were so far."""


class Found(NamedTuple):
    """What came of a rehearsal; it *reached* an instant, *by* the engine or the model."""

    reached: datetime
    by: str
    courses: tuple[Course, ...]
    loads: tuple[Load, ...]
    world: World
    plans: Mapping[str, Plan]
    invalid: Mapping[str, str]
    log: Log


def rehearse(
    material: Material,
    terms: Terms,
    *,
    tell: Tell = lambda _at, _count: None,
    cancel: threading.Event | None = None,
) -> Found:
    """Rehearse *material* on *terms*; once *cancel* is set, or by Ctrl-C, as far as it has come.

    *tell* hears how far that is from time to time.
    """
    world = World(material, terms)
    log = Log(world)
    entries = material.view.auto_updates
    invalid = {name: reason for name in entries if (reason := world.invalid(name))}
    plans = {name: plan for name in entries if name not in invalid and (plan := _plan(world, name))}
    if _attempts(plans.values(), terms) > MOST_ATTEMPTS:
        return _modelled(world, plans, invalid, log, tell)
    reached = _run(world, log, tell, cancel or threading.Event())
    courses = tuple(
        _course(world, log, name, reached, invalid.get(name, "")) for name in _names(world)
    )
    requests = world.network.requests
    return Found(reached, "engine", courses, _loads(requests), world, plans, invalid, log)


def _run(world: World, log: Log, tell: Tell, cancel: threading.Event) -> datetime:
    """Move the clock of *world* to its end; return where it has come to."""
    terms = world.terms
    step = max((terms.end - terms.start) / _SLICES, timedelta(seconds=1))
    at = terms.start
    try:
        while at < terms.end and not cancel.is_set():
            at = min(at + step, terms.end)
            world.engine.run_until(at, cancel, mover="a rehearsal")
            tell(world.clock.now(), log.count)
            if log.over:  # nothing renews them any more: each failure would be as the last
                view = world.engine.view
                left = {
                    name: one for name, one in view.auto_updates.items() if name not in log.over
                }
                world.engine.apply(view.but(auto_updates=left))
                log.over.clear()
    except KeyboardInterrupt:
        cancel.set()
    finally:
        world.engine.stop()
    return min(world.clock.now(), terms.end)


# --- what the model says --------------------------------------------------------------------------


def _plan(world: World, name: str) -> Plan | None:
    """Return what is known beforehand of the entry *name*, None where it cannot be renewed."""
    profile = world.profile(name)
    if profile is None:
        return None
    begins, ends = world.first[name]
    itself = world.authenticates_itself(name)
    return Plan(
        name=name,
        profile=profile.name,
        server=profile.server,
        schedule=Schedule(profile.schedule, profile.seconds),
        retry_interval=profile.retry_interval,
        not_before=begins,
        not_after=ends,
        life=world.lives[name],
        judged=itself,
        ends=world.hopeless(name),
        until=world.until(name),
        above=world.above[name][0] if name in world.above else None,
        skew=world.terms.skew,
    )


def _attempts(plans: Iterable[Plan], terms: Terms) -> int:
    """Return how many updates are to come; no more than has to be known is counted."""
    count = 0
    for plan in plans:
        for _ in model.attempts(plan, terms.calendar, terms.start, terms.end):
            count += 1
            if count > MOST_ATTEMPTS:
                return count
    return count


def _modelled(
    world: World, plans: Mapping[str, Plan], invalid: Mapping[str, str], log: Log, tell: Tell
) -> Found:
    """Return what the model says of *plans*: they are too many updates for the engine.

    Where they are too many for the model, too, or by Ctrl-C, it ends where it has looked.
    """
    terms, reached = world.terms, world.terms.end
    requests: Counter[tuple[str, datetime]] = Counter()
    at = terms.start
    try:
        for count, (at, name, one) in enumerate(_in_order(plans, terms)):
            if count >= MOST_MODELLED:
                reached = at
                break
            plan = plans[name]
            log.note(name, one, partial(_reason, plan, terms, one))
            if not one.over:
                requests[plan.server, at.replace(minute=0, second=0, microsecond=0)] += 1
            if count % _TOLD == 0:
                tell(at, count)
        tell(reached, log.count)
    except KeyboardInterrupt:
        reached = at
    courses = tuple(
        _course(world, log, name, reached, invalid.get(name, "")) for name in _names(world)
    )
    return Found(reached, "model", courses, _loads(requests), world, plans, invalid, log)


def _in_order(plans: Mapping[str, Plan], terms: Terms) -> Iterator[tuple[datetime, str, Attempt]]:
    """Yield the updates of all *plans* as they come, each with its instant and its certificate."""

    def of(name: str, plan: Plan) -> Iterator[tuple[datetime, str, Attempt]]:
        for one in model.attempts(plan, terms.calendar, terms.start, terms.end):
            yield one.at, name, one

    return merge(*(of(*item) for item in plans.items()), key=lambda one: one[0])


def _reason(plan: Plan, terms: Terms, attempt: Attempt) -> str:
    if attempt.over:
        return "the certificate has expired and nothing else authenticates the request"
    window = terms.calendar.away(plan.server, attempt.at)
    return "the CA refuses it" if window is None else f"cannot connect: outage ({window.text})"


# --- what came of it ------------------------------------------------------------------------------


def _names(world: World) -> list[str]:
    """Return the certificates that are renewed, and those that are used and are not."""
    view = world.material.view
    used = [name for name, _ in pairs(view) if name in world.first]
    return list(dict.fromkeys((*view.auto_updates, *used)))


def _course(world: World, log: Log, name: str, reached: datetime, invalid: str) -> Course:
    view, terms = world.material.view, world.terms
    entry = view.auto_updates.get(name)
    profile = None if entry is None else world.profile(name)
    first = world.first.get(name, (terms.start, terms.start))
    renewals = log.renewals.get(name, [])
    above, _ = world.above.get(name, (None, ""))
    gaps = model.gaps(first, renewals, terms.start, reached, above)
    return Course(
        name=name,
        profile="" if entry is None else entry.profile,
        protocol="" if profile is None else profile.protocol,
        server="" if profile is None else profile.server,
        first=Dated(terms.start, *first),
        renewals=tuple(Dated(one.at, one.not_before, one.not_after) for one in renewals),
        failed=tuple(log.failed.get(name, ())),
        failures=log.failures[name],
        margin=min((one.left for one in renewals), default=None),
        gaps=tuple(
            Gap(one.start, one.end, why(world, log, name, invalid, one.start)) for one in gaps
        ),
        state=invalid,
        stand_in=world.made_up.get(name, ""),
    )


def _loads(requests: Mapping[tuple[str, datetime], int]) -> tuple[Load, ...]:
    found = []
    for profile, group in groupby(sorted(requests), key=lambda key: key[0]):
        storms = [Storm(profile, hour, requests[profile, hour]) for _, hour in group]
        busiest = sorted(storms, key=lambda storm: (-storm.requests, storm.hour))[:_BUSIEST]
        found.append(Load(profile, sum(one.requests for one in storms), tuple(busiest)))
    return tuple(found)
