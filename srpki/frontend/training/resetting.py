"""Takes the node of a lab back: to the beginning, or to a checkpoint that was kept."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import NotFoundError, StorageError
from srpki.frontend.isolated import copied, copied_live
from srpki.frontend.training.starting import INITIAL, PARTS
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.training import progress
from srpki.training.chronicle import CHRONICLE
from srpki.training.lesson import DIRECTORY

if TYPE_CHECKING:
    from srpki.device.node import Node

CHECKPOINT: Final = "checkpoint"
START: Final = "start"
_NEW: Final = "reset.new"
_OLD: Final = "reset.old"


def keep(place: Path, node: Node | None) -> None:
    """Keep what the node in *place* is now, *node* where it runs here, as the checkpoint.

    What was kept before is gone. Raises `StorageError`, and `BusyError` where another process has
    the node.
    """
    files, training = OsFiles(place), place / DIRECTORY
    try:
        _remove(files, training / _NEW)
        if node is None:
            with NodeLock(place / "state" / "lock"):
                copied(place, training / _NEW, (*PARTS, DIRECTORY), _ASIDE)
        else:
            cancel = threading.Event()
            copied_live(place, node, training / _NEW, cancel=cancel, left_out=_ASIDE)
        _remove(files, training / CHECKPOINT)
        files.rename(training / _NEW, training / CHECKPOINT)
    except OSError as error:
        raise StorageError(f"cannot keep a checkpoint: {error.strerror or error}") from None


_ASIDE: Final = frozenset({INITIAL, CHECKPOINT, _NEW, _OLD, "messages", "progress.json"})
"""What a checkpoint does without, below the directory of the lesson."""


def reset(place: Path, to: str) -> None:
    """Take the node in *place* back *to* its start or its checkpoint; hints and answers stay.

    One that is killed on the way is done again. Raises `BusyError` where a process has the node,
    `NotFoundError` where there is no checkpoint, and `StorageError`.
    """
    files, training = OsFiles(place), place / DIRECTORY
    source = training / (INITIAL if to == START else CHECKPOINT)
    if files.kind(source) != "directory":
        raise NotFoundError("there is no checkpoint", hint="srpki lab checkpoint keeps one")
    files.make_directory(place / "state")
    with NodeLock(place / "state" / "lock"):
        try:
            _take_back(files, place, source, to)
        except OSError as error:
            raise StorageError(f"cannot reset {place}: {error.strerror or error}") from None
    found = progress.read(training)
    progress.write(training, found.but(resets=found.resets + 1, done=False, points=0))


def _take_back(files: OsFiles, place: Path, source: Path, to: str) -> None:
    training = place / DIRECTORY
    for name in (_NEW, _OLD):
        _remove(files, training / name)
    copied(source, training / _NEW, PARTS)
    files.make_directory(training / _OLD)
    for part in PARTS:
        if files.kind(place / part) == "directory":
            files.rename(place / part, training / _OLD / part)
        files.rename(training / _NEW / part, place / part)
    for name in (CHRONICLE, f"{CHRONICLE}.1"):
        files.unlink(training / name)
        kept = source / DIRECTORY / name
        if to != START and files.kind(kept) == "file":
            files.write_new(training / name, files.read(kept, 1 << 26))
    for name in (_NEW, _OLD):
        _remove(files, training / name)


def _remove(files: OsFiles, directory: Path) -> None:
    if files.kind(directory) == "directory":
        files.remove_directory(directory, recursive=True)
