"""What a change of the configuration does to each certificate. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.rehearsal.records import Change, Fate

if TYPE_CHECKING:
    from srpki.rehearsal.records import Course


def changes(before: tuple[Course, ...], after: tuple[Course, ...]) -> tuple[Change, ...]:
    """Return what becomes of each certificate *before* and *after* a change, in order."""
    return tuple(_changes(before, after))


def _changes(before: tuple[Course, ...], after: tuple[Course, ...]) -> Iterator[Change]:
    old = {course.name: course for course in before}
    new = {course.name: course for course in after}
    for name in dict.fromkeys((*old, *new)):
        one, two = _fate(old.get(name)), _fate(new.get(name))
        yield Change(name=name, before=one, after=two, verdict=_verdict(one, two))


def _fate(course: Course | None) -> Fate | None:
    if course is None:
        return None
    return Fate(
        profile=course.profile,
        renewals=len(course.renewals),
        failures=course.failures,
        margin=course.margin,
        gaps=len(course.gaps),
    )


def _verdict(one: Fate | None, two: Fate | None) -> str:
    if one is None or two is None:
        return "new" if one is None else "gone"
    if one == two:
        return "same"
    if bool(one.gaps) != bool(two.gaps):
        return "better" if one.gaps else "worse"
    if one.margin is None or two.margin is None or one.margin == two.margin:
        return "other"
    return "better" if two.margin > one.margin else "worse"
