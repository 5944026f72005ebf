"""Where labs lie: those that ship, lab files of trainers, and the nodes of labs that were begun."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from srpki.core.errors import ExistsError, NotFoundError, SrpkiError, UsageError
from srpki.training import labfile, progress
from srpki.training.labfile import LabFile
from srpki.training.lesson import DIRECTORY, LAB_FILE
from srpki.training.progress import Progress

LESSONS: Final = "srpki.training.lessons"
MOST: Final = 1000
"""Most labs of a directory that are looked at."""


class Begun(NamedTuple):
    """A lab that was begun: its *place*, which is its node's, and how far it is."""

    place: Path
    progress: Progress


def labs_directory() -> Path:
    """Return where the nodes of labs lie whose place nobody has named [XDG base directories]."""
    base = os.environ.get("XDG_DATA_HOME", "")
    root = Path(base) if base.startswith("/") else Path.home() / ".local" / "share"
    return root / "srpki" / "labs"


def shipped() -> Iterator[str]:
    """Yield the names of the lessons that ship, sorted."""
    for one in sorted(files(LESSONS).iterdir(), key=lambda one: one.name):
        if one.name.endswith(".toml"):
            yield one.name.removesuffix(".toml")


def in_order() -> list[LabFile]:
    """Return the lessons that ship in the order in which they are taken: none before its needs."""
    left = sorted(map(ship, shipped()), key=lambda one: (one.level, one.name))
    found: list[LabFile] = []
    while left:
        known = {one.name for one in found}
        waiting = {one.name for one in left}
        ready = [one for one in left if not (set(one.needs) - known) & waiting]
        found.append((ready or left)[0])
        left.remove(found[-1])
    return found


def ship(name: str) -> LabFile:
    """Return the lab *name* that ships; raises `NotFoundError`."""
    path = files(LESSONS) / f"{name}.toml"
    if not labfile.NAME.fullmatch(name) or not path.is_file():
        raise NotFoundError(f"there is no lab '{name}'", hint="srpki lab list")
    return labfile.load(path.read_bytes(), name)


def find(name: str) -> LabFile:
    """Return the lab *name*: one that ships, else the lab file at that path.

    Raises `NotFoundError`, `UsageError` and `LabFileError`.
    """
    with suppress(NotFoundError):
        return ship(name)
    place = Path(name)
    try:
        with place.open("rb") as stream:
            content = stream.read(labfile.MAX_OCTETS + 1)
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no lab '{name}'", hint="srpki lab list, or the path of a lab file"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
    return labfile.load(content, name)


def begun(directory: Path) -> list[Begun]:
    """Return the labs that were begun in *directory*, the latest last."""
    found: list[tuple[float, Begun]] = []
    with suppress(OSError):
        for place in sorted(directory.iterdir())[:MOST]:
            with suppress(SrpkiError, OSError):
                read = progress.read(place / DIRECTORY)
                touched = (place / DIRECTORY / progress.PROGRESS).stat().st_mtime
                found.append((touched, Begun(place, read)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def directory_name(name: str) -> str:
    """Return *name* as one of a directory: a student may be called anything."""
    safe = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.@") else "_" for sign in name
    )
    return safe[:100].lstrip(".") or "_"


def is_begun(place: Path, lab: str) -> bool:
    """Say whether *lab* was begun in *place*; raises `ExistsError` where another was."""
    if not (place / DIRECTORY / progress.PROGRESS).is_file():
        return False
    other = progress.read(place / DIRECTORY).lab
    if other != lab:
        raise ExistsError(f"{place} holds the lab '{other}'", hint="name another directory")
    return True


def chosen(directory: Path | None, name: str | None) -> Path:
    """Return the place of the lab that is meant: in *directory*, called *name*, or the latest.

    Raises `NotFoundError`.
    """
    if directory is not None:
        if not (directory / DIRECTORY / LAB_FILE).is_file():
            raise NotFoundError(f"{directory} holds no lab", hint="srpki lab start --dir makes one")
        return directory
    every = begun(labs_directory())
    if name is not None:
        every = [one for one in every if name in (one.progress.lab, one.place.name)]
    if not every:
        what = "no lab" if name is None else f"no lab '{name}'"
        raise NotFoundError(f"{what} was begun", hint="srpki lab start NAME")
    return every[-1].place
