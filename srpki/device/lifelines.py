"""What the files, the events and the state of a node tell of one certificate over time.

The certificates that were under a name one after the other come from the events of imports and
renewals, the file itself and the one before it (``.previous``). What none of them tells is not
known, and is drawn so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from srpki.core.clock import NEVER, SKEW
from srpki.core.record import Record
from srpki.engine import policy
from srpki.engine.policy import PairFacts, Schedule
from srpki.engine.state import EntryState
from srpki.pictures.chart import Mark, Row, Span
from srpki.pictures.text import moment

MOST_PLANNED: Final = 500
"""Renewals to come that are drawn of one certificate."""
MOST_NAMED: Final = 5
"""Gaps of one certificate that are told in words."""


class Dates(NamedTuple):
    """When a certificate is valid."""

    not_before: datetime
    not_after: datetime


class Arrival(NamedTuple):
    """A certificate came under a name *at* an instant; its dates, where they are known."""

    at: datetime
    dates: Dates | None


class Plan(NamedTuple):
    """How a certificate is renewed by itself: its entry's *state*, *profile* and what that says."""

    state: EntryState
    profile: str
    schedule: Schedule | None = None
    retry_interval: int = 0


class Known(Record):
    """All that is known of the certificate *name*.

    *present* and *previous* are the dates of the file and of the one before it; without *present*
    there is no certificate, for the reason *missing*. The *arrivals* and *marks* come from events,
    the eldest first. Without a *plan* it is not renewed by itself.
    """

    name: str
    present: Dates | None
    missing: str = ""
    previous: Dates | None = None
    arrivals: tuple[Arrival, ...] = ()
    marks: tuple[Mark, ...] = ()
    plan: Plan | None = None


class Stay(NamedTuple):
    """A certificate was under the name, from *start* until *end*."""

    start: datetime
    end: datetime
    dates: Dates | None

    @property
    def valid(self) -> Dates | None:
        """The part in which it was valid; None where there is none."""
        if self.dates is None:
            return None
        start = max(self.start, self.dates.not_before)
        return Dates(start, min(self.end, self.dates.not_after)) if start <= self.ends else None

    @property
    def ends(self) -> datetime:
        """When it was replaced or expired."""
        return self.end if self.dates is None else min(self.end, self.dates.not_after)


def row(known: Known, now: datetime, start: datetime, end: datetime) -> Row:
    """Return *known* as it is *now*, drawn from *start* to *end*."""
    stays = _stays(known, now)
    to_come = _to_come(known, now, end)
    past = [*_gaps(stays, now), *_missing(known, now, end)]
    after = _gap_to_come(known, to_come, now, end)
    gaps = _joined([*past, *after])
    drawn = (
        *_unknown(stays, start, now),
        *(span for stay in stays for span in _spans(stay, known.plan)),
        *to_come.spans,
        *(Span("gap", one.not_before, one.not_after) for one in gaps),
    )
    return Row(
        name=known.name,
        spans=tuple(span for span in drawn if span.end >= start and span.start <= end),
        marks=tuple(one for one in (*known.marks, *to_come.marks) if start <= one.at <= end),
        notes=tuple(_notes(known, stays, gaps, now, end)),
    )


# --- what was -------------------------------------------------------------------------------------


def _stays(known: Known, now: datetime) -> Sequence[Stay]:
    """Return the certificates that were under the name, the eldest first."""
    arrivals = list(known.arrivals)
    if known.present is not None:
        arrivals = _with_present(arrivals, known.present)
        arrivals = _with_previous(arrivals, known.previous)
    ends = (*(arrival.at for arrival in arrivals[1:]), NEVER if known.present else now)
    return [
        Stay(arrival.at, end, arrival.dates)
        for arrival, end in zip(arrivals, ends, strict=False)
        if arrival.at <= end
    ]


def _with_present(arrivals: list[Arrival], present: Dates) -> list[Arrival]:
    """Let the last of *arrivals* be the certificate that is there."""
    if not arrivals:
        return [Arrival(present.not_before, present)]
    *before, last = arrivals
    if last.dates in (None, present):
        return [*before, Arrival(last.at, present)]
    return [*arrivals, Arrival(max(present.not_before, last.at), present)]


def _with_previous(arrivals: list[Arrival], previous: Dates | None) -> list[Arrival]:
    """Let the last but one of *arrivals* be the one that was kept."""
    if previous is None:
        return arrivals
    if len(arrivals) == 1:
        first = min(previous.not_before, arrivals[0].at)
        return [Arrival(first, previous), *arrivals]
    *before, one, last = arrivals
    return [*before, Arrival(one.at, one.dates or previous), last]


def _spans(stay: Stay, plan: Plan | None) -> Iterator[Span]:
    if stay.dates is None:
        yield Span("unknown", stay.start, min(stay.end, NEVER))
        return
    valid = stay.valid
    if valid is None:
        return
    yield Span("valid", *valid)
    if plan is not None and plan.schedule is not None:
        due = max(valid.not_before, _due(stay.dates, plan.schedule))
        if due <= valid.not_after:
            yield Span("window", due, valid.not_after)


def _due(dates: Dates, schedule: Schedule) -> datetime:
    return policy.due_at(PairFacts(not_before=dates[0], not_after=dates[1]), schedule)


def _unknown(stays: Sequence[Stay], start: datetime, now: datetime) -> Iterator[Span]:
    """Yield what was before the first certificate that is known of."""
    first = min((stay.start for stay in stays), default=now)
    if start < first:
        yield Span("unknown", start, min(first, now))


