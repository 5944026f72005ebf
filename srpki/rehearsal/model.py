"""The pure model of policy and schedule: when updates of one certificate run, and how they end.

It has the instants of the engine, without its work: what a schedule asks for, what an outage and an
expired certificate do to it. A test holds both to the same instants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from srpki.core.clock import SKEW
from srpki.core.record import Record
from srpki.engine import policy
from srpki.engine.policy import PairFacts, Schedule
from srpki.labca.profiles import WIDE_END
from srpki.rehearsal.outages import Calendar


class Plan(Record):
    """What is known beforehand of one certificate that is renewed.

    *server* is the profile whose CA is asked. What is issued lives for *life*. Where *judged*, the
    CA looks at the dates of the certificate itself, which authenticates the request; where *ends*,
    nothing renews it once it has expired. The profile may be used *until* the CAs end by which
    answers are judged. What is issued is valid while the CAs *above* it are. The CA's clock is
    *skew* ahead of the router's.
    """

    name: str
    profile: str
    server: str
    schedule: Schedule
    retry_interval: int
    not_before: datetime
    not_after: datetime
    life: timedelta
    judged: bool = True
    ends: bool = True
    until: datetime | None = None
    above: datetime | None = None
    skew: timedelta = timedelta()


class Attempt(NamedTuple):
    """An update *at* an instant: the dates of the certificate that is there afterwards.

    *left* is what the old one still had to live; negative when it had expired.
    """

    at: datetime
    ok: bool
    not_before: datetime
    not_after: datetime
    left: timedelta
    over: bool = False
    """Whether no further one can succeed."""


def attempts(plan: Plan, calendar: Calendar, start: datetime, end: datetime) -> Iterator[Attempt]:
    """Yield the updates of *plan* from *start* to *end*, in order."""
    begins, ends = plan.not_before, plan.not_after
    at = max(_due(begins, ends, plan.schedule), start)
    while at <= end:
        left = ends - at
        if at > ends and (plan.ends or (plan.until is not None and at > plan.until)):
            yield Attempt(at, ok=False, not_before=begins, not_after=ends, left=left, over=True)
            return
        issued = _issued(plan, calendar, at, begins, ends)
        if issued is None:
            yield Attempt(at, ok=False, not_before=begins, not_after=ends, left=left)
            at += policy.retry_in(ends, at, plan.retry_interval)
            continue
        begins, ends = issued
        yield Attempt(at, ok=True, not_before=begins, not_after=ends, left=left)
        pause = policy.hold_for(ends, at, plan.retry_interval)
        at = max(_due(begins, ends, plan.schedule), at + pause)


def _due(begins: datetime, ends: datetime, schedule: Schedule) -> datetime:
    return policy.due_at(PairFacts(not_before=begins, not_after=ends), schedule)


def _issued(
    plan: Plan, calendar: Calendar, at: datetime, begins: datetime, ends: datetime
) -> tuple[datetime, datetime] | None:
    """Return the dates of what the CA issues *at* an instant, None where nothing comes of it."""
    there = at + plan.skew
    if calendar.away(plan.server, at) is not None or (plan.until is not None and at > plan.until):
        return None
    if plan.judged and not begins <= there <= ends:
        return None
    new = there.replace(microsecond=0)
    if new > at + SKEW or new + plan.life < at:
        return None
    return new, min(new + plan.life, WIDE_END)


class Gap(NamedTuple):
    """No valid certificate from *start* until *end*, None where the rehearsal ends before."""

    start: datetime
    end: datetime | None


class Outcome(Record):
    """What became of one certificate: when it was renewed, how often it failed, what was left.

    *margin* is the least that a certificate still had to live when it was replaced; None where it
    was not. *bounded* says that there were more attempts than were looked at.
    """

    renewed: tuple[datetime, ...] = ()
    failures: int = 0
    margin: timedelta | None = None
    gaps: tuple[Gap, ...] = ()
    bounded: bool = False

    @property
    def requests(self) -> int:
        """How many attempts there were."""
        return len(self.renewed) + self.failures


def outcome(
    plan: Plan, calendar: Calendar, start: datetime, end: datetime, most: int = 1_000_000
) -> Outcome:
    """Return what becomes of *plan* between *start* and *end*, of *most* attempts at the most."""
    every: list[Attempt] = []
    for attempt in attempts(plan, calendar, start, end):
        if len(every) >= most:
            return _summary(plan, every, start, end).but(bounded=True)
        every.append(attempt)
    return _summary(plan, every, start, end)


def _summary(plan: Plan, every: Sequence[Attempt], start: datetime, end: datetime) -> Outcome:
    renewals = [one for one in every if one.ok]
    return Outcome(
        renewed=tuple(one.at for one in renewals),
        failures=len(every) - len(renewals),
        margin=min((one.left for one in renewals), default=None),
        gaps=tuple(gaps((plan.not_before, plan.not_after), renewals, start, end, plan.above)),
    )


def gaps(
    first: tuple[datetime, datetime],
    renewals: Sequence[Attempt],
    start: datetime,
    end: datetime,
    above: datetime | None = None,
) -> Iterator[Gap]:
    """Yield when between *start* and *end* there is no valid certificate.

    The *first* one has these dates; each of *renewals* takes the place of the one before. One that
    begins within the skew that is allowed counts as valid at once. None is valid once a CA *above*
    it has ended.
    """
    last: Gap | None = None
    for gap in _gaps(first, renewals, start, end, above or datetime.max.replace(tzinfo=UTC)):
        if last is not None and last.end == gap.start:
            last = Gap(last.start, gap.end)
            continue
        if last is not None:
            yield last
        last = gap
    if last is not None:
        yield last


def _gaps(
    first: tuple[datetime, datetime],
    renewals: Sequence[Attempt],
    start: datetime,
    end: datetime,
    above: datetime,
) -> Iterator[Gap]:
    """Yield the gap before and after each certificate."""
    stays = [(start, *first), *((one.at, one.not_before, one.not_after) for one in renewals)]
    replaced: list[datetime | None] = [*(since for since, _, _ in stays[1:]), None]
    for (since, begins, ends), until in zip(stays, replaced, strict=True):
        last = end if until is None else until
        if begins > since + SKEW and since < last:
            yield Gap(since, begins if begins < last else until)
        if min(ends, above) < last:
            yield Gap(max(min(ends, above), since), until)
