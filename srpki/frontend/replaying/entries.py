"""The journal of a lab as it is read again: what was typed, when, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from srpki.core.errors import UsageError
from srpki.core.text import screen
from srpki.storage.chained import broken
from srpki.storage.files import OsFiles
from srpki.storage.lines import Fields, LineFile

MOST_OCTETS: Final = 1 << 26
"""Octets of a file that is read."""
MOST_ENTRIES: Final = 200_000
_DAY: Final = 86400
_YEARS: Final = range(1970, 9000)
"""The years that a lab's clock can show."""
MOST_NAMED: Final = 5
"""Lines with something wrong that are named."""


class Entry(NamedTuple):
    """A line that was typed; *ended* is when its answer was there, *at* lab time.

    Texts are fit for a screen, whatever the file holds.
    """

    ended: datetime
    at: datetime
    session: int
    user: str
    mode: str
    prompt: str
    command: str
    output: str
    ok: bool
    seconds: float
    cut: bool = False


class Reading(NamedTuple):
    """The *entries* of a journal, and *findings*: what is wrong with its lines, a sentence each."""

    entries: Sequence[Entry]
    findings: Sequence[str]


def read(path: Path) -> Reading:
    """Return the journal in the file at *path*, after what was put away beside it as ``.1``.

    Raises `UsageError` where it cannot be read, or holds nothing.
    """
    earlier = path.with_name(f"{path.name}.1")
    lines: list[Fields | None] = []
    try:
        for one in (earlier, path):
            files = OsFiles(one.parent)
            if one == path:
                files.facts(one)  # a missing file is not an empty one
            lines += LineFile(one, files).read(MOST_OCTETS)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="name a journal") from None
    entries = [entry for entry in map(_entry, lines[:MOST_ENTRIES]) if entry is not None]
    if not entries:
        raise UsageError(f"{path} holds no journal", hint="as NODE/lab-ca/journal")
    return Reading(entries, tuple(_found(lines)))


def _found(lines: Sequence[Fields | None]) -> Iterator[str]:
    findings = list(broken(lines))
    for number, wrong in findings[:MOST_NAMED]:
        yield f"line {number} {wrong}"
    if len(findings) > MOST_NAMED:
        yield f"and {len(findings) - MOST_NAMED} more lines"
    lost = sum(line["lost"] for line in lines if line and isinstance(line.get("lost"), int))
    if lost:
        yield f"{lost} lines could not be written"


def _entry(fields: Fields | None) -> Entry | None:
    """Return what *fields* say, None where they say nothing."""
    with suppress(ValueError, KeyError, TypeError, OverflowError):
        if fields is None:
            return None
        return Entry(
            ended=_instant(fields["time"]),
            at=_instant(fields["lab-time"]),
            session=int(fields["session"]),
            user=screen(str(fields["user"])),
            mode=str(fields["mode"]),
            prompt=screen(str(fields["prompt"])),
            command=screen(str(fields["command"])).replace("\n", " "),
            output=screen(str(fields["output"])),
            ok=fields["ok"] is True,
            seconds=_seconds(fields["seconds"]),
            cut=fields.get("cut") is True,
        )
    return None


def _seconds(number: object) -> float:
    if not isinstance(number, int | float) or not 0 <= number <= _DAY:  # NaN is neither
        raise ValueError("no command takes so long")
    return float(number)


def _instant(text: object) -> datetime:
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError("no time of a lab")
    return found.astimezone(UTC)


def until(entries: Iterable[Entry], text: str) -> Iterator[Entry]:
    """Yield *entries* up to the first whose command holds *text*, that one included."""
    for entry in entries:
        yield entry
        if text and text in entry.command:
            return
