"""``srpki replay``: what a journal holds, played, recorded, handed out, and run again."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from srpki.core.clock import SystemClock
from srpki.core.errors import UsageError
from srpki.device.looking import is_node
from srpki.frontend.replaying.entries import read, until

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from srpki.frontend.replaying.entries import Entry

_MOST_SHOWN: Final = 20


def run(options: argparse.Namespace) -> int:
    """Do with a journal what *options* say; return 0, or 1 where it does not hold.

    Raises `UsageError`.
    """
    if not (math.isfinite(options.speed) and options.speed > 0):
        raise UsageError("--speed is a number above 0", hint="as --speed 4")
    reading = read(options.journal)
    entries = list(until(reading.entries, options.until or ""))
    for finding in reading.findings:
        sys.stderr.write(f"srpki: {options.journal}: {finding}\n")
    title = f"Journal of {options.journal.resolve().parent.parent.name}"
    if options.cast is not None:
        from srpki.frontend.replaying.recordings import recording  # noqa: PLC0415 - as needed

        _write(options.cast, recording(entries, title, options.speed))
    if options.markdown is not None:
        from srpki.frontend.replaying.handout import handout  # noqa: PLC0415 - as needed

        _write(options.markdown, handout(entries, title))
    if options.verify:
        return _verified(options, entries, sound=not reading.findings)
    if options.cast is None and options.markdown is None:
        _play(options, entries)
    return 0


def _play(options: argparse.Namespace, entries: Sequence[Entry]) -> None:
    from srpki.frontend.replaying.playing import play  # noqa: PLC0415 - as needed

    go_on = _enter if options.step else None
    play(entries, sys.stdout, SystemClock(), speed=options.speed, go_on=go_on)


def _enter() -> bool:
    """Wait for Enter; return whether it goes on, which ``q`` and the end of input deny."""
    line = sys.stdin.readline() if sys.stdin is not None else ""
    return bool(line) and line.strip().lower() != "q"


def _verified(options: argparse.Namespace, entries: Sequence[Entry], *, sound: bool) -> int:
    from srpki.frontend.replaying.again import again  # noqa: PLC0415 - as needed

    found = again(entries, _initial(options))
    out = sys.stdout
    for difference in found.differences[:_MOST_SHOWN]:
        out.write(f"{difference.number}: {difference.command}\n")
        _indented(difference.lines, out)
    if len(found.differences) > _MOST_SHOWN:
        out.write(f"and {len(found.differences) - _MOST_SHOWN} more\n")
    out.write(f"{found.run} commands run again, {len(found.differences)} came out otherwise")
    out.write(f", {len(found.skipped)} not run.\n" if found.skipped else ".\n")
    return 0 if sound and not found.differences else 1


def _indented(lines: Sequence[str], out: TextIO) -> None:
    out.writelines(f"    {line}\n" for line in lines[:_MOST_SHOWN])
    if len(lines) > _MOST_SHOWN:
        out.write(f"    and {len(lines) - _MOST_SHOWN} more lines\n")


def _initial(options: argparse.Namespace) -> Path | None:
    """Return the node that the journal begins with, None for a new one.

    That of a lesson is kept beside the journal.
    """
    if options.initial is not None:
        found: Path = options.initial
        if not is_node(found):
            raise UsageError(f"{found} is no node", hint="name a copy of the node as it was")
        return found
    lesson: Path = options.journal.resolve().parent.parent / "training" / "initial"
    return lesson if is_node(lesson) else None


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(
            f"cannot write to {path}: {error.strerror}", hint="name a file of your own"
        ) from None
