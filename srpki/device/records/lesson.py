"""What the commands of a lesson find; they are the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class LabQuestion(Record):
    """Question *number* of a lesson, and whether it was answered right, None for not at all."""

    number: int
    ask: str
    points: int
    correct: bool | None


class LabTask(Record):
    """What is to be done in the *lab*, in how many *minutes*; *footer* are remarks, if any.

    *hints* are how many there are, of which *taken* were taken.
    """

    lab: str
    title: str
    level: int
    minutes: int
    task: str
    footer: tuple[str, ...]
    questions: tuple[LabQuestion, ...]
    hints: int
    taken: int
    points: int


class LabVerdict(Record):
    """Whether check *number* *holds*, None where it cannot be judged; *says* what its author does.

    *title* names it, empty where its author gave it no name.
    """

    number: int
    title: str
    holds: bool | None
    points: int
    says: str


class LabChecked(Record):
    """What holds of the *checks* of a *lab*, and the *points* of *possible* ones for that.

    *elapsed* is the lab time since the beginning; *cost* is what the hints have cost. The solution
    was *shown* or not; the lab is *done* when all checks hold and all questions are answered right.
    """

    lab: str
    student: str
    lab_time: datetime
    elapsed: timedelta
    checks: tuple[LabVerdict, ...]
    questions: tuple[LabQuestion, ...]
    hints: int
    cost: int
    points: int
    possible: int
    commands: int
    shown: bool
    done: bool


class LabHint(Record):
    """Hint *number*, its *cost*, and how many are *left*."""

    number: int
    text: str
    cost: int
    left: int


class LabSolution(Record):
    """What solves a lab: commands for each CLI that there are some for, and the *answers*."""

    md: str
    classic: str
    answers: tuple[str, ...]


class LabAnswered(Record):
    """Whether the answer to question *number* is *correct*, and what there is to *explain*."""

    number: int
    correct: bool
    explain: str
    tries: int
