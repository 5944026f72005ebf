"""The answer of a rehearsal as a chart, which `srpki.pictures` draws as it does any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.pictures.chart import Chart, Mark, Row, Span
from srpki.pictures.text import moment
from srpki.rehearsal.words import counted, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.rehearsal.records import Answer, Course

MOST_GAPS: Final = 5
"""Gaps of one certificate that are told in words."""


def chart(made: Answer, windows: Mapping[str, timedelta], remarks: Iterable[str] = ()) -> Chart:
    """Return *made* as a chart, with *remarks*.

    *windows* says of each profile how long before its end a certificate is due.
    """
    return Chart(
        title=made.title,
        start=made.start,
        end=made.end,
        now=made.start,
        rows=tuple(_row(course, made, windows.get(course.profile)) for course in made.courses),
        remarks=tuple(remarks),
    )


def _row(course: Course, made: Answer, window: timedelta | None) -> Row:
    renewed = [Mark("renewed", one.at) for one in course.renewals]
    failed = [Mark("failed", one.at, f"step {one.step}: {one.reason}") for one in course.failed]
    return Row(
        name=course.name,
        spans=tuple(_spans(course, made, window)),
        marks=tuple(sorted((*renewed, *failed), key=lambda mark: mark.at)),
        notes=tuple(_notes(course)),
    )


def _spans(course: Course, made: Answer, window: timedelta | None) -> Iterator[Span]:
    stays = [course.first, *course.renewals]
    ends: list[datetime] = [*(one.at for one in course.renewals), made.reached]
    for stay, until in zip(stays, ends, strict=True):
        start, end = max(stay.at, stay.not_before), min(until, stay.not_after)
        end = min(end, *(gap.start for gap in course.gaps if start < (gap.end or until)), until)
        if start > end:
            continue
        yield Span("valid", start, end)
        if window is not None and stay.not_after - window < end:
            yield Span("window", max(start, stay.not_after - window), end)
    for gap in course.gaps:
        yield Span("gap", gap.start, made.reached if gap.end is None else gap.end)


def _notes(course: Course) -> Iterator[str]:
    if course.protocol:
        yield f"renewed by {course.protocol} with profile {course.profile}"
    elif not course.state:
        yield "not renewed by itself"
    if course.state:
        yield f"its entry is invalid: {course.state}"
    if course.renewals:
        first, last = course.renewals[0].at, course.renewals[-1].at
        yield (
            f"{counted(len(course.renewals), 'renewal')}, the first {moment(first)} UTC, the last"
            f" {moment(last)} UTC"
        )
    if course.failures:
        yield counted(course.failures, "failure")
    if course.margin is not None:
        yield f"least margin that was left: {spelled(course.margin)}"
    for gap in course.gaps[:MOST_GAPS]:
        until = "on" if gap.end is None else f"to {moment(gap.end)} UTC"
        yield f"no valid certificate from {moment(gap.start)} UTC {until}: {gap.why}"
    if len(course.gaps) > MOST_GAPS:
        yield f"and {len(course.gaps) - MOST_GAPS} more times without a valid certificate"
