"""Grades as values, and what is made of them: rows for a spreadsheet, a page for a browser.

Names, texts and remarks come from strangers: they are text wherever they are shown.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.record import Record
from srpki.training.markup import page, shown

if TYPE_CHECKING:
    from typing import TextIO

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


class Mark(Record):
    """What became of a check or a question, called *name*: None was not judged or answered."""

    name: str
    holds: bool | None
    points: int


class Remark(Record):
    """A doubt: a word for programs, and a sentence."""

    word: str
    says: str


class Grade(Record):
    """The grade of one *pack*; with an *error* it could not be graded.

    *lab_time* has passed on the lab's clock, *real_time* from the beginning to the last thing done.
    """

    pack: str
    student: str = ""
    lab: str = ""
    marks: tuple[Mark, ...] = ()
    points: int = 0
    possible: int = 0
    hints: int = 0
    commands: int = 0
    lab_time: timedelta = timedelta()
    real_time: timedelta = timedelta()
    shown: bool = False
    resets: int = 0
    remarks: tuple[Remark, ...] = ()
    error: str = ""


def columns(grades: Sequence[Grade]) -> tuple[str, ...]:
    """Return the names of all marks, in order."""
    return tuple(dict.fromkeys(mark.name for grade in grades for mark in grade.marks))


def rows(grades: Sequence[Grade]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return headings, and a row a grade."""
    marks = columns(grades)
    heads = (
        *("student", "lab", *marks, "points", "possible", "hints", "commands", "lab time"),
        *("real time", "shown", "resets", "remarks", "pack"),
    )
    return heads, [_row(grade, marks) for grade in grades]


def _row(grade: Grade, marks: Sequence[str]) -> tuple[str, ...]:
    held = {mark.name: _mark(mark) for mark in grade.marks}
    remarks = "; ".join(one.says for one in grade.remarks)
    return (
        grade.student,
        grade.lab,
        *(held.get(name, "") for name in marks),
        str(grade.points),
        str(grade.possible),
        str(grade.hints),
        str(grade.commands),
        span(grade.lab_time),
        span(grade.real_time),
        "yes" if grade.shown else "",
        str(grade.resets or ""),
        grade.error or remarks,
        grade.pack,
    )


def _mark(mark: Mark) -> str:
    return {True: "yes", False: "no", None: "?"}[mark.holds]


def span(duration: timedelta) -> str:
    """Return a duration as people read it: ``2d 03:04:05``."""
    seconds = int(duration.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{sign}{days}d {clock}" if days else f"{sign}{clock}"


def write_csv(grades: Sequence[Grade], out: TextIO) -> None:
    """Write *grades* for a spreadsheet, which is not to compute what a cell begins with."""
    heads, found = rows(grades)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(one) for one in row] for row in found)


def _cell(text: str) -> str:
    text = shown(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def html(grades: Sequence[Grade]) -> str:
    """Return *grades* as a page."""
    heads, found = rows(grades)
    return page("Grades", heads, found)
