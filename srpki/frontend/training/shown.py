"""What the commands of `srpki lab` print for people, out of what programs are given.

It is what the commands of the shell print: one layout for both.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from srpki.cli.render.layout import Lines
from srpki.cli.render.lesson import LAYOUTS
from srpki.core.record import Record
from srpki.core.text import screen
from srpki.device.records.lesson import (
    LabAnswered,
    LabChecked,
    LabHint,
    LabQuestion,
    LabTask,
    LabVerdict,
)
from srpki.training.grades import Grade, Mark, span
from srpki.training.lesson import SIGNS


def tasked(found: Mapping[str, Any]) -> str:
    """Return a task as text."""
    return _laid_out(LabTask, {**found, "questions": _questions(found)})


def checked(found: Mapping[str, Any]) -> str:
    """Return what holds as text."""
    checks = tuple(LabVerdict(**one) for one in found["checks"])
    return _laid_out(
        LabChecked,
        {
            **found,
            "checks": checks,
            "questions": _questions(found),
            "lab-time": datetime.fromisoformat(found["lab-time"]),
            "elapsed": timedelta(seconds=found["elapsed"]),
        },
    )


def hinted(found: Mapping[str, Any]) -> str:
    """Return a hint as text."""
    return _laid_out(LabHint, found)


def answered(found: Mapping[str, Any]) -> str:
    """Return what became of an answer as text."""
    return _laid_out(LabAnswered, found)


def _questions(found: Mapping[str, Any]) -> tuple[LabQuestion, ...]:
    return tuple(LabQuestion(**one) for one in found["questions"])


def _laid_out(kind: type[Record], found: Mapping[str, Any]) -> str:
    fields = {name.replace("-", "_"): value for name, value in found.items()}
    layout = LAYOUTS[kind](kind(**fields))
    assert isinstance(layout, Lines)
    return "\n".join(layout.lines)


def listed(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the labs as a table."""
    from rich.console import Console  # noqa: PLC0415 - programs read JSON
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for column in ("Name", "Title", "Level", "Minutes", "Done", "Points"):
        table.add_column(column, justify="right" if column in ("Level", "Minutes") else "left")
    for row in rows:
        done = "yes" if row["done"] else "begun" if row["begun"] else ""
        cells = (row["name"], row["title"], str(row["level"]), str(row["minutes"]), done)
        points = f"{row['points']} of {row['possible']}" if row["begun"] else str(row["possible"])
        table.add_row(*(Text(screen(cell)) for cell in (*cells, points)))
    Console(file=sys.stdout, highlight=False).print(table)


def solution(found: Mapping[str, Any]) -> str:
    """Return a solution as text."""
    parts = [f"In the {name}:\n\n{found[cli]}" for cli, name in CLIS.items() if found[cli]]
    answers = [f"Answer {number}: {one}" for number, one in enumerate(found["answers"], 1)]
    return "\n\n".join([*parts, *(["\n".join(answers)] if answers else [])])


CLIS: Final = {"md": "MD-CLI", "classic": "classic CLI"}


def graded(found: Sequence[Grade]) -> None:
    """Print grades: a row each, and below it what is to be said of some."""
    from rich.console import Console  # noqa: PLC0415 - programs read JSON
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=sys.stdout, highlight=False)
    table = Table(box=None, pad_edge=False)
    for column in ("Student", "Lab", "Checks", "Points", "Hints", "Cmds", "Lab time", "Time"):
        table.add_column(column)
    for one in found:
        points = f"{one.points} of {one.possible}" if not one.error else "-"
        cells = (one.student or one.pack, one.lab, dots(one.marks), points, str(one.hints))
        spans = (str(one.commands), span(one.lab_time), span(one.real_time))
        table.add_row(*(Text(screen(cell)) for cell in (*cells, *spans)))
    console.print(table)
    for one in found:
        said = [one.error] if one.error else [remark.says for remark in one.remarks]
        said += ["the solution was shown"] if one.shown else []
        for line in said:
            console.print(Text(screen(f"{one.pack}: {line}")), soft_wrap=True)


def dots(marks: Sequence[Mark]) -> str:
    """Return marks as a row of signs: ``o`` holds, ``x`` fails, ``.`` is open."""
    return "".join(SIGNS[mark.holds] for mark in marks)
