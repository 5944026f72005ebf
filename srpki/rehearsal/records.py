"""What a rehearsal answers: records, which others lay out as text, JSON, SVG and HTML."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from srpki.core.record import Record

Severity = Literal["error", "warning", "note"]


class Finding(Record):
    """Something that is wrong, or will be: *leaf* is what to change, *cure* how, *why* the reason.

    *concerns* are the entries and profiles that it is about.
    """

    kind: str
    severity: Severity
    concerns: tuple[str, ...]
    why: str
    leaf: str
    cure: str


class Dated(Record):
    """A certificate that came *at* an instant, and from when until when it is good."""

    at: datetime
    not_before: datetime
    not_after: datetime


class Failure(Record):
    """An update that failed *at* an instant, in a *step*, for a *reason*."""

    at: datetime
    step: int
    reason: str


class Gap(Record):
    """No valid certificate from *start* to *end*, None where it lasts beyond the rehearsal."""

    start: datetime
    end: datetime | None
    why: str


class Course(Record):
    """What became of one certificate.

    *failed* are the first failures and the last, also before each gap, of *failures* in all.
    *margin* is the least that a certificate still had to live when it was replaced, None where none
    was. Where *protocol* is empty nothing renews it. *stand_in* says what of it was not given.
    """

    name: str
    profile: str
    protocol: str
    server: str
    first: Dated
    renewals: tuple[Dated, ...] = ()
    failed: tuple[Failure, ...] = ()
    failures: int = 0
    margin: timedelta | None = None
    gaps: tuple[Gap, ...] = ()
    next_update: datetime | None = None
    state: str = ""
    stand_in: str = ""


class Storm(Record):
    """So many requests to one CA, by the *profile* that names it, in the hour from *hour* on."""

    profile: str
    hour: datetime
    requests: int


class Load(Record):
    """The requests to one CA in all, and the hours with most of them."""

    profile: str
    requests: int
    busiest: tuple[Storm, ...]


class Assumption(Record):
    """A rule that was *decided*, not documented, and has changed a date or a result; *effect* how.

    *fidelity* is its line of the page on fidelity.
    """

    effect: str
    fidelity: str


class Fate(Record):
    """What becomes of one certificate, in short."""

    profile: str
    renewals: int
    failures: int
    margin: timedelta | None
    gaps: int


class Change(Record):
    """What becomes of the certificate *name* before and after a change; None where it is not there.

    The *verdict* is better, worse, same, other, new or gone.
    """

    name: str
    before: Fate | None
    after: Fate | None
    verdict: str


class Advice(Record):
    """What survives for one *profile*, in seconds, None where nothing does.

    *before_expiry* is the smallest at the present retry-interval from which on all that are larger,
    up to the present one, survive too; *retry_interval* the largest at the present before-expiry up
    to which all do. *pair* is one of both. *present* is configured, and *survives* or not.
    """

    profile: str
    present: tuple[int, int]
    survives: bool
    before_expiry: int | None
    retry_interval: int | None
    pair: tuple[int, int] | None


class Answer(Record):
    """A whole rehearsal, from *start* to *end*; *reached* is earlier where it was interrupted.

    *by* says what found the instants: the engine or the model of it. *said* are sentences on what
    was stood in for or passed over.
    """

    title: str
    start: datetime
    end: datetime
    reached: datetime
    by: Literal["engine", "model"]
    outages: tuple[str, ...]
    seed: int
    courses: tuple[Course, ...]
    loads: tuple[Load, ...]
    findings: tuple[Finding, ...]
    assumptions: tuple[Assumption, ...]
    said: tuple[str, ...]
    advice: tuple[Advice, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it came to its end."""
        return self.reached >= self.end

    @property
    def has_gap(self) -> bool:
        """Whether some certificate is not valid at some time."""
        return any(course.gaps for course in self.courses)
