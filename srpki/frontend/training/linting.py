"""Proves a lab by its own solution: each check fails before it and holds after it."""

from __future__ import annotations

import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.clock import SystemClock
from srpki.core.errors import SrpkiError
from srpki.frontend.console import console
from srpki.frontend.labs import opened_lab
from srpki.frontend.training.copies import lesson_of
from srpki.frontend.training.starting import run_lines, start, variables
from srpki.frontend.variables import Variable
from srpki.training.spellings import decided

if TYPE_CHECKING:
    from srpki.cli.engines import Dialect
    from srpki.device.records.lesson import LabChecked
    from srpki.training.labfile import LabFile

SEED: Final = "lint"


def lint(file: LabFile) -> dict[str, Any]:
    """Return what is wrong with the lab *file*: its set-up is run, and each of its solutions."""
    clock = SystemClock()
    begun = clock.monotonic()
    mistakes: list[str] = []
    if not file.solution.given:
        mistakes.append("[solution] is missing")
    if not file.decided:
        mistakes += [
            f"classic: line {number} has a spelling that is decided, which the lab must say: {line}"
            for number, line in decided(file.solution.classic)
        ]
    for cli, text in file.solution.given:
        try:
            mistakes += [f"{cli}: {one}" for one in _solved(file, cli, text)]
        except SrpkiError as error:
            mistakes.append(f"{cli}: {error}")
    seconds = clock.monotonic() - begun
    if seconds > file.minutes * 60:
        mistakes.append(f"it takes longer than {file.minutes} minutes")
    return {
        "name": file.name,
        "ok": not mistakes,
        "mistakes": mistakes,
        "seconds": round(seconds, 2),
    }


def _solved(file: LabFile, cli: str, text: str) -> list[str]:
    """Return what is wrong with the solution *text* for *cli*."""
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        place = Path(directory) / "node"
        start(file, place, student=SEED, seed=SEED)
        with opened_lab(place, lessons=lesson_of) as (router, lab):
            lesson, cancel = lab.lesson, threading.Event()
            assert lesson is not None
            before = lesson.check(router.node, cancel)
            known = {name: Variable(one) for name, one in lesson.progress.parameters.items()}
            dialect: Dialect = "classic" if cli == "classic" else "md"
            with closing(console(router, dialect)) as session:
                run_lines(session, text, {**known, **variables(router)}, "[solution]")
            for number, one in enumerate(file.questions, 1):
                lesson.answer(number, lesson.put_in(one.accept[0]))
            after = lesson.check(router.node, cancel)
    return [*_held_before(file, before), *_failed_after(file, after)]


def _held_before(file: LabFile, before: LabChecked) -> list[str]:
    """Return which checks are not at the beginning as they should be: guards hold, others fail."""
    found = []
    for check, one in zip(file.checks, before.checks, strict=True):
        if one.holds is None:
            found.append(f"[[check]] {one.number} cannot be judged: {check.that}")
        elif one.holds and not check.guard:
            found.append(f"[[check]] {one.number} holds before the solution: {check.that}")
        elif check.guard and not one.holds:
            found.append(f"[[check]] {one.number}, a guard, fails at the beginning: {check.that}")
    return found


def _failed_after(file: LabFile, after: LabChecked) -> list[str]:
    said = {False: "fails", None: "cannot be judged"}
    return [
        f"[[check]] {one.number} {said[one.holds]} after the solution:"
        f" {file.checks[one.number - 1].that}"
        for one in after.checks
        if not one.holds
    ]
