"""The commands of `srpki lab`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.clock import SystemClock
from srpki.core.errors import BusyError, NodeError, NotFoundError, SrpkiError, UsageError
from srpki.core.plain import plain
from srpki.core.text import screen
from srpki.frontend.training import places
from srpki.frontend.training.asking import NOBODY, ask
from srpki.frontend.training.output import own_output
from srpki.frontend.training.shown import (
    answered,
    checked,
    graded,
    hinted,
    listed,
    solution,
    tasked,
)
from srpki.training import progress as progress_file
from srpki.training.lesson import DIRECTORY

if TYPE_CHECKING:
    from srpki.training.progress import Progress

FAILED: Final = 1
UNJUDGED: Final = 3


def run(options: argparse.Namespace) -> int:
    """Run the command that *options* name; return its exit status."""
    return _COMMANDS[options.lab_command](options)


def _place(options: argparse.Namespace) -> Path:
    return places.chosen(options.dir, options.which)


def lesson_progress(place: Path) -> Progress:
    """Return how far the lab in *place* is; raises `StorageError`, `CorruptError`."""
    return progress_file.read(place / DIRECTORY)


def _print(options: argparse.Namespace, found: Mapping[str, Any], text: str) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n" if options.json else f"{screen(text)}\n")


def _list(options: argparse.Namespace) -> int:
    latest = {one.progress.lab: one.progress for one in places.begun(places.labs_directory())}
    rows = []
    for file in places.in_order():
        progress = latest.get(file.name)
        rows.append(
            {
                "name": file.name,
                "title": file.title,
                "level": file.level,
                "minutes": file.minutes,
                "begun": progress is not None,
                "done": progress is not None and progress.done,
                "points": 0 if progress is None else progress.points,
                "possible": file.points,
            }
        )
    if options.json:
        sys.stdout.writelines(f"{json.dumps(row)}\n" for row in rows)
    else:
        listed(rows)
    return 0


def _start(options: argparse.Namespace) -> int:
    from srpki.frontend.training.starting import start  # noqa: PLC0415 - the others need less

    file = places.find(options.lab)
    name = f"{file.name}-{options.student}" if options.student else file.name
    place = options.dir or places.labs_directory() / places.directory_name(name)
    if places.is_begun(place, file.name):
        sys.stderr.write(f"srpki: going on with the lab in {place}\n")
    else:
        start(file, place, student=options.student, seed=options.seed or options.student)
    sys.stdout.write(f"{screen(tasked(ask(place, 'task')))}\n")
    if options.no_shell:
        sys.stdout.write(f"\nThe node is {place}: srpki shell --lab --node {place}\n")
        return 0
    sys.stdout.write("\n")
    sys.stdout.flush()
    from srpki.frontend import shell  # noqa: PLC0415 - the others need none

    return shell.run(
        argparse.Namespace(lab=True, record=None, mode=None, user=None, node=place), place
    )


def _task(options: argparse.Namespace) -> int:
    found = ask(_place(options), "task")
    _print(options, found, tasked(found))
    return 0


def _check(options: argparse.Namespace) -> int:
    return _watch(options) if options.watch else _checked_once(options)


def _watch(options: argparse.Namespace) -> int:
    """Check until all holds, or Ctrl-C; what is new is printed."""
    place, clock, last = _place(options), SystemClock(), ""
    while True:
        try:
            found = ask(place, "check")
        except (BusyError, NodeError):  # somebody moves the clock, or the shell begins or ends
            found = None
        if found is not None:
            text = json.dumps(found) if options.json else screen(checked(found))
            if text != last:
                sys.stdout.write(f"{text}\n" if options.json else f"{_CLEAR}{text}\n")
                sys.stdout.flush()
            last = text
            if found["done"]:
                return 0
        clock.wait(_AGAIN)


_AGAIN: Final = 3.0
_CLEAR: Final = "\x1b[2J\x1b[H" if sys.stdout is not None and sys.stdout.isatty() else ""


def _checked_once(options: argparse.Namespace) -> int:
    try:
        found = ask(_place(options), "check")
    except (BusyError, NodeError) as error:
        sys.stderr.write(f"srpki: cannot be judged: {error}\n")
        return UNJUDGED
    _print(options, found, checked(found))
    return status_of(found)


def status_of(found: Mapping[str, Any]) -> int:
    """Return the exit status of what was checked."""
    if any(one["holds"] is None for one in found["checks"]):
        return UNJUDGED
    return 0 if found["done"] else FAILED


def _checkpoint(options: argparse.Namespace) -> int:
    ask(_place(options), "checkpoint")
    return 0


def _reset(options: argparse.Namespace) -> int:
    from srpki.frontend.training.resetting import reset  # noqa: PLC0415 - the others need less

    reset(_place(options), options.to)
    return 0


def _solve(options: argparse.Namespace) -> int:
    found = ask(_place(options), "solve")
    _print(options, found, solution(found))
    return 0


def _new(options: argparse.Namespace) -> int:
    from srpki.training.labfile import NAME  # noqa: PLC0415 - the others need less
    from srpki.training.template import template  # noqa: PLC0415

    if not NAME.fullmatch(options.name):
        raise UsageError(
            f"'{options.name}' is no name of a lab", hint="small letters, digits and hyphens"
        )
    path = Path(f"{options.name}.toml")
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(template(options.name))
    except FileExistsError:
        raise UsageError(f"{path} is there already", hint="name another lab") from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    sys.stdout.write(f"{path}\n")
    return 0


def _board(options: argparse.Namespace) -> int:
    from srpki.frontend.training.boarding import board  # noqa: PLC0415 - the others need less

    directory = options.directory or places.labs_directory()
    return board(directory, html=options.html, once=options.once, as_json=options.json)


def _of_student(options: argparse.Namespace) -> list[Path]:
    """Return the places of the labs of a student that are meant, the latest first."""
    directory = options.dir or places.labs_directory()
    found = [
        one.place
        for one in reversed(places.begun(directory))
        if one.progress.student == options.student and options.which in (None, one.progress.lab)
    ]
    if not found:
        what = "lab" if options.which is None else f"lab '{options.which}'"
        raise NotFoundError(f"no {what} of '{options.student}' in {directory}")
    return found


def _push(options: argparse.Namespace) -> int:
    """Show the line wherever the student is; raises `NotFoundError` where he is nowhere."""
    text, reached, nowhere = " ".join(options.text), 0, NotFoundError(NOBODY)
    for place in _of_student(options):
        try:
            ask(place, "push", text=text)
            reached += 1
        except NotFoundError as error:
            nowhere = error
    if not reached:
        raise nowhere
    return 0


def _inject(options: argparse.Namespace) -> int:
    fault = " ".join(options.fault)
    ask(_of_student(options)[0], "inject", fault=fault, authority=options.authority)
    return 0


def _hint(options: argparse.Namespace) -> int:
    found = ask(_place(options), "hint", number=options.number)
    _print(options, found, hinted(found))
    return 0


def _answer(options: argparse.Namespace) -> int:
    text = " ".join(options.text)
    found = ask(_place(options), "answer", number=options.number, text=text)
    _print(options, found, answered(found))
    return 0 if found["correct"] else FAILED


def _lint(options: argparse.Namespace) -> int:
    from srpki.frontend.training.linting import lint  # noqa: PLC0415 - the others need less

    status = 0
    for name in options.labs:
        try:
            found = lint(places.find(name))
        except SrpkiError as error:
            found = {"name": name, "ok": False, "mistakes": [str(error)], "seconds": 0.0}
        status |= not found["ok"]
        lines = [f"{name}: {'ok' if found['ok'] else 'not ok'} ({found['seconds']:.1f} s)"]
        lines += [f"  {one}" for one in found["mistakes"]]
        _print(options, found, "\n".join(lines))
    return status


def _pack(options: argparse.Namespace) -> int:
    place = _place(options)
    progress = lesson_progress(place)
    name = places.directory_name(f"{progress.student or 'nobody'}-{progress.lab}")
    target = (options.file or Path(f"{name}.labz")).absolute()
    ask(place, "pack", target=str(target))
    sys.stdout.write(f"{target}\n")
    return 0


def _grade(options: argparse.Namespace) -> int:
    from srpki.frontend.training.grading import grade  # noqa: PLC0415 - the others need less
    from srpki.training import grades  # noqa: PLC0415

    known = {file.name: file for file in map(places.find, options.lab)}
    found = []
    for source in options.packs:
        found.append(grade(source, known, again=not options.no_replay))
        if options.json:
            sys.stdout.write(f"{json.dumps(plain(found[-1]))}\n")
    if not options.json:
        graded(found)
    if options.csv is not None:
        with own_output(options.csv) as out:
            grades.write_csv(found, out)
    if options.html is not None:
        with own_output(options.html) as out:
            out.write(grades.html(found))
    return FAILED if any(one.error for one in found) else 0


def _schema(options: argparse.Namespace) -> int:
    from srpki.training.described import json_schema  # noqa: PLC0415 - the others need less

    del options
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
    return 0


_COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "list": _list,
    "start": _start,
    "task": _task,
    "check": _check,
    "hint": _hint,
    "answer": _answer,
    "lint": _lint,
    "checkpoint": _checkpoint,
    "reset": _reset,
    "solve": _solve,
    "new": _new,
    "board": _board,
    "push": _push,
    "inject": _inject,
    "pack": _pack,
    "grade": _grade,
    "schema": _schema,
}
