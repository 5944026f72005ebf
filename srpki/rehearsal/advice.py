"""Which before-expiry and retry-interval survive the outages: found on the pure model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from srpki.engine.policy import Schedule
from srpki.rehearsal.model import Plan, outcome
from srpki.rehearsal.outages import Calendar
from srpki.rehearsal.records import Advice

_HOUR: Final = 3600
_DAY: Final = 86400
BEFORE_EXPIRY: Final = (
    *(_HOUR * hours for hours in (1, 2, 3, 4, 6, 8, 12, 18, 24, 30, 36, 42)),
    *(_DAY * days for days in range(2, 31)),
    *(_DAY * days for days in (35, 40, 45, 50, 60, 75, 90, 120, 150, 180, 240, 300, 365)),
)
"""What is tried, in seconds: within the range of the leaf."""
RETRY_INTERVAL: Final = (
    *(60, 120, 300, 600, 900, 1200, 1800),
    *(_HOUR * hours for hours in range(1, 11)),
)
"""The same, of the leaf retry-interval."""
MOST_ATTEMPTS: Final = 100_000
"""Attempts of one certificate that are looked at; with more a pair counts as none that survives."""

Holds = Callable[[int, int], bool]


class Trial(NamedTuple):
    """What a pair has to survive: the *calendar* from *start* to *end*, with *margin* at least."""

    calendar: Calendar
    start: datetime
    end: datetime
    margin: timedelta


def advice(plans: Iterable[Plan], trial: Trial, tries: int) -> tuple[Advice, ...]:
    """Return what is advised for each profile of *plans* that renews before expiry."""
    found: dict[str, list[Plan]] = {}
    for plan in plans:
        if plan.schedule.kind == "before-expiry":
            found.setdefault(plan.profile, []).append(plan)
    return tuple(advise(name, own, trial, tries) for name, own in sorted(found.items()))


def advise(
    profile: str,
    plans: Sequence[Plan],
    trial: Trial,
    tries: int,
) -> Advice:
    """Return what keeps all *plans* of *profile*, which renew before expiry, valid in *trial*.

    The recommended pair leaves room for so many *tries* after the longest outage.
    """
    assert plans
    present = plans[0].schedule.seconds, plans[0].retry_interval
    different = {(one.server, one.not_before, one.not_after, one.life): one for one in plans}
    known: dict[tuple[int, int], bool] = {}

    def holds(before_expiry: int, retry_interval: int) -> bool:
        pair = before_expiry, retry_interval
        if pair not in known:
            known[pair] = all(_holds(one, pair, trial) for one in different.values())
        return known[pair]

    shortest = min(one.life for one in plans)
    befores = [one for one in BEFORE_EXPIRY if timedelta(seconds=one) < shortest]
    tried = {*befores, present[0]} if timedelta(seconds=present[0]) < shortest else {*befores}
    longest = max(trial.calendar.longest(one.server) for one in plans)
    return Advice(
        profile=profile,
        present=present,
        survives=holds(*present),
        before_expiry=_smallest(tried, present, holds),
        retry_interval=_largest(present, holds),
        pair=_pair(befores, holds, longest, tries),
    )


def _holds(plan: Plan, pair: tuple[int, int], trial: Trial) -> bool:
    changed = plan.but(schedule=Schedule("before-expiry", pair[0]), retry_interval=pair[1])
    found = outcome(changed, trial.calendar, trial.start, trial.end, MOST_ATTEMPTS)
    return (
        not found.bounded
        and not found.gaps
        and (found.margin is None or found.margin >= trial.margin)
    )


def _smallest(tried: Iterable[int], present: tuple[int, int], holds: Holds) -> int | None:
    """Return the smallest that survives as all larger ones do; an alignment by luck is none."""
    found = None
    for one in sorted(tried, reverse=True):
        if not holds(one, present[1]):
            break
        found = one
    return found


def _largest(present: tuple[int, int], holds: Holds) -> int | None:
    found = None
    for one in RETRY_INTERVAL:
        if not holds(present[0], one):
            break
        found = one
    return found


def _pair(
    befores: Sequence[int], holds: Holds, longest: timedelta, tries: int
) -> tuple[int, int] | None:
    """Return the smallest before-expiry that survives with room for *tries*, and an interval."""
    for before in befores:
        room = (timedelta(seconds=before) - longest).total_seconds() / max(tries, 1)
        for interval in reversed(RETRY_INTERVAL):
            if interval <= room and holds(before, interval):
                return before, interval
    return None
