"""The board of a class: a row a student, live in the terminal or as a page that renews itself.

It reads what the labs in a directory keep, and disturbs none of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.clock import SystemClock
from srpki.core.errors import NotFoundError
from srpki.core.text import printable
from srpki.frontend.training import places
from srpki.storage.files import OsFiles, replace_file
from srpki.training.markup import page

if TYPE_CHECKING:
    from rich.text import Text

    from srpki.frontend.training.places import Begun

HEADS: Final = (
    *("Student", "Lab", "Checks", "Points", "Hints", "Lab time", "Min", "Last command"),
    "Last error",
)
EVERY: Final = 1.0
"""Seconds from one look to the next."""
_TAIL: Final = 1 << 16
_LONGEST: Final = 200
_UNBOUNDED: Final = 1 << 16
_WIDEST: Final = 60
DONE: Final = " done"
_FACTS: Final = 7
"""Columns before the last command."""
_CHECKS: Final = HEADS.index("Checks")

Rows = Sequence[tuple[str, ...]]


def rows(directory: Path, now: datetime) -> list[tuple[str, ...]]:
    """Return a row for each lab in *directory*, by student, in the order in which he began."""
    found = places.begun(directory)
    found.sort(key=lambda one: (one.progress.student or one.place.name, one.progress.started))
    return [_row(one, now) for one in found]


def _row(one: Begun, now: datetime) -> tuple[str, ...]:
    progress, journal = one.progress, _tail(one.place)
    failed = next((line for line in reversed(journal) if line.get("ok") is False), None)
    last = journal[-1] if journal else {}
    minutes = max(0, int((now - progress.started).total_seconds() // 60))
    return (
        progress.student or one.place.name,
        progress.lab,
        progress.marks + (DONE if progress.done else ""),
        str(progress.points) + (" shown" if progress.shown else ""),
        str(len(progress.hints)),
        _lab_time(last),
        str(minutes),
        _brief(last.get("command", "")),
        _brief(_said(failed)) if failed else "",
    )


def _tail(place: Path) -> list[Mapping[str, Any]]:
    """Return the last lines of the journal of the node in *place*."""
    found: list[Mapping[str, Any]] = []
    with suppress(OSError, ValueError):
        path = place / "lab-ca" / "journal"
        files = OsFiles(place)
        size = files.facts(path).st_size
        with os.fdopen(files.open(path, os.O_RDONLY), "rb") as stream:
            stream.seek(max(0, size - _TAIL))
            lines = stream.read(_TAIL).split(b"\n")
        for line in lines[1 if size > _TAIL else 0 :]:
            with suppress(ValueError, RecursionError):
                read = json.loads(line)
                if isinstance(read, dict):
                    found.append(read)
    return found


def _lab_time(line: Mapping[str, Any]) -> str:
    with suppress(KeyError, ValueError, TypeError):
        return f"{datetime.fromisoformat(line['lab-time']).astimezone(UTC):%m-%d %H:%M}"
    return ""


def _said(line: Mapping[str, Any]) -> str:
    lines = [one for one in str(line.get("output", "")).split("\n") if one.strip(" ^")]
    return lines[-1] if lines else ""


def _brief(text: object) -> str:
    line = str(text).replace("\n", " ").strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}\u2026"


def board(directory: Path, *, html: Path | None, once: bool, as_json: bool) -> int:
    """Show the labs in *directory* until Ctrl-C, or *once*; return the exit status.

    With *html* the page there is written anew each time, too. Raises `NotFoundError`.
    """
    if not directory.is_dir():
        raise NotFoundError(f"there is no directory {directory}", hint="name that of the labs")
    clock = SystemClock()

    def look() -> list[tuple[str, ...]]:
        found = rows(directory, clock.now())
        if html is not None:
            _write(html, found, clock.now(), again=not once)
        return found

    if as_json or once:
        found = look()
        if as_json:
            keys = [head.lower().replace(" ", "-") for head in HEADS]
            for row in found:
                sys.stdout.write(f"{json.dumps(dict(zip(keys, row, strict=True)))}\n")
        else:
            _print(found)
        return 0
    return _live(look, clock)


def _live(look: Callable[[], Rows], clock: SystemClock) -> int:
    from rich.console import Console  # noqa: PLC0415 - programs read JSON
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=sys.stdout, highlight=False)
    with Live(console=console, auto_refresh=False) as live, suppress(KeyboardInterrupt):
        while True:
            live.update(laid_out(look(), console.width, console.height - 1), refresh=True)
            clock.wait(EVERY)
    return 0


def _print(found: Rows) -> None:
    from rich.console import Console  # noqa: PLC0415 - programs read JSON

    console = Console(file=sys.stdout, highlight=False)
    width = console.width if console.is_terminal else _UNBOUNDED
    console.print(laid_out(found, width, _UNBOUNDED), soft_wrap=True)


def laid_out(found: Rows, width: int, height: int) -> Text:
    """Return the board as text of so many columns and lines at most: a line a row.

    The last error stands below its row, where there is room for those of all.
    """
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - programs read JSON
    from rich.text import Text  # noqa: PLC0415

    shown = [HEADS, *(tuple(map(printable, row)) for row in found)]
    columns = list(zip(*shown, strict=True))[:_FACTS]
    widths = [min(_WIDEST, max(map(cell_len, column))) for column in columns]
    errors = len(shown) + sum(bool(row[-1]) for row in found) <= height
    text = Text(no_wrap=True)

    def add(line: str, style: str) -> None:
        line = line.rstrip()
        fits = cell_len(line) <= width
        line = line if fits else f"{set_cell_size(line, width - 1)}\u2026"
        text.append(f"{line}\n", style)

    room = len(shown) if len(shown) <= height else max(1, height - 1)
    for row in shown[:room]:
        facts = (set_cell_size(*pair) for pair in zip(row[:_FACTS], widths, strict=True))
        head = row is HEADS
        done = row[_CHECKS].endswith(DONE)
        add("  ".join([*facts, row[_FACTS]]), "bold" if head else "green" if done else "")
        if errors and not head and row[-1]:
            add(f"  {row[-1]}", "red")
    if room < len(shown):
        add(f"and {len(shown) - room} more, for a higher window or --html", "")
    text.right_crop(1)
    return text


def _write(path: Path, found: Rows, now: datetime, *, again: bool) -> None:
    foot = f"{len(found)} labs, {now:%Y-%m-%d %H:%M:%S} UTC; o holds, x fails, . is open"
    text = page("Labs", HEADS, found, again=2 if again else 0, foot=foot)
    place = path.absolute()
    replace_file(OsFiles(place.parent), place, text.encode(), shown=str(path), sync=False)