def _gaps(stays: Sequence[Stay], now: datetime) -> Iterator[Dates]:
    """Yield when, until *now*, a certificate was there and not valid.

    One that begins within the skew that is allowed counts as valid at once.
    """
    for stay in stays:
        until = min(stay.end, now)
        if stay.dates is None or until <= stay.start:
            continue
        if stay.dates.not_before > stay.start + SKEW:
            yield Dates(stay.start, min(stay.dates.not_before, until))
        if stay.dates.not_after < until:
            yield Dates(max(stay.dates.not_after, stay.start), until)


def _missing(known: Known, now: datetime, end: datetime) -> Iterator[Dates]:
    if known.present is None and now < end:
        yield Dates(now, end)


# --- what is to come ------------------------------------------------------------------------------


class _ToCome(NamedTuple):
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    covered: datetime | None = None
    """Until when the renewals that are drawn leave a valid certificate."""


def _to_come(known: Known, now: datetime, end: datetime) -> _ToCome:
    """Return the renewals to come, each certificate of which lives as long as the present one."""
    plan, present = known.plan, known.present
    if plan is None:
        return _ToCome()
    at = now if plan.state.update_state == "in-progress" else plan.state.next_update_time
    if at is None:
        return _ToCome()
    at = max(at, now)
    retry = plan.state.update_state == "wait-for-retry"
    first = Mark("retry" if retry else "planned", at, plan.state.reason)
    if present is None or plan.schedule is None or at > present.not_after:
        return _ToCome(marks=(first,))
    life = present.not_after - present.not_before
    spans: list[Span] = []
    marks = [first]
    while len(spans) < MOST_PLANNED and at <= end < NEVER - life:
        dates = Dates(at, at + life)
        spans.append(Span("planned", *dates))
        hold = policy.hold_for(dates.not_after, at, plan.retry_interval)
        at = max(_due(dates, plan.schedule), at + hold)
        if at > dates.not_after:
            break
        marks.append(Mark("planned", at))
    covered = spans[-1].end if spans else present.not_after
    return _ToCome(tuple(spans), tuple(marks), covered)


def _gap_to_come(known: Known, to_come: _ToCome, now: datetime, end: datetime) -> Iterator[Dates]:
    """Yield from when on there will be no valid certificate, as far as is planned."""
    if known.present is None:
        return
    if known.present.not_before > now + SKEW:
        yield Dates(now, min(known.present.not_before, end))
    covered = max(known.present.not_after, to_come.covered or known.present.not_after)
    if max(covered, now) < end and len(to_come.spans) < MOST_PLANNED:
        yield Dates(max(covered, now), end)


def _joined(gaps: Sequence[Dates]) -> Sequence[Dates]:
    """Return *gaps* in order, those that touch as one."""
    found: list[Dates] = []
    for gap in sorted(gaps):
        if found and gap.not_before <= found[-1].not_after:
            found[-1] = Dates(found[-1].not_before, max(found[-1].not_after, gap.not_after))
        else:
            found.append(gap)
    return found


# --- in words -------------------------------------------------------------------------------------


def _notes(
    known: Known, stays: Sequence[Stay], gaps: Sequence[Dates], now: datetime, end: datetime
) -> Iterator[str]:
    yield _planned(known.plan)
    if known.present is None:
        yield f"there is no certificate: {known.missing}"
    else:
        yield _validity(known.present, now)
    counts = {kind: [one for one in known.marks if one.kind == kind] for kind in _TOLD}
    told = [f"{_TOLD[kind]} {_times(len(found))}" for kind, found in counts.items() if found]
    if told:
        yield ", ".join(told)
    if failed := counts["failed"]:
        yield f"last failure {moment(failed[-1].at)} UTC: {failed[-1].text}"
    for gap in gaps[:MOST_NAMED]:
        until = "on" if gap.not_after >= end else f"to {moment(gap.not_after)} UTC"
        yield f"no valid certificate from {moment(gap.not_before)} UTC {until}"
    if len(gaps) > MOST_NAMED:
        yield f"and {len(gaps) - MOST_NAMED} more times without a valid certificate"
    if unknown := sum(stay.dates is None for stay in stays):
        were = "was" if unknown == 1 else "were"
        yield f"the dates of {_times(unknown, 'certificate')} that {were} there are not known"


_TOLD: Final = {"renewed": "renewed", "failed": "failed", "imported": "imported"}


def _planned(plan: Plan | None) -> str:
    if plan is None:
        return "not renewed by itself"
    state, by = plan.state, f" by profile {plan.profile}" if plan.profile else ""
    said = f"{state.update_state}{by}"
    if state.next_update_time is not None:
        again = "retry" if state.update_state == "wait-for-retry" else "next update"
        said += f", {again} {moment(state.next_update_time)} UTC"
    return f"{said}: {state.reason}" if state.update_state == "invalid" else said


def _validity(dates: Dates, now: datetime) -> str:
    until = f"valid {moment(dates.not_before)} to {moment(dates.not_after)} UTC"
    if now < dates.not_before:
        return f"{until}: not yet"
    if now > dates.not_after:
        return f"{until}: expired"
    return f"{until}: {_left(dates.not_after - now)} left"


def _left(left: timedelta) -> str:
    if left >= timedelta(days=2):
        return f"{left.days} days"
    return f"{left // timedelta(hours=1)} h {left // timedelta(minutes=1) % 60} min"


def _times(count: int, what: str = "time") -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
